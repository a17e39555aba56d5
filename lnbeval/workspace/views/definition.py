"""What an indicator is, for readers who have not seen the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lnbeval.workspace.study import Study

DIRECTIONS: Final = {
    "up": "up: more is better",
    "down": "down: less is better",
    "context": "none: shown for context or to test the method",
}


def definition(study: Study, indicator: str) -> list[tuple[str, str]]:
    """How the indicator is computed, in which unit, from where, and what to be careful with."""
    about = study.indicator(indicator)
    return [
        ("Computed as", _formula(study, indicator)),
        ("Unit", str(about["unit"])),
        ("Desired direction", DIRECTIONS[str(about["direction"])]),
        ("Source", str(about["source_system"])),
        ("Note", str(about["note"])),
    ]


def _formula(study: Study, indicator: str) -> str:
    about = study.indicator(indicator)
    numerator = _words(about["numerator"])
    if not about["denominator"]:
        return f"{numerator}, as delivered"
    series = study.parameters.data.denominator if about["denominator"] == "population" else about["denominator"]
    scale = "" if about["scale"] == 1 else f" x {about['scale']:,g}"
    return f"{numerator} / {_words(series)}{scale}"


def _words(variable: object) -> str:
    return str(variable).replace("_", " ")
