"""Large files: rows cut more finely than municipality and year, added up in bounded memory before anything else.

A source that declares `aggregate` is read this way whatever its size. Persons are turned away at the door, by the header and the
first rows; a file too large for the ordinary reader is refused with the numbers.
"""

from __future__ import annotations

import math
import tempfile
from array import array
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lnbeval.intake.draft import Draft, table_draft
from lnbeval.intake.files.encodings import TextError
from lnbeval.intake.heading.columns import located
from lnbeval.intake.large.absent_parts import bounded_sums, missing_parts, names_by_number
from lnbeval.intake.large.account import accounted, with_cells_behind
from lnbeval.intake.large.aside import blank_rows, reconciled, rows_aside
from lnbeval.intake.large.beside import names_beside
from lnbeval.intake.large.deep_numbers import number_below
from lnbeval.intake.large.digest import Reading, digest, judged_keys, plain_source
from lnbeval.intake.large.door import TurnedAwayError, first_rows, question_of_persons, refused
from lnbeval.intake.large.mended import with_letters_mended
from lnbeval.intake.large.numbers import column_numbers
from lnbeval.intake.large.odd_cells import judged_cells
from lnbeval.intake.large.part_cells import part_cells
from lnbeval.intake.large.part_overlaps import overlapping_parts
from lnbeval.intake.large.part_sums import rows_of_totals, sums_among_parts
from lnbeval.intake.large.part_totals import compared_totals
from lnbeval.intake.large.part_values import part_values
from lnbeval.intake.large.planned_parts import planned_parts
from lnbeval.intake.large.repeats import repeated
from lnbeval.intake.large.result import added_rows, layers
from lnbeval.intake.large.rows import database, groups, load
from lnbeval.intake.large.shares import sums_of_shares
from lnbeval.intake.large.silent import silent_parts, unseen_parts
from lnbeval.intake.large.telling import told
from lnbeval.intake.large.text import plain_file, plain_table
from lnbeval.intake.large.unit_totals import OF_TOTALS, compared_unit_totals
from lnbeval.intake.large.values import code_numbers, families, key_rows, value_rows
from lnbeval.intake.problems import Problem, UnreadableError
from lnbeval.intake.rows.merged import unmerged
from lnbeval.intake.rows.names_beside import naming_columns
from lnbeval.intake.rows.person_notes import contact_in_note
from lnbeval.intake.rows.person_numbers import withheld_problem, withheld_table
from lnbeval.intake.rows.unread_units import beside_figures
from lnbeval.intake.rows.unseen import comment_notes, hidden_problems
from lnbeval.intake.rows.years_of_rows import other_years
from lnbeval.intake.source import Condition
from lnbeval.intake.table import RawTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake.heading.columns import Columns
    from lnbeval.intake.large.result import Layer
    from lnbeval.intake.large.text import Plain
    from lnbeval.intake.letters import Letters
    from lnbeval.intake.meanings import Meanings
    from lnbeval.intake.source import Source


def large_draft(path: Path, source: Source, meanings: Meanings) -> Draft:
    """Draft of a source that is added up, or the problem why it cannot be."""
    empty = RawTable(file=source.file, sheet=source.sheet or "")
    try:
        with tempfile.TemporaryDirectory(prefix="lnbeval-") as folder:
            return _draft(path, source, meanings, Path(folder))
    except TurnedAwayError as persons:
        return Draft(table=empty, problems=persons.problems, withheld=True)
    except UnreadableError as fault:
        return Draft(table=empty, problems=(fault.problem,))
    except TextError as fault:
        problem = Problem(severity="STOP", file=source.file, what=fault.what, do=fault.do, rule=fault.rule)
        return Draft(table=empty, problems=(problem,))


def _judged(table: RawTable, source: Source, meanings: Meanings) -> Draft:
    """Draft of a small table; one that is turned away takes the whole file with it."""
    draft = table_draft(table, source, meanings, whole=False)
    if draft.withheld:
        raise TurnedAwayError(draft.problems)
    return draft


