"""Files whose figures are written in words, in doubtful marks, or not at all; every one at a known place."""

from datetime import date

from written_evaluations import CODES, NAMES

from .ledger import Case, planted
from .sources import case, px_source
from .tables import (
    AID,
    BUDGET,
    CENTRES,
    CHILDREN,
    COVER,
    DISABILITY,
    NOTES,
    PUPILS,
    REGION,
    SPENDING,
    STAFF,
    TITLE,
    UNIT,
    YEARS,
    code_of,
    figure,
    long,
    wide,
)
from .writing import ods, px, text, xls, xlsx


def written_figures_cases():
    """Every case of this kind."""
    return [
        make()
        for make in (
            words_for_not_reported,
            words_in_doubt,
            bounds_and_ranges,
            approximate_and_with_units,
            dates_for_counts,
            error_cells,
            errors_in_an_old_workbook,
            errors_in_open_document,
            formulas_without_values,
            two_ways_of_writing_decimals,
            two_ways_of_writing_thousands,
            thousands_or_decimals,
            marks_of_instat,
            notes_in_figures,
            marks_at_figures,
            no_figures_at_all,
            two_units_in_one_column,
            words_of_three_kinds,
            a_list_of_small_faults,
        )
    ]


def words_for_not_reported():
    grid = long(AID, county=True, above=TITLE, below=NOTES)
    words = (
        ("Has", 2016, "nuk ka të dhëna"),
        ("Mat", 2017, ".."),
        ("Vorë", 2018, "n/a"),
        ("Pukë", 2019, "S'KA TË DHËNA"),
        ("Fier", 2020, "-"),
    )
    where = [grid.put(name, year, AID, word) for name, year, word in words]
    return case("mungesa.xlsx", xlsx(grid.rows), planted("WARN", "missing_words", where), AID, header=5, county=REGION)


def words_in_doubt():
    grid = long(CENTRES, text=True)
    where = [
        grid.put(*place, CENTRES, word)
        for place, word in ((("Krujë", 2017), "nuk ka"), (("Korçë", 2018), "asnjë"), (("Patos", 2020), "/"))
    ]
    return case(
        "qendrat.csv", text(grid.rows), planted("STOP", "zero_or_not_reported", where), CENTRES,
        indicators=("centres_number",),
    )  # fmt: skip


def bounds_and_ranges():
    grid = long(DISABILITY)
    cells = (
        (("Pustec", 2016), "<5"),
        (("Pustec", 2017), "<5"),
        (("Libohovë", 2018), "5-10"),
        (("Dropull", 2019), "më pak se 5"),
    )
    where = [grid.put(*place, DISABILITY, word) for place, word in cells]
    return case(
        "pak_te_fshehura.xlsx", xlsx(grid.rows), planted("WARN", "bounded_values", where), DISABILITY,
        indicators=("disability_rate",),
    )  # fmt: skip


def approximate_and_with_units():
    grid = long(AID, text=True)
    about = [
        grid.put(*place, AID, f"{word}{figure(AID, code_of(place[0]), place[1])}")
        for place, word in ((("Tiranë", 2016), "rreth "), (("Vlorë", 2018), "≈"))
    ]
    units = [
        grid.put(*place, AID, f"{figure(AID, code_of(place[0]), place[1])} familje")
        for place in (("Krujë", 2017), ("Kukës", 2020))
    ]
    found = [*planted("WARN", "approximate_numbers", about), *planted("WARN", "unit_words", units)]
    return case("perafersisht.csv", text(grid.rows, encoding="utf-8-sig"), found, AID)


def dates_for_counts():
    grid = long(CENTRES)
    where = [
        grid.put("Berat", 2018, CENTRES, date(2018, 3, 12)),
        grid.put("Klos", 2017, CENTRES, "12-Mar"),
        grid.put("Kavajë", 2019, CENTRES, date(2019, 5, 4)),
    ]
    return case(
        "data_ne_vend_te_numrit.xlsx",
        xlsx(grid.rows),
        planted("STOP", "date", where),
        CENTRES,
        indicators=("centres_number",),
    )


