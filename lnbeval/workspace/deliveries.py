"""Deliveries: files as they were registered, and what a later version of one changes, cell by cell.

    data/raw/<evaluation>/DELIVERIES.csv                    file, sha256, registered_on, note; the last row of a file counts
    data/raw/<evaluation>/registered/<file>.values.csv      the values read from it then
    data/raw/<evaluation>/registered/<file>.parts.csv       of rows that are added up, each cell; none of more than 200,000 rows

Without a registration nothing is compared. A file that no row names, and that tells series of registered files, is held against
these: a revision does not pass by under another name.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.errors import DataError
from lnbeval.intake import Problem
from lnbeval.intake.large.part_cells import MOST_ROWS
from lnbeval.workspace.delivery_changes import (
    ENDS,
    KEY,
    Revision,
    named,
    no_changes,
    question,
    revision_problem,
)
from lnbeval.workspace.delivery_register import (
    REGISTER,
    Delivery,
    all_registered,
    fingerprint,
    read_register,
    register_text,
    registered_parts,
    registered_values,
    values_path,
    write_parts,
)
from lnbeval.workspace.kept_deliveries import with_registered
from lnbeval.workspace.part_changes import all_changes, only_sums
from lnbeval.workspace.places import write_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from lnbeval.intake import Decision, Intake
    from lnbeval.reference import Reference

SERIES_YEAR: Final = ["variable", "period"]


def compared(
    taken: Intake, raw: Path, reference: Reference, answered: Mapping[str, str]
) -> tuple[Intake, tuple[Problem, ...], pd.DataFrame]:
    """The intake, what is to be asked or told of files that differ from their registration, and every changed cell.

    `keep_old` puts the registered values in the place of those of the file (`with_registered`). The answer holds for one version of
    a file: its question carries the hash.
    """
    latest = {one.file: one for one in read_register(raw)}
    found = [*_revised(taken, raw, latest), *_replaced(taken, raw, latest)]
    problems = [revision_problem(one, reference) for one in found]
    for one in found:
        if answered.get(one.question) == "keep_old" and not one.changes.empty:
            taken = with_registered(taken, one)
    compared_with = {file for one in found for file in one.before}
    problems += _not_read(raw, latest, set(taken.counts["file"]), compared_with)
    changes = pd.concat([no_changes(), *(named(one.changes, reference) for one in found)], ignore_index=True)
    return taken, tuple(problems), changes


def _revised(taken: Intake, raw: Path, latest: Mapping[str, Delivery]) -> list[Revision]:
    """Registered files that are read, and are not what they were."""
    found = []
    for file in latest.keys() & set(taken.counts["file"]):
        path, delivery = raw / file, latest[file]
        digest = fingerprint(path) if path.is_file() else delivery.sha256
        if digest != delivery.sha256:
            old = registered_values(raw, file)
            before = {file: delivery.registered_on}
            found.append(
                _held_against(taken, raw, file, digest, before, taken.values[taken.values["file"] == file], old)
            )
    return sorted(found, key=lambda one: list(latest).index(one.file))


def _replaced(taken: Intake, raw: Path, latest: Mapping[str, Delivery]) -> list[Revision]:
    """Files that are not registered and tell what registered ones told: those that nothing reads now, and those they outrank."""
    read = list(dict.fromkeys(taken.counts["file"]))
    fresh = [file for file in read if file not in latest and (raw / file).is_file()]
    if not fresh or not latest:
        return []
    known = all_registered(raw, latest)
    still = pd.MultiIndex.from_frame(taken.values[["file", "variable"]].drop_duplicates())
    known = known.assign(gone=~pd.MultiIndex.from_frame(known[["file", "variable"]]).isin(still))
    holder = taken.values.set_index(KEY)["file"].reindex(pd.MultiIndex.from_frame(known[KEY]))
    known = known.assign(holder=holder.to_numpy())
    found = []
    for file in fresh:
        own = taken.values[taken.values["file"] == file]
        lost = known["gone"] & known["holder"].isna() & known["variable"].isin(own["variable"])
        known = known.assign(holder=known["holder"].mask(lost, file))  # what no file tells any more is asked about once
        old = known[known["holder"] == file].drop_duplicates(KEY, keep="last")
        if not old.empty:
            found.append(_replacement(taken, file, own, old, raw, latest))
    return found


def _held_against(
    taken: Intake, raw: Path, file: str, digest: str, before: Mapping[str, str], new: pd.DataFrame, old: pd.DataFrame
) -> Revision:
    """A file held against registered values, by the cells of rows that are added up where both hold them.

    Years of a series that none of the registered values is of are no change: the file goes on where they ended.
    """
    told = pd.MultiIndex.from_frame(new[SERIES_YEAR]).isin(pd.MultiIndex.from_frame(old[SERIES_YEAR]))
    series = set(old["variable"])
    later = new.loc[~told & new["variable"].isin(series) & new["value"].notna(), "period"]
    new = new[told | ~new["variable"].isin(series)]
    now = _of_keys(taken.parts[taken.parts["file"] == file], new, old)
    then = _of_keys(pd.concat([registered_parts(raw, name) for name in before], ignore_index=True), new, old)
    return Revision(
        file=file,
        digest=digest,
        before=before,
        old=old,
        old_parts=then,
        changes=all_changes(new, old, now, then, file),
        added=dict(sorted(Counter(later.tolist()).items())),
        only_sums=only_sums(new, now, then, taken.summed, file, MOST_ROWS),
    )


def _of_keys(parts: pd.DataFrame, new: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
    """The parts of values that are compared: another file may go before some of them."""
    told = pd.MultiIndex.from_frame(pd.concat([new[KEY], old[KEY]]))
    return parts[pd.MultiIndex.from_frame(parts[KEY]).isin(told)]


def _replacement(
    taken: Intake, file: str, own: pd.DataFrame, old: pd.DataFrame, raw: Path, latest: Mapping[str, Delivery]
) -> Revision:
    """A file held against registered values; what it adds counts only in series that their own files do not tell any more."""
    again = pd.MultiIndex.from_frame(own[KEY]).isin(pd.MultiIndex.from_frame(old[KEY]))
    new = own[again | own["variable"].isin(old.loc[old["gone"], "variable"])]
    before = {name: latest[name].registered_on for name in old["file"].unique()}
    values = old.drop(columns=["gone", "holder"])
    return _held_against(taken, raw, file, fingerprint(raw / file), before, new, values)


def _not_read(raw: Path, latest: Mapping[str, Delivery], read: set[str], compared_with: set[str]) -> list[Problem]:
    """What is told of registered files that nothing reads, and that no other file was held against."""
    gone = [one for one in latest.values() if one.file not in read | compared_with]
    later = [one for one in latest.values() if one.file in read] if gone else []
    series = {one.file: set(registered_values(raw, one.file)["variable"]) for one in (*gone, *later)}
    order = list(latest)
    return [
        _gone(
            one,
            [
                other
                for other in later
                if series[one.file] & series[other.file] and order.index(other.file) > order.index(one.file)
            ],
        )
        for one in gone
    ]


def _gone(delivery: Delivery, later: list[Delivery]) -> Problem:
    if later:
        after = " and ".join(f"{one.file}, registered on {one.registered_on}" for one in later)
        reasons = "; ".join(one.note for one in later if one.note)
        what = f"Registered on {delivery.registered_on}; its series are read from {after}" + f" ({reasons})" * bool(
            reasons
        )
        return Problem(severity="NOTE", file=delivery.file, what=what, rule="registered_replaced")
    what = f"Registered on {delivery.registered_on}, and no source reads it or its series any more"
    do = f"If the file was withdrawn, take its rows out of {REGISTER}; otherwise declare it among the sources"
    return Problem(severity="WARN", file=delivery.file, what=what, do=do, rule="registered_not_read")


def register(raw: Path, taken: Intake, today: str, note: str, decisions: Iterable[Decision]) -> list[Delivery]:
    """Write new or changed files of an intake into the register with their values; return what was added.

    Raises DataError when a file differs from its registration, or from registered files in whose place it is read, and neither a
    note nor a decision says why that is accepted.
    """
    before = read_register(raw)
    latest = {one.file: one for one in before}
    reasons = {one.problem: f"{one.reason} ({one.who}, {one.when})" for one in decisions if one.decision == "accept"}
    replaced = {one.file: one for one in _replaced(taken, raw, latest) if not one.changes.empty}
    added: list[Delivery] = []
    for file in sorted(set(taken.counts["file"])):
        digest = fingerprint(raw / file)
        if file in latest and latest[file].sha256 == digest:
            continue
        reason = note or reasons.get(question(file, digest), "")
        if file in latest and not reason:
            raise DataError(
                f"{file} differs from its registration. Say why it is accepted: --note 'who said what, when'."
            )
        if file in replaced and not reason:
            others = ", ".join(replaced[file].before)
            raise DataError(
                f"{file} is read in the place of {others} and tells other values. Say why that is accepted: --note 'who said what, "
                "when'."
            )
        added.append(Delivery(file=file, sha256=digest, registered_on=today, note=reason))
    for one in added:
        values = taken.values.loc[taken.values["file"] == one.file, [*KEY, "value", *ENDS, "sheet", "cell"]]
        write_text(values_path(raw, one.file), values.to_csv(index=False, lineterminator="\n"))
        write_parts(raw, one.file, taken)
    if added:
        write_text(raw / REGISTER, register_text((*before, *added)))
    return added