def _draft(path: Path, source: Source, meanings: Meanings, folder: Path) -> Draft:
    head, encoding, delimiter = first_rows(path, source, meanings, folder)
    judge = partial(_judged, meanings=meanings)
    asked = question_of_persons(head, source, judge, meanings)
    number = number_below(path, head, encoding, meanings.persons)
    if number is not None:
        raise TurnedAwayError((number,))
    if source.aggregate is None:
        raise TextError(*refused(path, source), "large_file")
    if asked and asked.name not in meanings.answered:
        return Draft(table=replace(head, row_numbers=(), rows=()), problems=(asked,), withheld=True)
    contact = contact_in_note(head, meanings.persons)
    head = withheld_table(head, meanings.persons)
    columns, over, wrong = _columns(head, source, meanings)
    if not columns.is_complete or len(over) < len(source.aggregate.over):
        return Draft(table=replace(head, row_numbers=(), rows=()), problems=(*head.problems, *wrong))
    head, seen = (head, []) if delimiter else _as_seen(head, source, columns, over)
    texts = {} if delimiter else _texts(head, columns)
    plain = _plain(path, head, encoding, delimiter, folder, meanings.letters)
    with database(folder) as con:
        reading = Reading(
            source=source,
            head=replace(head, row_numbers=(), rows=()),
            columns=columns,
            over=over,
            plain=plain,
            con=con,
            judge=judge,
            is_total=meanings.is_total,
            headers=meanings.headers,
            answered=meanings.answered,
            registered=meanings.registered,
            persons=meanings.persons,
            texts=texts,
            words=meanings.words,
            beside=tuple(naming_columns(head, {*columns.declared, *over}, meanings)),
        )
        load(
            con,
            plain,
            sorted({*reading.loaded, *reading.beside}),
            len(head.header),
            reading.header_row,
            [row for row, _, _ in head.apart],
        )
        beside = beside_figures(head, columns, [True] * len(head.rows), meanings, over)
        if delimiter:
            reading = with_letters_mended(reading, head.row_numbers[-1] if head.row_numbers else 0, meanings)
        problems = [*(one for one in (asked, contact) if one), *seen, *_ragged(reading, head), *beside]
        problems += sums_of_shares(head, source, columns, meanings)
        problems += other_years(head, source, columns.declared, meanings.headers, over)
        draft = _added_up(reading, problems, meanings)
        unseen = () if delimiter else unseen_parts(reading, head)
        draft = replace(draft, notes=(*draft.notes, *comment_notes(head)), problems=(*draft.problems, *unseen))
    return replace(draft, problems=tuple(withheld_problem(one, meanings.persons) for one in draft.problems))


def _as_seen(head: RawTable, source: Source, columns: Columns, over: Sequence[int]) -> tuple[RawTable, list[Problem]]:
    """A sheet with its merged cells filled down, those of months and groups too, and what it hides."""
    keys = replace(columns, conditions=(*columns.conditions, *(("", place, "") for place in over)))
    table, merged = unmerged(head, keys)
    return table, [*merged, *hidden_problems(table, keys, source)]


def _added_up(reading: Reading, problems: Sequence[Problem], meanings: Meanings) -> Draft:
    keys = judged_keys(reading)
    reading = _with_kept(reading, meanings, code_numbers(keys))
    parts = key_rows(reading, keys)
    numbers, shown = column_numbers(reading, keys.lent)
    grouped = families(reading)
    value_rows(reading, numbers, grouped)
    bounded, wrong = judged_cells(reading, shown, keys.lent)
    twice = repeated(reading, grouped, bounded)
    named = names_by_number(keys, code_numbers(keys))
    checked = part_values(reading, named)
    overlaps = overlapping_parts(reading)
    doubled = [*overlaps, *sums_among_parts(reading, {problem.name for problem in overlaps})]
    gaps, missing = missing_parts(reading, named, grouped)
    compared, differing = compared_totals(reading, named, numbers, grouped, gaps)
    doubled += compared_unit_totals(reading, keys)
    doubled += [*rows_of_totals(reading, named, compared), *differing]
    aside = rows_aside(reading)
    account = accounted(reading, aside, numbers)
    rows = added_rows(reading, keys, bounded, gaps)
    draft, late = _judged_sums(reading, layers(reading, rows))
    open_sums = bounded_sums(reading, named, rows)
    told_all = [
        *problems,
        *keys.problems,
        *names_beside(reading, keys, meanings),
        *parts,
        *wrong,
        *twice,
        *checked,
        *planned_parts(reading, grouped),
        *doubled,
        *missing,
        *open_sums,
        *late,
        *silent_parts(reading),
        *reconciled(reading, aside),
    ]
    told_once = tuple(dict.fromkeys(told_all))
    cells = part_cells(reading, code_numbers(keys), bounded)
    held = replace(draft, parts=cells, summed=cells is None)
    table = replace(draft.table, apart=reading.head.apart, rows_blank=blank_rows(reading))
    return replace(
        held,
        table=table,
        spellings=keys.spellings,
        notes=keys.notes,
        problems=told_once,
        account=with_cells_behind(reading, account, rows) if draft.kinds else None,
    )


def _with_kept(reading: Reading, meanings: Meanings, codes: Sequence[str]) -> Reading:
    numbers = {code: number for number, code in enumerate(codes)}
    kept = {
        (at, numbers[code], year)
        for code, year, told in meanings.kept
        for at, (variable, _) in enumerate(reading.columns.variables)
        if told == variable and code in numbers
    }
    return replace(reading, kept=frozenset(kept))


