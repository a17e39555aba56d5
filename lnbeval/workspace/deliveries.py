"""Deliveries: files as they were registered, and what a later version of one changes, cell by cell.

    data/raw/<evaluation>/DELIVERIES.csv                    file, sha256, registered_on, note; the last row of a file counts
    data/raw/<evaluation>/registered/<file>.values.csv      the values read from it then

Without a registration nothing is compared.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.errors import DataError
from lnbeval.intake import Problem
from lnbeval.intake.text import listed
from lnbeval.workspace.places import write_text
from lnbeval.workspace.value_checks import without_values
from lnbeval.workspace.variables import municipality, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from lnbeval.intake import Decision, Intake
    from lnbeval.reference import Reference

REGISTER: Final = "DELIVERIES.csv"
COLUMNS: Final = ("file", "sha256", "registered_on", "note")
KEY: Final = ["code", "period", "variable"]
ENDS: Final = ["low", "high"]
CHANGE_COLUMNS: Final = (
    *("file", "code", "municipality", "period", "variable", "old", "new"),
    *("old_bound", "new_bound"),  # as <5 or 5-10, where the cell tells no number
    *("sheet", "cell"),
)
RULE: Final = "changed_delivery"
OPTIONS: Final = ("accept", "keep_old")
SHORT: Final = 12  # characters of a hash that tell two deliveries apart in a decision


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One row of the register."""

    file: str
    sha256: str
    registered_on: str
    note: str


def read_register(raw: Path) -> tuple[Delivery, ...]:
    """The deliveries registered in a raw folder, in the order of the register. Raises DataError."""
    path = raw / REGISTER
    if not path.is_file():
        return ()
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    if not rows or tuple(rows[0]) != COLUMNS or any(len(row) != len(COLUMNS) for row in rows[1:] if row):
        raise DataError(f"{REGISTER}: every row must have {','.join(COLUMNS)}. Correct it, or register again.")
    return tuple(Delivery(**dict(zip(COLUMNS, row, strict=True))) for row in rows[1:] if row)


def compared(
    taken: Intake, raw: Path, reference: Reference, answered: Mapping[str, str]
) -> tuple[Intake, tuple[Problem, ...], pd.DataFrame]:
    """The intake, what is to be asked or told of files that differ from their registration, and every changed cell.

    `keep_old` puts the registered values in the place of those of the file, which are set aside. The answer holds for one
    version of a file: its question carries the hash.
    """
    latest = {one.file: one for one in read_register(raw)}
    problems: list[Problem] = []
    changes = [_no_changes()]
    read = set(taken.counts["file"])
    for file, delivery in latest.items():
        if file not in read:
            problems.append(_not_read(delivery))
            continue
        path = raw / file
        digest = fingerprint(path) if path.is_file() else delivery.sha256
        if digest == delivery.sha256:
            continue
        old = _registered_values(raw, file)
        found = _changed(taken.values[taken.values["file"] == file], old, file, reference)
        changes.append(found)
        problem = _problem(delivery, digest, found, reference)
        problems.append(problem)
        if answered.get(problem.name) == "keep_old" and not found.empty:
            taken = _kept_old(taken, old, found, problem.name)
    return taken, tuple(problems), pd.concat(changes, ignore_index=True)


def _not_read(delivery: Delivery) -> Problem:
    what = f"Registered on {delivery.registered_on}, and no source reads it any more: what took its place is not compared with it"
    do = (
        "Keep the registered name for a revision, so that every changed cell is listed. If the file was withdrawn, take its "
        f"rows out of {REGISTER}"
    )
    return Problem(severity="WARN", file=delivery.file, what=what, do=do, rule="registered_not_read")


def register(raw: Path, taken: Intake, today: str, note: str, decisions: Iterable[Decision]) -> list[Delivery]:
    """Write new or changed files of an intake into the register with their values; return what was added.

    Raises DataError when a file differs from its registration and neither a note nor a decision says why that is accepted.
    """
    before = read_register(raw)
    latest = {one.file: one for one in before}
    reasons = {one.problem: f"{one.reason} ({one.who}, {one.when})" for one in decisions if one.decision == "accept"}
    added: list[Delivery] = []
    for file in sorted(set(taken.counts["file"])):
        digest = fingerprint(raw / file)
        if file in latest and latest[file].sha256 == digest:
            continue
        reason = note or reasons.get(f"{RULE}/{file}/{digest[:SHORT]}", "")
        if file in latest and not reason:
            raise DataError(
                f"{file} differs from its registration. Say why it is accepted: --note 'who said what, when'."
            )
        added.append(Delivery(file=file, sha256=digest, registered_on=today, note=reason))
    for one in added:
        values = taken.values.loc[taken.values["file"] == one.file, [*KEY, "value", *ENDS, "sheet", "cell"]]
        write_text(_values_path(raw, one.file), values.to_csv(index=False, lineterminator="\n"))
    if added:
        write_text(raw / REGISTER, _register_text((*before, *added)))
    return added


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _values_path(raw: Path, file: str) -> Path:
    return raw / "registered" / f"{file}.values.csv"


