"""Data on persons are turned away at the door: before anything is kept, and without telling a value."""

from datetime import date

import openpyxl
import pytest
from edge_cases.hand_made_files import ods_bytes, xls_bytes
from written_evaluations import (
    CODES,
    NAMES,
    SHEET,
    command,
    decide,
    evaluation,
    found,
    rows,
    source,
    taken,
    write_csv,
    written,
)

from lnbeval.errors import DataError

IDS = ["J50101023A", "K65512091B", "I90305117C", "J01224088D", "K12130145E"]


def services(code, year):
    return 2 + (year + int(code[-1])) % 3


def register_of_persons(header, values):
    """Rows of persons: municipality, year, a figure, and what gives them away."""
    top, *body = rows(services=services)
    return [[*top, header], *([*row, values[at % len(values)]] for at, row in enumerate(body))]


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("NID", IDS),
        ("Numri personal", IDS),
        ("Kodi", IDS),  # a harmless header over values of that form
        ("Emri Mbiemri", ["Agim Krasniqi", "Drita Leka"]),
        ("Nr. telefoni", ["0691234567"]),
        ("Adresa", ["Rruga e Dibrës 12"]),
        ("Datëlindja", ["12.03.1988"]),
    ],
)
def test_x82_rows_of_persons_are_refused_before_anything_is_cached(tmp_path, monkeypatch, capsys, header, values):
    table = register_of_persons(header, values)
    kept = [*table[0][:-1]]
    sources = [{**source([kept]), "columns": {"services": "services"}}]
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["services"], sources=sources)
    with pytest.raises(DataError, match="data on persons"):
        written(workspace)
    assert not list(workspace.outputs("trial").rglob("*"))
    code, said = command(workspace, monkeypatch, capsys, "check", "trial")
    assert code == DataError.exit_code
    assert header in said
    assert not any(value in said for value in values)


def test_x82_a_count_of_persons_without_a_number_is_an_indicator(tmp_path):
    top, *body = rows(services=services)
    table = [[*top, "Persona pa numër personal"], *([*row, 4] for row in body)]
    sources = [{**source([top]), "columns": {"services": "services"}}]
    workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["services"], sources=sources)
    assert len(written(workspace).values) == len(body)


FIRST = ["Agim", "Drita", "Besnik", "Flora", "Gezim", "Hana", "Ilir", "Lule"]
LAST = ["Krasniqi", "Leka", "Hoxha", "Shehu", "Prifti", "Dervishi", "Marku", "Zeneli"]
PEOPLE = [f"{first} {last}" for first in FIRST for last in LAST]
BIRTHDAYS = [date(1931 + at % 77, 1 + at % 12, 1 + at % 27) for at in range(len(PEOPLE))]


def one_year(year=2020):
    """A table of one row for each municipality."""
    return rows((year,), services=services)


def beside(header, values, table=None):
    """The table with one more column, its values one after the other."""
    top, *body = table or one_year()
    return [[*top, header], *([*row, values[at % len(values)]] for at, row in enumerate(body))]


def declared(**more):
    return {**source(one_year()), **more}


def trial(tmp_path, table, **more):
    """An evaluation that reads the services of a table of one year."""
    return evaluation(tmp_path, {"raport.xlsx": table}, ["services"], sources=[declared(**more)])


def persons_said(intake):
    """What is said of persons."""
    return [problem for problem in intake.problems if problem.rule in {"persons", "person_level"}]


def everything_said(workspace, intake, monkeypatch, capsys):
    """All that leaves the door: what the command says, its workbook, all tables of the intake and all files of the outputs."""
    monkeypatch.chdir(workspace.root)
    report = workspace.root / "report.xlsx"
    code, said = command(workspace, monkeypatch, capsys, "check", "trial", "--report", str(report))
    cells = [str(cell.value) for page in openpyxl.load_workbook(report) for row in page for cell in row]
    tables = [frame.to_csv() for frame in vars(intake).values() if hasattr(frame, "to_csv")]
    files = [path.read_text(encoding="utf-8") for path in workspace.outputs("trial").rglob("*") if path.is_file()]
    return code, "\n".join([said, str(intake.problems), *cells, *tables, *files])


