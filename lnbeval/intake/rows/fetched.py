"""Fetched figures: cells that are read and take their value from another workbook, which may have changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.intake.problems import Problem
from lnbeval.intake.table import addresses
from lnbeval.intake.text import listed

if TYPE_CHECKING:
    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.rows.units import Units
    from lnbeval.intake.table import RawTable


def fetched_problems(table: RawTable, columns: Columns, units: Units) -> list[Problem]:
    """A warning of the cells of declared columns, in rows of municipalities, that fetch their values from another workbook."""
    fetched = table.layout.fetched
    places = [*columns.keys, *(place for _, place in columns.variables)] if fetched else []
    cells, many = [], 0
    for place in sorted(set(places)):
        rows = [
            index
            for index, number in enumerate(table.row_numbers)
            if (number, place) in fetched and units.kinds[index] == "unit"
        ]
        many += len(rows)
        cells += [addresses(table, rows, place)] if rows else []
    if not cells:
        return []
    told = "1 cell fetches its value" if many == 1 else f"{many} cells fetch their values"
    return [
        Problem(
            severity="WARN",
            file=table.file,
            sheet=table.sheet,
            cell=listed(cells),
            what=f"{told} from another workbook: read are the ones of the last update",
            do="Ask for the file with the values in place of the formulas, made when the other workbook was final",
            rule="fetched_values",
        )
    ]
