"""Counted: what became of the rows and cells that were read, in one line that adds up."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lnbeval.workspace.particulars import figures_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from lnbeval.workspace.languages import Language

KINDS_ASIDE: Final[Mapping[str, str]] = MappingProxyType(  # by reason in the log, up to its colon
    {
        "total row": "totals",
        "row of another level": "totals",
        "note below the table": "notes",
        "tells the same as another row": "told_again",
    }
)


def counted_line(counts: pd.DataFrame, set_aside: pd.DataFrame, told_in: Language) -> str:
    """What became of the rows that were read, and of the cells of those that are used; the parts add up to the counts.

    `counts` and `set_aside` are those of an intake.
    """
    phrases = told_in.phrases
    numbers = {name: int(counts[name].sum()) for name in counts.select_dtypes("number").columns}
    sums = {name: figures_in_words(f"{number:,}", phrases) for name, number in numbers.items()}
    parts = (("bounds", "cells_bounded"), ("cells_aside", "cells_set_aside"), ("cells_stopped", "cells_stopped"))
    more = "".join(phrases[phrase].format(n=sums[name]) for phrase, name in parts if numbers[name])
    used = phrases["used"].format(
        used=sums["rows_used"],
        aside=sums["rows_set_aside"],
        why=_why_aside(set_aside, numbers["rows_set_aside"], phrases),
        figures=sums["cells_used"],
        missing=sums["cells_missing"],
    )
    return f"{used}{more}."


def _why_aside(set_aside: pd.DataFrame, number: int, phrases: Mapping[str, str]) -> str:
    """What the rows are that were set aside, each kind with its number; of very many rows some have no line of their own."""
    rows = set_aside[set_aside["cell"] == ""]
    kinds = rows["reason"].map(lambda reason: KINDS_ASIDE.get(reason.partition(":")[0], "other_aside"))
    found = {kind: int(many) for kind, many in rows.groupby(kinds)["count"].sum().items()}
    found["other_aside"] = number - sum(many for kind, many in found.items() if kind != "other_aside")
    ones = {"totals": "one_total", "notes": "one_note"}
    told = [
        phrases[ones.get(kind, kind) if found[kind] == 1 else kind].format(
            n=figures_in_words(f"{found[kind]:,}", phrases)
        )
        for kind in ("totals", "notes", "told_again", "other_aside")
        if found.get(kind)
    ]
    return phrases["why_aside"].format(parts=", ".join(told)) if told else ""
