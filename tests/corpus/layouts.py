"""Files whose layout hides what a figure is about."""

from written_evaluations import CODES, NAMES

from .ledger import Case, planted
from .sources import case
from .tables import AID, DISABILITY, NOTES, REGION, TITLE, UNIT, WOMEN, YEAR, YEARS, Grid, long
from .writing import text, xlsx


def layouts_cases():
    """Every case of this kind."""
    return [
        make()
        for make in (
            merged_counties,
            merged_figures,
            merged_years,
            hidden_rows,
            colours_and_comments,
            two_header_rows_one_declared,
            the_same_header_twice,
            header_not_there,
            header_in_another_row,
            level_not_there,
            blank_levels,
            stray_cells,
            hurried_layout,
            hidden_column,
        )
    ]


def first_of(merges):
    """Where the first of several merged areas begins, and how many more there are."""
    return f"{merges[0].partition(':')[0]} and {len(merges) - 1} more"


def merged_counties():
    """A county over the rows of its municipalities."""
    rows, merges = [], []
    for year in YEARS:
        for county in dict.fromkeys(row[1] for row in long(AID, county=True).rows[1:]):
            own = [row for row in long(AID, county=True, years=[year]).rows[1:] if row[1] == county]
            first = len(rows) + 6
            rows += [[county if at == 0 else None, row[0], year, row[3]] for at, row in enumerate(own)]
            merges.append(f"A{first}:A{len(rows) + 5}")
    grid = Grid([REGION, UNIT, YEAR, AID], rows, above=TITLE)
    data = xlsx(grid.rows, merges=merges)
    return case(
        "qarqe_te_bashkuara.xlsx", data, planted("WARN", "merged_cells", first_of(merges)), AID, header=5, county=REGION
    )


def merged_figures():
    """One figure for two municipalities."""
    grid = long(AID)
    number = grid.number("Klos", 2018)
    grid.rows[number][2] = None
    area = f"C{number}:C{number + 1}"
    return case(
        "shifra_te_bashkuara.xlsx",
        xlsx(grid.rows, merges=[area]),
        planted("STOP", "merged_figures", [f"C{number}", f"C{number + 1}"]),
        AID,
    )


def merged_years():
    """The year once, over the sixty-one rows below it."""
    grid = long(AID)
    merges = []
    for year in YEARS:
        first = grid.number(NAMES[CODES[0]], year)
        for number in range(first + 1, first + len(CODES)):
            grid.rows[number - 1][1] = None
        merges.append(f"B{first}:B{first + len(CODES) - 1}")
    return case(
        "vite_te_bashkuara.xlsx", xlsx(grid.rows, merges=merges), planted("WARN", "merged_cells", first_of(merges)), AID
    )


def hidden_rows():
    grid = long(AID, above=TITLE, below=NOTES)
    hidden = [grid.number("Kamëz", 2017), grid.number("Has", 2019)]
    return case(
        "te_fshehura.xlsx",
        xlsx(grid.rows, hidden=hidden),
        planted("WARN", "hidden_rows", [f"row {at}" for at in hidden]),
        AID,
        header=5,
    )


def colours_and_comments():
    grid = long(DISABILITY)
    red, noted = grid.put("Kolonjë", 2018, DISABILITY, None), grid.put("Devoll", 2019, DISABILITY, None)
    data = xlsx(grid.rows, fills=[red], comments=[(noted, "rreth 400, pritet konfirmimi")])
    return case(
        "ngjyra.xlsx",
        data,
        planted("WARN", "blank_but_marked", [red, noted]),
        DISABILITY,
        indicators=("disability_rate",),
    )


def two_header_rows_one_declared():
    """Women and men below a common heading, and only the upper row declared."""
    grid = long(DISABILITY, WOMEN)
    rows = [[UNIT, YEAR, "Përfitues të PAK", None], [None, None, "Gjithsej", "Gra"], *grid.rows[1:]]
    source = {
        "file": "dy_koka.xlsx",
        "unit": UNIT,
        "period": YEAR,
        "columns": {"disability": "Gjithsej", "disability_women": "Gra"},
    }
    found = [
        *planted("STOP", "header_rows", "row 1", says="'Gjithsej'"),
        *planted("STOP", "header_rows", "row 1", says="'Gra'"),
    ]
    return Case(
        name="dy_koka.xlsx", files={"dy_koka.xlsx": xlsx(rows)}, sources=(source,), planted=tuple(found),
        indicators=("disability_rate", "women_rate"),
    )  # fmt: skip