@pytest.mark.parametrize("header", ["Subjekti", "Rasti", "Vërejtje", None])
def test_x82_names_under_a_header_that_says_nothing_are_asked_about(tmp_path, monkeypatch, capsys, header):
    workspace = trial(tmp_path, beside(header, PEOPLE))
    intake = taken(workspace)
    (question,) = persons_said(intake)
    assert (question.severity, question.rule, question.options) == ("ASK", "persons", ("persons", "no_persons"))
    assert f"D ('{header}')" in question.what if header else "column D," in question.what
    code, said = everything_said(workspace, intake, monkeypatch, capsys)
    assert code == DataError.exit_code
    assert intake.values.empty
    assert not any(name in said for name in PEOPLE)


@pytest.mark.parametrize("answer", ["persons", "no_persons"])
def test_x82_one_answer_settles_whether_rows_are_persons(tmp_path, answer):
    workspace = trial(tmp_path, beside("Subjekti", PEOPLE))
    (question,) = found(workspace, "persons")
    decide(workspace, (question.name, answer))
    after = taken(workspace)
    if answer == "no_persons":
        assert [problem.severity for problem in persons_said(after)] == ["NOTE"]
        assert len(after.values) == len(one_year()) - 1
    else:
        assert [problem.rule for problem in after.problems if problem.severity == "STOP"] == ["person_level"]
        assert after.values.empty


