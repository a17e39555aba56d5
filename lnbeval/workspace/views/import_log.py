"""What the import read otherwise than it was written: names, numbers, letters, bounds; and what files say beside values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.intake import HOW_WRITTEN, word_key
from lnbeval.intake.account_ledger import SUM_COLUMNS, SUM_KEY
from lnbeval.workspace.number_words import number_words
from lnbeval.workspace.views.logs import WITHHELD, log_table, place_of, series_of, small_counts

if TYPE_CHECKING:
    from lnbeval.workspace.study import Study

PLAIN: Final = re.compile(r"[+-]?\d+(\.\d+)?")
NUMERIC: Final = re.compile(r"[-+\d.,'’\s]+")
MOST: Final = 3  # examples
SAME: Final = "name, as in the reference"
NO_MUNICIPALITY: Final = "no municipality"
WAYS: Final = {  # in which a name is known
    **{way: f"name, {words}" for way, words in HOW_WRITTEN.items()},
    "former name": "former name",
    "code": "code",
    "total row": "total, not a municipality",
}
NOTE_KINDS: Final = {"title": "Title", "note": "Note", "source": "Source", "flag": "Mark at a year"}


def spellings(study: Study) -> pd.DataFrame:
    """Ways in which names are known: how many are written so, in how many rows, with examples."""
    names = name_lines(study)
    same = names["Written"] == names["Read as"]
    example = ("'" + names["Written"] + "' as " + names["Read as"]).where(~same, "")
    table = names.assign(Rows=names["Rows"].astype(int), example=example)
    rows = [
        {
            "Known as": way,
            "Ways to write": part["Written"].nunique(),
            "Rows": part["Rows"].sum(),
            "Examples": ", ".join(list(dict.fromkeys(filter(None, part["example"])))[:MOST]),
        }
        for way, part in table.groupby("Known as", sort=True)
    ]
    return pd.DataFrame(rows, columns=["Known as", "Ways to write", "Rows", "Examples"])


def name_lines(study: Study) -> pd.DataFrame:
    """Every spelling in every table: written, county, read as, known as, rows."""
    log = log_table(study, "names")
    read = log["code"].map(study.reference.municipalities["name"]).fillna(NO_MUNICIPALITY)
    return pd.DataFrame(
        {
            "Written": log["written"],
            "County": log["county"],
            "Read as": read,
            "Known as": log["how"].map(WAYS).fillna(log["how"]).mask(log["written"] == read, SAME),
            "Rows": log["rows"],
            "Table": place_of(log),
        }
    )


def names_title(study: Study) -> str:
    """How many municipalities are named in how many ways; a total row names none."""
    names = name_lines(study)
    read = names[names["Read as"] != NO_MUNICIPALITY]
    return f"{read['Read as'].nunique()} municipalities are named, in {read['Written'].nunique()} ways"


def repaired_lines(study: Study) -> pd.DataFrame:
    """Every text that became a number: where, series, as written, read as, how; counts from 1 to 9 are not shown.

    Of a file with very many a line stands for all that are written in one way; `Cells` is then how many.
    """
    lines = _repaired(study)
    return lines.drop(columns="Cells") if (lines["Cells"] == 1).all() else lines


def _repaired(study: Study) -> pd.DataFrame:
    log = log_table(study, "repaired")
    approximate = _approximate(study)
    small = small_counts(study, log["variable"], log["value"])
    return pd.DataFrame(
        {
            "Table": place_of(log),
            "Cell": log["cell"],
            "Series": series_of(study, log["variable"]),
            "As written": log["as_written"].mask(small, WITHHELD),
            "Read as": log["value"].str.removesuffix(".0").mask(small, WITHHELD),
            "How": [_how(text, approximate) for text in log["as_written"]],
            "Cells": log["cells"].astype("int64"),
        }
    )


def repaired_kinds(study: Study) -> pd.DataFrame:
    """The same, counted by table, series and way, with an example."""
    lines = _repaired(study)
    example = (lines["As written"] + " → " + lines["Read as"]).where(lines["As written"] != WITHHELD, "")
    keys = ["Table", "Series", "How"]
    grouped = lines.assign(Example=example).sort_values("Example", key=lambda texts: texts == "", kind="stable")
    return grouped.groupby(keys, sort=True).agg(Cells=("Cells", "sum"), Example=("Example", "first")).reset_index()


def mended_lines(study: Study) -> pd.DataFrame:
    """Every text whose letters were put right."""
    log = log_table(study, "mended")
    return pd.DataFrame(
        {"As written": log["as_written"], "Read as": log["text"], "Cell": log["cell"], "Table": place_of(log)}
    )


def mended_kinds(study: Study) -> pd.DataFrame:
    """The same, each text once, with the number of its cells."""
    counted = mended_lines(study).groupby(["As written", "Read as", "Table"], sort=False).size()
    return counted.reset_index(name="Cells")[["As written", "Read as", "Cells", "Table"]]


def bounded_lines(study: Study) -> pd.DataFrame:
    """Every value that is known by bounds only: municipality, year, series, from, to, and the cells that are bounds."""
    sums = log_table(study, "sums", SUM_COLUMNS).drop_duplicates(SUM_KEY)
    log = log_table(study, "values").merge(sums, how="left", on=SUM_KEY)
    told = log[(log["low"] != "") | (log["high"] != "")]
    return pd.DataFrame(
        {
            "Municipality": told["code"].map(study.reference.municipalities["name"]),
            "Year": told["period"],
            "Series": series_of(study, told["variable"]),
            "At least": told["low"].map(_end),
            "At most": told["high"].map(_end),
            "Cell": told["bounds"].fillna(told["cell"]),
            "Table": place_of(told),
        }
    )


def approximate_lines(study: Study) -> pd.DataFrame:
    """Every cell whose number is approximate by its own words, as they were read."""
    lines = repaired_lines(study)
    return lines[lines["How"] == "approximate"].drop(columns="How").reset_index(drop=True)


def file_notes(study: Study) -> pd.DataFrame:
    """Titles, footnotes, sources, and marks at years, as the files have them."""
    log = log_table(study, "notes")
    kind = log["kind"].map(NOTE_KINDS).fillna(log["kind"])
    return pd.DataFrame({"Text": log["text"], "Kind": kind, "Row": log["row"], "Table": place_of(log)})


def _end(text: str) -> str:
    return {"": "no bound", "inf": "no bound", "-inf": "no bound"}.get(text, text.removesuffix(".0"))


def _approximate(study: Study) -> tuple[str, ...]:
    return tuple(word for word, sign in number_words(study.reference).signs.items() if sign == "approximate")


def _how(text: str, approximate: tuple[str, ...]) -> str:
    plain = text.strip()
    if word_key(plain).startswith(("≈", "~", "±", *approximate)):
        return "approximate"
    if PLAIN.fullmatch(plain):
        return "a number kept as text"
    return "comma, point or space as marks" if NUMERIC.fullmatch(plain) else "a word or sign beside the number"
