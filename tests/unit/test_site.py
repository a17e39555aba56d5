"""Rendered pages: complete alone, in order, with nothing hidden that must be seen."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from nbformat import v4

from lnbeval.site import Banner, EvaluationCard, Link, PageContext, index_page, render_page

FIGURE = '<figure id="x-one"><svg role="img"><title>t</title></svg></figure>'


def code(source, *outputs, tags=()):
    return v4.new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)})


def html(text):
    return v4.new_output("display_data", data={"text/html": text, "text/plain": "plain"})


NOTEBOOK = v4.new_notebook(
    cells=[
        v4.new_markdown_cell("# Did it help?\n\nA lead."),
        code("seed: int = 1", tags=["parameters"]),
        code("seed = 77", tags=["injected-parameters"]),
        v4.new_markdown_cell("## Findings\n\n#### Too deep\n\n# A second title"),
        code("forest(rows)", html(FIGURE)),
        v4.new_markdown_cell("## Findings"),
        code(
            "risky()",
            v4.new_output("stream", name="stderr", text="UserWarning: 14 rows <set> aside\n"),
            v4.new_output("stream", name="stdout", text="said\n"),
        ),
        code("broken()", v4.new_output("error", ename="DesignError", evalue="no control", traceback=["line 1"])),
        code("png()", v4.new_output("display_data", data={"image/png": "aGVsbG8="})),
    ]
)


def context(here=1):
    return PageContext(
        evaluation_title="Demo & test",
        banners=(Banner(kind="synthetic", text="Made up."), Banner(kind="unverified", text="List <unknown>.")),
        pages=(
            Link(href="1.html", text="Findings"),
            Link(href="2.html", text="Design"),
            Link(href="3.html", text="Results"),
        ),
        here=here,
        provenance={"Run": "2f6c", "Data": "sha256 91ab"},
        downloads=(Link(href="results.csv", text="Results (CSV)"),),
        home="../index.html",
    )


@pytest.fixture(scope="module")
def page():
    return render_page(NOTEBOOK, context())


@pytest.fixture(scope="module")
def index():
    card = EvaluationCard(
        title="Demo <one>", question="Did it help?", banners=(Banner(kind="check", text="Two failed."),),
        href="demo/1.html", n_pages=3, facts=(("Units", "61"),), downloads=(Link(href="d.csv", text="CSV"),),
    )  # fmt: skip
    return index_page([card, card], {"Run": "2f6c"})


def headings(text):
    return [int(level) for level in re.findall(r"<h([1-6])[ >]", text)]


@pytest.mark.parametrize("name", ["page", "index"])
def test_nothing_is_loaded_from_outside(name, request):
    text = request.getfixturevalue(name)
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?:https?:)?//""", text)
    assert "http:" not in text
    assert "https:" not in text
    assert "@import" not in text
    assert "<link" not in text
    assert not re.search(r"url\((?!#|data:)", text)


@pytest.mark.parametrize("name", ["page", "index"])
def test_one_title_and_no_level_left_out(name, request):
    levels = headings(request.getfixturevalue(name))
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


@pytest.mark.parametrize("name", ["page", "index"])
def test_ids_are_unique_and_links_inside_the_page_lead_somewhere(name, request):
    text = request.getfixturevalue(name)
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)


@pytest.mark.parametrize("name", ["page", "index"])
def test_landmarks_language_and_skip_link(name, request):
    text = request.getfixturevalue(name)
    for part in ('<html lang="en">', "<main ", "<header", "<footer", 'class="skip" href="#page-main"', "viewport"):
        assert part in text


def test_a_page_is_the_same_every_time(page):
    assert render_page(NOTEBOOK, context()) == page


def test_contents_list_repeats_the_headings(page):
    assert re.findall(r'level-2"><a href="#([^"]+)">', page)[:3] == ["findings", "a-second-title", "findings-2"]


def test_code_is_there_but_folded(page):
    folded = re.findall(r'<details class="code[^"]*">(.*?)</details>', page, flags=re.DOTALL)
    assert any("forest" in part for part in folded)
    assert not re.search(r'<details class="code[^>]* open', page)


def test_the_parameters_of_this_run_are_the_injected_ones(page):
    start = page.index("Parameters of this run")
    assert ">77<" in page[start : page.index("</details>", start)]
    assert page.count("Parameters of this run") == 1
    assert "Parameters as declared" not in page  # the notebook's own values are not those of this run
    only_declared = v4.new_notebook(cells=[code("seed: int = 1", tags=["parameters"])])
    assert "Parameters of this run" in render_page(only_declared, context())


def test_warnings_and_failures_are_visible(page):
    visible = re.sub(r"<details.*?</details>", "", page, flags=re.DOTALL)
    assert "UserWarning: 14 rows &lt;set&gt; aside" in visible
    assert "This calculation failed: DesignError" in visible
    assert "no control" in visible
    assert ">said" in visible


def test_exhibits_come_through_as_they_are(page):
    assert FIGURE in page


def test_pictures_have_a_text_alternative(page):
    assert all("alt=" in tag for tag in re.findall(r"<img[^>]*>", page))
    assert 'alt="Figure without a description"' in page


def test_banners_name_their_kind_in_words_and_text_is_escaped(page):
    assert "<strong>SYNTHETIC data.</strong> Made up." in page
    assert "<strong>Not verified.</strong> List &lt;unknown&gt;." in page
    assert "Demo &amp; test" in page


@pytest.mark.parametrize(("here", "relations"), [(0, ["next"]), (1, ["prev", "next"]), (2, ["prev"])])
def test_previous_and_next(here, relations):
    assert re.findall(r'<a rel="(prev|next)"', render_page(NOTEBOOK, context(here))) == relations


def test_downloads_and_provenance_are_on_the_page(page):
    assert '<a href="results.csv" download>Results (CSV)</a>' in page
    assert "<dt>Run</dt><dd>2f6c</dd>" in page


def test_a_notebook_without_a_title_is_named_like_its_page():
    text = render_page(v4.new_notebook(cells=[v4.new_markdown_cell("## Only this")]), context())
    assert re.search(r'<h1 id="design">Design<', text)


def test_index_shows_every_evaluation_with_its_banner(index):
    assert index.count('<article class="card">') == 2
    assert "Demo &lt;one&gt;" in index
    assert "<strong>A check of the machinery.</strong> Two failed." in index
    assert "Read 3 pages" in index


def test_paper_has_neither_navigation_nor_code(page):
    rules = page[page.index("@media print") :]
    for part in (".sidebar", ".code", ".around", "break-inside: avoid"):
        assert part in rules


def test_motion_is_optional(page):
    assert "prefers-reduced-motion" in page
