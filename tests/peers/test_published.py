"""Published results come out to the printed digit, and the page that shows them is the one that is committed."""

import importlib.util
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WITHOUT = "package '{}', which has the data, is not installed (extra peers)"


def _module():
    spec = importlib.util.spec_from_file_location("published", ROOT / "benchmarks" / "published.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["published"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


published = _module()


@pytest.mark.parametrize(
    ("package", "section"), [pytest.param(*pair, id=pair[1].__name__) for pair in published.SECTIONS]
)
def test_every_printed_digit_of_this_section_is_met(package, section):
    pytest.importorskip(package, reason=WITHOUT.format(package))
    rows = list(section())
    assert rows
    assert {row.result: row.rounded for row in rows} == {row.result: row.printed for row in rows}


def test_the_committed_page_is_what_the_command_prints():
    for package in {package for package, _ in published.SECTIONS}:
        if find_spec(package) is None:
            pytest.skip(WITHOUT.format(package))
    assert (ROOT / "docs" / "published.md").read_text(encoding="utf-8") == published.page()


def test_a_number_that_rounds_to_another_digit_does_not_agree():
    row = {"result": "", "where": "", "printed": ("-1,234.5", "0.10")}
    assert published.Row(**row, ours=(-1234.46, 0.1)).agrees
    assert not published.Row(**row, ours=(-1234.56, 0.1)).agrees
    assert not published.Row(**row, ours=(-1234.46, 0.106)).agrees