def the_same_header_twice():
    grid = long(AID, DISABILITY, text=True)
    rows = [[UNIT, YEAR, AID, AID], *grid.rows[1:]]
    return case(
        "dy_here_e_njejta.csv",
        text(rows),
        planted("STOP", "header_twice", "row 1", says="stands over columns C, D"),
        AID,
    )


def header_not_there():
    grid = long(AID)
    rows = [[UNIT, YEAR, "Kolona3"], *grid.rows[1:]]
    return case(
        "koka_mungon.xlsx", xlsx(rows), planted("STOP", "header_absent", "row 1", says="There is no header"), AID
    )


def header_in_another_row():
    """Titles above, and the parameters say row 1."""
    grid = long(AID, above=TITLE[:2])
    found = [planted("STOP", "header_absent", "row 1", says=f"no header '{header}'")[0] for header in (UNIT, YEAR, AID)]
    return case("koka_me_poshte.xlsx", xlsx(grid.rows), found, AID)


def level_not_there():
    grid = long(AID, codes=CODES[:7])
    rows = [[*grid.rows[0], "Niveli"], *[[*row, "Bashkia"] for row in grid.rows[1:]]]
    where = [f"A{number}" for number in range(2, len(rows) + 1)]
    level = {"column": "Niveli", "municipality": "Komuna"}
    data = {"expected": {"missing": CODES[7:], "reason": "one region"}}
    return case(
        "niveli_tjeter.xlsx", xlsx(rows), planted("STOP", "level_absent", where), AID, level=level, parameters=data
    )


def blank_levels():
    grid = long(AID)
    rows = [[*grid.rows[0], "Niveli"], *[[*row, "Bashki"] for row in grid.rows[1:]]]
    number = grid.number("Shijak", 2019)
    rows[number - 1][3] = None
    level = {"column": "Niveli", "municipality": "Bashki"}
    return case("niveli_bosh.xlsx", xlsx(rows), planted("STOP", "level_blank", f"A{number}"), AID, level=level)


def stray_cells():
    """A figure beside the table, under no header."""
    grid = long(AID)
    number = grid.number("Patos", 2018)
    grid.rows[number - 1] += [None, 415]
    return case("shifer_anash.xlsx", xlsx(grid.rows), planted("WARN", "beyond_headers", f"row {number}"), AID)


def hurried_layout():
    """Titles, merged counties, a hidden row, a total that does not add up, a misprint and a second list at the end, in one sheet."""
    rows, merges = [], []
    for year in YEARS:
        for county in dict.fromkeys(row[1] for row in long(AID, county=True).rows[1:]):
            own = [row for row in long(AID, county=True, years=[year]).rows[1:] if row[1] == county]
            first = len(rows) + 6
            rows += [[county if at == 0 else None, row[0], year, row[3]] for at, row in enumerate(own)]
            merges.append(f"A{first}:A{len(rows) + 5}")
    grid = Grid([REGION, UNIT, YEAR, AID], rows, above=TITLE)
    hidden = grid.number("Krujë", 2018)
    total = grid.add([None, "Gjithsej", 2019, grid.sum(AID, 2019) + 1000])
    misprint = grid.put("Lezhë", 2017, AID, 21_222)
    error = grid.put("Belsh", 2016, AID, "#NUM!")
    grid.rows += NOTES
    found = [
        *planted("WARN", "merged_cells", first_of(merges)),
        *planted("WARN", "hidden_rows", f"row {hidden}"),
        *planted("WARN", "total_differs_from_the_sum", f"D{total}"),
        *planted("ASK", "jump", misprint),
        *planted("STOP", "spreadsheet_error", error),
    ]
    return case(
        "flete_e_nxituar.xlsx", xlsx(grid.rows, merges=merges, hidden=[hidden]), found, AID, header=5, county=REGION
    )


def hidden_column():
    grid = long(AID, DISABILITY)
    data = xlsx(grid.rows, hidden_columns=("D",))
    return case(
        "kolone_e_fshehur.xlsx", data, planted("WARN", "hidden_columns", ""), AID, DISABILITY,
        indicators=("aid_rate", "disability_rate"),
    )  # fmt: skip
