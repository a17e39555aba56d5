"""Rendering: executed notebooks to accessible pages, and the list of evaluations."""

from lnbeval.site.context import Banner, EvaluationCard, Link, PageContext
from lnbeval.site.pages import index_page, render_page

__all__ = ["Banner", "EvaluationCard", "Link", "PageContext", "index_page", "render_page"]