def _judged_sums(reading: Reading, tables: Sequence[Layer]) -> tuple[Draft, list[Problem]]:
    """The draft of the sums, and what is wrong with them beyond what was said of the names and years."""
    source = replace(plain_source(reading), missing=(), zero=(), decimal=None, thousands=None)
    drafts: list[Draft] = []
    late: list[Problem] = []
    for layer in tables:
        own = replace(source, columns={name: source.columns[name] for name in layer.names})
        draft = reading.judge(layer.table, own)
        bare = digest(reading, list(zip(layer.table.row_numbers, _keys_alone(reading, layer.table), strict=True)))
        said = reading.judge(bare, own).problems
        late += [problem for problem in draft.problems if problem not in said and problem.rule not in OF_TOTALS]
        drafts.append(replace(draft, cells=_with_bounds(draft.cells, layer)))
    cells = pd.concat([draft.cells for draft in drafts], ignore_index=True) if len(drafts) > 1 else drafts[0].cells
    return replace(drafts[0], cells=cells), late


def _with_bounds(cells: pd.DataFrame, layer: Layer) -> pd.DataFrame:
    """The cells of sums, with the bounds of those that have no value because some of their parts are bounds."""
    if not layer.bounds:
        return cells
    ends = [layer.bounds.get(place) for place in zip(cells["index"], cells["position"], strict=True)]
    open_ones = [end is not None and fate == "missing" for end, fate in zip(ends, cells["fate"], strict=True)]
    low, high = (
        [end[side] if end and there else math.nan for end, there in zip(ends, open_ones, strict=True)]
        for side in (0, 1)
    )
    return cells.assign(
        low=cells["low"].mask(pd.Series(open_ones, cells.index), pd.Series(low, cells.index)),
        high=cells["high"].mask(pd.Series(open_ones, cells.index), pd.Series(high, cells.index)),
        fate=cells["fate"].mask(pd.Series(open_ones, cells.index), "bounded"),
    )


def _keys_alone(reading: Reading, table: RawTable) -> list[dict[int, object]]:
    return [
        {at: cell for at, cell in enumerate(row) if at not in reading.values and cell is not None} for row in table.rows
    ]


def _texts(head: RawTable, columns: Columns) -> dict[int, Sequence[int]]:
    """Of each column of numbers, the rows in which a text stands."""
    places = sorted({place for _, place in columns.variables})
    rows = {
        place: array(
            "q",
            [number for number, row in zip(head.row_numbers, head.rows, strict=True) if isinstance(row[place], str)],
        )
        for place in places
    }
    return {place: numbers for place, numbers in rows.items() if len(numbers)}


def _plain(path: Path, head: RawTable, encoding: str, delimiter: str, folder: Path, letters: Letters) -> Plain:
    target = folder / "rows.txt"
    return plain_file(path, target, encoding, delimiter, letters) if delimiter else plain_table(head, target)


def _columns(head: RawTable, source: Source, meanings: Meanings) -> tuple[Columns, tuple[int, ...], list[Problem]]:
    """Positions of the declared columns, those added up over among them."""
    over = source.aggregate.over if source.aggregate else ()
    # For finding their headers, the columns added up over are conditions like the others, of no variable in particular.
    marks = {f"\ue000{at}": header for at, header in enumerate(over)}
    one = next(iter(source.columns))
    more = tuple(Condition(variable=one, column=header, equals=mark) for mark, header in marks.items())
    whole = replace(source, aggregate=None, only_where=(*source.only_where, *more))
    columns, problems = located(head, whole, meanings.headers, meanings.answered, whole=False)
    places = {mark: place for _, place, mark in columns.conditions if mark in marks}
    own = tuple(condition for condition in columns.conditions if condition[2] not in marks)
    return replace(columns, conditions=own), tuple(places[mark] for mark in marks if mark in places), problems


def _ragged(reading: Reading, head: RawTable) -> list[Problem]:
    """Rows of another width below those that the ordinary reader has looked at."""
    last = head.row_numbers[-1] if head.row_numbers and head.kind == "csv" else None
    if last is None:
        return []
    long = groups(reading.con, ["beyond"], f"beyond AND r > {last:d}", most=1)
    short = groups(reading.con, ["short"], f"short AND r > {last:d}", most=1)
    wide = len(head.header)
    return [
        *(
            told(reading, [int(group.span)], None, "STOP", f"More cells than the {wide} headers", "Put the cell that holds the "
                 "delimiter or a decimal comma in quotation marks, or name the column", "row_too_long", span=group.span)
            for group in long
        ),
        *(
            told(reading, [int(group.span)], None, "WARN", f"Fewer cells than the {wide} headers; those that are not there are "
                 "read as blank", "Check that the file was not cut", "row_too_short", span=group.span)
            for group in short
        ),
    ]  # fmt: skip
