"""`lnbeval estimate`: one table from one tidy file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lnbeval import __version__
from lnbeval.cli.option_conflicts import (
    ColumnsCommand,
    NearChoice,
    listed,
    refuse_columns,
    refuse_options,
    refuse_persons_as_units,
)
from lnbeval.errors import ParameterError

if TYPE_CHECKING:
    import pandas as pd

    from lnbeval.effects import Effects
    from lnbeval.panel import Panel

BY = ("cell", "overall", "event_time", "cohort", "period")
ESTIMATORS = (
    "att_gt", "imputation", "sun_abraham", "etwfe", "stacked", "local_projections", "synthetic_did", "triple_difference",
    "repeated_cross_sections", "twfe", "twfe_event_study",
)  # fmt: skip
INFERENCE = (
    "rule", "analytic", "cr1", "cr2", "jackknife", "wild", "wild_unrestricted", "randomization", "placebo", "bootstrap", "conley",
)  # fmt: skip


@click.command(
    cls=ColumnsCommand,
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
@click.option("--estimator", type=NearChoice(ESTIMATORS), default="att_gt", show_default=True)
@click.option(
    "--control-group",
    type=NearChoice(["never_treated", "not_yet_treated", "all"]),
    help="Default: what the estimator compares with, never_treated for att_gt, all for twfe.",
)
@click.option("--base-period", type=NearChoice(["universal", "varying"]), default="universal", show_default=True)
@click.option("--anticipation", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--missing", type=NearChoice(["pairwise", "complete"]), default="pairwise", show_default=True)
@click.option(
    "--adjustment",
    type=NearChoice(["none", "reg", "ipw", "dr"]),
    default="none",
    show_default=True,
    help="How covariates enter, for att_gt, triple_difference and repeated_cross_sections; reg also for etwfe.",
)
@click.option(
    "--covariates",
    help="Columns, separated by commas: of the unit (of the person in cross-sections), measured before treatment.",
)
@click.option(
    "--comparison", help="Column with the outcome of a comparison group within the unit, for triple_difference."
)
@click.option("--window", help="Periods before and after, as 3,2: for stacked and local_projections.")
@click.option("--weight", help="Column with the weight of the unit (of the person in cross-sections).")
@click.option("--cluster", help="Column with the cluster of the unit. Default: the unit itself.")
@click.option("--by", type=NearChoice(BY), default="overall", show_default=True)
@click.option(
    "--balance",
    type=click.IntRange(min=0),
    help="With --by event_time: only cohorts observed so many periods after treatment, up to then.",
)
@click.option("--event-times", help="With --by event_time: from the first to the second, as -3,3.")
@click.option("--inference", type=NearChoice(INFERENCE), default="rule", show_default=True)
@click.option("--strata", help="Column within which randomization permutes who was treated.")
@click.option("--coordinates", help="Columns with latitude and longitude, as lat,lon: for conley.")
@click.option(
    "--cutoff-km", type=click.FloatRange(min=0, min_open=True), help="Distance beyond which errors are unrelated."
)
@click.option("--level", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.95, show_default=True)
@click.option(
    "--draws",
    type=click.IntRange(min=99),
    default=9999,
    show_default=True,
    help="For the band and for simulated p-values.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Of the draws. Default: the same nodes at every call.")
@click.option("--sheet", help="Sheet of a workbook that has several.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON with full precision, for programs.")
def estimate(file: Path, **options: Any) -> None:  # noqa: ANN401
    """Estimate the effect of treatment from FILE (csv or xlsx), one row per unit and period.

    With --estimator repeated_cross_sections the rows are persons: --unit is where they live, and who is treated.
    """
    from numpy.random import default_rng  # noqa: PLC0415

    from lnbeval.cli.tidy_file import read_tidy_file  # noqa: PLC0415
    from lnbeval.inference import infer  # noqa: PLC0415

    refuse_options(options, estimator=_estimator(options))
    frame = read_tidy_file(file, sheet=options["sheet"])
    refuse_columns(frame, options)
    effects = _effects(_panel(frame, options), options)
    seed = options["seed"]
    table = infer(
        effects,
        method=options["inference"],
        level=options["level"],
        draws=options["draws"],
        rng=None if seed is None else default_rng(seed),
        strata=None if options["strata"] is None else _of_units(frame, effects, options, options["strata"]),
        places=_places(frame, effects, options),
    )
    table = table.assign(indicator=options["outcome"])
    click.echo(_json(table, file, options) if options["as_json"] else _text(table, options))


def _panel(frame: pd.DataFrame, options: dict[str, Any]) -> Panel:
    from lnbeval.panel import Panel  # noqa: PLC0415

    roles = {name: options[name] for name in ("period", "outcome", "cohort", "weight", "never")}
    roles["covariates"] = listed(options["covariates"])
    if options["estimator"] == "repeated_cross_sections":
        refuse_persons_as_units(frame, options)
        return Panel.from_rows(frame, cluster=options["cluster"] or options["unit"], **roles)
    return Panel.from_long(
        frame, unit=options["unit"], cluster=options["cluster"], comparison=options["comparison"], **roles
    )


def _estimator(options: dict[str, Any]) -> str:
    """The estimator's name: the two-way regression by event time is one of its own."""
    event_study = options["estimator"] == "twfe" and options["by"] == "event_time"
    return "twfe_event_study" if event_study else str(options["estimator"])