def error_cells():
    grid = long(AID, STAFF)
    places = (("Tropojë", 2016, AID, "#REF!"), ("Kuçovë", 2018, STAFF, "#N/A"), ("Finiq", 2020, AID, "#DIV/0!"))
    where = [grid.put(*place) for place in places]
    return case(
        "gabime_formulash.xlsx", xlsx(grid.rows), planted("STOP", "spreadsheet_error", where), AID, STAFF,
        indicators=("aid_rate", "staff_rate"),
    )  # fmt: skip


def errors_in_an_old_workbook():
    grid = long(AID)
    where = [grid.put("Maliq", 2017, AID, "#VALUE!"), grid.put("Devoll", 2017, AID, "#NAME?")]
    return case("arkivi_me_gabime.xls", xls(grid.rows), planted("STOP", "spreadsheet_error", where), AID)


def errors_in_open_document():
    grid = long(AID, above=TITLE)
    where = [grid.put("Selenicë", 2018, AID, "#REF!"), grid.put("Konispol", 2020, AID, "#N/A")]
    return case("gabime.ods", ods(grid.rows), planted("STOP", "spreadsheet_error", where), AID, header=5)


def formulas_without_values():
    grid = long(AID)
    where = [grid.put("Shijak", year, AID, f"={figure(AID, code_of('Shijak'), year)}*1") for year in (2018, 2019)]
    return case("formula_pa_vlere.xlsx", xlsx(grid.rows), planted("STOP", "formula_without_result", where), AID)


def two_ways_of_writing_decimals():
    """Figures typed by telephone, by two persons: what either means cannot be told, so all of them are named."""
    grid = long(COVER)
    cells = (
        ("Memaliaj", 2018, "51.4"),
        ("Tepelenë", 2018, "48,2"),
        ("Përmet", 2019, "44,6"),
        ("Libohovë", 2016, "39,1"),
    )
    where = [grid.put(name, year, COVER, written) for name, year, written in cells]
    found = planted("STOP", "mixed_marks", where)
    return case("presje_dhe_pika.xlsx", xlsx(grid.rows), found, COVER, indicators=("cover_share",))


def two_ways_of_writing_thousands():
    """The treasury writes 1.234,5; one office answered with 1,234.5."""
    grid = long(SPENDING, BUDGET, text=True)
    cells = (("Durrës", 2016, "149.012,5"), ("Korçë", 2017, "70,112.4"), ("Berat", 2018, "53.201,5"))
    where = [grid.put(name, year, SPENDING, written) for name, year, written in cells]
    return case(
        "dy_zyra.csv",
        text(grid.rows),
        planted("STOP", "mixed_marks", where),
        SPENDING,
        BUDGET,
        indicators=("spend_part",),
    )


def thousands_or_decimals():
    """Only the capital has a thousand or more, and nothing shows whether 2.230 is two or two thousand."""
    grid = long(CHILDREN, PUPILS, text=True)
    where = []
    for year in YEARS:
        number = figure(CHILDREN, code_of("Tiranë"), year)
        where.append(grid.put("Tiranë", year, CHILDREN, f"{number // 1000}.{number % 1000:03d}"))
    found = planted("STOP", "ambiguous_marks", where)
    return case("pika_e_paqarte.csv", text(grid.rows), found, CHILDREN, PUPILS, indicators=("children_rate",))


def marks_of_instat():
    """Marks of the statistical office that nobody declared."""
    file = "instat_pa_deklarim.px"
    figures = [[figure(AID, code, year) for year in YEARS] for code in CODES]
    figures[10][2] = figures[40][0] = '".."'
    data = px(AID, [NAMES[code] for code in CODES], YEARS, figures)
    where = [f"row {2 + at * len(YEARS) + year}, column {AID}" for at, year in ((10, 2), (40, 0))]
    return Case(
        name=file,
        files={file: data},
        sources=(px_source(file),),
        planted=tuple(planted("WARN", "missing_words", where)),
    )


