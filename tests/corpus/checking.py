"""Checking a case with the command `lnbeval check`, in a workspace of its own."""

import contextlib
import csv
import io
import json
import re
import shutil
from dataclasses import dataclass
from unittest.mock import patch

from written_evaluations import CODES, NAMES, ROOT, evaluation, indicator, variable

from lnbeval.cli.main import exit_code
from lnbeval.workspace.places import Workspace

TREATED = CODES[::4]
VARIABLES = (
    variable("aid_families", "count", part_of="population", low="0", unit="families"),
    variable("disability", "count", part_of="population", low="0", unit="persons"),
    variable("disability_women", "count", part_of="disability", low="0", unit="persons"),
    variable("children", "count", part_of="school_pupils", low="0", unit="children"),
    variable("school_pupils", "count", part_of="population", low="0", unit="children"),
    variable("spending", "money", part_of="budget", low="0", unit="thousand lek", prices="nominal"),
    variable("budget", "money", low="0", unit="thousand lek", prices="nominal"),
    variable("cover", "share", low="0", high="100", unit="percent"),
    variable("staff", "measure", low="0", unit="posts"),
    variable("centres", "count", low="0", zeros="ask", unit="centres"),
)
INDICATORS = (
    indicator("aid_rate", "aid_families", "rate", denominator="population", scale="1000", low="0"),
    indicator("disability_rate", "disability", "rate", denominator="population", scale="1000", low="0"),
    indicator("women_rate", "disability_women", "rate", denominator="population", scale="1000", low="0"),
    indicator("children_rate", "children", "rate", denominator="school_pupils", scale="1000", low="0"),
    indicator("children_number", "children", "count", low="0"),
    indicator("spend_part", "spending", "share", denominator="budget", scale="100", low="0", high="100"),
    indicator("spend_money", "spending", "money"),
    indicator("cover_share", "cover", "share", low="0", high="100"),
    indicator("staff_rate", "staff", "rate", denominator="population", scale="10000", low="0"),
    indicator("centres_number", "centres", "count", low="0"),
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the command said of a case: its exit code, every problem it reported, and how many values it read."""

    code: int
    problems: tuple
    values: int


def checked(case, folder):
    """The outcome of the command on a case, in a folder of its own."""
    workspace = written(case, folder)
    raw, evaluation_file = workspace.raw("trial"), workspace.parameters("trial")
    subjects = [evaluation_file] if case.sources else [raw / name for name in case.files]
    outcomes = [command(str(subject), folder / "report.xlsx") for subject in subjects]
    return Outcome(
        code=max(one.code for one in outcomes),
        problems=tuple(problem for one in outcomes for problem in one.problems),
        values=sum(one.values for one in outcomes),
    )


def command(subject, report):
    """The outcome of `lnbeval check SUBJECT --report`: the problems are those that its report is made of."""
    told, said = [], io.StringIO()

    def keep(problems, *_, **__):
        told.extend(problems)

    with (
        patch("lnbeval.workspace.problem_book.write_problem_book", keep),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
    ):
        code = exit_code(["check", subject, "--report", str(report)])
    if "problems written to" not in said.getvalue():
        raise AssertionError(f"{subject}: {said.getvalue()}")
    counted = re.search(r"([0-9,]+) figures?(?:, ([0-9,]+) not reported)?", said.getvalue())
    values = sum(int(number.replace(",", "")) for number in counted.groups("0")) if counted else 0
    return Outcome(code=code, problems=tuple(told), values=values)


def written(case, folder):
    """A workspace with the files of the case; with an evaluation where the case declares sources."""
    if not case.sources:
        workspace = Workspace(root=folder)
        shutil.copytree(ROOT / "data" / "reference", workspace.reference)
        (folder / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
        (folder / "params").mkdir()
    else:
        workspace = evaluation(
            folder, {}, case.indicators, sources=list(case.sources), variables=VARIABLES, registry=INDICATORS,
            data=case.data, first_treated=case.first_treated,
        )  # fmt: skip
        parameters = json.loads(workspace.parameters("trial").read_text(encoding="utf-8"))
        parameters["treatment"]["table"] = "raw/treatment.csv"
        workspace.parameters("trial").write_text(json.dumps(parameters), encoding="utf-8")
        header_only(workspace.reference / "other_programmes.csv")
        write_treatment(folder / "data" / "raw" / "treatment.csv")
    workspace.raw("trial").mkdir(parents=True, exist_ok=True)
    for name, data in case.files.items():
        (workspace.raw("trial") / name).write_bytes(data)
    return workspace


def header_only(path):
    """Nothing but the header of a table: what it warns of is not about the files."""
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")


def write_treatment(path):
    """A treatment table of every fourth municipality, of which nothing is to be said."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["code", "name", "phase", "status", "source"])
        writer.writerows([code, NAMES[code], 1, "confirmed", "decision of the council"] for code in TREATED)
