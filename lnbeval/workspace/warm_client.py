"""How the warm process (see `warm`) is started and asked. Imports nothing heavy: every stage passes through here."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lnbeval.workspace.steady import steady_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

VARIABLE: Final = "LNBEVAL_WARM"  # the socket of a warm process that is there already
PATIENCE: Final = 30.0  # seconds that its imports may take before the usual way is taken instead


class Warm:
    """A warm process to be: it has an address from the beginning, and costs nothing until it is started."""

    def __init__(self, folder: str) -> None:
        self.path = str(Path(folder) / "warm")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, unless it runs; whoever asks meanwhile waits."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "lnbeval.workspace.warm", self.path],
                stdin=subprocess.PIPE,
                env={**steady_environment(), VARIABLE: self.path},
            )

    def stop(self) -> None:
        """End it; its kernels follow."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


@contextmanager
def warm_to_be() -> Iterator[Warm | None]:
    """A warm process for the block, not yet started; None where forks do not exist."""
    if not (hasattr(os, "fork") and hasattr(socket, "AF_UNIX")):
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="lnb") as folder:
        warm = Warm(folder)
        try:
            yield warm
        finally:
            warm.stop()


@contextmanager
def warm_process() -> Iterator[str | None]:
    """The socket of a warm process: the one that is there, else a new one for the block, None where forks do not exist."""
    if VARIABLE in os.environ:
        yield os.environ[VARIABLE]
        return
    with warm_to_be() as warm:
        if warm is not None:
            warm.start()
        yield None if warm is None else warm.path


def fork(path: str, call: str, arguments: Sequence[str], *, folder: Path) -> int | None:
    """Have `call` (module:function) run in a fork; its process number, None when nobody answers."""
    with _connected(path) as connection:
        return None if connection is None else _asked(connection, call, arguments, folder)


def run_forked(path: str, call: str, arguments: Sequence[str], *, folder: Path) -> int | None:
    """The same, waiting for its end: its exit code, None when nobody answers."""
    with _connected(path) as connection:
        if connection is None or _asked(connection, call, arguments, folder) is None:
            return None
        answer = connection.makefile()
        try:
            code = answer.readline()
        except KeyboardInterrupt:
            connection.makefile().readline()  # Ctrl-C reached the fork, too: what it was writing has to be put away first
            raise
        return int(code) if code else 1


@contextmanager
def _connected(path: str) -> Iterator[socket.socket | None]:
    started = time.monotonic()
    with socket.socket(socket.AF_UNIX) as connection:
        while time.monotonic() - started < PATIENCE:
            try:
                connection.connect(path)
            except OSError:
                if not Path(path).parent.is_dir():  # its owner has gone
                    break
                time.sleep(0.01)
                continue
            yield connection
            return
        yield None


def _asked(connection: socket.socket, call: str, arguments: Sequence[str], folder: Path) -> int | None:
    request = {
        "call": call,
        "arguments": list(arguments),
        "folder": str(folder),
        "environment": dict(os.environ),
    }
    socket.send_fds(connection, [json.dumps(request).encode()], [1, 2])
    digits = b""
    while not digits.endswith(b"\n"):
        digit = connection.recv(1)
        if not digit:
            return None
        digits += digit
    return int(digits)
