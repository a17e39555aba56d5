"""Worded: problems whose English sentence tells more than names, figures and cells, so that another language quotes it in full."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnbeval.intake import Problem
    from lnbeval.workspace.particulars import Particular

GUESSED: Final = re.compile(
    r"Guessed: (?P<values>.*?)(?:; likewise in (?P<n>[0-9]+) more places)?\. The reason: (?P<reason>.*)", re.DOTALL
)  # keys and values, which are the same in every language, and words
WORDED: Final = frozenset({  # rules whose messages hold words of a registry, a table, a program or a person
    "administrative_unit", "ambiguous_marks", "blank_but_marked", "cell_unit_differs", "column_left_out", "condition_not_met",
    "damaged", "declared_missing", "different_units_in_one_column", "event_with_treatment", "few_cells_decide",
    "file_kind", "file_name", "file_no_table", "file_packed", "flagged_jump", "guess", "hostile",
    "indicator_refused", "listed_not_counted", "marks_decided", "merged_cells", "misread_letters",
    "missing_words", "mixed_marks", "needs_county", "no_variation", "not_a_file", "not_opened", "numbering",
    "open_quotation", "other_marks", "other_programme", "out_of_scope", "own_start", "pc_axis",
    "pc_axis_unread", "person_level", "persons", "plan_deviation", "planned_or_actual", "planned_subset",
    "registered_replaced", "rows_not_divided", "series_break", "several_phases", "share_above_whole",
    "sources_register", "spelling", "start_differs", "start_written_twice", "treatment_column_alike",
    "treatment_columns", "treatment_status", "treatment_table", "treatment_unit", "treatment_unreadable",
    "unit_differs", "units_of_years_differ", "unknown_name",
})  # fmt: skip


def only_in_words(problem: Problem, details: Sequence[Particular]) -> bool:
    """Whether only the words of the message say it all: those of its rule, or those between or around its details."""
    if problem.rule == "guess" and GUESSED.fullmatch(problem.what):
        return False  # told with its keys, its values and its reason
    return problem.rule in WORDED or len(details) > 1 or any(one.loose for one in details)
