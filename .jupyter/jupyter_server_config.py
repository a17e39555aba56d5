"""JupyterLab in this workspace: `make lab` starts it with this file.

Saving a notebook under notebooks/ writes what is committed: no outputs, no counts, nothing that depends on the machine.
An untouched notebook that is saved stays as it was, byte for byte, and so no stage of the pipeline becomes stale.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

from lnbeval.workspace.notebooks import KERNEL
from lnbeval.workspace.steady import STEADY

INTERACTIVE = "MPLBACKEND"  # kernels choose their own here, so that a figure drawn by hand shows below its cell


def canonical_notebook(model: dict[str, Any], path: str, **_: Any) -> None:  # noqa: ANN401
    """Take out of a notebook about to be saved under notebooks/ whatever running it has put in.

    Outputs, execution counts, and metadata but the cells' tags go; so do empty code cells at the end, which running the
    last cell leaves behind. Texts, code, attachments and ids stay. Jupyter calls this before every save and writes what
    is left in `model`.
    """
    if model["type"] != "notebook" or not path.startswith("notebooks/"):
        return
    content = model["content"]
    content["metadata"] = {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    for cell in content["cells"]:
        tags = cell["metadata"].get("tags")
        cell["metadata"] = {"tags": tags} if tags else {}
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    while content["cells"] and _is_left_behind(content["cells"][-1]):
        content["cells"].pop()


def _is_left_behind(cell: dict[str, Any]) -> bool:
    return bool(cell["cell_type"] == "code" and not "".join(cell["source"]).strip() and not cell["metadata"])


# Kernels inherit the server's environment: the same numbers here as in the pipeline.
os.environ.update({name: value for name, value in STEADY.items() if name != INTERACTIVE})
os.environ.pop(INTERACTIVE, None)

c = get_config()  # type: ignore[name-defined]  # noqa: F821  # Jupyter puts it there
warnings.filterwarnings("ignore", message="Overriding existing pre_save_hook")  # Jupyter checks the same hook twice
c.FileContentsManager.pre_save_hook = canonical_notebook
c.ServerApp.root_dir = str(Path(__file__).resolve().parents[1])
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.handlers.announcements.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"  # the other kind asks a registry
