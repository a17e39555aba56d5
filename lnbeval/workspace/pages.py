"""The notebooks of one evaluation, run with its parameters by papermill, side by side."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lnbeval.errors import DataError, DesignError, LnbevalError, PanelError, ParameterError, WorkspaceError
from lnbeval.reference import inside_sentence
from lnbeval.workspace.notebooks import cleaned, declared_parameters
from lnbeval.workspace.parameters import notebook_parameters
from lnbeval.workspace.places import replaced_folder, write_text
from lnbeval.workspace.warm_client import warm_process

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from lnbeval.reference import Reference
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.places import Workspace

OURS: Final = {
    kind.__name__: kind for kind in (ParameterError, DataError, PanelError, DesignError, WorkspaceError)
}  # an error raised in a kernel arrives here by name only


@dataclass(frozen=True, kw_only=True)
class Page:
    """One run of a notebook."""

    name: str  # of the executed notebook and of the rendered page
    notebook: Path
    parameters: dict[str, Any]
    words: dict[str, str]  # replaced in its texts


def planned_pages(
    workspace: Workspace, evaluation: str, notebooks: Sequence[str], parameters: Parameters, reference: Reference
) -> list[Page]:
    """The runs of an evaluation in reading order: a notebook that declares `indicator` runs once for each."""
    given = notebook_parameters(parameters, evaluation)
    pages = []
    for stem in notebooks:
        path = workspace.notebooks / f"{stem}.ipynb"
        names = declared_parameters(path, [*given, "indicator"])
        values = {name: given[name] for name in names if name in given}
        slug = stem.replace("_", "-")
        if "indicator" not in names:
            pages.append(Page(name=slug, notebook=path, parameters=values, words={}))
            continue
        for code in parameters.estimated:
            run = {**values, "indicator": code}
            words = {"this indicator": inside_sentence(str(reference.indicators.loc[code, "label"]))}
            pages.append(Page(name=f"{slug}-{code.replace('_', '-')}", notebook=path, parameters=run, words=words))
    return pages


def run_pages(workspace: Workspace, evaluation: str, pages: Sequence[Page], *, say: Callable[[str], None]) -> None:
    """Run every page and put the executed notebooks in the place of the earlier ones, all or none.

    Raises the package's own error when a notebook did, and WorkspaceError, naming notebook and cell, for any other.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # 1.2 s of grammar nobody here uses
    workers = max(1, min(len(pages), os.cpu_count() or 1))
    with (
        replaced_folder(workspace.outputs(evaluation) / "pages") as folder,
        warm_process() as warm,
        ThreadPoolExecutor(workers) as pool,
    ):
        runs = [pool.submit(_run, page, folder, workspace.root, warm) for page in pages]
        try:
            for number, (page, run) in enumerate(zip(pages, runs, strict=True), start=1):
                run.result()
                say(f"page {number} of {len(pages)}: {page.name}")
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _run(page: Page, folder: Path, root: Path, warm: str | None) -> None:
    import papermill  # noqa: PLC0415
    from papermill.exceptions import PapermillExecutionError  # noqa: PLC0415

    from lnbeval.workspace.kernels import kernel_manager  # noqa: PLC0415

    with kernel_manager(warm) as manager:
        try:
            notebook = papermill.execute_notebook(
                str(page.notebook),
                None,
                parameters=page.parameters,
                progress_bar=False,
                log_output=False,
                km=manager,
                cwd=str(root),
            )
        except PapermillExecutionError as error:
            raise _as_ours(error, page) from error
    write_text(folder / f"{page.name}.ipynb", cleaned(notebook, page.words))


def _as_ours(error: Any, page: Page) -> LnbevalError:  # noqa: ANN401
    kind = OURS.get(error.ename)
    if kind is not None:
        return kind(f"{page.name}: {error.evalue}")
    return WorkspaceError(
        f"Notebook {page.notebook.name} (page {page.name}) failed in cell {error.cell_index}:\n{error.source}\n"
        f"{error.ename}: {error.evalue}\nOpen it with `make lab` to see where."
    )
