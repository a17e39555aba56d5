"""The shipped raw files are quiet: `lnbeval check` on each file and on each evaluation reports no problem of the data."""

import pytest
import yaml
from corpus.checking import command
from corpus.ledger import TOLD
from written_evaluations import ROOT

RAW = ROOT / "data" / "raw"
FILES = sorted(path for path in RAW.glob("*/*") if path.suffix in {".xlsx", ".xls", ".ods", ".csv", ".tsv", ".px"})
EVALUATIONS = sorted(path for path in (ROOT / "params").glob("*.yaml") if path.stem != "workspace")


def told(outcome):
    return [problem for problem in outcome.problems if problem.severity in TOLD]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(RAW).as_posix())
def test_a_shipped_file_is_quiet(path, tmp_path):
    outcome = command(str(path), tmp_path / "report.xlsx")
    assert told(outcome) == []
    assert outcome.code == 0


@pytest.mark.parametrize("path", EVALUATIONS, ids=lambda path: path.stem)
def test_the_sources_of_a_shipped_evaluation_are_quiet(path, tmp_path):
    """What is left are warnings about the comparison: who else was supported, and what happened at the same time."""
    outcome = command(str(path), tmp_path / "report.xlsx")
    sources = {source["file"] for source in yaml.safe_load(path.read_text(encoding="utf-8"))["data"]["sources"]}
    assert outcome.code == 0
    assert outcome.values > 0
    assert [problem for problem in told(outcome) if problem.file in sources or problem.severity != "WARN"] == []


def test_every_source_of_a_shipped_evaluation_is_among_the_files_looked_at():
    named = {
        RAW / path.stem / source["file"]
        for path in EVALUATIONS
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["data"]["sources"]
    }
    assert named
    assert named <= set(FILES)


def test_an_encoding_that_names_prove_is_a_note_for_a_file_and_a_warning_for_a_source_that_does_not_declare_it(
    tmp_path,
):
    """Nothing can be declared for a file that is only looked at."""
    from corpus.checking import checked
    from corpus.ledger import Case
    from corpus.sources import declared
    from corpus.tables import AID, long
    from corpus.writing import text

    files = {"ndihma.csv": text(long(AID).rows, encoding="cp1252")}
    alone = checked(Case(name="alone", files=files), tmp_path / "alone")
    source = checked(Case(name="source", files=files, sources=(declared("ndihma.csv", AID),)), tmp_path / "source")
    assert [problem.severity for problem in alone.problems if problem.rule == "encoding"] == ["NOTE"]
    assert [problem.severity for problem in source.problems if problem.rule == "encoding"] == ["WARN"]
