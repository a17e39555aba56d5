"""Files whose layout looks messy and holds no problem: nothing may be reported."""

from written_evaluations import CODES, NAMES

from .ledger import Case
from .sources import case, declared
from .tables import (
    AID,
    CHILDREN,
    COUNTY,
    DISABILITY,
    NOTES,
    PUPILS,
    REGION,
    STAFF,
    TITLE,
    UNIT,
    WOMEN,
    YEAR,
    YEARS,
    Grid,
    figure,
    long,
    total_row,
    wide,
)
from .writing import text, xlsx


def quiet_layouts_cases():
    """Every case of this kind."""
    return [
        make()
        for make in (
            plain_workbook,
            with_titles_totals_and_notes,
            years_across,
            years_with_labels,
            tags_of_the_exchange_language,
            levels,
            months_added_up,
            school_years,
            two_header_rows,
            hidden_but_declared,
            one_file_a_year,
            three_sheets,
            county_totals,
            actual_declared_beside_nothing_planned,
            report_alone,
            unread_sheet_and_column,
        )
    ]


def plain_workbook():
    file = "ndihma_ekonomike.xlsx"
    return Case(name=file, files={file: xlsx(long(AID).rows)}, sources=(declared(file, AID),))


def with_titles_totals_and_notes():
    file = "raporti_vjetor.xlsx"
    grid = long(AID, DISABILITY, county=True, above=TITLE)
    for year in YEARS:
        row = total_row(grid, AID, year)
        row[grid.header.index(DISABILITY)] = grid.sum(DISABILITY, year)
        grid.add(row)
    grid.rows += NOTES
    source = declared(file, AID, DISABILITY, header=5, county=REGION)
    return Case(name=file, files={file: xlsx(grid.rows)}, sources=(source,), indicators=("aid_rate", "disability_rate"))


def years_across():
    file = "ndihma_sipas_viteve.xlsx"
    grid = wide(AID, {year: str(year) for year in YEARS}, county=True)
    source = {"file": file, "unit": UNIT, "county": REGION, "columns": {"aid_families": "{year}"}}
    return Case(name=file, files={file: xlsx(grid.rows)}, sources=(source,))


def years_with_labels():
    file = "ndihma_me_shenja.xlsx"
    labels = {2016: "2016", 2017: "Viti 2017", 2018: "2018 (r)", 2019: "2019*", 2020: "2020 (p)"}
    grid = wide(AID, labels, above=TITLE, below=[(), ("* të dhëna të rishikuara",), ("Burimi: SHSSH",)])
    source = {"file": file, "unit": UNIT, "header": 5, "columns": {"aid_families": "{year}"}}
    return Case(name=file, files={file: xlsx(grid.rows)}, sources=(source,))


def tags_of_the_exchange_language():
    file = "hxl.csv"
    grid = long(AID)
    grid.rows.insert(1, ["#adm2+name", "#date+year", "#affected+families"])
    source = {
        "file": file,
        "unit": "#adm2+name",
        "period": "#date+year",
        "columns": {"aid_families": "#affected+families"},
    }
    return Case(name=file, files={file: text(grid.rows, delimiter=",")}, sources=(source,))


def levels():
    """Rows of counties among those of municipalities, under the same names, told apart by a column."""
    file = "qarqe_dhe_bashki.xlsx"
    rows = []
    for year in YEARS:
        for county in dict.fromkeys(COUNTY.values()):
            own = [code for code in CODES if COUNTY[code] == county]
            rows.append([county, "Qark", year, sum(figure(AID, code, year) for code in own)])
            rows += [[NAMES[code], "Bashki", year, figure(AID, code, year)] for code in own]
    grid = Grid([UNIT, "Niveli", YEAR, AID], rows, above=TITLE)
    source = declared(file, AID, header=5, level={"column": "Niveli", "municipality": "Bashki"})
    return Case(name=file, files={file: xlsx(grid.rows)}, sources=(source,))


def months_added_up():
    file = "muajt.xlsx"
    months = ("Janar", "Shkurt", "Mars")
    rows = [[UNIT, YEAR, "Muaji", AID]]
    rows += [
        [NAMES[code], year, month, figure(AID, code, year)] for code in CODES for year in YEARS for month in months
    ]
    source = declared(file, AID, aggregate={"by": "mean", "over": ["Muaji"]})
    return Case(name=file, files={file: xlsx(rows)}, sources=(source,), holds=len(rows) - 1)


