"""The register of deliveries: which files were registered, and what was read from them then."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.errors import DataError
from lnbeval.intake.large.part_cells import PART_COLUMNS, no_parts
from lnbeval.workspace.delivery_changes import ENDS
from lnbeval.workspace.places import write_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from lnbeval.intake import Intake

REGISTER: Final = "DELIVERIES.csv"
COLUMNS: Final = ("file", "sha256", "registered_on", "note")


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


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def register_text(deliveries: Iterable[Delivery]) -> str:
    """The register as it is written."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([one.file, one.sha256, one.registered_on, one.note] for one in deliveries)
    return text.getvalue()


def values_path(raw: Path, file: str) -> Path:
    """Where the values read from a registered file stand."""
    return raw / "registered" / f"{file}.values.csv"


def _parts_path(raw: Path, file: str) -> Path:
    return raw / "registered" / f"{file}.parts.csv"


def write_parts(raw: Path, file: str, taken: Intake) -> None:
    """Write the cells of a file whose rows are added up beside its values."""
    path = _parts_path(raw, file)
    parts = taken.parts[taken.parts["file"] == file]
    if parts.empty:
        path.unlink(missing_ok=True)  # of a delivery before
    else:
        write_text(path, parts[list(PART_COLUMNS[1:])].to_csv(index=False, lineterminator="\n"))


def all_registered(raw: Path, latest: Mapping[str, Delivery]) -> pd.DataFrame:
    """The registered values of every file; with their bounds where all registrations note them."""
    tables = [registered_values(raw, file) for file in latest]
    noted = all(set(ENDS) <= set(table.columns) for table in tables)
    return pd.concat(
        [table if noted else table.drop(columns=ENDS, errors="ignore") for table in tables], ignore_index=True
    )


def registered_values(raw: Path, file: str) -> pd.DataFrame:
    """The values read from a file when it was registered. Raises DataError where they are gone."""
    path = values_path(raw, file)
    if not path.is_file():
        raise DataError(
            f"{REGISTER} lists {file}, but registered/{file}.values.csv is not there. Put it back, or take the row out."
        )
    # Values are read as text first: numbers made from text are exact, a fast reader of csv need not be.
    kinds = {"code": "str", "variable": "str", "value": "object", "sheet": "str", "cell": "str"}
    table = pd.read_csv(path, dtype=kinds, encoding="utf-8")
    return table.assign(file=file, sheet=table["sheet"].fillna("")).astype({"value": "float64"})


def registered_parts(raw: Path, file: str) -> pd.DataFrame:
    """The cells of rows that were added up, as they were registered; none of a file without such, or registered before."""
    path = _parts_path(raw, file)
    if not path.is_file():
        return no_parts()
    kinds = no_parts().dtypes.to_dict()
    # Values are read as text first: numbers made from text are exact, a fast reader of csv need not be.
    numbers = dict.fromkeys(("value", *ENDS), "object")
    table = pd.read_csv(
        path, dtype={**{str(name): str(kind) for name, kind in kinds.items()}, **numbers}, encoding="utf-8"
    )
    blank = {name: table[name].fillna("") for name in ("sheet", "part", "part_key")}
    return table.assign(file=file, **blank)[list(PART_COLUMNS)].astype(kinds)
