"""Executed notebooks as pages that stand alone: styles and scripts inside, no external address."""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lnbeval.site.context import BANNER_WORDS, EvaluationCard, PageContext
from lnbeval.site.outline import contents, outlined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

TEMPLATES: Final = files("lnbeval.site") / "templates"
INDEX_TITLE: Final = "Evaluations"
INDEX_LEAD: Final = "What was asked, what was found, and how sure we are. Each evaluation can be traced to its data."


def render_page(notebook: NotebookNode, context: PageContext) -> str:
    """One executed notebook as one HTML page."""
    injected = any("injected-parameters" in cell.metadata.get("tags", []) for cell in notebook.cells)
    cells = _cells(notebook, injected=injected)
    body, headings = outlined(cells, fallback_title=context.pages[context.here].text)
    template = _environment().get_template("page.html.j2")
    return template.render(page=context, body=body, title=headings[0].text, headings=contents(headings))


def index_page(
    cards: Sequence[EvaluationCard],
    provenance: dict[str, str],
    *,
    title: str = INDEX_TITLE,
    lead: str = INDEX_LEAD,
) -> str:
    """The list of evaluations."""
    template = _environment().get_template("evaluations.html.j2")
    return template.render(cards=cards, provenance=provenance, title=title, lead=lead)


def _cells(notebook: NotebookNode, *, injected: bool) -> str:
    """The cells alone. Passes over `HTMLExporter`'s own method, which parses the page again to add what ours has."""
    from nbconvert import TemplateExporter  # noqa: PLC0415 - heavy

    cells, _ = TemplateExporter.from_notebook_node(_exporter(), notebook, resources={"injected": injected})
    return str(cells)


@lru_cache(maxsize=1)
def _exporter() -> HTMLExporter:
    # jsonschema imports this only to check e-mail-like formats that notebooks do not have; it costs a second.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    from nbconvert import HTMLExporter  # noqa: PLC0415 - heavy
    from nbconvert.filters import Highlight2HTML  # noqa: PLC0415

    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="lnbeval", extra_template_basedirs=[str(TEMPLATES)], exclude_anchor_links=True
    )
    highlight = Highlight2HTML(pygments_lexer="python", parent=exporter)  # type: ignore[no-untyped-call]
    exporter.register_filter("highlight_code", highlight)  # type: ignore[no-untyped-call]
    return exporter


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("lnbeval.site"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.globals.update(words=BANNER_WORDS, css=Markup(_css()), js=Markup(_text("page.js")))  # noqa: S704 - ours
    return environment


def _css() -> str:
    return _text("style.css").replace("DARK", _text("dark.css").strip())


def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
