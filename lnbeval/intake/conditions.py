"""Conditions: what rows must say for a variable to count, as it is told of what does not meet them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lnbeval.intake.problems import Problem
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from lnbeval.intake.source import Condition, Source

UNMET: Final = "condition not met"


def unmet(conditions: Iterable[Condition]) -> str:
    """What is said of rows or cells that meet none of these conditions, each named with its reason."""
    words: dict[tuple[str, str], list[str]] = {}
    for one in conditions:
        words.setdefault((one.column, one.reason.strip()), []).append(quoted(one.equals))
    told = [_named(column, reason, list(dict.fromkeys(several))) for (column, reason), several in words.items()]
    return f"{UNMET}: {' or '.join(told)}" if told else UNMET


def unmet_by_position(source: Source, variables: Iterable[tuple[str, int]]) -> Mapping[int, str]:
    """What is said of the cells of each column that are set aside; `variables` are those read from it."""
    by_position: dict[int, list[Condition]] = {}
    for name, position in variables:
        by_position.setdefault(position, []).extend(one for one in source.only_where if one.variable == name)
    return {position: unmet(own) for position, own in by_position.items() if own}


def with_conditions(set_aside: pd.DataFrame, sources: Iterable[Source]) -> pd.DataFrame:
    """What was set aside, with the conditions of the file where a reason only says that one is not met."""
    reasons = set_aside["reason"]
    for source in sources:
        bare = (set_aside["file"] == source.file) & (set_aside["sheet"] == (source.sheet or set_aside["sheet"]))
        reasons = reasons.mask(bare & (reasons == UNMET), unmet(source.only_where))
    return set_aside.assign(reason=reasons)


def condition_notes(set_aside: pd.DataFrame) -> list[Problem]:
    """A note for each condition that some rows or cells do not meet, with how many."""
    own = set_aside[set_aside["reason"].str.startswith(f"{UNMET}: ")]
    return [
        Problem(
            severity="NOTE",
            file=str(file),
            sheet=str(sheet),
            what=f"Set aside, {reason}: {_counted(part)}",
            rule="condition_not_met",
            subject=str(reason).removeprefix(f"{UNMET}: "),
        )
        for (file, sheet, reason), part in own.groupby(["file", "sheet", "reason"], sort=False)
    ]


def _named(column: str, reason: str, words: Sequence[str]) -> str:
    """The column with the words that count, and the reason where one is given."""
    missed = f"not {words[0]}" if len(words) == 1 else f"none of {listed(words)}"
    return f"column {column} is {missed}{f' ({reason})' if reason else ''}"


def _counted(part: pd.DataFrame) -> str:
    """How many rows and single cells are set aside."""
    many = part["count"]
    whole = part["cell"] == ""
    numbers = {"row": int(many[whole].sum()), "cell": int(many[~whole].sum())}
    return " and ".join(f"{number:,} {word}{'' if number == 1 else 's'}" for word, number in numbers.items() if number)