def school_years():
    file = "vitet_shkollore.csv"
    grid = long(CHILDREN, PUPILS)
    for row in grid.rows[1:]:
        row[1] = f"{row[1]}/{(row[1] + 1) % 100}"
    source = declared(file, CHILDREN, PUPILS, school_year="start")
    return Case(name=file, files={file: text(grid.rows)}, sources=(source,), indicators=("children_rate",))


def two_header_rows():
    file = "dy_rreshta_koke.csv"
    grid = long(DISABILITY, WOMEN)
    rows = [[UNIT, YEAR, "Përfitues të PAK", ""], ["", "", "Gjithsej", "Gra"], *grid.rows[1:]]
    columns = {"disability": "Përfitues të PAK / Gjithsej", "disability_women": "Përfitues të PAK / Gra"}
    source = {"file": file, "unit": UNIT, "period": YEAR, "header": [1, 2], "columns": columns}
    return Case(name=file, files={file: text(rows)}, sources=(source,), indicators=("disability_rate", "women_rate"))


def hidden_but_declared():
    file = "rreshta_te_fshehur.xlsx"
    return Case(
        name=file, files={file: xlsx(long(AID).rows, hidden=(7, 8, 9))}, sources=(declared(file, AID, hidden="read"),)
    )


def one_file_a_year():
    files = {f"ndihma_{year}.xlsx": xlsx(long(AID, years=[year], above=TITLE).rows) for year in YEARS}
    return Case(
        name="ndihma_2016.xlsx ... 2020",
        files=files,
        sources=tuple(declared(file, AID, header=5) for file in files),
        holds=305,
    )


def three_sheets():
    file = "tre_flete.xlsx"
    data = xlsx(
        long(AID).rows, "NE", more={"PAK": long(DISABILITY).rows, "Shënime": [("Punoi: sektori i statistikës",)]}
    )
    sources = (declared(file, AID, sheet="NE"), declared(file, DISABILITY, sheet="PAK"))
    return Case(name=file, files={file: data}, sources=sources, indicators=("aid_rate", "disability_rate"))


def county_totals():
    """Totals of counties below their municipalities, and of the country below all."""
    file = "totale_qarqesh.xlsx"
    grid = Grid([REGION, UNIT, YEAR, AID], [], above=TITLE)
    for year in YEARS:
        for county in dict.fromkeys(COUNTY.values()):
            own = [code for code in CODES if COUNTY[code] == county]
            grid.rows += [[county, NAMES[code], year, figure(AID, code, year)] for code in own]
            grid.add([county, f"Qarku {county}", year, grid.sum(AID, year, names=[NAMES[code] for code in own])])
        grid.add([None, "Shqipëria", year, grid.sum(AID, year)])
    grid.rows += NOTES
    source = declared(file, AID, header=5, county=REGION)
    return Case(name=file, files={file: xlsx(grid.rows)}, sources=(source,))


def actual_declared_beside_nothing_planned():
    file = "fakti_i_vitit.xlsx"
    grid = long(AID, DISABILITY)
    rows = [[UNIT, YEAR, f"{AID} (fakt)", f"{DISABILITY} (plan)"], *grid.rows[1:]]
    source = {"file": file, "unit": UNIT, "period": YEAR, "columns": {"aid_families": f"{AID} (fakt)"}}
    return Case(name=file, files={file: xlsx(rows)}, sources=(source,))


def report_alone():
    file = "sapo_mberriti.xlsx"
    grid = long(AID, STAFF, county=True, above=TITLE, below=NOTES)
    return Case(name=f"{file} (alone)", files={file: xlsx(grid.rows)})


def unread_sheet_and_column():
    """Faults in what nobody declared are not told."""
    grid = long(AID)
    rows = [
        [*grid.rows[0], "Shënime"],
        *[[*row, "#REF!" if at % 50 == 0 else "ok"] for at, row in enumerate(grid.rows[1:])],
    ]
    data = xlsx(rows, "NE", more={"Punë": [("Tirnaë", 2018, "dy")]})
    return case("te_palexuara.xlsx", data, [], AID, sheet="NE")
