"""Changes between deliveries: which cells of a file differ from those registered before, and what is asked about them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.intake import Problem
from lnbeval.intake.text import listed
from lnbeval.workspace.variables import municipality, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lnbeval.reference import Reference

KEY: Final = ["code", "period", "variable"]
ENDS: Final = ["low", "high"]
CHANGE_COLUMNS: Final = (
    *("file", "code", "municipality", "period", "variable"),
    "part",  # of rows that are added up: what the columns under `over` say; blank of a sum
    *("old", "new"),
    *("old_bound", "new_bound"),  # as <5 or 5-10, where the cell tells no number
    *("sheet", "cell"),
)
RULE: Final = "changed_delivery"
OPTIONS: Final = ("accept", "keep_old")
NOT_THERE: Final = "no longer there"  # of a cell whose row, or column, a later delivery has not
SHORT: Final = 12  # characters of a hash that tell two deliveries apart in a decision


@dataclass(frozen=True, kw_only=True, eq=False)
class Revision:
    """A file that stands for registered ones: for itself as it was, or for files of other names.

    Attributes:
        file: the file that is read now.
        digest: its SHA-256.
        before: the registered files it is held against, with the day of each.
        old: the values registered then.
        old_parts: the cells of them that were added up, where they were registered.
        changes: the cells that differ (CHANGE_COLUMNS without the municipality, `part_key` and `is_part`).
        added: figures of years that no registered value is of, by year.
        only_sums: why cells that are added up could be compared by their sums only; blank where they were compared.
    """

    file: str
    digest: str
    before: Mapping[str, str]
    old: pd.DataFrame
    old_parts: pd.DataFrame
    changes: pd.DataFrame
    added: Mapping[int, int] = field(default_factory=dict)
    only_sums: str = ""

    @property
    def question(self) -> str:
        """What a decision on it is called."""
        return question(self.file, self.digest)


def question(file: str, digest: str) -> str:
    """What a decision on one version of a file is called."""
    return f"{RULE}/{file}/{digest[:SHORT]}"


def changed_cells(new: pd.DataFrame, old: pd.DataFrame, file: str, key: Sequence[str] = KEY) -> pd.DataFrame:
    """Cells that differ, of the variables that were read then and are read now; NaN: no number. `key` tells them apart."""
    both = set(new["variable"]) & set(old["variable"])
    now = new[new["variable"].isin(both)].set_index(list(key))
    then = old[old["variable"].isin(both)].set_index(list(key))
    every = then.index.union(now.index)
    before, after = then["value"].reindex(every), now["value"].reindex(every)
    open_before, open_after = (_bounds(part).reindex(every, fill_value="") for part in (then, now))
    noted = set(ENDS) <= set(old.columns)  # Older registrations did not.
    differ = ~((before == after) | (before.isna() & after.isna())) | ((open_before != open_after) & noted)
    keys = every[differ.to_numpy()]
    where = now[["sheet", "cell"]].reindex(keys)
    bounds = {"old_bound": open_before[keys], "new_bound": open_after[keys]}
    table = where.fillna("").assign(file=file, old=before[keys], new=after[keys], **bounds).reset_index()
    told = [name for name in CHANGE_COLUMNS if name != "municipality"]
    return table.assign(part="")[[*told, *(name for name in key if name not in told)]]


def named(changes: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    """The cells with the names of their municipalities (CHANGE_COLUMNS)."""
    names = [municipality(code, reference) for code in changes["code"]]
    return changes.assign(municipality=pd.Series(names, changes.index, dtype="str"))[list(CHANGE_COLUMNS)]


def no_changes() -> pd.DataFrame:
    """The table of changed cells where there are none (CHANGE_COLUMNS)."""
    kinds = dict.fromkeys(CHANGE_COLUMNS, "str") | {"period": "int64", "old": "float64", "new": "float64"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def revision_problem(revision: Revision, reference: Reference) -> Problem:
    """The question about a revision; a note where no value differs."""
    dated = [f"{file}, registered on {day}" for file, day in revision.before.items() if file != revision.file]
    days = " and ".join(revision.before.values())
    opening = (
        f"Read in the place of {' and of '.join(dated)}" if dated else f"The file is not the one registered on {days}"
    )
    limits = f"; {revision.only_sums}" if revision.only_sums else ""
    if revision.changes.empty:
        return Problem(
            severity="NOTE", file=revision.file,
            what=f"{opening}, but no {'sum' if revision.only_sums else 'value'} that is read from it differs{limits}{_added(revision)}",
            do="Register it, to be asked about the next change only", rule="same_values", subject=revision.digest[:SHORT],
        )  # fmt: skip
    places = revision.changes["code"].nunique()
    shown_cells = _cells_told(revision.changes, reference)
    where = f"{places} municipalit{'y' if places == 1 else 'ies'}"
    what = f"{opening}: {_counted(revision)} in {where} ({shown_cells}){limits}{_added(revision)}"
    do = (
        "Ask why it was revised. `accept` uses the new values (then register the file), `keep_old` the registered ones. "
        "`lnbeval evaluate` writes all changed cells to changed_cells.csv in the outputs, folder intake, also while it waits for "
        "the answer"
    )
    placed = revision.changes[revision.changes["cell"] != ""]
    sheet, cell = ("", "") if placed.empty else placed[["sheet", "cell"]].iloc[0]
    return Problem(
        severity="ASK",
        file=revision.file,
        sheet=str(sheet),
        cell=str(cell),
        what=what,
        do=do,
        rule=RULE,
        subject=revision.digest[:SHORT],
        options=OPTIONS,
    )


def _added(revision: Revision) -> str:
    """What the file adds, which is no change."""
    if not revision.added:
        return ""
    years = listed(str(year) for year in revision.added)
    many = sum(revision.added.values())
    return f"; it adds {many:,} figure{'' if many == 1 else 's'} of {years}, of which nothing was delivered before"


def _counted(revision: Revision) -> str:
    """How much differs: cells, or sums where no cell of rows that are added up could be compared."""
    number = len(revision.changes)
    word = "sum" if revision.only_sums and not (revision.changes["part"] != "").any() else "cell"
    return f"{number:,} {word} differs" if number == 1 else f"{number:,} {word}s differ"


def _cells_told(changes: pd.DataFrame, reference: Reference) -> str:
    """The cells that differ; those of one municipality that are not there any more together, where there are several."""
    several = len(set(changes.loc[changes["cell"] != "", "sheet"])) > 1
    gone = changes["cell"].eq("") & changes["new"].isna()
    together = gone & gone.groupby(changes["code"]).transform("sum").gt(1)
    lines = {own.index[0]: _gone_together(own, reference) for _, own in changes[together].groupby("code")}
    lines |= {label: _cell_told(row, reference, named_sheet=several) for label, row in changes[~together].iterrows()}
    return listed(lines[label] for label in sorted(lines))


def _gone_together(gone: pd.DataFrame, reference: Reference) -> str:
    first, last = gone["period"].min(), gone["period"].max()
    years = str(first) if first == last else f"{first}-{last}"
    return f"{municipality(gone['code'].iloc[0], reference)} {years}: {len(gone):,} figures {NOT_THERE}"


def _cell_told(row: pd.Series, reference: Reference, *, named_sheet: bool) -> str:
    name = f"{municipality(row['code'], reference)} {row['period']} {row['variable']}"
    part = f" ({row['part']})" if row["part"] else ""
    old, new = (_shown(row[when], row[f"{when}_bound"]) for when in ("old", "new"))
    if not row["cell"] and pd.isna(row["new"]):
        return f"{name}{part}: {old}, {NOT_THERE}"
    return f"{name}{part}: {old} became {new}{_place(row['sheet'] if named_sheet else '', row['cell'])}"


def _place(sheet: str, cell: str) -> str:
    """Where a cell stands now, in brackets; nothing for one that is there no more."""
    there = f"sheet {sheet}, {cell}" if sheet else cell
    return f" ({there})" if cell else ""


def _shown(value: float, bound: str) -> str:
    return (bound or "not reported") if pd.isna(value) else shown(value)


def _bounds(values: pd.DataFrame) -> pd.Series[str]:
    """What the cells that tell no number leave open, in signs: <5, 5-10, ≥100; blank for the others."""
    if not set(ENDS) <= set(values.columns):
        return pd.Series("", values.index, dtype="str")
    numbers = values[["value", *ENDS]].replace([math.inf, -math.inf], math.nan)
    whole = (numbers.isna() | (numbers % 1 == 0)).all(axis=1).groupby(level="variable").transform("all")
    ends = zip(values["low"], values["high"], whole, strict=True)
    return pd.Series([_in_signs(*each) for each in ends], values.index, dtype="str")


def _in_signs(low: float, high: float, whole: bool) -> str:
    """A bound in signs; among whole numbers, at most 4 is <5, as offices write it."""
    if pd.isna(low):
        return ""
    if math.isinf(high):
        return f"≥{shown(low)}"
    if low > 0 or (low < 0 and not math.isinf(low)):
        return f"{shown(low)}-{shown(high)}"
    return f"<{shown(high + 1)}" if whole else f"≤{shown(high)}"
