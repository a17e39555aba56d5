"""The rules of notebooks: thin, without outputs, readable from top to bottom."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from lnbeval.workspace import Workspace
from lnbeval.workspace.parameters import read_list

ROOT = Path(__file__).parents[2]
NOTEBOOKS = {path.name: json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
MOST_STATEMENTS = 6
MOST_LINES = 12
LAST_HEADING = "## How to read this"
FORBIDDEN = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.AsyncFor, ast.While, ast.If, ast.IfExp,
    ast.With, ast.AsyncWith, ast.Try, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Delete, ast.Global,
)  # fmt: skip
FORBIDDEN_CALLS = {"print", "open", "Path", "exec", "eval", "display"}

Cell = dict[str, Any]


@pytest.fixture(params=NOTEBOOKS)
def cells(request) -> list[Cell]:
    return NOTEBOOKS[request.param]["cells"]


def source(cell: Cell) -> str:
    return "".join(cell["source"])


def code_cells(cells: list[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell["cell_type"] == "code"]


def tagged(cell: Cell) -> bool:
    return "parameters" in cell["metadata"].get("tags", [])


def tree(cell: Cell) -> ast.Module:
    return ast.parse(source(cell))


def imports(cell: Cell) -> bool:
    return any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(tree(cell)))


def shows(cell: Cell) -> bool:
    return isinstance(tree(cell).body[-1], ast.Expr)


def working_cells(cells: list[Cell]) -> list[Cell]:
    """The code cells that are neither the parameters nor the imports."""
    return [cell for cell in code_cells(cells) if not tagged(cell) and not imports(cell)]


def parameters_cell(cells: list[Cell]) -> ast.Module:
    return tree(next(cell for cell in cells if tagged(cell)))


def declared(cells: list[Cell]) -> list[str]:
    statements = parameters_cell(cells).body
    targets = [node.targets[0] if isinstance(node, ast.Assign) else node.target for node in statements]
    return [target.id for target in targets]


def called(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else node
    return function.id if isinstance(function, ast.Name) else ""


def test_there_are_notebooks():
    assert NOTEBOOKS


def test_no_outputs_and_no_execution_counts_are_committed(cells):
    code = code_cells(cells)
    assert [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"] is not None] == []


def test_ids_are_unique(cells):
    ids = [cell["id"] for cell in cells]
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_nothing_of_the_machine_is_committed(name):
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    assert NOTEBOOKS[name]["metadata"] == {"kernelspec": kernel, "language_info": {"name": "python"}}
    assert (NOTEBOOKS[name]["nbformat"], NOTEBOOKS[name]["nbformat_minor"]) == (4, 5)
    assert {key for cell in NOTEBOOKS[name]["cells"] for key in cell["metadata"]} == {"tags"}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_file_is_as_jupyter_writes_it(name):
    written = json.dumps(NOTEBOOKS[name], indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    assert (ROOT / "notebooks" / name).read_bytes() == written.encode()


def test_the_title_comes_first_and_is_a_question(cells):
    assert cells[0]["cell_type"] == "markdown"
    assert re.fullmatch(r"# [^#\n]+\?", source(cells[0]).splitlines()[0])


def test_there_is_one_title(cells):
    titles = [
        cell["id"]
        for cell in cells
        if cell["cell_type"] == "markdown" and re.search(r"^# ", source(cell), re.MULTILINE)
    ]
    assert titles == [cells[0]["id"]]


def test_one_cell_is_tagged_parameters_and_it_is_the_first_code_cell(cells):
    assert [tagged(cell) for cell in code_cells(cells)] == [True] + [False] * (len(code_cells(cells)) - 1)


def test_parameters_are_plain_literals(cells):
    for node in parameters_cell(cells).body:
        assert isinstance(node, ast.Assign | ast.AnnAssign)
        assert node.value is not None
        ast.literal_eval(node.value)  # refuses all but literals


def test_annotations_of_parameters_are_those_that_papermill_understands(cells):
    annotations = [node.annotation for node in parameters_cell(cells).body if isinstance(node, ast.AnnAssign)]
    assert [ast.unparse(a) for a in annotations if not re.fullmatch(r"\w+|Optional\[\w+\]", ast.unparse(a))] == []


def test_every_declared_parameter_is_read(cells):
    later = [node for cell in working_cells(cells) for node in ast.walk(tree(cell))]
    read = {node.id for node in later if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    assert [name for name in declared(cells) if name not in read] == []


def test_no_parameter_is_overwritten(cells):
    later = [node for cell in working_cells(cells) for node in ast.walk(tree(cell))]
    written = {node.id for node in later if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    assert written.isdisjoint(declared(cells))


def test_one_cell_imports_right_after_the_parameters_and_nothing_else(cells):
    code = code_cells(cells)
    assert [imports(cell) for cell in code] == [False, True] + [False] * (len(code) - 2)
    assert all(isinstance(node, ast.Import | ast.ImportFrom) for node in tree(code[1]).body)


def test_cells_call_and_do_not_program(cells):
    nodes = [node for cell in code_cells(cells) for node in ast.walk(tree(cell))]
    assert [type(node).__name__ for node in nodes if isinstance(node, FORBIDDEN)] == []
    assert [called(node) for node in nodes if called(node) in FORBIDDEN_CALLS] == []


def test_no_paths_are_written_out(cells):
    nodes = [node for cell in code_cells(cells) for node in ast.walk(tree(cell)) if isinstance(node, ast.Constant)]
    texts = [node.value for node in nodes if isinstance(node.value, str)]
    assert [text for text in texts if re.search(r"[/\\]", text)] == []


def test_cells_are_short(cells):
    for cell in working_cells(cells):
        assert len(tree(cell).body) <= MOST_STATEMENTS, source(cell)
        assert len(source(cell).splitlines()) <= MOST_LINES, source(cell)


def test_a_cell_shows_at_most_one_thing_and_last(cells):
    for cell in working_cells(cells):
        before = tree(cell).body[:-1]
        assert all(isinstance(node, ast.Assign) for node in before), source(cell)


def test_every_cell_that_shows_something_stands_in_a_section_with_a_sentence(cells):
    """A cell that only sets up what follows may stand alone, right after the imports."""
    section: list[str] = []
    without: list[str] = []
    for cell in cells[1:]:
        text = source(cell)
        if cell["cell_type"] == "markdown":
            section = [] if text.startswith("## ") else section
            section += text.splitlines()
        elif not tagged(cell) and not imports(cell) and (shows(cell) or section):
            sentence = any(re.search(r"\w.*[.:;?]|`", line) for line in section if not line.startswith("#"))
            if not section or not section[0].startswith("## ") or not sentence:
                without.append(f"{cell['id']}: {section[:1]}")
    assert without == []


def test_nothing_but_one_cell_of_set_up_stands_before_the_first_section(cells):
    first = next(place for place, cell in enumerate(cells) if source(cell).startswith("## "))
    assert len(working_cells(cells[:first])) <= 1


def test_the_last_cell_says_how_to_read_it(cells):
    assert cells[-1]["cell_type"] == "markdown"
    assert source(cells[-1]).startswith(f"{LAST_HEADING}\n")
    assert len(source(cells[-1]).splitlines()) > 1


def test_the_workspace_lists_every_notebook_and_no_other():
    listed = {f"{stem}.ipynb" for stems in read_list(Workspace(root=ROOT)).values() for stem in stems}
    assert listed == set(NOTEBOOKS)
