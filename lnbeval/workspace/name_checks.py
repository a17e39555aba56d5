"""Name checks: what the names in the sources and in the treatment table mean, lack or contradict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.errors import ParameterError
from lnbeval.intake import coverage_problems
from lnbeval.workspace.treatment import treatment_rows

if TYPE_CHECKING:
    from lnbeval.intake import Intake, Problem
    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.places import Workspace


def name_problems(
    workspace: Workspace, taken: Intake, parameters: Parameters, reference: Reference
) -> tuple[Problem, ...]:
    """Municipalities that sources lack or have beyond the known ones, and what is wrong with the treatment table."""
    expected = parameters.data.expected
    planned, reason = ((), "") if expected is None else (expected.missing, expected.reason)
    table = workspace.root / "data" / parameters.treatment.table
    return (
        *coverage_problems(
            taken.rows, taken.names, reference.names.label, planned, reason, _variables(taken, parameters)
        ),
        *treatment_rows(table, reference)[1],
    )


def _variables(taken: Intake, parameters: Parameters) -> dict[tuple[str, str], frozenset[str]]:
    """The variables of each file and sheet that sources read."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    places = zip(taken.counts["file"], taken.counts["sheet"], strict=True)
    for place, source in zip(places, parameters.data.sources, strict=True):
        found[place] = found.get(place, frozenset()) | set(source.columns)
    return found


def stop_if_numbering_unknown(parameters: Parameters, reference: Reference) -> None:
    """Raise ParameterError when a source declares numbers that the reference does not hold."""
    known = reference.names.numberings
    for source in parameters.data.sources:
        if source.unit_codes is not None and source.unit_codes not in known:
            raise ParameterError(
                f"Source {source.file!r}: unit_codes is '{source.unit_codes}', but municipalities.csv holds no column "
                f"{source.unit_codes}_code. It holds: {', '.join(known) or 'none'}."
            )
