"""The environment in which the pipeline's programs run, so that they write the same bytes everywhere."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

STEADY: Final = {
    "OPENBLAS_NUM_THREADS": "1",  # more threads are slower on small regressions, and sum in another order
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "MPLBACKEND": "agg",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # the kernel's debugger, which is not used, would warn about frozen modules
    "DVC_NO_ANALYTICS": "1",
}
EXIT_FILE: Final = (
    "LNBEVAL_EXIT_FILE"  # where a failing stage leaves its exit code, in a folder of this run; DVC passes none on
)
DROPPED: Final = ("PYTHONDONTWRITEBYTECODE",)  # compiling every module anew in every stage takes longer than the stages


def steady_environment() -> dict[str, str]:
    """This process's environment with what could change the results fixed, and this Python first on the path."""
    here = str(Path(sys.executable).parent)
    inherited = {name: value for name, value in os.environ.items() if name not in DROPPED}
    return {**inherited, **STEADY, "PATH": os.pathsep.join([here, os.environ.get("PATH", "")])}
