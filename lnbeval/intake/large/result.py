"""Results of large files: a small table of municipality and year, and what every row of the file became."""

# ruff: noqa: S608 - see `large_rows`

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from lnbeval.intake.large.digest import digest
from lnbeval.intake.large.numbers import CONDITION, MISSING, REPEATED, STOPPED
from lnbeval.intake.large.rows import FIRST_ROWS, groups, one
from lnbeval.intake.large.values import code_numbers, told
from lnbeval.intake.spans import RowSpan
from lnbeval.intake.table import column_name
from lnbeval.intake.text import MOST_SHOWN, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.large.digest import Cells, Keys, Reading
    from lnbeval.intake.large.values import Family
    from lnbeval.intake.problems import Problem
    from lnbeval.intake.table import RawTable

DO_PARTS: Final = "Ask for the rest. The sum is of what is there: eleven months are not a year"


def added_up(reading: Reading, keys: Keys) -> RawTable:
    """One row for each municipality and year, and one for each total row and year; numbers are sums or means."""
    reading.con.execute("SET threads = 1")  # In one thread numbers are added in the order of the file, always.
    of = one(reading.con, "SELECT count(*) FROM data")
    rows = [*_groups(reading, keys, "role = 0", "code", of), *_groups(reading, keys, "role = 1", "spelling", of)]
    table = digest(reading, [(number, cells) for number, cells in sorted(rows, key=lambda row: row[0])])
    values = set(reading.values)
    numbers = [dict(cells) for _, cells in sorted(rows, key=lambda row: row[0])]
    return replace(
        table,
        rows=tuple(
            tuple(row.get(at) if at in values else cell for at, cell in enumerate(cells))
            for cells, row in zip(table.rows, numbers, strict=True)
        ),
    )


def _groups(reading: Reading, keys: Keys, where: str, by: str, of: int) -> list[tuple[RowSpan, Cells]]:
    rule = reading.source.aggregate
    mean = rule is not None and rule.by == "mean"
    counts = range(len(reading.columns.variables))
    # A sum with a part that was not reported is not known; an average is of what was.
    values = [
        f"CASE WHEN count(v{at}) > 0 AND count_if(f{at} = {STOPPED}{'' if mean else f' OR f{at} = {MISSING}'}) = 0 "
        f"THEN fsum(v{at}){f' / count(v{at})' if mean else ''} END"
        for at in counts
    ]
    used = " OR ".join(["role = 1", *(f"f{at} < {CONDITION}" for at in counts)])
    rows = reading.con.execute(
        f"SELECT min(spelling), year, count(*), min(r, {FIRST_ROWS}), max(r), {', '.join(values)} FROM valued "
        f"WHERE {where} AND year IS NOT NULL AND ({used}) GROUP BY {by}, year ORDER BY min(r)"
    ).fetchall()
    written = {year: text for text, year in reversed(list(keys.years.items()))}
    return [_row(reading, keys, written, row, of) for row in rows]


def _row(reading: Reading, keys: Keys, written: dict[int, str], row: Sequence[Any], of: int) -> tuple[RowSpan, Cells]:
    spelling, year, count, first, last, *values = row
    columns = reading.columns
    places = (columns.unit, columns.county, columns.level)
    cells: Cells = {
        place: cell for place, cell in zip(places, keys.spelled[spelling].texts, strict=True) if place is not None
    }
    cells[columns.period or 0] = written[year]
    cells |= {position: value for (_, position), value in zip(columns.variables, values, strict=True)}
    return RowSpan(first, last=last, count=count, of=of), cells


def missing_parts(reading: Reading, keys: Keys, grouped: Sequence[Family]) -> list[Problem]:
    """Municipality-years in which months or groups are not there, or are not reported."""
    names = {code: next(one.texts[0] for one in keys.spelled if one.code == code) for code in code_numbers(keys)}
    named = [names[code] for code in code_numbers(keys)]
    problems: list[Problem] = []
    for family in grouped:
        problems += _absent(reading, named, family)
        problems += [problem for at in family.variables for problem in _unreported(reading, named, at)]
    return problems


