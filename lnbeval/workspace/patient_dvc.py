"""`dvc repro` that gets ready and waits for a line of input: its imports run beside the check of the parameters."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

NEEDED: Final = (
    "dvc.commands.repro",
    "dvc.repo",
    "dvc.repo.reproduce",
    "dvc.stage.cache",
    "dvc.dependency.param",
    "networkx",
)


def main(arguments: list[str]) -> int:
    """Import, wait, and reproduce; without a line of input nothing is done."""
    from dvc.cli import main as dvc  # noqa: PLC0415

    for name in NEEDED:
        import_module(name)
    return int(dvc(["repro", *arguments])) if sys.stdin.readline() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
