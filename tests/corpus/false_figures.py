"""Files whose figures can be read and cannot be true, or may not be."""

from .ledger import Case, planted
from .sources import case
from .tables import (
    AID,
    BUDGET,
    CENSUS,
    CENTRES,
    COVER,
    DISABILITY,
    NOTES,
    SPENDING,
    STAFF,
    TITLE,
    UNIT,
    WOMEN,
    YEAR,
    YEARS,
    code_of,
    figure,
    long,
    total_row,
)
from .writing import text, xlsx


def false_figures_cases():
    """Every case of this kind."""
    return [
        make()
        for make in (
            negative_counts,
            above_the_population,
            women_above_all,
            percentages,
            fractions_among_percentages,
            decimals_in_a_count,
            a_jump,
            a_level_left_for_good,
            lek_for_thousand_lek,
            one_municipality_in_lek,
            zeros_or_gaps,
            nominal_money,
            planned_declared,
            totals_that_do_not_add_up,
            an_outlier,
            saturated_share,
            never_changing,
            old_lek,
            a_new_definition_for_all,
        )
    ]


def negative_counts():
    grid = long(AID)
    where = [grid.put("Has", 2019, AID, -12), grid.put("Peqin", 2017, AID, -3)]
    return case("negative.xlsx", xlsx(grid.rows), planted("STOP", "below_range", where), AID)


def above_the_population():
    """Contacts counted instead of families: more than there are people."""
    grid = long(AID)
    where = [grid.put("Konispol", year, AID, CENSUS[code_of("Konispol")] * 2 + year) for year in YEARS]
    found = planted("STOP", "count_above_total", where, says="population")
    return case("mbi_popullsine.xlsx", xlsx(grid.rows), found, AID)


def women_above_all():
    grid = long(DISABILITY, WOMEN, text=True)
    where = [grid.put(name, 2018, WOMEN, figure(DISABILITY, code_of(name), 2018) + 4) for name in ("Delvinë", "Vlorë")]
    return case(
        "gra_mbi_gjithsej.csv", text(grid.rows), planted("STOP", "count_above_total", where), DISABILITY, WOMEN,
        indicators=("disability_rate", "women_rate"),
    )  # fmt: skip


def percentages():
    grid = long(COVER)
    where = [grid.put("Lezhë", 2019, COVER, 412.0), grid.put("Mirditë", 2016, COVER, 104.5)]
    found = planted("STOP", "above_range", where)
    return case("mbi_100.xlsx", xlsx(grid.rows), found, COVER, indicators=("cover_share",))


def fractions_among_percentages():
    grid = long(COVER)
    where = [
        grid.put(name, 2020, COVER, round(figure(COVER, code_of(name), 2020) / 100, 3))
        for name in ("Belsh", "Gramsh", "Prrenjas")
    ]
    return case(
        "fraksione.xlsx", xlsx(grid.rows), planted("STOP", "mixed_shares", where), COVER, indicators=("cover_share",)
    )


def decimals_in_a_count():
    grid = long(AID)
    where = [grid.put("Roskovec", 2017, AID, figure(AID, code_of("Roskovec"), 2017) + 0.5)]
    return case("gjysme_familje.xlsx", xlsx(grid.rows), planted("WARN", "decimals_in_count", where), AID)


