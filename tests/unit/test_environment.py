"""One environment, written three times: pyproject.toml for pip, environment.yml for conda, requirements.lock for both."""

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import lnbeval

ROOT = Path(__file__).parents[2]
CONDA_NAMES = {
    "matplotlib-base": "matplotlib",
    "nbconvert-core": "nbconvert",
    "python-duckdb": "duckdb",
    "seaborn-base": "seaborn",
}
CONDA_ONLY = {"python", "pip"}
THIS_PACKAGE = "-e ."
PIP_SECTION = "pip:"

Ranges = dict[str, SpecifierSet]


class Environment(NamedTuple):
    name: str
    channels: list[str]
    dependencies: list[str]
    from_pip: list[str]


def environment(text: str) -> Environment:
    """The lists of an environment file: `key:` or `key: value` lines, and `- item` lines below them."""
    lists: dict[str, list[str]] = {"name": [], "channels": [], "dependencies": [], PIP_SECTION: []}
    here = ""
    for line in re.sub(r"(^|\s)#.*", "", text, flags=re.MULTILINE).splitlines():
        words = line.strip()
        if not line.startswith(" ") and ":" in words:
            here, _, value = words.partition(":")
            lists[here] += [value.strip()] if value.strip() else []
        elif words == f"- {PIP_SECTION}":
            here = PIP_SECTION
        elif words.startswith("- "):
            lists[here].append(words.removeprefix("- "))
        elif words:
            raise ValueError(f"environment.yml: this line is neither a key nor an item: {line!r}")
    return Environment(lists["name"][0], lists["channels"], lists["dependencies"], lists[PIP_SECTION])


def ranges(requirements: list[str]) -> Ranges:
    parsed = [Requirement(text) for text in requirements]
    named = {CONDA_NAMES.get(one.name, one.name): one.specifier for one in parsed}
    assert len(named) == len(parsed), "a package stands twice"
    return {canonicalize_name(name): specifier for name, specifier in named.items()}


def locked(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([\w.+!-]+)", text, flags=re.MULTILINE))


@pytest.fixture
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture
def direct(project) -> Ranges:
    extras = [text for name, part in project["optional-dependencies"].items() if name != "peers" for text in part]
    return ranges([*project["dependencies"], *extras])


@pytest.fixture
def conda() -> Environment:
    return environment((ROOT / "environment.yml").read_text("utf-8"))


def test_conda_has_the_packages_and_ranges_of_the_project(conda, direct):
    from_pip = [text for text in conda.from_pip if text != THIS_PACKAGE]
    found = ranges([*conda.dependencies, *from_pip])
    assert {name: found[name] for name in found if name not in CONDA_ONLY} == direct


def test_conda_has_the_python_of_the_project(conda, project):
    assert ranges(conda.dependencies)["python"] == SpecifierSet(project["requires-python"])


def test_conda_installs_this_package_last_and_from_this_folder(conda):
    assert conda.from_pip[-1] == THIS_PACKAGE


def test_conda_names_the_environment_after_the_package_and_asks_one_channel(conda, project):
    assert (conda.name, conda.channels) == (project["name"], ["conda-forge", "nodefaults"])


def test_a_package_that_drifts_is_seen():
    drifted = environment("name: a\nchannels:\n  - b\ndependencies:\n  - c>=1  # why\n  - pip:\n      - -e .\n")
    assert drifted == Environment("a", ["b"], ["c>=1"], ["-e ."])
    assert ranges(["c>=1"]) != ranges(["c>=1.1"])
    assert ranges(["seaborn-base>=1"]) == ranges(["seaborn>=1"])


def test_the_lock_holds_every_direct_dependency_inside_its_range(direct):
    versions = {
        canonicalize_name(name): v for name, v in locked((ROOT / "requirements.lock").read_text("utf-8")).items()
    }
    assert sorted(set(direct) - set(versions)) == []
    assert {name: versions[name] for name in direct if not direct[name].contains(versions[name])} == {}


@pytest.mark.parametrize("lock", ["requirements.lock", "bootstrap.lock"])
def test_locks_name_versions_and_hashes_and_nothing_else(lock):
    lines = [line.strip(" \\") for line in (ROOT / lock).read_text("utf-8").splitlines()]
    wrong = [
        line for line in lines if line and not re.fullmatch(r"--hash=sha256:[0-9a-f]{64}|[\w.-]+==\S+( ; .+)?", line)
    ]
    assert wrong == []
    assert [line for line in lines if "://" in line] == []


def test_the_package_says_the_version_of_the_project(project):
    assert lnbeval.__version__ == project["version"]
