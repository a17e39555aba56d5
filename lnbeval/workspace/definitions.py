"""What an evaluation works with: the reference that all share, and the indicators and variables that it defines for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnbeval.reference import load_reference, with_definitions

if TYPE_CHECKING:
    from lnbeval.reference import Reference
    from lnbeval.workspace.places import Workspace


def evaluation_reference(workspace: Workspace, evaluation: str) -> Reference:
    """The reference, with data/raw/<evaluation>/indicators.csv and variables.csv where there are such.

    Raises DataError with all that is missing or inconsistent.
    """
    return with_definitions(load_reference(workspace.reference), workspace.raw(evaluation))
