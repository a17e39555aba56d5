"""Writing a drafted evaluation: the files as received, parameters, definitions, register of sources, open questions."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from lnbeval.errors import ParameterError, WorkspaceError
from lnbeval.intake import DECISION_COLUMNS
from lnbeval.intake.rows.person_like import NO_PERSONS
from lnbeval.reference import REQUIRED
from lnbeval.workspace.data_conflicts import spans
from lnbeval.workspace.guesses import question_name
from lnbeval.workspace.new_evaluation.treated import FILE as TREATMENT_FILE
from lnbeval.workspace.places import write_text
from lnbeval.workspace.sources_register import in_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from lnbeval.intake.survey.found import Survey
    from lnbeval.workspace.new_evaluation.drafted import Drafted
    from lnbeval.workspace.places import Workspace

TREATMENT_COLUMNS: Final = ("code", "name", "phase", "status", "source")
RESERVED: Final = ("DELIVERIES.csv", "changed_cells.csv")
OPENING: Final = """\
# Parameters of the evaluation {name}, drafted from {files}.
#
# Every value named under `guesses` at the end was guessed. `lnbeval check {name}` asks about each until its value is changed
# here, or data/raw/{name}/decisions.csv confirms it.
"""


def stop_if_there(workspace: Workspace, name: str, files: Sequence[Path]) -> None:
    """Raise ParameterError when something of an evaluation of that name exists, or two files have the same name."""
    taken = [path for path in (workspace.parameters(name), *_written(workspace.raw(name))) if path.exists()]
    taken += [path for file in files if (path := workspace.raw(name) / file.name).exists() and not path.samefile(file)]
    if taken:
        named = ", ".join(str(path.relative_to(workspace.root)) for path in taken)
        raise ParameterError(f"{named} exists already. Choose another name, or edit what is there.")
    names = [file.name for file in files]
    kept = sorted(set(names) & {*RESERVED, *(path.name for path in _written(workspace.raw(name)))})
    if kept:
        raise ParameterError(
            f"{', '.join(kept)}: an evaluation keeps tables of its own under this name. Copy the file under another name, and give that."
        )
    twice = sorted({one for one in names if names.count(one) > 1})
    if twice:
        raise ParameterError(f"Several files are called {', '.join(twice)}. Give each its own name.")


def write_draft(
    workspace: Workspace, name: str, files: Sequence[Path], surveys: Sequence[Survey], draft: Drafted
) -> list[Path]:
    """Copy the files and write everything drafted; the paths that were written."""
    raw = workspace.raw(name)
    texts = {
        workspace.parameters(name): _parameters_text(name, draft, files),
        raw / "SOURCES.md": _sources_text(name, surveys),
        workspace.decisions(name): _csv(DECISION_COLUMNS, _questions(name, surveys, draft)),
    }
    for table in ("variables", "indicators"):
        rows = getattr(draft, table)
        if rows:
            texts[raw / f"{table}.csv"] = _csv(REQUIRED[table], rows)
    if draft.treatment:
        texts[raw / TREATMENT_FILE] = _csv(TREATMENT_COLUMNS, draft.treatment)
    copied = [_copied(file, raw / file.name) for file in files]
    for path, text in texts.items():
        write_text(path, text)
    return [*copied, *texts]


def _written(raw: Path) -> list[Path]:
    names = ("SOURCES.md", "decisions.csv", "variables.csv", "indicators.csv", TREATMENT_FILE)
    return [raw / name for name in names]


def _copied(file: Path, target: Path) -> Path:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copyfile(file, target)
    except OSError as error:
        raise WorkspaceError(f"{file} cannot be copied to {target.parent}: {error.strerror}.") from error
    return target


def _parameters_text(name: str, draft: Drafted, files: Sequence[Path]) -> str:
    from ruamel.yaml import YAML  # noqa: PLC0415

    tree = _commented({**draft.parameters, "guesses": list(draft.guesses)})
    yaml = YAML()
    yaml.width, yaml.allow_unicode = 4096, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(tree, stream)
    opening = OPENING.format(name=name, files=", ".join(file.name for file in files))
    return f"{opening}\n{stream.getvalue()}"


def _commented(value: object) -> object:
    """The value as YAML writes it; lists of plain words on one line."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq  # noqa: PLC0415

    if isinstance(value, dict):
        return CommentedMap((key, _commented(part)) for key, part in value.items())
    if isinstance(value, list | tuple):
        sequence = CommentedSeq(_commented(part) for part in value)
        if not any(isinstance(part, dict | list | tuple) for part in value):
            sequence.fa.set_flow_style()
        return sequence
    return value


def _questions(name: str, surveys: Sequence[Survey], draft: Drafted) -> list[dict[str, str]]:
    """A row for each guess, which waits, and the answer that the rows are no persons; who gave it is to be filled in."""
    answered = {
        "decision": NO_PERSONS,
        "reason": "the file was looked at: its rows are no persons (--no-persons)",
        "when": datetime.now(tz=UTC).date().isoformat(),
    }
    return [
        *({"problem": asked.name, **answered} for survey in surveys for asked in survey.asked),
        *({"problem": question_name(name, str(guess["name"]))} for guess in draft.guesses),
    ]


def _sources_text(name: str, surveys: Sequence[Survey]) -> str:
    rows = "\n".join(f"| `{in_table(survey.file)}` | ? | ? | {_covers(survey)} | ? | ? |" for survey in surveys)
    return f"""\
# Sources of {name}

Files in this folder are kept exactly as received; corrections are made in the parameters, never here.

| file | from whom | received | covers | terms of use | contact |
|---|---|---|---|---|---|
{rows}

## What is incomplete, estimated or known to be wrong
-
"""


def _covers(survey: Survey) -> str:
    parts = [
        f"{f'sheet {table.sheet}: ' if table.sheet else ''}{table.units} municipalities, {spans(table.years) or 'no year'}"
        for table in survey.tables
    ]
    return in_table("; ".join(parts)) or "no municipalities"


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, fieldnames=list(columns), restval="", lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()
