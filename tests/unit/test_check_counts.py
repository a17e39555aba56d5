"""Failed checks are counted alike in the title of a page and in its findings."""

import re

import pandas as pd
import pytest

from lnbeval import report
from lnbeval.workspace.views import cautions

LIST = {"indicator": None, "check": "Treatment list", "passed": False}


def checks(*passed, listed=None):
    """Checks of two indicators in turn, and the one on the treatment list."""
    own = [
        {"indicator": "ab"[at % 2], "check": f"Label: placebo {at}", "found": "0.5", "passed": one}
        for at, one in enumerate(passed)
    ]
    return pd.DataFrame([*own, LIST | {"passed": listed, "found": "9 of 15"}], dtype=object)


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("passed", [(False, True, False, True), (False, False, True, None), (False, True, True, True)])
def test_the_title_counts_the_failed_checks_that_the_findings_count(passed, listed):
    table = checks(*passed, listed=listed)
    told = [re.match(r"(\d+) of its (\d+) checks failed", text) for text in cautions(table).values()]
    in_findings = sum(int(found[1]) for found in told if found)
    (failed, among) = re.match(r"(\d+) of (\d+) checks failed", report.checks_title(table)).groups()
    assert int(failed) == in_findings == sum(one is False for one in passed)
    assert int(among) == len(passed)


def test_a_check_common_to_all_indicators_is_named_beside_the_count():
    failed = checks(False, True, listed=False)
    assert report.checks_title(failed) == "1 of 2 checks failed, and that of the treatment list"
    assert report.checks_title(checks(False, True, listed=True)) == "1 of 2 checks failed"
    assert report.checks_title(checks(True, None, listed=False)) == (
        "None of 2 checks failed, but that of the treatment list did; 1 cannot tell"
    )
