"""Where things are in a workspace, and how they are written: to a temporary name first, then renamed."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lnbeval.errors import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """The folders of a workspace, from its root."""

    root: Path

    @property
    def reference(self) -> Path:
        """Municipalities, events, treatment evidence, indicators."""
        return self.root / "data" / "reference"

    @property
    def notebooks(self) -> Path:
        """The notebooks, as committed."""
        return self.root / "notebooks"

    @property
    def site(self) -> Path:
        """The rendered pages of all evaluations."""
        return self.root / "outputs" / "site"

    @property
    def list_of_evaluations(self) -> Path:
        """Which evaluations and notebooks are built."""
        return self.root / "params" / "workspace.yaml"

    def pages(self, evaluation: str) -> Path:
        """The rendered pages of an evaluation."""
        return self.site / "evaluations" / evaluation

    def parameters(self, evaluation: str) -> Path:
        """The parameters of an evaluation."""
        return self.root / "params" / f"{evaluation}.yaml"

    def raw(self, evaluation: str) -> Path:
        """The files of an evaluation, as received."""
        return self.root / "data" / "raw" / evaluation

    def decisions(self, evaluation: str) -> Path:
        """The answers that people gave to questions about these files."""
        return self.raw(evaluation) / "decisions.csv"

    def outputs(self, evaluation: str) -> Path:
        """What the pipeline writes for an evaluation."""
        return self.root / "outputs" / evaluation


def find_workspace(start: Path | None = None) -> Workspace:
    """The workspace that `start` (the current folder) lies in: the nearest folder with dvc.yaml and params/."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "dvc.yaml").is_file() and (folder / "params").is_dir():
            return Workspace(root=folder)
    raise WorkspaceError(
        f"{here} is not inside a workspace: no folder above it has dvc.yaml and params/. Change into your clone first."
    )


@contextmanager
def replaced_folder(target: Path) -> Iterator[Path]:
    """A new folder that takes the place of `target` when the block ends well; otherwise `target` stays as it was."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise WorkspaceError(f"Cannot write into {target.parent}: {error.strerror}. Check its permissions.") from error
    try:
        yield fresh
        fresh.chmod(0o755)
        _swap(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def write_text(target: Path, text: str) -> None:
    """Write `text` as UTF-8 with line feeds; a reader never sees half of it."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except OSError as error:
        raise WorkspaceError(f"Cannot write {target}: {error.strerror}. Check permissions and free space.") from error


def _swap(fresh: Path, target: Path) -> None:
    old = target.with_name(f".{target.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)