def notes_in_figures():
    """Remarks typed into figures of a sheet whose years stand across."""
    grid = wide(AID, {year: str(year) for year in YEARS})
    where = []
    for name, year, words in (("Krujë", 2018, "sipas raportit"), ("Fier", 2019, "1 200 (?)")):
        place = f"{grid.letter(str(year))}{grid.number(name)}"
        grid.rows[grid.number(name) - 1][grid.header.index(str(year))] = words
        where.append(place)
    source = {"file": "shenime.ods", "unit": UNIT, "columns": {"aid_families": "{year}"}}
    return Case(
        name="shenime.ods",
        files={"shenime.ods": ods(grid.rows)},
        sources=(source,),
        planted=tuple(planted("STOP", "not_a_number", where)),
    )


def marks_at_figures():
    grid = long(AID, text=True)
    where = [
        grid.put("Vorë", 2018, AID, f"{figure(AID, code_of('Vorë'), 2018)}*"),
        grid.put("Fier", 2019, AID, f"{figure(AID, code_of('Fier'), 2019)} 1)"),
    ]
    return case(
        "shenja_te_shifrat.csv",
        text(grid.rows),
        [*planted("WARN", "marked_numbers", where[:1]), *planted("STOP", "not_a_number", where[1:])],
        AID,
    )


def no_figures_at_all():
    """A column of words where figures belong."""
    grid = long(CENTRES, text=True)
    where = [grid.put(name, 2019, CENTRES, "po") for name in ("Tiranë", "Durrës", "Vlorë")]
    return case(
        "po_dhe_jo.csv",
        text(grid.rows),
        planted("STOP", "not_a_number", where),
        CENTRES,
        indicators=("centres_number",),
    )


def two_units_in_one_column():
    grid = long(SPENDING, BUDGET)
    where = [grid.put("Patos", 2017, SPENDING, "14500 lekë"), grid.put("Patos", 2018, SPENDING, "120 euro")]
    return case(
        "leke_dhe_euro.xlsx",
        xlsx(grid.rows),
        planted("STOP", "different_units_in_one_column", where),
        SPENDING,
        BUDGET,
        indicators=("spend_part",),
    )


def words_of_three_kinds():
    """Not reported, withheld and not applicable, in one column."""
    grid = long(DISABILITY)
    cells = (("Has", 2016, "nuk raportohet"), ("Pustec", 2017, "c"), ("Pustec", 2018, "*"), ("Finiq", 2019, "[z]"))
    where = [grid.put(name, year, DISABILITY, word) for name, year, word in cells]
    return case(
        "tri_lloje.xlsx",
        xlsx(grid.rows),
        planted("WARN", "missing_words", where),
        DISABILITY,
        indicators=("disability_rate",),
    )


def a_list_of_small_faults():
    """What one report of a hurried office holds: nothing of it hides the rest."""
    grid = long(AID, DISABILITY, STAFF, county=True, above=TITLE)
    found = [
        *planted("WARN", "missing_words", [grid.put("Has", 2017, AID, "s'ka"), grid.put("Mat", 2018, AID, "…")]),
        *planted("STOP", "spreadsheet_error", grid.put("Krujë", 2016, AID, "#REF!")),
        *planted("STOP", "below_range", grid.put("Fier", 2020, AID, -40)),
        *planted("WARN", "bounded_values", grid.put("Pustec", 2019, DISABILITY, "<5")),
        *planted("ASK", "jump", grid.put("Kukës", 2018, DISABILITY, 31)),
        *planted("STOP", "date", grid.put("Korçë", 2019, DISABILITY, date(2019, 12, 1))),
        *planted("WARN", "missing_words", grid.put("Tiranë", 2020, STAFF, "mungon")),
        *planted("STOP", "not_a_number", grid.put("Berat", 2017, STAFF, "dy")),
        *planted("WARN", "approximate_numbers", grid.put("Vlorë", 2016, STAFF, "rreth 12")),
    ]
    grid.rows += NOTES
    return case(
        "raport_i_nxituar.xlsx", xlsx(grid.rows), found, AID, DISABILITY, STAFF, header=5, county=REGION,
        indicators=("aid_rate", "disability_rate", "staff_rate"),
    )  # fmt: skip
