"""A process that has imported what the pipeline needs and forks when asked: milliseconds instead of seconds.

Started as `python -m lnbeval.workspace.warm SOCKET`; see `warm_client` for how it is asked. Each request names a function,
which the fork calls with the request's arguments, folder, environment and output; the answers are the fork's process
number and, when it ends, its exit code. The process ends when its standard input does. Results never depend on it:
without it every stage and kernel starts in the usual way.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PRELOADED: Final = (
    "numpy",
    "pandas",
    "scipy.special",
    "scipy.optimize",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "openpyxl",
    "ruamel.yaml",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "IPython.core.magics",
    "papermill",
    "nbconvert.exporters.html",
    "lnbeval",
    "lnbeval.report",
    "lnbeval.site",
    "lnbeval.workspace.analysis",
    "lnbeval.workspace.intake_stage",
    "lnbeval.workspace.kernels",
    "lnbeval.workspace.pages",
    "lnbeval.workspace.results",
    "lnbeval.workspace.study",
    "lnbeval.workspace.views",
)
QUICK: Final = ("--HistoryManager.enabled=False",)  # no database of inputs for a kernel that lives two seconds
INTERRUPTED: Final = 130
REQUEST: Final = 1 << 20  # bytes: an environment and a few arguments


def serve(path: str) -> None:
    """Answer requests until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the forks; this process ends with its parent
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # 1.2 s of grammar nobody here uses
    for name in PRELOADED:
        import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # finished forks leave no zombies
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{path}.new")
        listener.listen()
        Path(f"{path}.new").rename(path)  # whoever sees the socket can connect to it
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            _answer(listener)


def become_kernel(arguments: Sequence[str]) -> int:
    """Turn this process into a Jupyter kernel on the connection file given."""
    from ipykernel.kernelapp import IPKernelApp  # noqa: PLC0415

    os.setsid()  # an interrupt reaches a kernel through its notebook, not through the terminal
    parent = f"--IPKernelApp.parent_handle={os.getppid()}"  # when it is gone the kernel ends, too
    IPKernelApp.launch_instance(argv=["-f", arguments[0], parent, *QUICK])
    return 0


def _answer(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        data, outputs, _, _ = socket.recv_fds(connection, REQUEST, 2)
        pid = os.fork()
        if pid == 0:
            listener.close()
            _fork(connection, json.loads(data), outputs)
        connection.sendall(f"{pid}\n".encode())
        for output in outputs:
            os.close(output)


def _fork(connection: socket.socket, request: dict[str, Any], outputs: Sequence[int]) -> None:
    """Call the function in this fork, and end it."""
    code = 1
    try:
        _settle(request, outputs)
        module, _, name = request["call"].partition(":")
        function: Callable[[Sequence[str]], int] = getattr(import_module(module), name)
        code = function(request["arguments"])
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall(f"{code}\n".encode())
    os._exit(code)


def _settle(request: dict[str, Any], outputs: Sequence[int]) -> None:
    """Output, input, folder, environment and signals as a process of its own would have them."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(outputs[0], 1)
    os.dup2(outputs[1], 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = open(0, closefd=False, encoding="utf-8")  # noqa: SIM115
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])


if __name__ == "__main__":
    serve(sys.argv[1])