def _effects(panel: Panel, options: dict[str, Any]) -> Effects:
    from lnbeval.aggregation import aggregate  # noqa: PLC0415
    from lnbeval.design import Design  # noqa: PLC0415
    from lnbeval.estimators import ESTIMATORS as REGISTERED  # noqa: PLC0415

    by, name = options["by"], _estimator(options)
    estimator = REGISTERED[name]
    if by not in estimator.shows:
        shows = ("overall", "event_time") if name == "twfe" else estimator.shows
        raise ParameterError(f"{name} can be shown by {' or '.join(shows)}, not by {by}. Use att_gt.")
    design = Design(
        control_group=options["control_group"] or estimator.control_group,
        base_period=options["base_period"],
        anticipation=options["anticipation"],
        adjustment=options["adjustment"],
        missing=options["missing"],
        window=_pair(options["window"], "--window", "3,2: periods before and after"),
    )
    kept = {"balance": options["balance"], "event_times": _pair(options["event_times"], "--event-times", "-3,3")}
    effects = estimator.estimate(panel, design)
    whole = all(choice is None for choice in kept.values())
    return effects if effects.aggregation == by and whole else aggregate(effects, by, **kept)


def _pair(text: str | None, option: str, example: str) -> tuple[int, int] | None:
    if text is None:
        return None
    try:
        first, second = (int(part) for part in text.split(","))
    except ValueError:
        raise ParameterError(f"{option} is '{text}'; give two whole numbers, as {example}.") from None
    return first, second


def _places(frame: pd.DataFrame, effects: Effects, options: dict[str, Any]) -> Any:  # noqa: ANN401
    if options["coordinates"] is None:
        return None
    from lnbeval.inference import Places  # noqa: PLC0415

    latitude, longitude = (
        _of_units(frame, effects, options, name, numbers=True) for name in listed(options["coordinates"])
    )
    return Places(latitude=latitude, longitude=longitude, cutoff_km=options["cutoff_km"])


def _of_units(
    frame: pd.DataFrame, effects: Effects, options: dict[str, Any], column: str, *, numbers: bool = False
) -> Any:  # noqa: ANN401
    """The value of a column for each unit of the effects: of rows, which are numbered from 1, or of what --unit names.

    Raises PanelError, naming rows, where a value is missing, is no number although it must be one, or varies in a unit.
    """
    from numpy import arange  # noqa: PLC0415

    from lnbeval.panel_checks import checked_columns, checked_units, unit_numbers, unit_values  # noqa: PLC0415

    checked_columns(frame, [column])
    row = arange(len(frame))
    units = (row + 1).astype(object)
    if options["estimator"] != "repeated_cross_sections":
        units, row = checked_units(frame[options["unit"]], options["unit"])
    values = (unit_numbers if numbers else unit_values)(frame[column], row, units, column)
    position = {unit: place for place, unit in enumerate(units.tolist())}
    return values[[position[unit] for unit in effects.panel.units.tolist()]]


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