def _absent(reading: Reading, named: Sequence[str], family: Family) -> list[Problem]:
    rows = f"valued WHERE role = 0 AND m{family.number}"
    parts = [
        (f"o{at}", f"texts of {quoted(column_name(reading.head, position))}")
        for at, position in enumerate(reading.over)
    ]
    every = ", ".join(part for part, _ in parts)
    names = [column_name(reading.head, position) for position in reading.over]
    parts += [(f"({every})", f"combinations of {listed(names)}")] if len(parts) > 1 else []
    total = one(reading.con, f"SELECT count(DISTINCT (code, year)) FROM {rows}")
    problems: list[Problem] = []
    explained = "false"
    for part, name in parts:
        most = one(reading.con, f"SELECT count(DISTINCT {part}) FROM {rows}")
        query = (
            f"SELECT code, year, count(DISTINCT {part}) AS n FROM {rows} GROUP BY code, year "
            f"HAVING n < {most} AND NOT ({explained}) ORDER BY code, year"
        )
        found = reading.con.execute(query).fetchall()
        explained += f" OR count(DISTINCT {part}) < {most}"
        if found:
            shown = listed((f"{named[code]} {year} ({n:,})" for code, year, n in found), MOST_SHOWN)
            many = (
                "1 municipality-year has" if len(found) == 1 else f"{len(found):,} of {total:,} municipality-years have"
            )
            what = f"{many} fewer than the {most:,} different {name} in the file: {shown}"
            problems.append(told(reading, [], None, "WARN", what, DO_PARTS, "parts_missing"))
    return problems


def _unreported(reading: Reading, named: Sequence[str], at: int) -> list[Problem]:
    variable, position = reading.columns.variables[at]
    found = reading.con.execute(
        f"SELECT code, year, count_if(f{at} = {MISSING}) AS n, count_if(f{at} < {STOPPED}) AS every FROM valued "
        f"WHERE role = 0 GROUP BY code, year HAVING n > 0 AND n < every ORDER BY code, year"
    ).fetchall()
    if not found:
        return []
    rule = reading.source.aggregate
    mean = rule is not None and rule.by == "mean"
    shown = listed((f"{named[code]} {year} ({n:,} of {every:,})" for code, year, n, every in found), MOST_SHOWN)
    then = "the average is of the others" if mean else "the sum is not known, and the value is missing"
    what = f"{variable} is not reported in some rows of {len(found):,} municipality-years, so {then}: {shown}"
    first = groups(reading.con, ["role"], f"role = 0 AND f{at} = {MISSING}", source="valued", most=1)[0].span
    do = "Ask for the figures; declare the word under `zero` where the source says that it means zero"
    return [told(reading, [int(first)], position, "WARN", what, do, "part_not_reported", span=first)]


def accounted(reading: Reading) -> tuple[list[tuple[RowSpan, str]], list[Problem]]:
    """Rows set aside, with their kind; and a note with counts that reconcile."""
    con = reading.con
    counts = range(len(reading.columns.variables))
    unused = " AND ".join(f"f{at} >= {CONDITION}" for at in counts)
    twice = " OR ".join(f"f{at} = {REPEATED}" for at in counts)
    sets = [
        ("keyed", "role = 1 AND year IS NOT NULL", "", "of totals"),
        ("keyed", "role = 1 AND year IS NULL", "no_year", "of totals without a year"),
        ("keyed", "role = 3", "total", "of totals over the parts"),
        ("keyed", "kind = 'note'", "note", "of notes"),
        ("keyed", "kind NOT IN ('unit', 'total', 'note')", "unusable", "without a municipality that is known"),
        ("keyed", "role = 4", "unusable", "without a year"),
        ("valued", f"role = 0 AND {unused} AND ({twice})", "repeat", "told twice"),
        ("valued", f"role = 0 AND {unused} AND NOT ({twice})", "condition", "where the condition is not met"),
    ]
    found = [(groups(con, ["role"], where, source=source, most=1), kind, why) for source, where, kind, why in sets]
    aside = [(several[0].span, kind, why) for several, kind, why in found if several]
    read, blank = one(con, "SELECT count(*) FROM data"), blank_rows(reading)
    left = sum(span.count for span, _, _ in aside)
    years = one(con, "SELECT count(DISTINCT (code, year)) FROM valued WHERE role = 0")
    reasons = f" ({listed(f'{span.count:,} {why}' for span, _, why in aside)})" if aside else ""
    by = "averaged" if reading.source.aggregate and reading.source.aggregate.by == "mean" else "added up"
    what = f"{read:,} rows read = {read - left:,} {by} to {years:,} municipality-years + {left:,} set aside{reasons}"
    note = told(reading, [], None, "NOTE", f"{what}; {blank:,} blank rows", "", "rows_added_up")
    return [(span, kind) for span, kind, _ in aside if kind], [note]


def blank_rows(reading: Reading) -> int:
    """How many blank rows stand below the header."""
    return int(one(reading.con, f"SELECT count_if(blank) FROM raw WHERE rowid >= {reading.header_row:d}"))
