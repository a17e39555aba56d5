"""Problems in the words of a reader: labels beside codes, tables by their file and not by a path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lnbeval.workspace.study import Study

SOURCE: Final = r"data\.sources\[(?P<number>[0-9]+)\]"
COLUMN: Final = re.compile(rf"{SOURCE}\.columns: (?P<code>\w+) (?P<header>'.*?'(?!\w))")
TABLE: Final = re.compile(rf"{SOURCE}: ")
PATH: Final = re.compile(rf"{SOURCE}(?:\.\w+)*")
PHASE: Final = re.compile(r"treatment\.phases\[(?P<number>[0-9]+)\]: ")
PLACES: Final = {
    "Guessed: data: denominator ": "Guessed: Rates are of ",
    "Guessed: treatment: ": "Guessed: Treatment: ",
}
NO_HEADER: Final = "(?<!column )(?<!columns )(?<!header )(?<!under )(?<!kolona )"  # what stands in the file is no code
KEYS: Final = re.compile(r"(?<![\w'./])(unit_codes|school_year|first_treated)(?= )")
LABELS: Final = {"": "label", "sq": "label_sq"}  # the columns of the registries, by language
GUESSED: Final = "guess/"
LISTING: Final = "other_programme/"  # problems that end in a list of indicators


def plain_words(study: Study, text: str, name: str, language: str = "") -> str:
    """What is said of the problem called `name`, with labels beside the codes of series; settings keep their marks of code."""
    told = _of_guess(study, text) if name.startswith(GUESSED) else text
    return _with_labels(told, _labels(study, LABELS[language]), name)


def _labels(study: Study, column: str) -> Mapping[str, str]:
    registries = (study.reference.indicators, study.reference.variables)  # of one code for both, the series counts
    return {str(code): str(label) for table in registries for code, label in table[column].items() if label}


def series_named(study: Study, text: str, name: str) -> list[str]:
    """The codes of the series that are named in what is said of the problem called `name`."""
    return [code for code in _labels(study, LABELS[""]) if _place_of(code, text, name)]


def programme_named(name: str) -> str:
    """The programme that the problem called `name` is about; blank where it is about something else."""
    return name.split("/", 2)[2] if name.startswith(LISTING) else ""


def _with_labels(text: str, labels: Mapping[str, str], name: str) -> str:
    """The text with each code followed by its label, once."""
    for code, label in labels.items():
        found = None if label in text else _place_of(code, text, name)
        if found:
            end = found.end() + text.startswith("`", found.end())  # the label stands behind what is marked as code
            text = f"{text[:end]} ({label}){text[end:]}"
    return text


def _place_of(code: str, text: str, name: str) -> re.Match[str] | None:
    """Where a text has a code. A code that is a word too is one where the problem is about it."""
    if code not in text:
        return None
    plain = rf"(?<![\w./'-]){re.escape(code)}(?![\w'-]|[./]\w)"
    sure = "_" in code or name.startswith(LISTING) or code in re.split(r"[ ,/]", name)
    other = plain if sure else rf"(?<=[0-9]{{4}} ){re.escape(code)}(?=:)"
    return re.search(rf"{NO_HEADER}'{re.escape(code)}'|{other}", text)


def _of_guess(study: Study, text: str) -> str:
    """A guess told by the file that it is about, instead of by its path in the parameters."""
    files = [source.file for source in study.parameters.data.sources]

    def file(found: re.Match[str]) -> str:
        number = int(found["number"])
        return files[number - 1] if 0 < number <= len(files) else found[0]

    told = COLUMN.sub(lambda found: f"In {file(found)} the column {found['header']} is read as '{found['code']}'", text)
    told = TABLE.sub(lambda found: f"How the table {file(found)} is read: ", told)
    told = PHASE.sub(lambda found: f"Phase {found['number']}: ", PATH.sub(file, told))
    for path, words in PLACES.items():
        told = told.replace(path, words)
    return KEYS.sub(lambda found: found[1].replace("_", " "), told)
