"""Tables as ministries fill them: the figures of 61 municipalities over some years, laid out in rows, with their addresses."""

from written_evaluations import CODES, NAMES, REFERENCE

COUNTY = REFERENCE.municipalities["county"].to_dict()
CENSUS = REFERENCE.municipalities["population_2011"].to_dict()
YEARS = range(2016, 2021)
UNIT, REGION, YEAR = "Bashkia", "Qarku", "Viti"
AID, DISABILITY, WOMEN = "Familje me ndihmë ekonomike", "Përfitues të PAK", "nga të cilat gra"
CHILDREN, PUPILS = "Fëmijë me AK në shkollë", "Nxënës gjithsej"
SPENDING, BUDGET = "Shpenzime sociale (mijë lekë)", "Shpenzime gjithsej (mijë lekë)"
COVER, STAFF, CENTRES = "Mbulimi me shërbime (%)", "Punonjës të NJVNR", "Qendra sociale"


def _part(share, *, each=0.01, wobble=5):
    """A count that is a share of the inhabitants, a little else in each municipality and a little more each year."""

    def figure(code, year):
        at = CODES.index(code)
        own = CENSUS[code] * share * (1 + 0.03 * (at % 9)) * (1 + each * (year - YEARS[0]))
        return round(own) + (7 * at + 3 * year) % wobble + 3

    return figure


SERIES = {  # header: variable, figures
    AID: ("aid_families", _part(0.03)),
    DISABILITY: ("disability", _part(0.02)),
    WOMEN: ("disability_women", _part(0.009)),
    CHILDREN: ("children", _part(0.004)),
    PUPILS: ("school_pupils", _part(0.15, each=-0.01)),
    SPENDING: ("spending", _part(0.8, each=0.04)),
    BUDGET: ("budget", _part(16, each=0.04)),
    COVER: ("cover", lambda code, year: round(30 + CODES.index(code) % 23 + 0.7 * (year - YEARS[0]) + 0.3, 1)),
    STAFF: ("staff", lambda code, year: round(1 + CENSUS[code] / 9000 + 0.25 * ((CODES.index(code) + year) % 4), 2)),
    CENTRES: ("centres", lambda code, year: 2 + (CODES.index(code) * 5 + year) % 7),
}


def figure(header, code, year):
    """The figure that stands under a header."""
    return SERIES[header][1](code, year)


def code_of(name):
    """The code of a municipality by its name."""
    return next(code for code, own in NAMES.items() if own == name)


class Grid:
    """Rows of a file, some above the header; knows where each figure stands, in the words of a workbook or of a text file."""

    def __init__(self, header, rows, *, above=(), below=(), text=False):
        self.header, self.text = list(header), text
        self.rows = [*map(list, above), list(header), *map(list, rows), *map(list, below)]
        self.top = len(above) + 1

    def number(self, name, year=None):
        """The row, counted from 1, of a municipality and year."""
        at = [self.header.index(one) for one in (UNIT, YEAR) if one in self.header]
        wanted = [name, year][: len(at)]
        return next(
            number
            for number, row in enumerate(self.rows, start=1)
            if number > self.top and len(row) > max(at) and [row[place] for place in at] == wanted
        )

    def at(self, name, year, header):
        """The address of a figure."""
        return self.address(self.number(name, year), header)

    def year(self, year, header):
        """The addresses of all figures of a year."""
        at = self.header.index(YEAR)
        found = [number for number, row in enumerate(self.rows, start=1) if number > self.top and row[at] == year]
        return [self.address(number, header) for number in found]

    def address(self, number, header):
        """The address of a row's cell under a header."""
        return f"row {number}, column {header}" if self.text else f"{self.letter(header)}{number}"

    def letter(self, header):
        """The letter of a column."""
        return chr(ord("A") + self.header.index(header))

    def put(self, name, year, header, value):
        """Write something else where a figure stands; its address."""
        number = self.number(name, year)
        self.rows[number - 1][self.header.index(header)] = value
        return self.address(number, header)

    def rename(self, name, written, year=None):
        """Write a municipality otherwise, in one year or in all; the addresses."""
        at, when = self.header.index(UNIT), self.header.index(YEAR) if YEAR in self.header else None
        found = [
            number
            for number, row in enumerate(self.rows, start=1)
            if number > self.top and len(row) > at and row[at] == name and (year is None or row[when] == year)
        ]
        for number in found:
            self.rows[number - 1][at] = written
        return [self.address(number, UNIT) for number in found]

    def drop(self, name, year=None):
        """Leave a municipality out, in one year or in all."""
        at, when = self.header.index(UNIT), self.header.index(YEAR) if YEAR in self.header else None
        self.rows = [
            row for row in self.rows if not (len(row) > at and row[at] == name and (year is None or row[when] == year))
        ]

    def add(self, row):
        """One more row at the end; its number."""
        self.rows.append(list(row))
        return len(self.rows)

    def sum(self, header, year, *, names=None):
        """The sum of the whole numbers under a header in a year."""
        own, at, when = (self.header.index(one) for one in (UNIT, header, YEAR))
        chosen = set(NAMES.values()) if names is None else set(names)
        return sum(
            row[at] for row in self.rows[self.top :] if len(row) > when and row[when] == year and row[own] in chosen
        )


def long(*headers, years=YEARS, county=False, codes=CODES, **layout):
    """One row for each municipality and year; figures as numbers."""
    keys = [UNIT, REGION, YEAR] if county else [UNIT, YEAR]
    rows = [
        [NAMES[code], *([COUNTY[code]] if county else []), year, *(figure(header, code, year) for header in headers)]
        for year in years
        for code in codes
    ]
    return Grid([*keys, *headers], rows, **layout)


def wide(header, labels, *, county=False, **layout):
    """One row for each municipality, a column for each year; `labels` by year."""
    rows = [
        [NAMES[code], *([COUNTY[code]] if county else []), *(figure(header, code, year) for year in labels)]
        for code in CODES
    ]
    return Grid([UNIT, *([REGION] if county else []), *labels.values()], rows, **layout)


def total_row(grid, header, year, word="Gjithsej"):
    """A row with the sum of one series in a year."""
    row = [None] * len(grid.header)
    for place, text in ((UNIT, word), (YEAR, year), (header, grid.sum(header, year))):
        row[grid.header.index(place)] = text
    return row


TITLE = (
    ("REPUBLIKA E SHQIPËRISË",),
    ("MINISTRIA E SHËNDETËSISË DHE MBROJTJES SOCIALE",),
    ("Tabela 3. Të dhëna sipas bashkive",),
    (),
)
NOTES = ((), ("Shënim: të dhënat e vitit të fundit janë paraprake",), ("Burimi: Shërbimi Social Shtetëror",))
