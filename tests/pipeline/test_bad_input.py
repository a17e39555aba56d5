"""Each way in which an evaluator's input can be wrong: its own message, its exit code, and nothing overwritten."""

import re
from pathlib import Path

import openpyxl
import pytest
from conftest import run_lnbeval

PARAMETERS, DATA, DESIGN = 2, 3, 4


def edited(path: Path, pattern: str, replacement: str) -> None:
    text = path.read_text("utf-8")
    changed = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    assert changed != text, f"{pattern} is not in {path.name}"
    path.write_text(changed, encoding="utf-8", newline="")


def misspelt_parameter(workspace: Path) -> None:
    edited(workspace / "params/turnout.yaml", r"control_group:", "control_grup:")


def misspelt_word(workspace: Path) -> None:
    edited(workspace / "params/turnout.yaml", r"never_treated", "never_treatd")


def unknown_indicator(workspace: Path) -> None:
    edited(workspace / "params/turnout.yaml", r"\[turnout, ", "[turnut, ")


def wrong_type(workspace: Path) -> None:
    edited(workspace / "params/turnout.yaml", r"anticipation: 0", 'anticipation: "0"')


def several_conflicts(workspace: Path) -> None:
    misspelt_parameter(workspace)
    unknown_indicator(workspace)
    wrong_type(workspace)
    edited(workspace / "params/turnout.yaml", r"base: 2013, period: 2017", "base: 2017, period: 2021")


def adjustment_without_covariates(workspace: Path) -> None:
    edited(workspace / "params/turnout.yaml", r"  missing: pairwise", "  missing: pairwise\n  adjustment: dr")


def no_treated_unit(workspace: Path) -> None:
    edited(workspace / "params/turnout.yaml", r"phase: 1$", "phase: 7")


def no_control_unit(workspace: Path) -> None:
    rows = (workspace / "data/reference/municipalities.csv").read_text("utf-8").splitlines()[1:]
    codes = [row.split(",")[0] for row in rows]
    lines = [f"{code},1,confirmed,2018,x,x" for code in codes]
    table = "code,phase,status,date,evidence,source\n" + "\n".join(lines) + "\n"
    (workspace / "data/raw/turnout/everybody.csv").write_text(table, encoding="utf-8")
    edited(workspace / "params/turnout.yaml", r"reference/treatment_evidence.csv", "raw/turnout/everybody.csv")


def one_period(workspace: Path) -> None:
    edited(workspace / "data/raw/turnout/elections.csv", r"^AL\d+,[^,]*,20(?:13|15|17),.*\n", "")
    edited(workspace / "params/turnout.yaml", r"(?s)placebos:.*?seed", "placebos: []\n\nseed")


def duplicate_unit_year(workspace: Path) -> None:
    path = workspace / "data/raw/turnout/elections.csv"
    row = next(line for line in path.read_text("utf-8").splitlines() if line.startswith("AL111,") and ",2013," in line)
    with path.open("a", encoding="utf-8") as file:
        file.write(row.replace("59.699", "12.345") + "\n")


def unknown_municipality(workspace: Path) -> None:
    edited(workspace / "params/turnout.yaml", r"unit: code", "unit: name_sq")
    edited(workspace / "data/raw/turnout/elections.csv", r"^AL357,Vlorë,2013", "AL357,Vlroë,2013")


def missing_file(workspace: Path) -> None:
    edited(workspace / "params/turnout.yaml", r"file: elections.csv", "file: election.csv")


