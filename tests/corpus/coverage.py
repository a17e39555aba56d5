"""Files in which municipalities or years are missing, or told twice."""

from written_evaluations import CODES, NAMES

from .ledger import Case, planted
from .sources import case, declared
from .tables import AID, DISABILITY, REGION, UNIT, YEARS, code_of, figure, long, wide
from .writing import text, xls, xlsx


def coverage_cases():
    """Every case of this kind."""
    return [
        make()
        for make in (
            sixty_municipalities,
            sixty_two_municipalities,
            rows_of_a_year_missing,
            names_missing_and_misspelt,
            the_same_row_twice,
            two_rows_that_differ,
            two_files_that_differ,
            two_sheets_that_agree,
            the_same_municipality_twice,
            a_year_missing,
            gaps_among_the_treated,
            one_year_before,
            no_year_before,
            needless_exception,
        )
    ]


def sixty_municipalities():
    grid = long(AID, county=True)
    grid.drop("Pustec")
    found = planted("STOP", "absent_municipality", "", says="Missing: Pustec")
    return case("gjashtedhjete.xlsx", xlsx(grid.rows), found, AID, county=REGION)


def sixty_two_municipalities():
    """An old list: a municipality that is none any more, and one of the 61 left out.

    Where parts of municipalities stand in a list without counties, Klos and Kolonjë may be parts too.
    """
    grid = long(AID, text=True)
    grid.drop("Finiq")
    where = [f"row {grid.add(['Livadhja', year, 70])}, column {UNIT}" for year in YEARS]
    found = planted("STOP", "administrative_unit", where)
    found += planted(
        "STOP", "needs_county", [grid.at(name, year, UNIT) for name in ("Klos", "Kolonjë") for year in YEARS]
    )
    return case("lista_e_vjeter.csv", text(grid.rows), found, AID)


def rows_of_a_year_missing():
    grid = long(AID)
    grid.drop("Himarë", 2018)
    grid.drop("Memaliaj", 2020)
    found = planted("WARN", "absent_in_year", "", says="2018 Himarë (AL352); in 2020 Memaliaj (AL337)")
    return case("rreshta_qe_mungojne.xlsx", xlsx(grid.rows), found, AID)


def names_missing_and_misspelt():
    """One name that cannot be read does not explain two municipalities that are not there."""
    grid = long(AID)
    where = grid.rename("Kavajë", "Kavaj3", 2018)
    grid.drop("Patos", 2018)
    found = [*planted("STOP", "unknown_name", where), *planted("WARN", "absent_in_year", "", says="Patos (AL326)")]
    return case("mungon_dhe_gabim.xlsx", xlsx(grid.rows), found, AID)


def the_same_row_twice():
    grid = long(AID, DISABILITY, text=True)
    where = [f"row {grid.add(grid.rows[grid.number(name, 2017) - 1])}" for name in ("Krujë", "Kurbin")]
    return case("dy_here_njesoj.csv", text(grid.rows), planted("WARN", "told_twice", where), AID, DISABILITY)


def two_rows_that_differ():
    grid = long(AID)
    number = grid.add(["Sarandë", 2019, figure(AID, code_of("Sarandë"), 2019) + 9])
    return case("dy_here_ndryshe.xlsx", xlsx(grid.rows), planted("STOP", "told_twice_differently", f"C{number}"), AID)


def two_files_that_differ():
    """The ministry and the statistical office on the same families."""
    one, other = long(AID), long(AID, text=True, years=[2018])
    where = [
        other.put(name, year, AID, figure(AID, code_of(name), year) + 11)
        for name, year in (("Gjirokastër", 2018), ("Përmet", 2018))
    ]
    files = {"ministria.xlsx": xlsx(one.rows), "instat.csv": text(other.rows)}
    found = planted("STOP", "told_twice_differently", where, file="instat.csv")
    same = [f"row {n}" for n in range(2, len(CODES) + 2) if not any(place.startswith(f"row {n},") for place in where)]
    found += planted("WARN", "told_twice", same, file="instat.csv")
    return Case(
        name="ministria.xlsx + instat.csv",
        files=files,
        sources=tuple(declared(file, AID) for file in files),
        planted=tuple(found),
    )


def two_sheets_that_agree():
    """Different indicators of the same municipalities: nothing contradicts; one sheet leaves one out."""
    schools = long(DISABILITY)
    schools.drop("Konispol")
    data = xlsx(long(AID).rows, "NE", more={"PAK": schools.rows})
    file = "dy_flete.xlsx"
    sources = (declared(file, AID, sheet="NE"), declared(file, DISABILITY, sheet="PAK"))
    found = planted("STOP", "absent_municipality", "", says="Konispol")
    return Case(
        name=file, files={file: data}, sources=sources, planted=tuple(found), indicators=("aid_rate", "disability_rate")
    )


def the_same_municipality_twice():
    """The old name and the new one, both with figures of their own, in a table whose years stand across."""
    grid = wide(AID, {year: str(year) for year in YEARS})
    number = grid.add(["Ura Vajgurore", *(figure(AID, code_of("Dimal"), year) + 40 for year in YEARS)])
    source = {"file": "dimali_dy_here.xlsx", "unit": UNIT, "columns": {"aid_families": "{year}"}}
    found = planted("STOP", "told_twice_differently", [f"{letter}{number}" for letter in "BCDEF"])
    return Case(
        name="dimali_dy_here.xlsx",
        files={"dimali_dy_here.xlsx": xlsx(grid.rows)},
        sources=(source,),
        planted=tuple(found),
    )


def a_year_missing():
    grid = long(AID, years=[2014, 2015, 2016, 2018, 2019, 2020])
    return case("pa_2017.xlsx", xlsx(grid.rows), planted("WARN", "missing_year", "2017"), AID)


def gaps_among_the_treated():
    """Who is supported stopped reporting: gaps that lie in one group."""
    grid = long(AID)
    for name in (NAMES[code] for code in CODES[::4][:6]):
        grid.put(name, 2020, AID, None)
    return case("boshlleqe_te_pabarabarta.xlsx", xlsx(grid.rows), planted("WARN", "uneven_gaps", ""), AID)


def one_year_before():
    grid = long(AID, years=range(2017, 2021))
    return case("nje_vit_para.xlsx", xlsx(grid.rows), planted("WARN", "one_period_before", ""), AID)


def no_year_before():
    """All years lie after the start: no comparison can be made."""
    grid = long(AID, years=range(2018, 2021))
    return case("vetem_pas.xls", xls(grid.rows), planted("STOP", "no_period_before", ""), AID, ends=4)


def needless_exception():
    """The parameters say that one is missing, and it is there."""
    data = {"expected": {"missing": ["AL346"], "reason": "not yet reporting"}}
    found = planted("WARN", "expected_needless", "", file="parameters")
    return case("pusteci_erdhi.xlsx", xlsx(long(AID).rows), found, AID, parameters=data)
