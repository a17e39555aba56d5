"""Shares and rates that a source adds up over months or groups: a sum of them means nothing, whoever declared it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.intake.figures.told_units import told_unit
from lnbeval.intake.problems import Problem
from lnbeval.intake.registered import OF_A_HUNDRED
from lnbeval.intake.table import RawTable, header_address
from lnbeval.intake.text import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.source import Source


def sums_of_shares(table: RawTable, source: Source, columns: Columns, meanings: Meanings) -> Iterator[Problem]:
    """A stop for each variable that is registered as a share or a rate, or in percent, and that the source adds up."""
    if source.aggregate is None or source.aggregate.by != "sum":
        return
    for variable, position in dict(columns.variables).items():
        kind = meanings.registered.kinds.get(variable, "")
        unit = meanings.registered.units.get(variable, "")
        percent = bool(unit) and told_unit(unit, meanings.words, whole=True).percent
        if kind not in OF_A_HUNDRED and not (kind == "measure" and percent):
            continue
        registry = meanings.registered.registries.get(variable, "the registry")
        yield Problem(
            severity="STOP",
            file=table.file,
            sheet=table.sheet,
            cell=header_address(table, position),
            what=f"{variable} is registered as a {kind} in {quoted(unit)}, and the source adds it up over "
            f"{listed(map(quoted, source.aggregate.over))}: a sum of such figures means nothing",
            do="Ask for the counts and what they are of, which can be added up, or for the figure of all groups; or name the row "
            f"of all of them under `only_where`. If these are counts, correct `kind` of {variable} in {registry}",
            rule="shares_added_up",
            subject=variable,
        )
