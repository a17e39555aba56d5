"""The logs of the intake as text, and what of them may stand on a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lnbeval.workspace.study import Study

WITHHELD: Final = "[c]"  # the sign of statistical offices for "confidential"
NUMERAL: Final = re.compile(r"\d(?:[\d.,\s]*\d)?")
SMALL: Final = re.compile(r"0*[1-9](?:[.,]0+)?")  # 1 to 9
CUT: Final = " | "  # between the cells of a row, in the content of what was set aside


def log_table(study: Study, part: str, columns: Sequence[str] = ()) -> pd.DataFrame:
    """A log of the intake, every cell as its text, blank where empty; with no rows where there is no such log."""
    return text_table(study.workspace.outputs(study.name) / "intake" / f"{part}.csv", columns)


def text_table(path: Path, columns: Sequence[str] = ()) -> pd.DataFrame:
    """A csv file as text; without one, a table of these columns that has no rows."""
    if not path.is_file():
        return pd.DataFrame(columns=list(columns), dtype="str")
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def counts_by_source(study: Study) -> pd.DataFrame:
    """The counts of each source, in the order of the parameters; the sheet is blank where there is none."""
    return study.log("counts").assign(sheet=log_table(study, "counts")["sheet"])


def place_of(log: pd.DataFrame) -> pd.Series[str]:
    """The table that each line is about: its file, and its sheet where it has one."""
    sheet = log["sheet"].map(lambda name: f", sheet {name}" if name else "")
    return (log["file"] + sheet).astype("str")


def counted(lines: pd.DataFrame, one: str, many: str) -> str:
    """What is said of one line, or of many, where {} stands for their number; a line may stand for several `Cells`."""
    number = int(lines["Cells"].sum()) if "Cells" in lines else len(lines)
    return one if number == 1 else many.format(f"{number:,}")


def series_of(study: Study, variables: pd.Series[str]) -> pd.Series[str]:
    """What each variable is called."""
    return variables.map(study.reference.variables["label"]).fillna(variables).astype("str")


def counts_people(study: Study, variables: pd.Series[str]) -> pd.Series[bool]:
    """Whether each variable counts; one that is not known may."""
    return variables.map(study.reference.variables["kind"]).fillna("count") == "count"


def small_counts(study: Study, variables: pd.Series[str], texts: pd.Series[str]) -> pd.Series[bool]:
    """Which texts tell a count from 1 to 9."""
    return counts_people(study, variables) & texts.map(is_small).astype(bool)


def is_small(text: str) -> bool:
    """Whether a text tells a count from 1 to 9, which could single out persons; a bound such as <5 does not."""
    numerals = NUMERAL.findall(text)
    return len(numerals) == 1 and SMALL.fullmatch(numerals[0]) is not None and not text.startswith(("<", ">", "≤", "≥"))


def withheld(text: str) -> str:
    """The content of a cell or of a row, without counts from 1 to 9."""
    return CUT.join(WITHHELD if is_small(part) else part for part in text.split(CUT))