def a_jump():
    grid = long(AID)
    where = grid.put("Kamëz", 2018, AID, figure(AID, code_of("Kamëz"), 2018) // 12)
    return case("kercim.xlsx", xlsx(grid.rows), planted("ASK", "jump", where), AID)


def a_level_left_for_good():
    """Another definition from 2019 on, in one municipality."""
    grid = long(CENTRES, DISABILITY)
    for year in (2019, 2020):
        grid.put("Elbasan", year, DISABILITY, figure(DISABILITY, code_of("Elbasan"), year) // 9)
    where = grid.at("Elbasan", 2019, DISABILITY)
    return case(
        "nivel_i_ri.xlsx", xlsx(grid.rows), planted("ASK", "jump", where), DISABILITY, CENTRES,
        indicators=("disability_rate", "centres_number"),
    )  # fmt: skip


def lek_for_thousand_lek():
    """The whole of 2019 and 2020 in lek, the years before in thousand lek."""
    grid = long(SPENDING, BUDGET, text=True)
    for row in grid.rows[1:]:
        if row[1] >= 2019:
            row[2], row[3] = row[2] * 1000, row[3] * 1000
    found = [
        *planted("STOP", "money_unit", grid.year(2019, SPENDING), says="spending"),
        *planted("STOP", "money_unit", grid.year(2019, BUDGET), says="budget"),
    ]
    return case("leke_dhe_mije_leke.csv", text(grid.rows), found, SPENDING, BUDGET, indicators=("spend_part",))


def one_municipality_in_lek():
    grid = long(SPENDING, BUDGET)
    for header in (SPENDING, BUDGET):
        grid.put("Skrapar", 2018, header, figure(header, code_of("Skrapar"), 2018) * 1000)
    where = [grid.at("Skrapar", 2018, header) for header in (SPENDING, BUDGET)]
    return case(
        "skrapari_ne_leke.xlsx",
        xlsx(grid.rows),
        planted("ASK", "jump", where),
        SPENDING,
        BUDGET,
        indicators=("spend_part",),
    )


def zeros_or_gaps():
    grid = long(CENTRES)
    where = [grid.put(name, 2016, CENTRES, 0) for name in ("Pustec", "Has")]
    grid.put("Dropull", 2017, CENTRES, None)
    return case(
        "zero_apo_mungese.xlsx",
        xlsx(grid.rows),
        planted("ASK", "zeros", where),
        CENTRES,
        indicators=("centres_number",),
    )


def nominal_money():
    grid = long(SPENDING, BUDGET)
    return case(
        "nominale.xlsx",
        xlsx(grid.rows),
        planted("WARN", "nominal_money", ""),
        SPENDING,
        BUDGET,
        indicators=("spend_money",),
    )


def planned_declared():
    """The source declares the plan, and the fact stands beside it."""
    grid = long(AID, DISABILITY)
    rows = [
        [UNIT, YEAR, "Familje me NE (plan)", "Familje me NE (fakt)"],
        *[[*row[:3], row[2] + 2] for row in grid.rows[1:]],
    ]
    source = {
        "file": "plan_fakt.xlsx",
        "unit": UNIT,
        "period": YEAR,
        "columns": {"aid_families": "Familje me NE (plan)"},
    }
    return Case(
        name="plan_fakt.xlsx", files={"plan_fakt.xlsx": xlsx(rows)}, sources=(source,),
        planted=tuple(planted("WARN", "planned_or_actual", "C1")),
    )  # fmt: skip


def totals_that_do_not_add_up():
    grid = long(AID, above=TITLE)
    for year in YEARS:
        grid.add(total_row(grid, AID, year))
    for year, wrong in ((2017, 100), (2020, -7)):
        grid.rows[grid.number("Gjithsej", year) - 1][2] += wrong
    where = [grid.at("Gjithsej", year, AID) for year in (2017, 2020)]
    grid.rows += NOTES
    return case(
        "totale_te_gabuara.xlsx", xlsx(grid.rows), planted("WARN", "total_differs_from_the_sum", where), AID, header=5
    )


def an_outlier():
    grid = long(STAFF)
    # In every year, or it would be asked about as a jump.
    where = [grid.put("Poliçan", year, STAFF, 95.0 + year - 2015) for year in YEARS]
    return case(
        "larg_te_tjereve.xlsx", xlsx(grid.rows), planted("WARN", "outlier", where), STAFF, indicators=("staff_rate",)
    )


def saturated_share():
    grid = long(COVER)
    for row in grid.rows[1:]:
        row[2] = 100.0 if row[1] >= 2019 else row[2]
    return case(
        "te_gjitha_100.xlsx", xlsx(grid.rows), planted("WARN", "saturated", ""), COVER, indicators=("cover_share",)
    )


def never_changing():
    """A column copied down over the years: refused as an outcome, the other one goes on."""
    grid = long(AID, COVER)
    for row in grid.rows[1:]:
        row[3] = 40.0
    return case(
        "e_pandryshuar.xlsx",
        xlsx(grid.rows),
        planted("STOP", "no_variation", ""),
        AID,
        COVER,
        indicators=("aid_rate", "cover_share"),
        ends=0,
    )


def old_lek():
    """The first two years in old lek."""
    grid = long(SPENDING, BUDGET)
    for row in grid.rows[1:]:
        if row[1] <= 2017:
            row[2], row[3] = row[2] * 10, row[3] * 10
    found = [
        *planted("STOP", "money_unit", grid.year(2018, SPENDING), says="spending"),
        *planted("STOP", "money_unit", grid.year(2018, BUDGET), says="budget"),
    ]
    return case("leke_te_vjetra.xlsx", xlsx(grid.rows), found, SPENDING, BUDGET, indicators=("spend_part",))


def a_new_definition_for_all():
    """From 2019 on persons are counted, not families: one question, about the year."""
    grid = long(AID)
    for row in grid.rows[1:]:
        row[2] = row[2] * 6 if row[1] >= 2019 else row[2]
    return case("perkufizim_i_ri.xlsx", xlsx(grid.rows), planted("ASK", "jump", grid.year(2019, AID)), AID)
