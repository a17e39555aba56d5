"""Files whose letters were read in a wrong encoding, or lost."""

from written_evaluations import CODES, NAMES

from .ledger import Case, planted
from .sources import case, declared
from .tables import AID, long
from .writing import text, xlsx


def letters_cases():
    """Every case of this kind."""
    return [
        make()
        for make in (
            mojibake,
            mojibake_of_two_rounds,
            dos_letters_in_a_workbook,
            lost_letters,
            question_marks,
            undeclared_encoding,
            mixed_encodings,
            utf8_declared_as_windows,
            dos_declared_as_windows,
            dos_undeclared,
            unicode_text_of_excel,
        )
    ]


def mojibake():
    """UTF-8 that was opened as cp1252 and saved."""
    grid = long(AID)
    names = {NAMES[code]: NAMES[code].encode().decode("cp1252") for code in CODES if not NAMES[code].isascii()}
    for name, written in names.items():
        grid.rename(name, written)
    return case("shkronja_te_prishura.xlsx", xlsx(grid.rows), planted("WARN", "mended_letters", ""), AID)


def mojibake_of_two_rounds():
    grid = long(AID, text=True)
    for name in ("Tiranë", "Durrës", "Krujë"):
        grid.rename(name, name.encode().decode("cp1252").encode().decode("cp1252"))
    return case(
        "dy_here_te_prishura.csv", text(grid.rows, encoding="utf-8-sig"), planted("WARN", "mended_letters", ""), AID
    )


def dos_letters_in_a_workbook():
    """Names typed in a DOS program, pasted into Excel."""
    grid = long(AID)
    for name in ("Korçë", "Vlorë", "Shkodër"):
        grid.rename(name, name.encode("cp852").decode("cp1252"))
    return case("nga_dosi.xlsx", xlsx(grid.rows), planted("WARN", "mended_letters", ""), AID)


def lost_letters():
    grid = long(AID)
    where = grid.rename("Mirditë", "Mirdit\ufffd") + grid.rename("Poliçan", "Poli\ufffdan", 2019)
    return case("shkronja_te_humbura.xlsx", xlsx(grid.rows), planted("STOP", "lost_letters", where), AID)


def question_marks():
    """Letters that the encoding of a text file did not have."""
    grid = long(AID, text=True)
    where = grid.rename("Tropojë", "Tropoj?", 2016) + grid.rename("Kuçovë", "Ku?ov?")
    return case("pikepyetje.csv", text(grid.rows), planted("STOP", "lost_letters", where), AID)


def undeclared_encoding():
    data = text(long(AID).rows, encoding="cp1252")
    return case("pa_kodim.csv", data, planted("WARN", "encoding", "", says="cp1252"), AID)


def mixed_encodings():
    """Two exports glued together: the second half in another encoding."""
    grid = long(AID, text=True)
    half = len(grid.rows) // 2
    data = text(grid.rows[:half]) + text(grid.rows[half:], encoding="cp1252")
    return case("te_ngjitura.csv", data, planted("STOP", "encoding_wrong", ""), AID)


def utf8_declared_as_windows():
    data = text(long(AID).rows)
    return case("utf8_si_cp1252.csv", data, planted("WARN", "mended_letters", ""), AID, encoding="cp1252")


def dos_declared_as_windows():
    """Every letter that is not ASCII is another one; known names settle them."""
    data = text(long(AID).rows, encoding="cp852")
    grid_headers = {"columns": {"aid_families": AID.encode("cp852").decode("cp1252")}}
    source = declared("dos_si_cp1252.csv", AID, encoding="cp1252") | grid_headers
    return Case(
        name="dos_si_cp1252.csv", files={"dos_si_cp1252.csv": data}, sources=(source,),
        planted=tuple(planted("WARN", "mended_letters", "")),
    )  # fmt: skip


def dos_undeclared():
    data = text(long(AID).rows, encoding="cp852")
    return case("dos_pa_deklarim.csv", data, planted("WARN", "encoding", "", says="cp852"), AID)


def unicode_text_of_excel():
    data = text(long(AID).rows, delimiter="\t", encoding="utf-16")
    return case("tekst_unicode.txt", data, planted("WARN", "encoding", "", says="utf-16"), AID)
