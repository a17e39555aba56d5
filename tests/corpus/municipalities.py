"""Files whose municipalities are misspelt, misplaced, or something else."""

from written_evaluations import CODES, NAMES, REFERENCE

from .ledger import Case, planted
from .sources import case, px_source
from .tables import AID, CENTRES, COUNTY, NOTES, REGION, TITLE, UNIT, YEAR, YEARS, Grid, figure, long
from .writing import ods, px, text, xlsx


def municipalities_cases():
    """Every case of this kind."""
    return [
        make()
        for make in (
            misspelt,
            translated,
            seat_towns,
            units_among_municipalities,
            only_administrative_units,
            beyond_the_border,
            numbers_for_names,
            needs_the_county,
            county_rows_under_municipal_names,
            counties_only,
            names_that_are_no_names,
            hurried_names,
            marks_at_names,
            name_in_the_wrong_county,
            part_by_its_county,
            stranger_in_pc_axis,
        )
    ]


def misspelt():
    grid = long(AID, county=True, above=TITLE, below=NOTES)
    where = [
        place
        for name, written in (("Tiranë", "Tirnaë"), ("Vlorë", "Vlorrë"), ("Gramsh", "Gramshh"))
        for place in grid.rename(name, written)
    ]
    found = planted("STOP", "unknown_name", where)
    return case("emra_gabim.xlsx", xlsx(grid.rows), found, AID, header=5)


def translated():
    grid = long(AID, text=True)
    where = grid.rename("Kukës", "Cocos") + grid.rename("Lezhë", "Lisse")
    return case("perkthim.csv", text(grid.rows), planted("STOP", "unknown_name", where), AID)


def seat_towns():
    grid = long(AID, text=True)
    where = grid.rename("Dibër", "Peshkopi", 2018) + grid.rename("Mat", "Burrel")
    return case("qytete.csv", text(grid.rows, delimiter="\t"), planted("ASK", "seat_town", where), AID, delimiter="\t")


def units_among_municipalities():
    """Two former communes still in the list; the county beside each name says which Klos and which Kolonjë is meant."""
    grid = long(AID, county=True)
    where = [
        f"A{grid.add([name, county, 2018, 40])}" for name, county in (("Fushë-Bulqizë", "Dibër"), ("Synej", "Tiranë"))
    ]
    return case("me_njesi.xlsx", xlsx(grid.rows), planted("STOP", "administrative_unit", where), AID, county=REGION)


def only_administrative_units():
    """A table of units, not of municipalities: told once."""
    rows = [
        [name, year, 30 + year - 2016]
        for name in ("Gjoricë", "Martanesh", "Helmas", "Synej", "Luz i Vogël", "Golem")
        for year in YEARS
    ]
    grid = Grid([UNIT, YEAR, AID], rows)
    where = [f"A{number}" for number in range(2, len(rows) + 2)]
    return case("njesite_administrative.ods", ods(grid.rows), planted("STOP", "administrative_unit", where), AID)


def beyond_the_border():
    grid = long(AID)
    where = [f"A{grid.add([name, 2019, 55])}" for name in ("Prizren", "Tetovë")]
    return case("jashte_kufirit.xlsx", xlsx(grid.rows), planted("STOP", "out_of_scope", where), AID)


def numbers_for_names():
    """Numbers of the statistical office that the parameters do not declare."""
    number = REFERENCE.municipalities["instat_code"].to_dict()
    rows = [[int(number[code]), year, figure(AID, code, year)] for code in CODES[:12] for year in YEARS]
    grid = Grid([UNIT, YEAR, AID], rows)
    where = [f"A{at}" for at in range(2, len(rows) + 2)]
    return case("numra_instat.xlsx", xlsx(grid.rows), planted("STOP", "numbering", where), AID)


def needs_the_county():
    """A short list, in which Klos may be the municipality or a part of Cërrik."""
    chosen = ["AL113", "AL212", "AL222", "AL355"]
    grid = long(AID, codes=chosen)
    data = {"expected": {"missing": [code for code in CODES if code not in chosen], "reason": "a list of four"}}
    where = [grid.at("Klos", year, UNIT) for year in YEARS]
    return case("kater_bashki.xlsx", xlsx(grid.rows), planted("STOP", "needs_county", where), AID, parameters=data)


