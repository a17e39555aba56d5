"""`lnbeval estimate`: one table from one tidy file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lnbeval import __version__
from lnbeval.errors import ParameterError

if TYPE_CHECKING:
    import pandas as pd

    from lnbeval.effects import Effects
    from lnbeval.panel import Panel

BY = ("cell", "overall", "event_time", "cohort", "period")


@click.command(
    epilog="""\b
Example:
  lnbeval estimate panel.csv --unit code --period year --outcome turnout --cohort first_treated --never 0 --by event_time
""",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--unit", required=True, help="Column that names the unit.")
@click.option("--period", required=True, help="Column with the period, a whole number.")
@click.option("--outcome", required=True, help="Column with the outcome; empty where not observed.")
@click.option("--cohort", required=True, help="Column with the first treated period of the unit.")
@click.option("--never", help="How never treated is coded in --cohort: empty, inf, or a number such as 0.")
@click.option(
    "--estimator", type=click.Choice(["att_gt", "twfe", "twfe_event_study"]), default="att_gt", show_default=True
)
@click.option(
    "--control-group",
    type=click.Choice(["never_treated", "not_yet_treated", "all"]),
    help="Default: never_treated for att_gt, all for twfe.",
)
@click.option("--base-period", type=click.Choice(["universal", "varying"]), default="universal", show_default=True)
@click.option("--anticipation", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--missing", type=click.Choice(["pairwise", "complete"]), default="pairwise", show_default=True)
@click.option(
    "--adjustment",
    type=click.Choice(["none", "reg", "ipw", "dr"]),
    default="none",
    show_default=True,
    help="Only none can be honoured; the others are refused.",
)
@click.option("--covariates", help="Columns, separated by commas. Refused while no adjustment can be honoured.")
@click.option("--weight", help="Column with the weight of the unit.")
@click.option("--cluster", help="Column with the cluster of the unit. Default: the unit itself.")
@click.option("--by", type=click.Choice(BY), default="overall", show_default=True)
@click.option(
    "--inference", type=click.Choice(["analytic", "cr1", "jackknife"]), default="jackknife", show_default=True
)
@click.option("--level", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.95, show_default=True)
@click.option("--draws", type=click.IntRange(min=99), default=9999, show_default=True, help="For the band.")
@click.option("--seed", type=click.IntRange(min=0), help="Of the draws. Default: the same nodes at every call.")
@click.option("--sheet", help="Sheet of a workbook that has several.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON with full precision, for programs.")
def estimate(file: Path, **options: Any) -> None:  # noqa: ANN401
    """Estimate the effect of treatment from FILE (csv or xlsx), one row per unit and period."""
    from numpy.random import default_rng  # noqa: PLC0415

    from lnbeval.cli.tidy_file import read_tidy_file  # noqa: PLC0415
    from lnbeval.inference import infer  # noqa: PLC0415
    from lnbeval.panel import Panel  # noqa: PLC0415

    _refuse_covariates(options)
    panel = Panel.from_long(
        read_tidy_file(file, sheet=options["sheet"]),
        unit=options["unit"],
        period=options["period"],
        outcome=options["outcome"],
        cohort=options["cohort"],
        weight=options["weight"],
        cluster=options["cluster"],
        never=options["never"],
    )
    seed = options["seed"]
    table = infer(
        _effects(panel, options),
        method=options["inference"],
        level=options["level"],
        draws=options["draws"],
        rng=None if seed is None else default_rng(seed),
    )
    table = table.assign(indicator=options["outcome"])
    click.echo(_json(table, file, options) if options["as_json"] else _text(table, options))


def _refuse_covariates(options: dict[str, Any]) -> None:
    if options["adjustment"] != "none" or options["covariates"]:
        raise ParameterError(
            "Covariate adjustment is not available: every estimator compares without covariates. Leave out --adjustment and "
            "--covariates."
        )


def _effects(panel: Panel, options: dict[str, Any]) -> Effects:
    from lnbeval.aggregation import aggregate  # noqa: PLC0415
    from lnbeval.design import Design  # noqa: PLC0415
    from lnbeval.estimators import ESTIMATORS  # noqa: PLC0415

    by, name = options["by"], options["estimator"]
    if name == "twfe" and by == "event_time":
        name = "twfe_event_study"
    estimator = ESTIMATORS[name]
    if by not in estimator.shows:
        raise ParameterError(f"{options['estimator']} can be shown by overall or event_time, not by {by}. Use att_gt.")
    design = Design(
        control_group=options["control_group"] or estimator.control_group,
        base_period=options["base_period"],
        anticipation=options["anticipation"],
        missing=options["missing"],
    )
    effects = estimator.estimate(panel, design)
    return effects if effects.aggregation == by else aggregate(effects, by)


def _json(table: pd.DataFrame, file: Path, options: dict[str, Any]) -> str:
    from lnbeval.table import COLUMNS  # noqa: PLC0415

    rows = json.loads(table[list(COLUMNS)].to_json(orient="records", double_precision=15))
    asked = {name: value for name, value in options.items() if name != "as_json"}
    return json.dumps(
        {"lnbeval": __version__, "file": str(file), "options": asked, "rows": rows}, indent=1, ensure_ascii=False
    )


def _text(table: pd.DataFrame, options: dict[str, Any]) -> str:
    from lnbeval.cli.text_table import text_table  # noqa: PLC0415

    return text_table(table, level=options["level"])