def test_x82_names_that_come_back_every_year_are_asked_about(tmp_path):
    top, *body = rows(services=services)
    table = [[*top, "Subjekti"], *([*row, PEOPLE[at // 8]] for at, row in enumerate(body))]
    assert found(trial(tmp_path, table), "persons")


WRITTEN = {
    "capitals": str.upper,
    "small letters": str.lower,
    "surname first": lambda name: ", ".join(reversed(name.split(" ", 1))),
    "of a father": lambda name: name.replace(" ", " (Ilir) ", 1),
    "initial": lambda name: f"{name[0]}.{name.split(' ', 1)[1]}",
    "initials": lambda name: f"{name[0]}.{name.split(' ')[1][0]}.{name.split(' ')[1][1].upper()}.",
    "year of birth": lambda name: f"{name}, 1988",
    "two": lambda name: f"{name}; Drita Leka",
    "with a role": lambda name: f"Znj. {name}, kryefamiljar i familjes",
    "underscore": lambda name: name.lower().replace(" ", "_"),
    "quotation marks": lambda name: f"„{name}“",
    "behind a place": lambda name: f"Tiranë, {name}",
    "in brackets": lambda name: f"Tiranë ({name})",
}


@pytest.mark.parametrize("aggregate", [None, {"by": "sum", "over": ["Subjekti"]}], ids=["read", "added up"])
@pytest.mark.parametrize("form", WRITTEN)
def test_x82_names_with_several_rows_are_told_however_they_are_written(tmp_path, form, aggregate):
    top, *body = rows(services=services)
    people = [WRITTEN[form](name) for name in PEOPLE]
    years = 2 * len(body) // len(people) + 1
    table = [[*top, "Subjekti"], *([*row, people[at // years]] for at, row in enumerate(body))]
    changes = {"aggregate": aggregate} if aggregate else {}
    assert found(trial(tmp_path, table, **changes), "persons")


FIRST_OF_KIND = ["ditore", "banimi", "emergjence", "ligjore", "mjekësore"]
SECOND_OF_KIND = ["fëmijë", "gra", "pleq", "familje", "nxënës"]


@pytest.mark.parametrize("header", ["Punonjës social", "Menaxheri i rastit", "Case manager"])
def test_x82_few_names_under_a_header_of_staff_are_asked_about(tmp_path, header):
    assert found(trial(tmp_path, beside(header, PEOPLE[:5])), "persons")
    assert not found(trial(tmp_path / "counts", beside(header, [3, 4, None])), "persons")


def test_x82_names_in_a_few_rows_are_told(tmp_path):
    top, *body = rows(services=services)
    table = [
        [*top, "Subjekti"],
        *([*row, PEOPLE[at // 12 % 64] if at % 3 == 0 else None] for at, row in enumerate(body)),
    ]
    assert found(trial(tmp_path, table), "persons")


@pytest.mark.parametrize("form", ["AL224 – Bashkia Tiranë", "Tiranë (Bashkia)", "Tiranë, Shqipëri"])
def test_x82_places_with_something_behind_them_are_no_persons(tmp_path, form):
    table = [["Bashkia", "Viti", "services"]]
    table += [[form.replace("AL224", code).replace("Tiranë", name), 2020, 1] for code, name in NAMES.items()]
    assert not found(trial(tmp_path, table), "persons")


@pytest.mark.parametrize("written", [str, str.upper, str.title])
def test_x82_categories_that_every_municipality_has_are_no_persons(tmp_path, written):
    top, *body = one_year()
    kinds = [written(f"shërbime {first} {second}") for first in FIRST_OF_KIND for second in SECOND_OF_KIND]
    table = [[*top, "Lloji"], *([*row, kind] for row in body for kind in kinds)]
    workspace = trial(tmp_path, table, aggregate={"by": "sum", "over": ["Lloji"]})
    assert not found(workspace, "persons")
    assert not taken(workspace).values.empty


def test_x82_the_column_of_municipalities_is_asked_about_when_it_holds_persons(tmp_path, monkeypatch, capsys):
    table = [one_year()[0], *([name, 2020, 1] for name in PEOPLE[:40])]
    workspace = trial(tmp_path, table)
    intake = taken(workspace)
    assert [problem.rule for problem in persons_said(intake)] == ["persons"]
    said = everything_said(workspace, intake, monkeypatch, capsys)[1]
    assert not any(name in said for name in PEOPLE)


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Shënime", ["pa raport", None, None, None]),
        ("Qendra", list(NAMES.values())),
        ("Bashkia dhe viti", [f"{name} 2020" for name in NAMES.values()]),
        ("Kodi", [f"{code}_2020" for code in CODES]),
        ("Burimi", ["Ministria e Shëndetësisë", "Instituti i Statistikave"]),
        ("Treguesi", ["Ndihma Ekonomike", "Shërbime Sociale", "Qendra Ditore"]),
        ("Buxheti", [10_000_007 * (at + 1) ** 2 for at in range(61)]),
        ("Buxheti", [150_000_000 + 12_345_678 * at for at in range(61)]),
        ("Data e raportit", [date(2021, 3, 1), date(2021, 4, 1)]),
    ],
)
def test_x82_notes_places_indicators_sums_and_dates_are_no_persons(tmp_path, header, values):
    intake = taken(trial(tmp_path, beside(header, values)))
    assert not persons_said(intake)


@pytest.mark.parametrize(
    "values",
    [
        ["J 50812 034 K", "I 61203 118 B"],
        ["j50812034k", "i61203118b"],
        ["J50812034K (kryefamiljar)", "I61203118B"],
        ["+355 69 123 4567", "+355 68 765 4321"],
        ["069/1234567", "068 765 4321"],
        [691234567, 687654321],
        ["agim.k@example.org", "drita@example.org"],
        ["Agim <agim.k@example.org>", "drita@example.org"],
    ],
)
def test_x82_numbers_of_persons_are_told_however_they_are_written(tmp_path, monkeypatch, capsys, values):
    workspace = trial(tmp_path, beside("Kodi", values))
    intake = taken(workspace)
    (problem,) = persons_said(intake)
    assert (problem.severity, problem.rule) == ("STOP", "person_level")
    assert "D ('Kodi')" in problem.what
    said = everything_said(workspace, intake, monkeypatch, capsys)[1]
    assert not any(str(value) in said for value in values)


@pytest.mark.parametrize("form", [None, "%d.%m.%Y", "%Y-%m-%d"])
def test_x82_birthdays_are_told_by_the_header_and_asked_about_under_any_other(tmp_path, form):
    days = [day if form is None else day.strftime(form) for day in BIRTHDAYS]
    (refused,) = persons_said(taken(trial(tmp_path / "told", beside("Lindja", days))))
    assert (refused.severity, refused.rule) == ("STOP", "person_level")
    (question,) = persons_said(taken(trial(tmp_path / "asked", beside("Data", days))))
    assert (question.severity, question.rule) == ("ASK", "persons")
    assert "1988" not in refused.what + question.what


def test_x82_every_column_on_persons_is_named_whatever_gave_it_away(tmp_path):
    table = beside("NID", IDS)
    for header, values in [("Subjekti", PEOPLE), ("Kontakti", ["069 123 4567"]), ("Data", BIRTHDAYS)]:
        table = beside(header, values, table)
    (problem,) = persons_said(taken(trial(tmp_path, table)))
    assert all(named in problem.what for named in ("D ('NID')", "E ('Subjekti')", "F ('Kontakti')", "G ('Data')"))


def test_x82_a_header_in_any_of_its_rows_gives_persons_away(tmp_path):
    top, *body = beside("Të tjera", ["x", "y"])
    over = [None, None, None, "Adresa"]
    (problem,) = persons_said(taken(trial(tmp_path, [over, top, *body], header=[1, 2])))
    assert problem.rule == "person_level"


def test_x82_a_header_that_is_a_row_of_persons_is_not_told(tmp_path, monkeypatch, capsys):
    top, *body = beside("Subjekti", PEOPLE)
    workspace = trial(tmp_path, [*body, top])
    path = workspace.raw("trial") / "raport.xlsx"
    code, said = command(workspace, monkeypatch, capsys, "check", str(path))
    intake = taken(workspace)
    assert code == DataError.exit_code
    assert not any(name in said + str(intake.problems) for name in PEOPLE)


@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
def test_x82_persons_on_a_sheet_that_nobody_reads_turn_the_workbook_away(tmp_path, monkeypatch, capsys, state):
    workspace = trial(tmp_path, one_year(), sheet=SHEET)
    with_sheet(
        workspace, "Lista", [["Emri Mbiemri", "Nr. telefoni"], *([name, "0691234567"] for name in PEOPLE)], state
    )
    (problem,) = found(workspace, "person_level")
    assert (problem.severity, problem.sheet) == ("STOP", "Lista")
    assert "A ('Emri Mbiemri'), B ('Nr. telefoni')" in problem.what
    said = everything_said(workspace, taken(workspace), monkeypatch, capsys)[1]
    assert not any(name in said for name in PEOPLE)


def test_x82_a_sheet_that_nobody_reads_is_asked_about_when_it_may_hold_persons(tmp_path):
    workspace = trial(tmp_path, one_year(), sheet=SHEET)
    with_sheet(workspace, "Lista", [["Nr", "Subjekti"], *([at, name] for at, name in enumerate(PEOPLE))])
    (question,) = found(workspace, "persons")
    assert (question.sheet, question.severity) == ("Lista", "ASK")
    decide(workspace, (question.name, "no_persons"))
    assert [problem.severity for problem in persons_said(taken(workspace))] == ["NOTE"]


def test_x82_other_sheets_without_persons_are_left_alone(tmp_path):
    workspace = trial(tmp_path, one_year(), sheet=SHEET)
    with_sheet(workspace, "Bashkitë", [["Kodi", "Emri"], *([code, name] for code, name in NAMES.items())])
    assert not persons_said(taken(workspace))


def with_sheet(workspace, name, table, state="visible"):
    """The workbook with one more sheet."""
    path = workspace.raw("trial") / "raport.xlsx"
    book = openpyxl.load_workbook(path)
    page = book.create_sheet(name)
    page.sheet_state = state
    for row in table:
        page.append(row)
    book.save(path)


@pytest.mark.parametrize("kind", ["csv", "xls", "ods"])
def test_x82_persons_are_told_in_files_of_every_kind(tmp_path, kind):
    plain = trial(tmp_path, one_year(), file=f"raport.{kind}")
    (plain.raw("trial") / "raport.xlsx").unlink()
    told = {}
    for header, values in [("Nr. tel", ["0691234567"]), ("Subjekti", PEOPLE)]:
        table = beside(header, values)
        path = plain.raw("trial") / f"raport.{kind}"
        if kind == "csv":
            write_csv(path, table)
        else:
            path.write_bytes({"xls": xls_bytes, "ods": ods_bytes}[kind](Raste=table))
        (problem,) = persons_said(taken(plain))
        told[header] = (problem.severity, problem.rule)
        assert header in problem.what
    assert told == {"Nr. tel": ("STOP", "person_level"), "Subjekti": ("ASK", "persons")}


def test_x82_rows_set_aside_tell_only_the_columns_that_are_declared(tmp_path, monkeypatch, capsys):
    table = beside("Shënime", ["Agim Krasniqi", None, None, None])
    table = [*table, table[1], ["Gjithsej", 2020, sum(row[2] for row in table[1:]), "Drita Leka"]]
    workspace = trial(tmp_path, table)
    intake = written(workspace)
    assert [content.count(" | ") for content in intake.set_aside["content"]] == [2, 2]
    said = everything_said(workspace, intake, monkeypatch, capsys)[1]
    assert "Agim Krasniqi" not in said
    assert "Drita Leka" not in said


def test_x82_a_file_that_is_only_looked_at_is_asked_about_too(tmp_path, monkeypatch, capsys):
    workspace = trial(tmp_path, one_year())
    path = tmp_path / "lista.csv"
    write_csv(path, [["Nr", "Subjekti"], *([at, name] for at, name in enumerate(PEOPLE))])
    code, said = command(workspace, monkeypatch, capsys, "check", str(path))
    assert code == DataError.exit_code
    assert "Subjekti" in said
    assert not any(name in said for name in PEOPLE)


@pytest.mark.parametrize("kind", ["xlsx", "csv", "utf-16"])
@pytest.mark.parametrize("at", [2_400, -1])
def test_x82_a_number_in_the_last_row_of_a_file_that_is_added_up_turns_it_away(tmp_path, monkeypatch, capsys, kind, at):
    table = [["Bashkia", "Viti", "Muaji", "services", "Shënime"]]
    table += [[name, 2020, month, 3, None] for name in NAMES.values() for month in range(1, 42)]
    table[at][-1] = "rasti J50812034K"
    added = {"by": "sum", "over": ["Muaji"]}
    if kind == "xlsx":
        workspace = evaluation(tmp_path, {"raport.xlsx": table}, ["services"], sources=[declared(aggregate=added)])
    else:
        of_csv = {**declared(aggregate=added), "file": "raport.csv", "delimiter": ";"}
        workspace = evaluation(tmp_path, {"raport.xlsx": one_year()}, ["services"], sources=[of_csv])
        path = workspace.raw("trial") / "raport.csv"
        text = "\n".join(";".join("" if cell is None else str(cell) for cell in row) for row in table)
        path.write_text(text, encoding="utf-8" if kind == "csv" else kind)
    intake = taken(workspace)
    (stop,) = [problem for problem in intake.problems if problem.severity == "STOP"]
    assert (stop.rule, stop.cell) == ("person_level", f"row {at % len(table) + 1}")
    assert intake.values.empty
    assert "50812" not in everything_said(workspace, intake, monkeypatch, capsys)[1]


def test_x82_another_country_brings_its_own_words_and_numbers(tmp_path):
    """Headers and numbers of another country are told by its tables, and those of this one are nothing to it."""
    ours, theirs = beside("Mbiemri", ["a", "b"]), beside("Prezime", ["a", "b"])
    numbered = beside("Oznaka", ["0101990-500001", "1512985-455123"])
    for at, (table, here, there) in enumerate([(ours, 1, 0), (theirs, 0, 1), (numbered, 0, 1)]):
        workspace = trial(tmp_path / str(at), table)
        assert len(found(workspace, "person_level")) == here
        write_csv(
            workspace.reference / "person_words.csv", [["word", "meaning", "language"], ["Prezime", "personal", "hr"]]
        )
        write_csv(
            workspace.reference / "person_numbers.csv", [["form", "kind", "note"], ["#######-######", "number", ""]]
        )
        assert len(found(workspace, "person_level")) == there


def test_x82_nothing_is_taken_in_where_no_words_tell_persons(tmp_path):
    workspace = trial(tmp_path, one_year())
    write_csv(workspace.reference / "person_words.csv", [["word", "meaning", "language"]])
    with pytest.raises(DataError, match=r"person_words\.csv has no word"):
        taken(workspace)
    (workspace.reference / "person_words.csv").unlink()
    with pytest.raises(DataError, match=r"person_words\.csv is missing"):
        taken(workspace)


def test_x82_letters_of_another_country_tell_its_encodings(tmp_path):
    """Without letters of a country a file in an old encoding is refused; with them it is read by the names in it."""
    workspace = trial(tmp_path, one_year(), file="raport.csv")
    text = "\n".join(",".join(map(str, row)) for row in one_year())
    (workspace.raw("trial") / "raport.xlsx").unlink()
    (workspace.raw("trial") / "raport.csv").write_bytes(text.encode("cp852"))
    assert [problem.severity for problem in found(workspace, "encoding")] == ["WARN"]
    write_csv(workspace.reference / "text_letters.csv", [["kind", "text", "note"]])
    assert [problem.severity for problem in found(workspace, "encoding_wrong")] == ["STOP"]


NUMBER = "J81234567A"
CONTACT = "Kontakt: Arben Hoxha, 069 234 5678"


def noted(*notes, table=None):
    """The table with one more column of notes: some in the first rows, nothing below."""
    top, *body = table or one_year()
    return [[*top, "Shënim"], *([*row, notes[at] if at < len(notes) else None] for at, row in enumerate(body))]


def declared_too(tmp_path, header, values):
    """An evaluation that reads a column on persons as a variable."""
    table = beside(header, values)
    return trial(tmp_path, table, columns={"services": header})


@pytest.mark.parametrize("cell", [NUMBER, f"shih {NUMBER}", CONTACT, "tel 069 234 5678", "Emri: Ana, ana@example.org"])
def test_x82_one_number_in_one_row_of_any_column_is_enough(tmp_path, monkeypatch, capsys, cell):
    workspace = trial(tmp_path, noted(cell))
    intake = taken(workspace)
    (problem,) = persons_said(intake)
    assert (problem.severity, problem.rule) == ("STOP", "person_level")
    assert "D ('Shënim')" in problem.what
    assert cell not in everything_said(workspace, intake, monkeypatch, capsys)[1]


def test_x82_telephones_without_a_word_for_them_are_refused_when_they_are_several(tmp_path):
    phones = [f"069 234 567{at}" for at in range(4)]
    assert not persons_said(taken(trial(tmp_path / "few", noted(*phones[:3], *["pa raport"] * 9))))
    (problem,) = persons_said(taken(trial(tmp_path / "several", noted(*phones, *["pa raport"] * 9))))
    assert problem.severity == "STOP"


@pytest.mark.parametrize(
    "cell",
    [
        "Raporti i 2019-2020 i bashkisë",
        "e 01.02.2019 u",
        "e 12 345 678 e",
        "0.0612345678",
        "06.07.2019 12:30",
        "671234567",
        "12 persona",
    ],
)
def test_x82_days_years_decimals_and_figures_are_nobodys_numbers(tmp_path, cell):
    assert not persons_said(taken(trial(tmp_path, noted(*[cell] * 6))))


def test_x82_a_cell_with_a_telephone_number_is_never_quoted(tmp_path, monkeypatch, capsys):
    cell = "Arben Hoxha 0692345678"
    table = one_year()
    table[5] = [*table[5][:2], cell]
    workspace = trial(tmp_path, table)
    intake = taken(workspace)
    said = everything_said(workspace, intake, monkeypatch, capsys)[1]
    assert "'[withheld]' is not a number" in said
    assert "Arben" not in said
    assert "0692345678" not in said


@pytest.mark.parametrize("place", ["title", "note"])
@pytest.mark.parametrize(("text", "rule"), [(f"NID {NUMBER}", "person_in_note"), (CONTACT, "contact_in_note")])
def test_x82_numbers_in_titles_and_notes_are_told_and_withheld(tmp_path, monkeypatch, capsys, place, text, rule):
    table = [[text], [], *one_year()] if place == "title" else [*one_year(), [], [text]]
    workspace = trial(tmp_path, table, header=3 if place == "title" else 1)
    (problem,) = found(workspace, rule)
    assert problem.severity == ("STOP" if rule == "person_in_note" else "WARN")
    assert problem.cell == ("row 1" if place == "title" else f"row {len(table)}")
    intake = taken(workspace)
    assert intake.values.empty == (rule == "person_in_note")
    said = everything_said(workspace, intake, monkeypatch, capsys)[1]
    assert not any(part in said for part in (NUMBER, "Arben", "234 5678"))


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Data", [day.strftime("%d.%m.%Y") for day in BIRTHDAYS]),
        ("Kodi", [str(5063462996 + 7919 * at) for at in range(61)]),
        ("Kodi familjes", [434188 + 7919 * at % 997 for at in range(61)]),
        ("Viti i lindjes", [1940 + at % 60 for at in range(61)]),
        ("Shifra", [5063462996 + 7919 * at for at in range(61)]),
        ("Pacienti", [f"{at % 7}/B" for at in range(61)]),
    ],
)
def test_x82_columns_that_are_declared_are_looked_at_too(tmp_path, monkeypatch, capsys, header, values):
    workspace = declared_too(tmp_path, header, values)
    intake = taken(workspace)
    assert [problem.rule for problem in intake.problems if problem.severity in {"STOP", "ASK"}] == ["persons"]
    assert f"D ('{header}')" in persons_said(intake)[0].what
    assert intake.values.empty
    assert str(values[0]) not in everything_said(workspace, intake, monkeypatch, capsys)[1]


@pytest.mark.parametrize(
    "header",
    ["Numri i familjeve", "Lindje", "Dosje të hapura", "Numri i dosjeve", "Families", "Pacientë", "Nxënës", "Patients"],
)
def test_x82_counts_of_households_births_and_cases_are_indicators(tmp_path, header):
    assert not persons_said(taken(declared_too(tmp_path, header, [100 + 7 * at for at in range(61)])))


def test_x82_nothing_else_is_told_of_an_unseen_file_whose_rows_may_be_persons(tmp_path, monkeypatch, capsys):
    workspace = trial(tmp_path, one_year())
    path = tmp_path / "lista.csv"
    days = [day.strftime("%d.%m.%Y") for day in BIRTHDAYS]
    write_csv(path, beside("Data", days))
    code, said = command(workspace, monkeypatch, capsys, "check", str(path))
    assert code == DataError.exit_code
    assert [line.split()[0] for line in said.splitlines() if line.startswith(("STOP", "ASK", "WARN"))] == ["ASK"]
    assert not any(day in said for day in days)


@pytest.mark.parametrize("header", ["Subjekti", "Kodi familjes"])
def test_x82_new_copies_nothing_that_may_be_persons_unless_somebody_looked(tmp_path, monkeypatch, capsys, header):
    workspace = trial(tmp_path, one_year())
    path = tmp_path / "lista.csv"
    values = PEOPLE if header == "Subjekti" else [434188 + 7919 * at % 997 for at in range(61)]
    write_csv(path, beside(header, values))
    code, said = command(workspace, monkeypatch, capsys, "new", "lista", "--from", str(path))
    assert code == DataError.exit_code
    assert "--no-persons" in said
    assert not workspace.raw("lista").exists()
    assert not workspace.parameters("lista").exists()
    code, _ = command(workspace, monkeypatch, capsys, "new", "lista", "--from", str(path), "--no-persons")
    assert code == 0
    assert "persons/lista.csv/rows,no_persons," in workspace.decisions("lista").read_text(encoding="utf-8")
    assert header not in workspace.parameters("lista").read_text(encoding="utf-8")
    said = command(workspace, monkeypatch, capsys, "check", "lista")[1]
    assert "`who` is empty" in said
    assert not any(line.startswith("ASK lista.csv") or "unused" in line for line in said.splitlines())


def test_x82_a_telephone_in_a_title_is_not_written_by_new(tmp_path, monkeypatch, capsys):
    workspace = trial(tmp_path, one_year())
    path = tmp_path / "tabela.csv"
    write_csv(path, [[CONTACT], [], *rows(services=services)])
    code, said = command(workspace, monkeypatch, capsys, "new", "tabela", "--from", str(path))
    assert code == 0, said
    written_there = [workspace.parameters("tabela"), *workspace.raw("tabela").glob("*.md")]
    assert not any("Arben" in part for part in (said, *(one.read_text(encoding="utf-8") for one in written_there)))