def empty_sheet(workspace: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Bosh"
    filled = book.create_sheet("Plot")
    filled.append(["code", "year"])
    filled.append(["AL111", 2013])
    book.save(workspace / "data/raw/turnout/elections.xlsx")
    edited(workspace / "params/turnout.yaml", r"file: elections.csv", "file: elections.xlsx\n      sheet: Bosh")


def text_in_a_number_column(workspace: Path) -> None:
    edited(workspace / "data/raw/turnout/elections.csv", r"59\.699", "59;699")


def unknown_treatment_table(workspace: Path) -> None:
    edited(workspace / "params/turnout.yaml", r"treatment_evidence.csv", "treatment_evidenc.csv")


def broken_yaml(workspace: Path) -> None:
    edited(workspace / "params/turnout.yaml", r"^seed: 20170625", "seed: [20170625")


CASES = [
    (misspelt_parameter, PARAMETERS, ["design.control_grup is not a parameter", "Did you mean 'control_group'?"]),
    (misspelt_word, PARAMETERS, ["design.control_group is 'never_treatd'", "Did you mean 'never_treated'?"]),
    (unknown_indicator, PARAMETERS, ["'turnut' is not in", "Did you mean 'turnout'?", "percent of ballots"]),
    (wrong_type, PARAMETERS, ["design.anticipation is '0' (text); it must be a whole number"]),
    (
        several_conflicts,
        PARAMETERS,
        ["4 problems", "control_grup", "'turnut'", "anticipation", "placebos[1]: period 2021 is not before"],
    ),
    (
        adjustment_without_covariates,
        PARAMETERS,
        ["design.adjustment 'dr' needs design.covariates", "municipalities.csv"],
    ),
    (unknown_treatment_table, PARAMETERS, ["there is no data/reference/treatment_evidenc.csv", "Did you mean"]),
    (broken_yaml, PARAMETERS, ["params/turnout.yaml, line", "not valid YAML"]),
    (no_treated_unit, DESIGN, ["No unit is treated up to 2021", "Check the treatment table"]),
    (no_control_unit, DESIGN, ["There is no control unit: every unit is first treated in 2018", "Add units"]),
    (one_period, DESIGN, ["There is only one period (2021)", "at least one before treatment"]),
    (duplicate_unit_year, DATA, ["elections.csv", "59.699", "12.345"]),
    (unknown_municipality, DATA, ["Vlroë", "Vlorë (AL357)", "row "]),
    (missing_file, DATA, ["election.csv", "elections.csv"]),
    (empty_sheet, DATA, ["Bosh", "Plot"]),
    (text_in_a_number_column, DATA, ["59;699", "turnout_pct"]),
]


@pytest.mark.parametrize(("spoil", "code", "said"), CASES, ids=lambda value: getattr(value, "__name__", None))
def test_bad_input_is_said_and_changes_nothing(spoil, code, said, small_workspace):
    earlier = small_workspace / "outputs" / "turnout" / "intake" / "values.csv"
    earlier.parent.mkdir(parents=True)
    earlier.write_text("the last good output\n", encoding="utf-8")
    spoil(small_workspace)

    ended = run_lnbeval(small_workspace, "evaluate", "turnout")

    assert ended.returncode == code, ended.stderr + ended.stdout
    for words in said:
        assert words in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout
    if code != DESIGN:  # for a design, the intake is in order and may be renewed
        assert earlier.read_text("utf-8") == "the last good output\n"
    assert not (small_workspace / "outputs" / "turnout" / "panel").exists()


OF_MUNICIPALITIES = {  # what `check` lists of a design before an estimator would refuse it
    no_treated_unit: ["STOP treatment_evidence.csv: No municipality is treated by 2021", "Check the table"],
    no_control_unit: ["STOP everybody.csv: Every municipality is treated by 2021", "or add municipalities"],
    one_period: [
        "STOP elections.csv: A difference-in-differences needs",
        "the years found are 2021",
        "earlier and later years",
    ],
}


@pytest.mark.parametrize(("spoil", "code", "said"), CASES, ids=lambda value: getattr(value, "__name__", None))
def test_check_says_the_same_and_writes_nothing(spoil, code, said, small_workspace):
    spoil(small_workspace)
    ended = run_lnbeval(small_workspace, "check", "turnout")
    assert ended.returncode == code, ended.stderr + ended.stdout
    for words in OF_MUNICIPALITIES.get(spoil, said):
        assert words in ended.stderr + ended.stdout
    assert "Traceback" not in ended.stderr + ended.stdout
    assert not (small_workspace / "outputs").exists()
