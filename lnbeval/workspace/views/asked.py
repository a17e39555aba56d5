"""What the import found and asked, what people decided, and which deliveries stand behind it."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Final

import pandas as pd

from lnbeval.intake.inert import not_inert
from lnbeval.workspace.decision_log import DECISION_COLUMNS
from lnbeval.workspace.delivery_changes import CHANGE_COLUMNS, NOT_THERE
from lnbeval.workspace.delivery_register import fingerprint, read_register
from lnbeval.workspace.languages import in_english, languages
from lnbeval.workspace.views.logs import WITHHELD, log_table, series_of, small_counts
from lnbeval.workspace.views.plain_words import plain_words, programme_named, series_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lnbeval.workspace.languages import Language
    from lnbeval.workspace.study import Study

GUESSED: Final = "guess/"
CONFIRMED: Final = "yes"
ALBANIAN: Final = "sq"
UNFOLDED: Final = 15  # decisions
AS_IT_IS: Final = ("keep", "flag", CONFIRMED)  # answers that leave the data as they came
SEVERITIES: Final = {"STOP": "stop", "ASK": "question", "WARN": "warning", "NOTE": "note"}  # the gravest first
MEANINGS: Final = {
    "STOP": "refuses an indicator",
    "ASK": "must be answered first",
    "WARN": "deserves a look",
    "NOTE": "for information",
}


def problems(study: Study) -> pd.DataFrame:
    """The problems of the import, the gravest first: as the log has them."""
    log = log_table(study, "problems")
    rank = log["severity"].map(list(SEVERITIES).index)
    return log.iloc[rank.argsort(kind="stable")].reset_index(drop=True)


def problem_rows(study: Study) -> pd.DataFrame:
    """The same to be read: severity, where, what is wrong, what to do, and the last two in Albanian where the log has them."""
    log = problems(study)
    what, do = (_plain(study, told, log["name"], ALBANIAN) for told in _in_albanian(study, log))
    ended = what.where(what.str.endswith((".", "?", "!")) | (do == ""), what + ".")
    return pd.DataFrame(
        {
            "Severity": log["severity"] + ": " + log["severity"].map(MEANINGS),
            "Where": _where(log, "file", "sheet", "cell", "municipality", "year"),
            "What is wrong": _plain(study, log["what"], log["name"]),
            "What to do": _plain(study, log["do"], log["name"]),
            "In Albanian": (ended + " " + do).str.strip().where(what != "", do),
        }
    )


def problems_title(study: Study) -> str:
    """How many of each severity."""
    times = Counter(log_table(study, "problems")["severity"])
    counted = [f"{times[key]} {word}{'' if times[key] == 1 else 's'}" for key, word in SEVERITIES.items() if times[key]]
    return f"The import found {' and '.join(counted)}" if counted else "The import found nothing to tell"


def decisions(study: Study) -> pd.DataFrame:
    """Every decision with its question: first those that change data, then the others, confirmed guesses last."""
    log = log_table(study, "decisions", DECISION_COLUMNS)
    changes = (log["applied"] == "yes") & ~log["decision"].isin(AS_IT_IS) & ~log["problem"].str.startswith(GUESSED)
    rank = 1 - changes.astype(int) + _confirmed(log)
    return log.iloc[rank.argsort(kind="stable")].reset_index(drop=True)


def decision_rows(study: Study) -> pd.DataFrame:
    """The same to be read: the question as asked, the decision, why, who, when, applied or not."""
    log = decisions(study)
    asked = _where(log, "file", "sheet", "cell", "municipality", "year") + ": "
    asked += _plain(study, log["question"], log["problem"]) + " (" + log["answers"].str.replace(" or ", ", ") + "?)"
    return pd.DataFrame(
        {
            "Question": asked.where(log["question"] != "", log["problem"] + ": no such question is asked"),
            "Decision": log["decision"].map(not_inert),
            "Reason": log["reason"].map(not_inert),
            "Who": log["who"].map(not_inert),
            "When": log["when"].str.replace("-", "\N{NON-BREAKING HYPHEN}"),
            "Applied": log["applied"],
        }
    )


def decision_summary(study: Study) -> pd.DataFrame | None:
    """Those that are more than confirmed guesses, as many as a page shows unfolded; None where no guess was confirmed."""
    confirmed = _confirmed(decisions(study)).astype(bool)
    return decision_rows(study)[~confirmed].head(UNFOLDED) if confirmed.any() else None


def decisions_title(study: Study) -> str:
    """How many decisions, and how many of them count."""
    made = decisions(study)
    unused, confirmed = int((made["applied"] != "yes").sum()), int(_confirmed(made).sum())
    told = [f"{len(made)} decision was taken" if len(made) == 1 else f"{len(made)} decisions were taken"]
    told += [f"{confirmed} confirm{'s' if confirmed == 1 else ''} what was guessed"] if confirmed else []
    told += [f"{unused} answer{'s' if unused == 1 else ''} no question that is asked"] if unused else []
    return "; ".join(told)


def deliveries(study: Study) -> pd.DataFrame:
    """The register of deliveries: file, registered on, why a revision was accepted, whether it is the file in use."""
    raw = study.workspace.raw(study.name)
    register = read_register(raw)
    present = {one.file: fingerprint(raw / one.file) for one in register if (raw / one.file).is_file()}
    return pd.DataFrame(
        {
            "File": [one.file for one in register],
            "Registered on": [one.registered_on for one in register],
            "In use": ["yes" if present.get(one.file) == one.sha256 else "no" for one in register],
            "Note": [one.note for one in register],
            "SHA-256": [one.sha256 for one in register],
        }
    )


def deliveries_title(study: Study) -> str:
    """How many files are registered, which of them are not the registered ones any more, and which are not registered."""
    made = deliveries(study)
    latest = made.drop_duplicates("File", keep="last")
    other = latest.loc[latest["In use"] == "no", "File"].tolist()
    counted = f"{len(latest)} file{' is' if len(latest) == 1 else 's are'} registered"
    told = f"{counted}; not as registered: {', '.join(other)}" if other else f"{counted}, and unchanged since"
    files = dict.fromkeys(source.file for source in study.parameters.data.sources)
    unknown = [file for file in files if file not in set(latest["File"])]
    return f"{told}; not registered: {', '.join(unknown)}" if unknown else told


def changed(study: Study) -> pd.DataFrame:
    """Cells that differ from the registered delivery: municipality, year, series, part, old, new; no counts from 1 to 9.

    One whose row is not there any more is told otherwise than one in which nothing is reported.
    """
    log = log_table(study, "changed_cells", CHANGE_COLUMNS).reindex(columns=list(CHANGE_COLUMNS), fill_value="")
    old, new = (log[f"{when}_bound"].where(log[f"{when}_bound"] != "", log[when].map(_told)) for when in ("old", "new"))
    new = new.mask((log["cell"] == "") & (log["new"] == "") & (log["new_bound"] == ""), NOT_THERE)
    parts = {"Part": log["part"]} if (log["part"] != "").any() else {}  # of rows that are added up
    return pd.DataFrame(
        {
            "Municipality": log["municipality"],
            "Year": log["period"],
            "Series": series_of(study, log["variable"]),
            **parts,
            "Registered": old.mask(small_counts(study, log["variable"], log["old"]), WITHHELD),
            "Delivered now": new.mask(small_counts(study, log["variable"], log["new"]), WITHHELD),
            "Where": _where(log, "file", "sheet", "cell"),
        }
    )


def unchanged(study: Study) -> str:
    """What is said where no cell differs from a registered delivery."""
    registered = bool(read_register(study.workspace.raw(study.name)))
    return (
        "No cell differs from a registered delivery"
        if registered
        else "No cell could be compared with one delivered before"
    )


def _confirmed(log: pd.DataFrame) -> pd.Series[int]:
    """Which decisions confirm a guess, as 1 and 0."""
    return (log["problem"].str.startswith(GUESSED) & log["decision"].eq(CONFIRMED)).astype(int)


def _in_albanian(study: Study, log: pd.DataFrame) -> Iterator[pd.Series[str]]:
    """What is wrong and what to do, blank where the log has none. English quoted in it is left out: it stands beside it."""
    known = {one.code: one for one in languages(study.reference)}
    for part in ("what", "do"):
        told = log.get(f"{part}_{ALBANIAN}", pd.Series("", log.index, dtype="str"))
        if ALBANIAN in known:
            own = partial(_without_english, study, told_in=known[ALBANIAN])
            told = pd.Series(map(own, told, log[part].map(not_inert), log["name"]), log.index, dtype="str")
        yield told


def _without_english(study: Study, text: str, said: str, name: str, told_in: Language) -> str:
    """A text without what is said in English at its end; the programme and the series that were named there are named."""
    own = text.removesuffix(f"{in_english(said, told_in)}.").rstrip() if said else text
    if own in {text, ""}:
        return own
    programme, series = programme_named(name), ", ".join(series_named(study, said, name))
    details = "; ".join(filter(None, (programme, series)))
    return f"{own} {told_in.phrases['details'].format(details=details)}." if details else own


def _plain(study: Study, texts: pd.Series[str], names: pd.Series[str], language: str = "") -> pd.Series[str]:
    told = [plain_words(study, text, name, language) for text, name in zip(texts, names, strict=True)]
    return pd.Series(told, texts.index, dtype="str")


def _told(value: str) -> str:
    return value.removesuffix(".0") if value else "not reported"


def _where(log: pd.DataFrame, *columns: str) -> pd.Series[str]:
    """Where each line is, out of these columns, without those that are blank."""
    named = log[list(columns)].assign(sheet=log["sheet"].map(lambda name: f"sheet {name}" if name else ""))
    texts = [", ".join(part for part in parts if part) for parts in named.itertuples(index=False, name=None)]
    return pd.Series(texts, log.index, dtype="str")
