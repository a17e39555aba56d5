"""A process that has imported what notebooks need and forks a kernel in milliseconds when asked.

Started as `python -m lnbeval.workspace.warm`. Each line of its input is a JSON object with the connection file and the
folder of a kernel; the answer is the kernel's process number. It ends, and its kernels with it, when its input does.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from importlib import import_module
from typing import Final

PRELOADED: Final = (
    "numpy",
    "pandas",
    "scipy.special",
    "scipy.optimize",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "ruamel.yaml",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "IPython.core.magics",
    "lnbeval",
    "lnbeval.report",
    "lnbeval.workspace.analysis",
    "lnbeval.workspace.study",
    "lnbeval.workspace.views",
)
QUICK: Final = ("--HistoryManager.enabled=False",)  # no database of inputs for a kernel that lives two seconds


def serve() -> None:
    """Answer requests until there are no more."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # 1.2 s of grammar nobody here uses
    for name in PRELOADED:
        import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # finished kernels leave no zombies
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become_kernel(request["connection_file"], request["folder"])
        print(pid, flush=True)  # noqa: T201


def _become_kernel(connection_file: str, folder: str) -> None:
    from ipykernel.kernelapp import IPKernelApp  # noqa: PLC0415

    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # the answers' channel is not for what a notebook prints
    sys.stdin = open(0, closefd=False, encoding="utf-8")  # noqa: SIM115
    os.chdir(folder)
    parent = os.getppid()  # when it is gone the kernel ends, too
    try:
        IPKernelApp.launch_instance(argv=["-f", connection_file, f"--IPKernelApp.parent_handle={parent}", *QUICK])
    finally:
        os._exit(0)


if __name__ == "__main__":
    serve()
