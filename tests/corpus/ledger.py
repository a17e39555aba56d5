"""Ledgers: what was planted in a file, what was reported of it, and how the two compare, place by place."""

import re
from dataclasses import dataclass, field

CELLS = re.compile(r"([A-Z]{1,3})([0-9]+)(?::([A-Z]{1,3})([0-9]+))?")
ROWS = re.compile(r"rows? ([0-9][0-9, -]*?)(?:, column (.+?))?(?=, rows? [0-9]|$)")
COLUMN = re.compile(r"column ([A-Z]{1,3})|([A-Z]{1,3})")
MORE = re.compile(r" and [0-9]+ more\b")
MUNICIPALITIES, CASE_YEARS = 61, 5
TOLD = ("STOP", "ASK", "WARN")


@dataclass(frozen=True, kw_only=True)
class Planted:
    """One problem at one place: an address such as D14 or `row 14, column Viti`, a year, or blank for the whole file."""

    severity: str
    rule: str = ""  # where the kind of problem has a name
    place: str = ""
    file: str = ""  # where the case has several
    says: str = ""  # words that the message must hold


@dataclass(frozen=True, kw_only=True)
class Case:
    """One delivery: its files, the sources that an evaluation declares for them (none: the file alone is checked), its ledger."""

    name: str
    files: dict[str, bytes]
    planted: tuple[Planted, ...] = ()
    sources: tuple[dict, ...] = ()
    indicators: tuple[str, ...] = ("aid_rate",)
    data: dict = field(default_factory=dict)  # other parameters of the data
    first_treated: int = 2018
    ends: int | None = None  # exit code, where it is not that of problems in the data
    holds: int | None = None  # values, where they are not one of each municipality, year and series

    @property
    def exit_code(self):
        """What the command ends with: 3 when something has to be settled first."""
        if self.ends is not None:
            return self.ends
        return 3 if any(one.severity in ("STOP", "ASK") for one in self.planted) else 0

    @property
    def values(self):
        """How many values must be read from a case without problems."""
        if self.holds is not None:
            return self.holds
        return MUNICIPALITIES * CASE_YEARS * sum(len(source["columns"]) for source in self.sources)


@dataclass(frozen=True, kw_only=True)
class Reported:
    """One problem at one place, as the command reported it."""

    severity: str
    rule: str
    file: str
    place: object
    message: str


@dataclass(frozen=True, kw_only=True)
class Score:
    """How the report on one case compares with its ledger."""

    name: str
    missed: tuple[Planted, ...]
    false: tuple[Reported, ...]
    found: int
    right: int

    @property
    def planted(self):
        return self.found + len(self.missed)

    @property
    def reported(self):
        return self.right + len(self.false)


def planted(severity, rule, places, **more):
    """The same problem planted at each of some places, or at one."""
    every = [places] if isinstance(places, str) else places
    return [Planted(severity=severity, rule=rule, place=place, **more) for place in every]


def places(cell, year=""):
    """The single places of an address: (row, column) of each, as (14, 'D') or (14, 'Viti'), or the year where there is no address."""
    if not cell or (MORE.search(cell) and year):
        return {year}  # A list that is cut stands for the whole year.
    if MORE.search(cell):
        return {cell}
    if ROWS.match(cell):
        parts = list(ROWS.finditer(cell))
        covered = {(row, found[2] or "") for found in parts for row in _numbers(found[1])}
    elif COLUMN.fullmatch(cell):
        return {(0, cell.removeprefix("column "))}
    else:
        parts = list(CELLS.finditer(cell))
        covered = {place for found in parts for place in _area(*found.groups())}
    rest = cell
    for found in parts:
        rest = rest.replace(found[0], "", 1)
    if not covered or rest.strip(" ,"):
        raise ValueError(f"no addresses: {cell}")
    return covered


def reported(problems):
    """What the problems of a command report, place by place; notes are no problems."""
    return tuple(
        Reported(
            severity=problem.severity, rule=problem.rule, file=problem.file, place=place,
            message=f"{problem.what} {problem.do}",
        )
        for problem in problems
        if problem.severity in TOLD
        for place in sorted(places(problem.cell, problem.year), key=str)
    )  # fmt: skip


def score(case, problems):
    """The comparison: a planted problem is found by one of its severity, place and, where named, its rule; the rest is false."""
    told = reported(problems)
    right = [any(_is(one, own) for own in case.planted) for one in told]
    missed = tuple(own for own in case.planted if not any(_is(one, own) for one in told))
    return Score(
        name=case.name,
        missed=missed,
        false=tuple(one for one, known in zip(told, right, strict=True) if not known),
        found=len(case.planted) - len(missed),
        right=sum(right),
    )


def table(scores):
    """The comparison file by file and in all, as lines of text."""
    lines = [f"{'file':<42}{'planted':>8}{'reported':>9}{'found':>7}{'right':>7}{'recall':>8}{'precision':>10}"]
    lines += [_line(one.name, [one]) for one in scores]
    return [*lines, "", _line(f"all {len(scores)} files", scores)]


def _line(name, scores):
    planted_, reported_ = sum(one.planted for one in scores), sum(one.reported for one in scores)
    found, right = sum(one.found for one in scores), sum(one.right for one in scores)
    shares = (_share(found, planted_), _share(right, reported_))
    return f"{name:<42}{planted_:>8}{reported_:>9}{found:>7}{right:>7}{shares[0]:>8}{shares[1]:>10}"


def _share(part, whole):
    return f"{part / whole:.3f}" if whole else "-"


def _is(one, own):
    return (
        one.severity == own.severity
        and own.file in ("", one.file)
        and one.place in places(own.place if not own.place.isdigit() else "", own.place)
        and own.rule in ("", one.rule)
        and own.says in one.message
    )


def _numbers(spans):
    for span in spans.split(","):
        first, _, last = span.strip().partition("-")
        yield from range(int(first), int(last or first) + 1)


def _area(left, top, right, bottom):
    columns = range(_column(left), _column(right or left) + 1)
    return [(row, _letters(at)) for at in columns for row in range(int(top), int(bottom or top) + 1)]


def _column(letters):
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _letters(number):
    letters = ""
    while number:
        number, digit = divmod(number - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