def county_rows_under_municipal_names():
    """Rows of counties under the bare names of counties, no column of levels: twelve names stand twice."""
    grid = Grid([UNIT, YEAR, AID], [])
    where = []
    for year in (2017, 2018, 2019):
        for county in dict.fromkeys(COUNTY.values()):
            own = [code for code in CODES if COUNTY[code] == county]
            where.append(f"A{grid.add([county, year, sum(figure(AID, code, year) for code in own)])}")
            for code in own:
                number = grid.add([NAMES[code], year, figure(AID, code, year)])
                where += [f"A{number}"] if NAMES[code] == county else []
    return case("qarqe_pa_nivel.xlsx", xlsx(grid.rows), planted("STOP", "named_like_a_county", where), AID)


def counties_only():
    """Twelve names that are counties and municipalities: nobody can tell which."""
    grid = long(AID, codes=[code for code in CODES if NAMES[code] == COUNTY[code]], years=[2017, 2018, 2019])
    found = planted("ASK", "county_level", [f"A{number}" for number in range(2, len(grid.rows) + 1)])
    return case("dymbedhjete_emra.xlsx", xlsx(grid.rows), found, AID)


def names_that_are_no_names():
    grid = long(AID)
    where = [f"A{grid.add(row)}" for row in ([None, 2018, 12], ["#REF!", 2018, 9], ["të tjera", 2018, 3])]
    found = [
        *planted("STOP", "no_name", where[0]),
        *planted("STOP", "not_a_name", where[1]),
        *planted("STOP", "unknown_name", where[2]),
    ]
    return case("pa_emer.xlsx", xlsx(grid.rows), found, AID)


def hurried_names():
    """One workbook with a fault of every kind of name."""
    grid = long(AID, CENTRES, county=True, above=TITLE)
    found = [
        *planted("STOP", "unknown_name", grid.rename("Roskovec", "Rosko vec", 2016)),
        *planted("ASK", "seat_town", grid.rename("Kurbin", "Laç", 2017)),
        *planted("STOP", "out_of_scope", f"A{grid.add(['Prishtinë', 'Kosovë', 2018, 1, 1])}"),
        *planted("STOP", "administrative_unit", f"A{grid.add(['Shëngjergj', 'Tiranë', 2018, 1, 1])}"),
        *planted("WARN", "told_twice", f"row {grid.add(grid.rows[grid.number('Fier', 2019) - 1])}"),
    ]
    grid.rows += NOTES
    return case(
        "emra_te_nxituar.xlsx",
        xlsx(grid.rows),
        found,
        AID,
        CENTRES,
        header=5,
        county=REGION,
        indicators=("aid_rate", "centres_number"),
    )


def marks_at_names():
    """Stars and numbers of footnotes behind names: they are read without, and the marks are kept as notes."""
    grid = long(AID, below=[(), ("* pa njësinë e re",), ("1) të dhëna të pjesshme",)])
    grid.rename("Tiranë", "Tiranë*", 2019)
    grid.rename("Kamëz", "Kamëz 1)", 2020)
    return case("shenja_te_emrat.xlsx", xlsx(grid.rows), [], AID)


def name_in_the_wrong_county():
    """A municipality under a county that it does not lie in: one of the two is wrong."""
    grid = long(AID, county=True, text=True)
    number = grid.number("Mirditë", 2018)
    grid.rows[number - 1][1] = "Berat"
    return case(
        "qarku_gabim.csv",
        text(grid.rows),
        planted("STOP", "unknown_name", f"row {number}, column {UNIT}"),
        AID,
        county=REGION,
    )


def part_by_its_county():
    """Klos in the county of Elbasan is a part of Cërrik."""
    grid = long(AID, county=True)
    number = grid.add(["Klos", "Elbasan", 2019, 44])
    return case(
        "klosi_i_cerrikut.xlsx",
        xlsx(grid.rows),
        planted("STOP", "administrative_unit", f"A{number}"),
        AID,
        county=REGION,
    )


def stranger_in_pc_axis():
    """A name of the statistical office that is no municipality, and the country as a whole."""
    file = "instat_me_te_huaj.px"
    names = ["Shqipëria", *(NAMES[code] for code in CODES), "Pa adresë"]
    figures = [[figure(AID, code, year) for year in YEARS] for code in CODES]
    figures = [[sum(column) + 3 for column in zip(*figures, strict=True)], *figures, [3] * len(YEARS)]
    first = 2 + (len(CODES) + 1) * len(YEARS)
    found = planted("STOP", "unknown_name", [f"row {first + at}, column {UNIT}" for at in range(len(YEARS))])
    return Case(
        name=file, files={file: px(AID, names, YEARS, figures)}, sources=(px_source(file),), planted=tuple(found)
    )
