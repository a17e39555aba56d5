"""A walk in the documentation, as steps that can be taken: commands, replacements in files, whole files, added lines."""

import re
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
IN_FILE = re.compile(r"in `([^`]+)` replace$", re.IGNORECASE)
WHOLE_FILE = re.compile(r"in\s+`([^`]+)`:$")
ADDED = re.compile(r"add these lines under `(\w+)` in `([^`]+)`:$")


@dataclass(frozen=True)
class Command:
    line: str
    exit_code: int


@dataclass(frozen=True)
class Replacement:
    file: str
    old: str
    new: str


@dataclass(frozen=True)
class WholeFile:
    file: str
    text: str


@dataclass(frozen=True)
class AddedLines:
    file: str
    under: str
    text: str


def steps(page: Path, heading: str):
    """The steps below a heading, in their order; a block that is none of them is an error."""
    text = page.read_text(encoding="utf-8")
    section = text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    found, place = [], 0
    blocks = list(BLOCK.finditer(section))
    old = None
    for block in blocks:
        told = " ".join(section[place : block.start()].split())
        place = block.end()
        body = "\n".join(line.removeprefix(block[1]) for line in block[3].rstrip("\n").split("\n"))
        if block[2] == "sh":
            code = 3 if "ends with code 3" in told else 0
            found += [Command(line, code) for line in body.split("\n")]
        elif match := IN_FILE.search(told):
            old = (match[1], body)
        elif told == "by" and old is not None:
            found.append(Replacement(*old, body))
            old = None
        elif match := ADDED.search(told):
            found.append(AddedLines(match[2], match[1], body))
        elif match := WHOLE_FILE.search(told):
            found.append(WholeFile(match[1], f"{body}\n"))
        else:
            raise AssertionError(f"a block that is no step: {told[-80:]!r}")
    return found
