"""A workspace on disk: its parameters, its pipeline, and what notebooks ask of it.

The public names load on first use: most verbs of the command line need only a few of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from lnbeval.workspace import views
    from lnbeval.workspace.analysis import Analysis, estimates, placebos
    from lnbeval.workspace.compared import estimators_compared, headline_reason, inference_compared
    from lnbeval.workspace.left_out import beside
    from lnbeval.workspace.places import Workspace, find_workspace
    from lnbeval.workspace.study import Study, open_study

_HOME: Final = {
    "Analysis": "lnbeval.workspace.analysis",
    "estimates": "lnbeval.workspace.analysis",
    "placebos": "lnbeval.workspace.analysis",
    "beside": "lnbeval.workspace.left_out",
    "estimators_compared": "lnbeval.workspace.compared",
    "headline_reason": "lnbeval.workspace.compared",
    "inference_compared": "lnbeval.workspace.compared",
    "Study": "lnbeval.workspace.study",
    "open_study": "lnbeval.workspace.study",
    "Workspace": "lnbeval.workspace.places",
    "find_workspace": "lnbeval.workspace.places",
}

__all__ = [
    "Analysis",
    "Study",
    "Workspace",
    "beside",
    "estimates",
    "estimators_compared",
    "find_workspace",
    "headline_reason",
    "inference_compared",
    "open_study",
    "placebos",
    "views",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name == "views":
        return import_module("lnbeval.workspace.views")
    if name not in _HOME:
        raise AttributeError(f"module 'lnbeval.workspace' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)
