"""Kernels for the pages: forked from a warm process where the system can fork, started the usual way elsewhere."""

from __future__ import annotations

import asyncio
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from jupyter_core.utils import run_sync

from lnbeval.errors import WorkspaceError
from lnbeval.workspace.steady import steady_environment
from lnbeval.workspace.warm_client import fork

if TYPE_CHECKING:
    from collections.abc import Iterator

PORTS: Final = ("shell_port", "iopub_port", "hb_port", "control_port")


class ForkedKernel:
    """What jupyter_client asks of a process, for one that is not this process's child."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """None while it runs."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self) -> int:
        """Its end has been seen by `poll` before this is called."""
        return 0

    def send_signal(self, number: int) -> None:
        """Pass a signal on."""
        os.kill(self.pid, number)


class WarmProvisioner(LocalProvisioner):
    """Launches a kernel by asking the warm process for a fork."""

    warm: str  # its socket

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:  # noqa: ANN401, ARG002
        """The connection of a forked kernel; the command that a new process would need is not used."""
        file = self.parent.connection_file  # type: ignore[union-attr]
        pid = fork(self.warm, "lnbeval.workspace.warm:become_kernel", [file], folder=Path.cwd())
        if pid is None:
            raise WorkspaceError("The process that starts kernels has ended; its message stands above. Run again.")
        kernel = ForkedKernel(pid)
        self.process = kernel  # type: ignore[assignment]
        self.pid = self.pgid = kernel.pid
        await self._bound(kernel)
        return self.connection_info

    async def wait(self) -> int:
        """Wait for the end of the kernel, looking more often than the usual ten times a second."""
        while await self.poll() is None:
            await asyncio.sleep(0.005)
        self.process = None
        return 0

    async def _bound(self, kernel: ForkedKernel) -> None:
        """Wait until the kernel's sockets are there: a client that comes too early tries again only after a while."""
        sockets = [Path(f"{self.connection_info['ip']}-{self.connection_info[name]}") for name in PORTS]
        while kernel.poll() is None and not all(path.exists() for path in sockets):
            await asyncio.sleep(0.005)


@contextmanager
def kernel_manager(warm: str | None) -> Iterator[AsyncKernelManager]:
    """A manager for one kernel, which is gone when the block ends.

    Kernels talk over sockets in a folder of their own instead of TCP: nobody else can connect, and ports cannot clash.
    """
    with tempfile.TemporaryDirectory(prefix="lnb") as sockets:
        manager = AsyncKernelManager(
            kernel_name="python3",
            transport="ipc" if os.name == "posix" else "tcp",
            connection_file=str(Path(sockets) / "k.json"),
        )
        if warm is not None:
            manager.provisioner = WarmProvisioner(parent=manager, kernel_id="page", kernel_spec=manager.kernel_spec)
            manager.provisioner.warm = warm
        manager.update_env(env=steady_environment())
        try:
            yield manager
        finally:
            if manager.has_kernel:
                run_sync(manager.shutdown_kernel)(now=True)
