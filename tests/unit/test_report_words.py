"""Numbers and sentences as readers see them."""

from __future__ import annotations

import pandas as pd
import pytest

from lnbeval.report import interval, number, p_text, sentence, signed
from lnbeval.report.numbers import decimals_for


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (-1.256, 2, "−1.26"),
        (0.1 + 0.2, 2, "0.30"),
        (-0.001, 2, "0.00"),
        (1234567, 0, "1,234,567"),
        (float("nan"), 2, "n/a"),
        (float("-inf"), 0, "−∞"),
    ],
)
def test_numbers_have_a_true_minus_and_no_noise(value, decimals, expected):
    assert number(value, decimals) == expected


@pytest.mark.parametrize(("value", "expected"), [(1.26, "+1.26"), (-1.26, "−1.26"), (0.001, "0.00")])
def test_signed_numbers_show_their_sign_and_zero_has_none(value, expected):
    assert signed(value, 2) == expected


def test_intervals_are_written_with_to():
    assert interval(-1.21, 3.74, 2) == "−1.21 to 3.74"


@pytest.mark.parametrize(("p", "expected"), [(0.0004, "<0.001"), (0.0344, "0.034"), (float("nan"), "n/a")])
def test_p_values(p, expected):
    assert p_text(p) == expected


@pytest.mark.parametrize(("values", "expected"), [((2.5, 1.0), 2), ((250.0,), 0), ((0.02,), 4), ((0.0,), 0)])
def test_decimals_give_three_digits(values, expected):
    assert decimals_for(*values) == expected


def row(estimate=3.62, low=2.2, high=5.04, **more):
    return pd.Series(
        {
            "estimate": estimate,
            "conf_low": low,
            "conf_high": high,
            "n_treated": 36,
            "status": "ok",
            "reason": "",
            **more,
        }
    )


def said(one, **more):
    words = {"label": "service use", "unit": "per 1,000 inhabitants", "years": "2017–2024", **more}
    return sentence(one, **words).replace("\N{NO-BREAK SPACE}", " ")


def test_a_sure_finding_says_size_interval_and_people():
    text = said(row(), desired="up", people_per_unit=1450, strength="limited, because of one pre-period")
    assert text.startswith(
        "In the 36 targeted municipalities, service use was **3.62 per 1,000 inhabitants higher** in 2017–2024 than it "
        "would have been had it moved as in the other municipalities (95 % interval 2.20 to 5.04); "
        "that is about **5,200 people a year**."
    )
    assert "Strength of evidence: **limited, because of one pre-period**." in text
    assert "hard to reconcile with an effect above 5.04 or below 2.20 per 1,000 inhabitants" in text
    assert text.endswith("the other municipalities also received national-level support.")


def test_an_interval_with_zero_says_we_cannot_tell():
    text = said(row(estimate=1.26, low=-1.21, high=3.74), people_per_unit=1450)
    assert text.startswith("**We cannot tell**")
    assert "hard to reconcile with an effect above 3.74 or below −1.21" in text
    assert "people a year" not in text


@pytest.mark.parametrize("low", [-1.21, 0.0, 2.2])
def test_no_finding_is_called_no_effect_or_significant(low):
    text = said(row(low=low)).lower()
    assert "no effect" not in text
    assert "significan" not in text


def test_a_harmful_effect_is_said_to_be_one():
    harmful = row(estimate=-214, low=-390, high=-38)
    assert "**214 per 1,000 inhabitants lower**" in said(harmful, desired="up")
    assert "opposite of what the programme set out to do" in said(harmful, desired="up")
    assert "opposite" not in said(harmful, desired="down")
    assert "opposite" not in said(harmful)


def test_without_an_estimate_the_reason_is_the_finding():
    missing = {"estimate": float("nan"), "low": float("nan"), "high": float("nan")}
    not_estimable = said(row(**missing, status="not_estimable", reason="no period before treatment"))
    assert not_estimable.startswith("The effect on service use **could not be estimated**: no period before treatment.")
    suppressed = said(row(**missing, status="suppressed", reason="fewer than 10 people"))
    assert suppressed.startswith("The effect on service use is **withheld** [c]: fewer than 10 people.")


def test_an_estimate_without_interval_is_no_finding():
    text = said(row(low=float("nan"), high=float("nan")))
    assert text.startswith("**We cannot tell** how large the effect on service use is: the best estimate is +3.62")
    assert "uncertainty could not be computed" in text
