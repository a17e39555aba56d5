"""Files whose years cannot be told, or are parts of years."""

from datetime import date

from written_evaluations import CODES, NAMES

from .ledger import Case, planted
from .sources import case
from .tables import AID, CHILDREN, PUPILS, UNIT, YEAR, YEARS, figure, long, wide
from .writing import ods, text, xls, xlsx

MONTHS = ("Janar", "Shkurt", "Mars", "Prill")


def years_cases():
    """Every case of this kind."""
    return [
        make()
        for make in (
            months_in_rows,
            quarters_across,
            months_across,
            school_years_undeclared,
            school_years_in_rows,
            years_out_of_range,
            days_for_years,
            a_year_as_a_date,
            rows_without_year,
            a_plan_among_years,
            the_same_year_twice,
        )
    ]


def months_in_rows():
    rows = [[UNIT, YEAR, "Muaji", AID]]
    rows += [
        [NAMES[code], year, month, figure(AID, code, year)] for code in CODES for year in YEARS for month in MONTHS
    ]
    return case("muaj_ne_rreshta.xlsx", xlsx(rows), planted("STOP", "part_of_year", "column C"), AID)


def quarters_across():
    """Four quarters of the last year beside whole years."""
    grid = wide(AID, {year: str(year) for year in YEARS})
    rows = [[*grid.rows[0], "TR1 2021", "TR2 2021"], *[[*row, row[-1], row[-1]] for row in grid.rows[1:]]]
    source = {"file": "tremujore.xlsx", "unit": UNIT, "columns": {"aid_families": "{year}"}}
    found = planted("STOP", "part_of_a_year", ["G1", "H1"])
    return Case(name="tremujore.xlsx", files={"tremujore.xlsx": xlsx(rows)}, sources=(source,), planted=tuple(found))


def months_across():
    """Whole years, and the first months of the running one, under headers of one form."""
    grid = wide(AID, {year: f"Familje {year}" for year in YEARS})
    rows = [[*grid.rows[0], "Familje Janar 2021", "Familje Shkurt 2021"], *[[*row, 5, 6] for row in grid.rows[1:]]]
    source = {"file": "muaj_ne_kolona.xls", "unit": UNIT, "columns": {"aid_families": "Familje {year}"}}
    found = planted("STOP", "part_of_a_year", ["G1", "H1"])
    return Case(
        name="muaj_ne_kolona.xls", files={"muaj_ne_kolona.xls": xls(rows)}, sources=(source,), planted=tuple(found)
    )


def school_years_undeclared():
    labels = {year: f"{year}-{year + 1}" for year in YEARS}
    grid = wide(CHILDREN, labels)
    source = {"file": "shkolla.ods", "unit": UNIT, "columns": {"children": "{year}"}}
    found = planted("STOP", "school_year", [f"{letter}1" for letter in "BCDEF"])
    return Case(
        name="shkolla.ods",
        files={"shkolla.ods": ods(grid.rows)},
        sources=(source,),
        planted=tuple(found),
        indicators=("children_number",),
    )


def school_years_in_rows():
    grid = long(CHILDREN, PUPILS, years=[2016], text=True)
    for row in grid.rows[1:]:
        row[1] = "2016/17"
    where = [f"row {number}, column {YEAR}" for number in range(2, len(grid.rows) + 1)]
    return case(
        "viti_shkollor.csv",
        text(grid.rows),
        planted("STOP", "school_year", where),
        CHILDREN,
        PUPILS,
        indicators=("children_rate",),
    )


def years_out_of_range():
    grid = long(AID, text=True)
    where = []
    for name, year, written in (("Elbasan", 2018, 20119), ("Peqin", 2019, 1019), ("Berat", 2020, 2202)):
        number = grid.number(name, year)
        grid.rows[number - 1][1] = written
        where.append(f"row {number}, column {YEAR}")
    return case("vite_te_gabuara.csv", text(grid.rows), planted("STOP", "year_out_of_range", where), AID)


def days_for_years():
    """A year column that a spreadsheet turned into days."""
    grid = long(AID)
    number = grid.number("Cërrik", 2020)
    grid.rows[number - 1][1] = 43831
    return case("dite_per_vite.xlsx", xlsx(grid.rows), planted("STOP", "day_written_as_a_number", f"B{number}"), AID)


def a_year_as_a_date():
    grid = long(AID)
    number = grid.number("Librazhd", 2017)
    grid.rows[number - 1][1] = date(2017, 1, 1)
    return case("viti_si_date.xlsx", xlsx(grid.rows), planted("STOP", "part_of_a_year", f"B{number}"), AID)


def rows_without_year():
    """The year written once, not merged: the rows below it hold none."""
    grid = long(AID)
    numbers = [grid.number(NAMES[code], 2018) for code in CODES[1:6]]
    for number in numbers:
        grid.rows[number - 1][1] = None
    return case("pa_vit.xlsx", xlsx(grid.rows), planted("STOP", "no_year", [f"B{number}" for number in numbers]), AID)


def a_plan_among_years():
    grid = wide(AID, {2016: "2016", 2017: "2017", 2018: "2018", 2019: "2019", 2020: "2020 plan"})
    source = {"file": "viti_plan.xlsx", "unit": UNIT, "columns": {"aid_families": "{year}"}}
    found = planted("ASK", "year_header", "F1")
    return Case(
        name="viti_plan.xlsx", files={"viti_plan.xlsx": xlsx(grid.rows)}, sources=(source,), planted=tuple(found)
    )


def the_same_year_twice():
    """A revision beside the first figures, both under the same year."""
    grid = wide(AID, {2016: "2016", 2017: "2017", 2018: "2018", 2019: "2019", 2020: "2020"})
    rows = [[*grid.rows[0], "2020 (r)"], *[[*row, row[-1] + 1] for row in grid.rows[1:]]]
    source = {"file": "rishikim.xlsx", "unit": UNIT, "columns": {"aid_families": "{year}"}}
    found = planted("STOP", "year_columns_twice", "F1", says="several columns for 2020")
    return Case(name="rishikim.xlsx", files={"rishikim.xlsx": xlsx(rows)}, sources=(source,), planted=tuple(found))
