"""Files whose letters, names and numbers look messy and hold no problem: nothing may be reported."""

import unicodedata

from written_evaluations import CODES, NAMES, REFERENCE

from .ledger import Case
from .sources import declared, px_source
from .tables import (
    AID,
    BUDGET,
    CENTRES,
    COUNTY,
    COVER,
    DISABILITY,
    NOTES,
    REGION,
    SPENDING,
    STAFF,
    TITLE,
    YEAR,
    YEARS,
    figure,
    long,
)
from .writing import ods, px, text, xls, xlsx


def quiet_texts_cases():
    """Every case of this kind."""
    return [
        make()
        for make in (
            western_windows,
            eastern_windows,
            dos_text,
            with_byte_order_mark,
            tabs,
            open_document,
            old_workbook,
            pc_axis,
            pc_axis_with_marks,
            names_in_every_form,
            english_headers,
            renamed_municipality,
            words_declared_missing,
            numbers_of_instat,
            planned_subset,
            numbers_as_text,
            spending,
            codes_only,
            text_alone,
            undeclared_encoding_alone,
        )
    ]


def western_windows():
    file = "shpenzimet_cp1252.csv"
    data = text(long(SPENDING, BUDGET).rows, encoding="cp1252", decimal=",", thousands=".")
    source = declared(file, SPENDING, BUDGET, encoding="cp1252", decimal=",", thousands=".")
    return Case(name=file, files={file: data}, sources=(source,), indicators=("spend_part",))


def eastern_windows():
    file = "mbulimi_cp1250.csv"
    data = text(long(COVER).rows, encoding="cp1250", decimal=",")
    return Case(
        name=file, files={file: data}, sources=(declared(file, COVER, encoding="cp1250"),), indicators=("cover_share",)
    )


def dos_text():
    file = "ndihma_dos.csv"
    data = text(long(AID).rows, delimiter=",", encoding="cp852")
    return Case(name=file, files={file: data}, sources=(declared(file, AID, encoding="cp852"),))


def with_byte_order_mark():
    file = "eksport_excel.csv"
    data = text(long(AID, county=True).rows, encoding="utf-8-sig", first="sep=;\r\n")
    return Case(name=file, files={file: data}, sources=(declared(file, AID, county=REGION),))


def tabs():
    file = "eksport.tsv"
    data = text([[f" {value} " for value in row] for row in long(AID, DISABILITY).rows], delimiter="\t", end="\n")
    return Case(name=file, files={file: data}, sources=(declared(file, AID, DISABILITY),))


def open_document():
    file = "bashkite.ods"
    grid = long(AID, above=TITLE, below=NOTES)
    return Case(name=file, files={file: ods(grid.rows)}, sources=(declared(file, AID, header=5),))


def old_workbook():
    file = "arkivi_2016_2020.xls"
    grid = long(AID, county=True, above=TITLE, below=NOTES)
    return Case(name=file, files={file: xls(grid.rows)}, sources=(declared(file, AID, header=5, county=REGION),))


def pc_axis():
    file = "instat_ndihma.px"
    figures = [[figure(AID, code, year) for year in YEARS] for code in CODES]
    data = px(AID, [NAMES[code] for code in CODES], YEARS, figures)
    return Case(name=file, files={file: data}, sources=(px_source(file),))


def pc_axis_with_marks():
    file = "instat_me_mungesa.px"
    figures = [[figure(AID, code, year) for year in YEARS] for code in CODES]
    figures[10][2] = figures[40][0] = '".."'
    data = px(AID, [NAMES[code] for code in CODES], YEARS, figures, codepage="windows-1250")
    return Case(name=file, files={file: data}, sources=(px_source(file, missing=[".."]),))


def names_in_every_form():
    file = "emra_te_ndryshem.xlsx"
    grid = long(AID)
    forms = (
        lambda name: name,
        str.upper,
        lambda name: f"Bashkia {name}",
        lambda name: unicodedata.normalize("NFD", name),
        lambda name: f" {name}\u00a0",
        lambda name: f"\u200b{name}",
    )
    for number, row in enumerate(grid.rows[1:]):
        row[0] = forms[number % len(forms)](row[0])
    genitive = {"Tiranë": "Tiranës", "Shkodër": "Shkodra", "Malësi e Madhe": "Malësisë së Madhe", "Vlorë": "Vlora"}
    for row in grid.rows[1:]:
        row[0] = genitive.get(row[0], row[0])
    return Case(name=file, files={file: xlsx(grid.rows)}, sources=(declared(file, AID),))


