"""What the documents say is there: links, verbs, targets, words; and what they never say."""

import re
import subprocess
from pathlib import Path

import click
import pytest
from ruamel.yaml import YAML

import lnbeval
from lnbeval.averages import WAYS
from lnbeval.cli.main import lnbeval as command_line
from lnbeval.design import CHOICES
from lnbeval.errors import LnbevalError
from lnbeval.estimators import ESTIMATORS
from lnbeval.inference import METHODS
from lnbeval.site.context import BANNER_WORDS
from lnbeval.workspace.treatment import RANK

ROOT = Path(__file__).parents[2]
SKIPPED = {".venv", ".git", "outputs", ".pytest_cache", ".hypothesis", "node_modules"}
PAGES = sorted(
    path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.md") if SKIPPED.isdisjoint(path.relative_to(ROOT).parts)
)
GUIDES = [name for name in PAGES if name.startswith("docs/") or "/" not in name]

BINDING = (
    "unit", "period", "indicator", "cohort", "never_treated", "not_yet_treated", "always_treated", "control_group",
    "event_time", "anticipation", "base_period", "ATT(g,t)", "aggregation", "estimand", "estimator", "estimate", "interval",
    "band", "pre-trend", "placebo", "evaluation", "scenario", "suppressed",
)  # fmt: skip
CITATION_KEYS = {"cff-version", "message", "title", "authors"}  # required by the schema, version 1.2.0
CITATION_OPTIONAL = {"abstract", "date-released", "keywords", "license", "type", "version"}