def _register_text(deliveries: Iterable[Delivery]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([one.file, one.sha256, one.registered_on, one.note] for one in deliveries)
    return text.getvalue()


def _registered_values(raw: Path, file: str) -> pd.DataFrame:
    path = _values_path(raw, file)
    if not path.is_file():
        raise DataError(
            f"{REGISTER} lists {file}, but registered/{file}.values.csv is not there. Put it back, or take the row out."
        )
    # Values are read as text first: numbers made from text are exact, a fast reader of csv need not be.
    kinds = {"code": "str", "variable": "str", "value": "object", "sheet": "str", "cell": "str"}
    table = pd.read_csv(path, dtype=kinds, encoding="utf-8")
    return table.assign(file=file, sheet=table["sheet"].fillna("")).astype({"value": "float64"})


def _changed(new: pd.DataFrame, old: pd.DataFrame, file: str, reference: Reference) -> pd.DataFrame:
    """Cells that differ, of the variables that were read then and are read now (CHANGE_COLUMNS); NaN: no number."""
    both = set(new["variable"]) & set(old["variable"])
    now = new[new["variable"].isin(both)].set_index(KEY)
    then = old[old["variable"].isin(both)].set_index(KEY)
    every = then.index.union(now.index)
    before, after = then["value"].reindex(every), now["value"].reindex(every)
    open_before, open_after = (_bounds(part).reindex(every, fill_value="") for part in (then, now))
    noted = set(ENDS) <= set(old.columns)  # Older registrations did not.
    differ = ~((before == after) | (before.isna() & after.isna())) | ((open_before != open_after) & noted)
    keys = every[differ.to_numpy()]
    where = now[["sheet", "cell"]].reindex(keys)
    bounds = {"old_bound": open_before[keys], "new_bound": open_after[keys]}
    table = where.fillna("").assign(file=file, old=before[keys], new=after[keys], **bounds).reset_index()
    names = [municipality(code, reference) for code in table["code"]]
    return table.assign(municipality=names)[list(CHANGE_COLUMNS)]


def _no_changes() -> pd.DataFrame:
    kinds = dict.fromkeys(CHANGE_COLUMNS, "str") | {"period": "int64", "old": "float64", "new": "float64"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _problem(delivery: Delivery, digest: str, changes: pd.DataFrame, reference: Reference) -> Problem:
    if changes.empty:
        what = (
            f"The file is not the one registered on {delivery.registered_on}, but no value that is read from it differs"
        )
        return Problem(
            severity="NOTE", file=delivery.file, what=what, do="Register it, to be asked about the next change only",
            rule="same_values", subject=digest[:SHORT],
        )  # fmt: skip
    columns = ["code", "period", "variable", "old", "old_bound", "new", "new_bound"]
    cells = listed(
        f"{municipality(code, reference)} {period} {variable}: {_shown(*old)} became {_shown(*new)}"
        for code, period, variable, *both in changes[columns].itertuples(index=False, name=None)
        for old, new in [(both[:2], both[2:])]
    )
    what = (
        f"The file is not the one registered on {delivery.registered_on}: {len(changes)} cell(s) differ in "
        f"{changes['code'].nunique()} municipalities ({cells})"
    )
    do = (
        "Ask why it was revised. `accept` uses the new values (then register the file), `keep_old` the registered ones. All "
        "changed cells are in changed_cells.csv of the intake folder"
    )
    return Problem(
        severity="ASK", file=delivery.file, what=what, do=do, rule=RULE, subject=digest[:SHORT], options=OPTIONS
    )


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


def _kept_old(taken: Intake, old: pd.DataFrame, changes: pd.DataFrame, question: str) -> Intake:
    """The intake with registered values in the place of the changed ones."""
    changed = pd.MultiIndex.from_frame(changes[KEY])
    own = taken.values["file"].isin(changes["file"]) & pd.MultiIndex.from_frame(taken.values[KEY]).isin(changed)
    aside = without_values(taken, taken.values.index[own], f"decided: keep_old ({question})")
    before = old[pd.MultiIndex.from_frame(old[KEY]).isin(changed)]
    values = pd.concat([aside.values[~own], before.reindex(columns=taken.values.columns)], ignore_index=True)
    typed = values.astype(taken.values.dtypes.to_dict())
    return replace(aside, values=typed.sort_values(KEY, ignore_index=True))