def english_headers():
    file = "english_report.xlsx"
    english = REFERENCE.municipalities["name_en"].to_dict()
    rows = [["MUNICIPALITY ", "County", " Year\n", f"{AID.upper()} "]]
    rows += [[english[code], COUNTY[code], str(year), figure(AID, code, year)] for code in CODES for year in YEARS]
    return Case(name=file, files={file: xlsx(rows)}, sources=(declared(file, AID, county=REGION),))


def renamed_municipality():
    file = "para_dhe_pas_2021.xlsx"
    grid = long(AID)
    for year in range(2016, 2020):
        grid.rename("Dimal", "Ura Vajgurore", year)
    return Case(name=file, files={file: xlsx(grid.rows)}, sources=(declared(file, AID),))


def words_declared_missing():
    file = "fjale_per_mungesa.xlsx"
    grid = long(STAFF)
    for name, year, word in (
        ("Has", 2017, "s'ka të dhëna"),
        ("Mat", 2019, "n/a"),
        ("Pukë", 2016, None),
        ("Kamëz", 2018, "-"),
    ):
        grid.put(name, year, STAFF, word)
    source = declared(file, STAFF, missing=["s'ka të dhëna", "n/a", "-"])
    return Case(name=file, files={file: xlsx(grid.rows)}, sources=(source,), indicators=("staff_rate",))


def numbers_of_instat():
    file = "kode_instat.csv"
    number = REFERENCE.municipalities["instat_code"].to_dict()
    rows = [["Kodi", YEAR, AID], *([number[code], year, figure(AID, code, year)] for code in CODES for year in YEARS)]
    source = declared(file, AID, unit_codes="instat") | {"unit": "Kodi"}
    return Case(name=file, files={file: text(rows)}, sources=(source,))


def planned_subset():
    file = "pa_pustecin.xlsx"
    grid = long(AID)
    grid.drop("Pustec")
    data = {"expected": {"missing": ["AL346"], "reason": "not part of the system before 2021"}}
    return Case(name=file, files={file: xlsx(grid.rows)}, sources=(declared(file, AID),), data=data, holds=300)


def numbers_as_text():
    file = "numra_si_tekst.xlsx"
    grid = long(AID, STAFF)
    for number, row in enumerate(grid.rows[1:]):
        row[1] = str(row[1])
        row[2] = (f" {row[2]}\u00a0", str(row[2]), row[2])[number % 3]
        row[3] = str(row[3]).replace(".", ",")
    return Case(
        name=file,
        files={file: xlsx(grid.rows)},
        sources=(declared(file, AID, STAFF),),
        indicators=("aid_rate", "staff_rate"),
    )


def spending():
    """Thousands apart by no-break spaces, decimals by a comma, neither declared: the cells show it."""
    file = "thesari.csv"
    grid = long(SPENDING, BUDGET)
    for row in grid.rows[1:]:
        row[2] += 0.5
        row[3] += 0.5
    data = text(grid.rows, decimal=",", thousands="\u00a0")
    return Case(name=file, files={file: data}, sources=(declared(file, SPENDING, BUDGET),), indicators=("spend_part",))


def codes_only():
    file = "kode_lau.csv"
    rows = [
        ["Kodi", YEAR, CENTRES],
        *([code.lower(), year, figure(CENTRES, code, year)] for code in CODES for year in YEARS),
    ]
    source = declared(file, CENTRES) | {"unit": "Kodi"}
    return Case(name=file, files={file: text(rows, delimiter=",")}, sources=(source,), indicators=("centres_number",))


def text_alone():
    file = "sapo_mberriti.csv"
    return Case(name=f"{file} (alone)", files={file: text(long(AID, COVER).rows, decimal=",", first="sep=;\r\n")})


def undeclared_encoding_alone():
    """Names prove the encoding, and nothing could be declared here: a note is enough."""
    return Case(name="pa_kodim.csv (alone)", files={"pa_kodim.csv": text(long(AID).rows, encoding="cp1250")})
