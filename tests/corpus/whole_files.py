"""Files that are not the tables they seem to be."""

from written_evaluations import CODES, NAMES

from .ledger import Case, planted
from .sources import case, px_source
from .tables import AID, CENTRES, COVER, DISABILITY, TITLE, UNIT, YEAR, YEARS, figure, long
from .writing import px, text, xls, xlsx


def whole_files_cases():
    """Every case of this kind."""
    return [
        make()
        for make in (
            several_sheets,
            sheet_not_there,
            only_a_header,
            decimal_comma_between_commas,
            short_rows,
            open_quotation_mark,
            persons,
            persons_alone,
            numbers_of_persons_in_a_remark,
            truncated_workbook,
            workbook_named_csv,
            page_named_xls,
            empty_file,
            format_limit,
            lock_file,
            comma_for_delimiter,
            cut_pc_axis,
        )
    ]


def person_rows():
    rows = [["Emri", "Mbiemri", "Numri personal", UNIT, YEAR, AID]]
    rows += [["Ana", "Hoxha", f"J{70505000 + at:08d}K", NAMES[code], 2018, 1] for at, code in enumerate(CODES)]
    return rows


def several_sheets():
    data = xlsx(long(AID).rows, "2016-2020", more={"Metadata": [("Përgjegjës", "Sektori i statistikës")]})
    return case("cila_flete.xlsx", data, planted("ASK", "which_sheet", ""), AID)


def sheet_not_there():
    data = xlsx(long(AID).rows, "Tabela 1")
    return case("flete_tjeter.xlsx", data, planted("STOP", "no_sheet", ""), AID, sheet="Tabela")


def only_a_header():
    grid = long(AID, years=[])
    return case("vetem_koka.xlsx", xlsx([*TITLE, *grid.rows]), planted("STOP", "no_rows", ""), AID, header=5)


def decimal_comma_between_commas():
    """Decimal commas in a file divided by commas, not in quotation marks: cells slip to the right."""
    grid = long(COVER, years=[2016, 2017, 2018, 2019, 2020])
    number = grid.number("Selenicë", 2018)
    lines = [",".join(str(cell) for cell in row) for row in grid.rows]
    name, year, cover = grid.rows[number - 1]
    lines[number - 1] = f"{name},{year},{str(cover).replace('.', ',')}"
    data = ("\n".join(lines) + "\n").encode()
    return case(
        "presje.csv", data, planted("STOP", "row_too_long", f"row {number}"), COVER, indicators=("cover_share",)
    )


def short_rows():
    """Rows cut in the middle, where the connection broke."""
    grid = long(AID, DISABILITY, text=True)
    grid.rows[-1] = grid.rows[-1][:3]
    found = planted("WARN", "row_too_short", f"row {len(grid.rows)}")
    return case("e_prere.csv", text(grid.rows), found, AID, DISABILITY, indicators=("aid_rate", "disability_rate"))


def open_quotation_mark():
    grid = long(AID)
    lines = text(grid.rows).decode().splitlines()
    lines[200] = '"' + lines[200]
    return case("thonjeza.csv", "\n".join(lines).encode(), planted("STOP", "open_quotation", ""), AID, delimiter=";")


def persons():
    return case("regjistri.xlsx", xlsx(person_rows()), planted("STOP", "person_level", ""), AID)


def persons_alone():
    file = "regjistri.csv"
    return Case(
        name=f"{file} (alone)", files={file: text(person_rows())}, planted=tuple(planted("STOP", "person_level", ""))
    )


def numbers_of_persons_in_a_remark():
    """Nothing of the headers tells it; the remarks hold numbers of persons."""
    grid = long(CENTRES)
    rows = [
        [*grid.rows[0], "Vërejtje"],
        *[[*row, f"J{61010000 + at}K" if at < 9 else None] for at, row in enumerate(grid.rows[1:])],
    ]
    return case(
        "verejtje.xlsx", xlsx(rows), planted("STOP", "person_level", ""), CENTRES, indicators=("centres_number",)
    )


def truncated_workbook():
    file = "e_shkeputur.xlsx"
    data = xlsx(long(AID).rows)
    return Case(
        name=f"{file} (alone)", files={file: data[: len(data) // 2]}, planted=tuple(planted("STOP", "damaged", ""))
    )


def workbook_named_csv():
    file = "excel_si.csv"
    return Case(
        name=f"{file} (alone)", files={file: xlsx(long(AID).rows)}, planted=tuple(planted("STOP", "file_name", ""))
    )


def page_named_xls():
    """What a portal calls Excel: a web page."""
    body = "".join(f"<tr><td>{name}</td><td>12</td></tr>" for name in NAMES.values())
    data = f"<html><body><table>{body}</table></body></html>".encode()
    return case("portali.xls", data, planted("STOP", "file_kind", ""), AID)


def empty_file():
    return Case(name="bosh.csv (alone)", files={"bosh.csv": b"\n\n"}, planted=tuple(planted("STOP", "file_empty", "")))


def format_limit():
    """A sheet filled to the last column that old workbooks have."""
    rows = [[UNIT, YEAR, AID, *(f"k{at}" for at in range(253))], ["Tiranë", 2018, 5, *range(253)]]
    found = planted("STOP", "format_limit", "IV")
    return case("kufiri.xls", xls(rows), found, AID)


def lock_file():
    return Case(
        name="~$raport.xlsx (alone)",
        files={"~$raport.xlsx": b"\x05Admin"},
        planted=tuple(planted("STOP", "lock_file", "")),
    )


def comma_for_delimiter():
    """The parameters declare a delimiter that the file does not have: that is told, and not every header as absent."""
    data = text(long(AID).rows)
    found = planted(
        "STOP", "delimiter_differs", "", says="divided by the semicolon, but the parameters declare the comma"
    )
    return case("ndares_gabim.csv", data, found, AID, delimiter=",")


def cut_pc_axis():
    file = "instat_i_prere.px"
    figures = [[figure(AID, code, year) for year in YEARS] for code in CODES[:-1]]
    data = px(AID, [NAMES[code] for code in CODES], YEARS, figures)
    return Case(
        name=file,
        files={file: data},
        sources=(px_source(file),),
        planted=tuple(planted("STOP", "", "", says="may be cut")),
    )
