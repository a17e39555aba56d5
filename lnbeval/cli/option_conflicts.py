"""What is wrong with the options of `lnbeval estimate` before anything is estimated: pairs, and columns they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from lnbeval.errors import ParameterError
from lnbeval.hints import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

ON_COMMAND_LINE: Final = {  # how each choice is called here; the keys are those of a parameter file
    "control_group": "--control-group",
    "base_period": "--base-period",
    "anticipation": "--anticipation",
    "missing": "--missing",
    "window": "--window",
    "adjustment": "--adjustment",
    "covariates": "--covariates",
    "within": "--comparison",
    "cluster": "--cluster",
    "method": "--inference",
    "strata": "--strata",
    "coordinates": "--coordinates (two columns, as lat,lon)",
    "cutoff_km": "--cutoff-km",
    "columns": "columns of the file, separated by commas",
    "comparison": "add --comparison COLUMN",
    "randomization": "add --inference randomization",
    "conley": "add --inference conley",
}
SINGLE: Final = ("unit", "period", "outcome", "cohort", "comparison", "weight", "cluster", "strata")


class NearChoice(click.Choice):  # type: ignore[type-arg]  # generic in newer versions of click only
    """One of several words; a word that is none is answered with the nearest that is."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """The word chosen. Raises BadParameter, naming the words and the nearest, when it is none of them."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            hint = did_you_mean(str(value).lower(), map(str, self.choices))
            raise click.BadParameter(f"{error.message}{hint}", ctx=ctx, param=param) from error


class ColumnsCommand(click.Command):
    """A command whose options take several columns: where these were separated by spaces, it says how it is done."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, and raise UsageError with the remedy for words that belong to no option."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            if "unexpected extra argument" not in error.message:
                raise
            hint = "Separate several columns by commas, without spaces, as a,b"
            raise click.UsageError(f"{error.message.rstrip('.')}. {hint}.", ctx=ctx) from error


def listed(text: str | None) -> list[str]:
    """The columns in `text`, which are separated by commas."""
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def refuse_options(options: dict[str, Any], *, estimator: str) -> None:
    """Raise ParameterError with every pair of options that cannot both hold, whatever the file."""
    from lnbeval.workspace.choices import choice_conflicts  # noqa: PLC0415

    choices = {
        **options,
        "estimator": estimator,
        "method": options["inference"],
        "covariates": listed(options["covariates"]),
        "within": options["comparison"],
    }
    said = [*choice_conflicts(choices, ON_COMMAND_LINE), *_of_averages(options), *_of_columns(options)]
    if said:
        raise ParameterError("\n".join(said))


def _of_averages(options: dict[str, Any]) -> Iterator[str]:
    for name in ("balance", "event_times"):
        if options[name] is not None and options["by"] != "event_time":
            option = f"--{name.replace('_', '-')}"
            yield f"{option} chooses what is averaged by event time, not {options['by']}: add --by event_time, or leave it out."


def _of_columns(options: dict[str, Any]) -> Iterator[str]:
    if options["comparison"] is not None and options["comparison"] == options["outcome"]:
        yield f"--comparison and --outcome are both '{options['outcome']}': a group cannot be its own comparison group."
    if options["strata"] is not None and options["strata"] == options["unit"]:
        yield f"--strata is '{options['strata']}', the unit: each stratum would hold one unit. Name a column that several share."
    if options["coordinates"] is not None and len(listed(options["coordinates"])) != 2:
        yield f"--coordinates is '{options['coordinates']}'; give two columns separated by a comma, as lat,lon."


def refuse_columns(frame: pd.DataFrame, options: dict[str, Any]) -> None:
    """Raise ParameterError when an option names several columns, or several in another way, than it takes."""
    present = set(map(str, frame.columns))
    for option in SINGLE:
        name = options[option]
        if name is not None and name not in present and "," in name:
            raise ParameterError(f"--{option} is '{name}', but it takes one column only. Name one of them.")
    for option in ("covariates", "coordinates"):
        for name in listed(options[option]):
            if name not in present and len(name.split()) > 1 and set(name.split()) <= present:
                raise ParameterError(f"--{option}: separate columns by commas, as {','.join(name.split())}.")


def refuse_persons_as_units(frame: pd.DataFrame, options: dict[str, Any]) -> None:
    """Raise ParameterError when every row of a cross-section is taken for a place of its own, to which treatment comes."""
    name = options["unit"]
    if options["cluster"] is None and name in frame and len(frame) > 1 and frame[name].is_unique:
        raise ParameterError(
            f"--unit is '{name}', and every row has its own: errors would take persons for treated one by one. Name the "
            "column of where they live, which is what is treated, as --unit or as --cluster."
        )
