"""The package's own errors: each says what is wrong, names the culprits, and what to do; each has an exit code."""

from __future__ import annotations

from typing import ClassVar


class LnbevalError(Exception):
    """Anything a user can put right. The message is complete: no traceback is shown for it."""

    exit_code: ClassVar[int] = 1


class ParameterError(LnbevalError):
    """A parameter or an option is unknown, of the wrong type, or in conflict with another."""

    exit_code = 2


class DataError(LnbevalError):
    """An input file cannot be read or holds something that must be settled first."""

    exit_code = 3


class PanelError(DataError):
    """The rows do not form a panel of units by periods."""


class DesignError(LnbevalError):
    """The comparison asked for cannot be estimated on these data."""

    exit_code = 4


class WorkspaceError(LnbevalError):
    """The installation, the file system or another program stands in the way."""

    exit_code = 6
