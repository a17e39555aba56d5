"""Time and memory of reading large files: `python benchmarks/intake.py`, about two minutes on two cores.

Files of municipality, year, month, group and sex with four indicators are made in a temporary folder, and each is read, checked
and added up to municipality and year by a process of its own, so that peak memory is of that file alone.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from itertools import product
from pathlib import Path
from typing import Final

from lnbeval.intake import Source, intake
from lnbeval.intake.source import Aggregate
from lnbeval.reference import is_total, load_reference
from lnbeval.workspace.intake_stage import resolved
from lnbeval.workspace.person_words import person_words, text_letters

GROUPS: Final = (6, 57, 285)  # each with twelve years, twelve months and both sexes: 0.1, 1 and 5 million rows
HEADER: Final = "Bashkia;Viti;Muaji;Grupi;Gjinia;Raste;Shpenzime;Staf;Familje\n"
REFERENCE: Final = Path(__file__).parents[1] / "data" / "reference"
KILOBYTES: Final = 1 if sys.platform != "darwin" else 1024


def write_rows(path: Path, groups: int) -> int:
    """Write a file, with a decimal comma in one column; its number of rows."""
    names = load_reference(REFERENCE).municipalities["name"].tolist()
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for year, month in product(range(2013, 2025), range(1, 13)):
            rows = []
            for group, sex, name in product(range(groups), "FM", names):
                count += 1
                spent = f"{count * 7919 % 100_000 / 100:.2f}".replace(".", ",")
                rows.append(
                    f"{name};{year};{month};Grupi {group};{sex};{count % 97};{spent};{count % 13};{count % 51}\n"
                )
            file.write("".join(rows))
    return count


def read(path: Path) -> None:
    """Read a file, and print seconds, peak memory in MB, values and the problems that stop."""
    reference = load_reference(REFERENCE)
    columns = {"cases": "Raste", "spending": "Shpenzime", "staff": "Staf", "families": "Familje"}
    rule = Aggregate(by="sum", over=("Muaji", "Grupi", "Gjinia"))
    source = Source(file=path.name, unit="Bashkia", period="Viti", columns=columns, aggregate=rule)
    start = time.perf_counter()
    taken = intake(
        path.parent,
        [source],
        partial(resolved, reference),
        partial(is_total, reference),
        persons=person_words(reference),
        letters=text_letters(reference),
    )
    seconds = time.perf_counter() - start
    stopping = sum(problem.severity in {"STOP", "ASK", "WARN"} for problem in taken.problems)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTES / 1024
    print(f"{seconds:.1f} {peak:.0f} {len(taken.values)} {stopping}")


def main() -> None:
    """Make and read every file; print the table."""
    print("| rows | file, MB | seconds | peak memory, MB | values |\n|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        for groups in GROUPS:
            count = write_rows(path, groups)
            size = path.stat().st_size / 1e6
            command = [sys.executable, __file__, str(path)]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            seconds, peak, values, stopping = told
            assert stopping == "0"
            print(f"| {count:,} | {size:.0f} | {seconds} | {peak} | {int(values):,} |")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        read(Path(sys.argv[1]))
    else:
        main()