REGISTRIES = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry." + "npm",
    "deb." + "debian",
    "conda." + "anaconda.org",
)
MACHINE = re.compile(
    "|".join(map(re.escape, REGISTRIES)) + r"|(?<![\w.:/~-])/(?:root|home|work|farm|tmp|Users)/\w|\b[A-Z]:\\Users\b",
    re.IGNORECASE,
)
BINARY = {".png", ".xlsx", ".xls", ".ods", ".zip", ".woff2", ".gz"}


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def code_in(page: str) -> str:
    """Everything set as code: blocks and `spans`."""
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```", page, flags=re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^ *```\w*\n.*?^ *```", "", page, flags=re.MULTILINE | re.DOTALL)
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+(?:\n[^`\n]+)?)`", rest)])


def anchors(page: str) -> set[str]:
    """Anchors of the headings, as code hosts make them."""
    headings = re.findall(r"^#{1,6} +(.+?)\s*$", page, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(name: str) -> list[str]:
    page = re.sub(r"^ *```.*?^ *```", "", text(name), flags=re.MULTILINE | re.DOTALL)
    return [target for target in re.findall(r"\]\(([^)\s]+)\)", page) if not re.match(r"[a-z]+:", target)]


def broken(name: str, target: str) -> bool:
    path, _, anchor = target.partition("#")
    there = (ROOT / name).parent / path if path else ROOT / name
    return not there.exists() or bool(anchor and anchor not in anchors(there.read_text("utf-8")))


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", text("Makefile"), flags=re.MULTILINE))


def options_of(command: click.Command) -> set[str]:
    """The options of a verb, and of the verbs below it."""
    below = command.commands.values() if isinstance(command, click.Group) else ()
    own = {option for one in command.params for option in one.opts}
    return own.union(*(options_of(one) for one in below))


def glossary() -> set[str]:
    return {word.strip() for word in re.findall(r"^\| ([^|]+) \|", text("docs/glossary.md"), flags=re.MULTILINE)}


def repository_files() -> list[str]:
    """Files that git holds or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize("name", PAGES)
def test_links_inside_the_repository_resolve(name):
    assert [target for target in links(name) if broken(name, target)] == []


def test_a_link_to_nowhere_is_seen():
    assert broken("docs/method.md", "nowhere.md")
    assert broken("docs/method.md", "glossary.md#nowhere")
    assert not broken("docs/method.md", "glossary.md#certainty")


@pytest.mark.parametrize("name", GUIDES)
def test_every_verb_that_is_named_exists(name):
    named = set(re.findall(r"(?:^|(?<!from)[\s/])lnbeval ((?!-)[a-z_]+)", code_in(text(name)), flags=re.MULTILINE))
    assert sorted(named - set(command_line.commands)) == []


@pytest.mark.parametrize("name", GUIDES)
def test_every_option_of_a_verb_that_is_named_exists(name):
    for verb, words in re.findall(r"lnbeval ([a-z_]+)((?: [^\n]*)?)", code_in(text(name))):
        if verb in command_line.commands:
            options = options_of(command_line.commands[verb])
            assert set(re.findall(r"--[a-z-]+", words)) <= options | {"--help"}, f"lnbeval {verb}{words}"


@pytest.mark.parametrize("name", GUIDES)
def test_every_make_target_that_is_named_exists(name):
    named = set(re.findall(r"(?:^|\s)make ([a-z]+)", code_in(text(name)), flags=re.MULTILINE))
    assert sorted(named - targets()) == []


@pytest.mark.parametrize("name", GUIDES)
def test_every_file_and_folder_that_is_named_exists(name):
    named = re.findall(
        r"(?<![\w./-])((?:lnbeval|tests|params|data|docs|notebooks|\.ci)/[\w./-]*[\w/])(?![\w<{*/])",
        code_in(text(name)),
    )
    examples = re.compile(r"housing|<|_2025")
    assert sorted({path for path in named if not examples.search(path) and not (ROOT / path).exists()}) == []


def test_the_howto_explains_every_verb():
    code = code_in(text("docs/howto.md"))
    assert [verb for verb in command_line.commands if f"lnbeval {verb}" not in code] == []


def test_the_howto_explains_every_exit_code():
    raised = {kind.exit_code for kind in [LnbevalError, *LnbevalError.__subclasses__()]}
    explained = {int(code) for code in re.findall(r"^\| (\d+) \|", text("docs/howto.md"), flags=re.MULTILINE)}
    assert raised | {0, 5, 130} == explained


@pytest.mark.parametrize(
    "word", [*ESTIMATORS, *METHODS, *WAYS, *(word for words in CHOICES.values() for word in words)]
)
def test_the_method_page_explains_every_choice(word):
    assert f"`{word}`" in text("docs/method.md")


@pytest.mark.parametrize(
    "word", ["control_group", "base_period", "anticipation", "adjustment", "missing", "weight", "cluster"]
)
def test_the_method_page_explains_every_field_of_the_design(word):
    assert f"`{word}`" in text("docs/method.md")


@pytest.mark.parametrize("word", BINDING)
def test_the_glossary_has_the_binding_words(word):
    assert word in glossary()


@pytest.mark.parametrize(
    "word", [*ESTIMATORS, *METHODS, *CHOICES, *WAYS, *CHOICES["control_group"], *BANNER_WORDS, *RANK]
)
def test_the_glossary_has_every_word_of_the_parameters(word):
    assert re.search(rf"(?<!\w){word}(?!\w)", text("docs/glossary.md"))


def test_a_word_stands_once_in_the_glossary():
    words = re.findall(r"^\| ([^|]+?) \|", text("docs/glossary.md"), flags=re.MULTILINE)
    words = [word for word in words if word != "word"]
    assert sorted({word for word in words if words.count(word) > 1}) == []


def test_every_source_on_the_method_page_has_year_and_place():
    sources = text("docs/method.md").split("## Sources")[1]
    entries = [entry for entry in re.split(r"^- ", sources, flags=re.MULTILINE)[1:] if not entry.startswith("Software")]
    assert [entry for entry in entries if not re.search(r"\((?:19|20)\d\d[ab]?\)\..*\*", entry, flags=re.DOTALL)] == []


def test_every_source_that_is_cited_is_listed():
    body, sources = text("docs/method.md").split("## Sources")
    name = r"(?:de )?[A-Z][\w'-]+"
    cited = set(re.findall(rf"\b({name})(?:,? (?:and )?{name})* \(?((?:19|20)\d\d)", body))
    assert len(cited) > 5
    assert sorted(pair for pair in cited if not re.search(rf"{pair[0]}.*?\({pair[1]}", sources, flags=re.DOTALL)) == []


def test_the_changelog_and_the_citation_have_the_version():
    citation = YAML(typ="safe", pure=True).load(text("CITATION.cff"))
    assert citation["version"] == lnbeval.__version__
    assert f"## {lnbeval.__version__} ({citation['date-released']})" in text("CHANGELOG.md")


def test_the_citation_has_the_fields_of_its_format():
    citation = YAML(typ="safe", pure=True).load(text("CITATION.cff"))
    assert set(citation) >= CITATION_KEYS
    assert set(citation) <= CITATION_KEYS | CITATION_OPTIONAL
    assert (citation["cff-version"], citation["type"], citation["license"]) == ("1.2.0", "software", "MIT")
    assert citation["authors"] == [{"name": "lnbeval authors"}]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", citation["date-released"])


def test_no_file_names_a_machine_or_a_registry():
    """Tests may: they check that others do not."""
    found = []
    for name in repository_files():
        if Path(name).suffix not in BINARY and not name.startswith(("tests/", "data/raw/")):
            lines = (ROOT / name).read_bytes().decode("utf-8", errors="replace").splitlines()
            found += [f"{name}:{number}" for number, line in enumerate(lines, start=1) if MACHINE.search(line)]
    assert found == []


def test_a_machine_path_and_a_registry_are_seen():
    assert MACHINE.search("see /home/" + "someone/file")
    assert MACHINE.search("from https://" + REGISTRIES[0] + "/simple")
    assert not MACHINE.search("outputs/home/page.html and a/tmp/b")


def test_verbs_are_commands():
    assert all(isinstance(command, click.Command) for command in command_line.commands.values())
