"""`lnbeval check FILE`: what a file that nobody declared holds, what stands in its way, and the next command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.intake.text import listed, quoted
from lnbeval.workspace.data_conflicts import spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from lnbeval.intake import Description
    from lnbeval.intake.description import SheetDescription
    from lnbeval.intake.survey.found import SurveyedTable
    from lnbeval.workspace.languages import Language
    from lnbeval.workspace.new_evaluation.unseen import Understood, Unseen


def unseen_lines(found: Unseen, path: Path, language: Language) -> Iterator[str]:
    """What a file holds, a line for each thing, and what to run next when some of it can be used."""
    words = language.phrases
    yield from _file_lines(found.description, words)
    by_sheet = {one.table.sheet: one for one in found.tables}
    for sheet in found.description.sheets:
        understood = by_sheet.get(sheet.name)
        if understood is not None:
            yield from _table_lines(sheet, understood, words)
        elif found.tables:
            yield _size(sheet, str(sheet.header_row), words)  # The problems above say why nothing is proposed of it.
        else:
            yield from _sheet_lines(sheet, words)
    if found.tables:
        shown = f"'{path}'" if " " in str(path) else str(path)
        yield words["next"].format(file=shown, number=found.guesses)


def _file_lines(description: Description, words: Mapping[str, str]) -> Iterator[str]:
    if description.kind == "csv":
        mark = {"\t": words["tab"], "": words["none"]}.get(description.delimiter, description.delimiter)
        yield words["text"].format(file=description.file, encoding=description.encoding, mark=mark)
    elif description.kind == "px":
        yield words["px"].format(file=description.file)
    elif description.kind:
        yield words["workbook"].format(file=description.file, number=len(description.sheets))


def _sheet_lines(sheet: SheetDescription, words: Mapping[str, str]) -> Iterator[str]:
    """A sheet that nothing is proposed of."""
    yield _size(sheet, str(sheet.header_row), words)
    yield f"    {words['headers'].format(names=_names(sheet.headers) or words['none'])}"
    yield f"    {words['units'].format(names=_names(sheet.unit_columns) or words['no_column'])}"
    yield f"    {words['years'].format(names=_names(sheet.period_columns) or words['no_column'])}"


def _table_lines(sheet: SheetDescription, found: Understood, words: Mapping[str, str]) -> Iterator[str]:
    table = found.table
    yield _size(sheet, "-".join(map(str, dict.fromkeys((table.header_rows[0], table.header_rows[-1])))), words)
    names = f"{table.unit} ({table.unit_letter}): {table.units}"
    yield f"    {words['units'].format(names=names)}"
    if table.county:
        yield f"    {words['county'].format(names=quoted(table.county))}"
    if table.level[0]:
        level = f"{quoted(table.level[0])} = {quoted(table.level[1])}"
        yield f"    {words['level'].format(names=level)}"
    years = f"{spans(table.years) or words['none']} ({_where(table, words)})"
    yield f"    {words['years'].format(names=years)}"
    cut = [*table.over, *([table.by] if table.by else [])]
    if cut:
        yield f"    {words['cut'].format(names=', '.join(map(quoted, cut)))}"
    for column in (one for one in table.groups if len(one.groups) > 1):
        shares = ", ".join(f"{quoted(word)} {len(codes)}" for word, codes in column.groups.items())
        yield f"    {words['sorts'].format(header=quoted(column.header), words=shares)}"
    yield from _variable_lines(found, words)


def _variable_lines(found: Understood, words: Mapping[str, str]) -> Iterator[str]:
    for code, column in found.columns.items():
        yield "    " + words["variable"].format(
            code=code,
            header=quoted(column.header),
            letter=column.letter,
            figures=column.figures,
            filled=column.filled,
            kind=words["whole" if column.whole else "decimals"],
        )


def _where(table: SurveyedTable, words: Mapping[str, str]) -> str:
    if table.period:
        return f"{words['column']} {quoted(table.period)}"
    if table.year is not None:
        return words[f"year_from_{table.year_from}"]
    return words["years_across"]


def _size(sheet: SheetDescription, header: str, words: Mapping[str, str]) -> str:
    name = f"{words['sheet']} '{sheet.name}': " if sheet.name else ""
    return f"  {name}{words['size'].format(rows=sheet.rows, columns=sheet.columns, header_row=header)}"


def _names(names: Iterable[str]) -> str:
    return listed(name for name in names if name)
