"""Saving in JupyterLab: what lands on disk is what is committed, through the server's own contents manager."""

import asyncio
import json
import os
import shutil
from pathlib import Path

import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from jupyterlab.handlers.announcements import NeverCheckForUpdate
from jupyterlab.labapp import LabApp
from traitlets.config import Config, Configurable, PyFileConfigLoader

from lnbeval.workspace.steady import STEADY

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / ".jupyter" / "jupyter_server_config.py"
NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture
def config(monkeypatch, tmp_path) -> Config:
    signatures = {"JUPYTER_DATA_DIR": str(tmp_path / "data")}
    monkeypatch.setattr(os, "environ", {**os.environ, **signatures})  # the configuration changes it, for this test only
    return PyFileConfigLoader(CONFIG.name, path=str(CONFIG.parent)).load_config()


@pytest.fixture
def folder(tmp_path) -> Path:
    root = tmp_path / "with space ë"
    shutil.copytree(ROOT / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".*"))
    return root


@pytest.fixture
def manager(config, folder) -> AsyncLargeFileManager:
    return AsyncLargeFileManager(parent=Configurable(config=config), root_dir=str(folder))


def opened(manager: AsyncLargeFileManager, path: str) -> dict:
    return asyncio.run(manager.get(path, content=True, type="notebook"))["content"]


def save(manager: AsyncLargeFileManager, path: str, content: dict) -> None:
    as_sent = json.loads(json.dumps({"type": "notebook", "format": "json", "content": content}))
    asyncio.run(manager.save(as_sent, path))


def run_in_the_browser(content: dict) -> None:
    """What the browser sends after Run All: outputs, counts, timings, view state, the kernel's version."""
    content["metadata"] = {
        "language_info": {"name": "python", "version": "3.11.7", "file_extension": ".py"},
        "kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3 (ipykernel)"},
        "widgets": {},
    }
    for count, cell in enumerate(content["cells"], start=1):
        cell["metadata"] |= {"trusted": True, "editable": True}
        if cell["cell_type"] == "code":
            cell["metadata"] |= {"scrolled": True, "execution": {"iopub.execute_input": "2026-01-01T00:00:00Z"}}
            cell["execution_count"] = count
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "a number\n"}]
    empty = {"cell_type": "code", "id": "left-behind", "metadata": {"trusted": True}, "source": ""}
    content["cells"].append({**empty, "execution_count": None, "outputs": []})


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_an_untouched_notebook_is_saved_as_it_was(manager, folder, name):
    path = f"notebooks/{name}"
    save(manager, path, opened(manager, path))
    assert (folder / path).read_bytes() == (ROOT / path).read_bytes()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_that_was_run_is_saved_as_it_was(manager, folder, name):
    path = f"notebooks/{name}"
    content = opened(manager, path)
    run_in_the_browser(content)
    save(manager, path, content)
    assert (folder / path).read_bytes() == (ROOT / path).read_bytes()


def test_what_a_person_wrote_is_kept(manager):
    path = f"notebooks/{NOTEBOOKS[0]}"
    content = opened(manager, path)
    content["cells"][0]["source"] += " Më parë"
    content["cells"].append({"cell_type": "markdown", "id": "mine", "metadata": {"tags": ["kept"]}, "source": "New."})
    save(manager, path, content)
    saved = opened(manager, path)["cells"]
    assert saved[0]["source"].endswith(" Më parë")
    assert (saved[-1]["id"], saved[-1]["metadata"]["tags"], saved[-1]["source"]) == ("mine", ["kept"], "New.")


def test_notebooks_elsewhere_keep_their_outputs(manager, folder):
    (folder / "scratch").mkdir()
    content = opened(manager, f"notebooks/{NOTEBOOKS[0]}")
    run_in_the_browser(content)
    save(manager, "scratch/mine.ipynb", content)
    assert all(cell.get("outputs", "a text") for cell in opened(manager, "scratch/mine.ipynb")["cells"][:-1])


def test_other_files_are_saved_unchanged(manager, folder):
    asyncio.run(manager.save({"type": "file", "format": "text", "content": "a\n"}, "notebooks/notes.txt"))
    assert (folder / "notebooks" / "notes.txt").read_text("utf-8") == "a\n"


def test_the_server_opens_the_workspace_whatever_the_current_folder(config):
    assert Path(config.ServerApp.root_dir) == ROOT.resolve()


def test_no_news_no_updates_and_no_extensions_are_fetched(config):
    lab = LabApp(config=config)
    assert (lab.news_url, lab.check_for_updates_class) == (None, NeverCheckForUpdate)
    assert lab.extension_manager == "readonly"


def test_kernels_inherit_the_environment_of_the_pipeline_but_for_the_drawing_of_figures(config):
    assert config
    inherited = {name: os.environ.get(name) for name in STEADY}
    assert inherited == {**STEADY, "MPLBACKEND": None}
