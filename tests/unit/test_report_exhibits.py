"""Exhibits: what every one of them must be, whatever it shows."""

from __future__ import annotations

import base64
import re

import numpy as np
import pandas as pd
import pytest

from lnbeval import report
from lnbeval.errors import DataError
from lnbeval.table import COLUMNS, MIME, from_records, tidy

METHOD = {
    "evaluation": "test", "estimator": "att_gt", "control_group": "never_treated", "inference": "jackknife",
    "n_units": 61, "n_control": 25, "n_clusters": 12, "n_obs": 610, "n_treated": 36,
}  # fmt: skip
NAN = float("nan")


def overall_rows() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "indicator": ["care", "turnout", "preschool", "disability"],
            "estimate": [3.62, -1.26, NAN, NAN],
            "std_error": [0.7, 1.2, NAN, NAN],
            "conf_low": [2.2, -3.74, NAN, NAN],
            "conf_high": [5.04, 1.21, NAN, NAN],
            "p_value": [0.0002, 0.3, NAN, NAN],
            "df": [57.31, 57.31, NAN, NAN],
            "baseline_mean": [4.6, 49.2, NAN, NAN],
            "unit": ["per 1,000", "points", "per cent", "per 1,000"],
            "status": ["ok", "ok", "suppressed", "not_estimable"],
            "reason": ["", "only 4 treated units", "fewer than 10 children", "no period before treatment"],
        }
    )
    table = tidy(frame, aggregation="overall", **METHOD)
    return table.assign(label=["Care <users>", "Turnout", "Preschool", "Disability"], truth=[3.9, 5.0, NAN, NAN])


def event_rows() -> pd.DataFrame:
    times = np.array([-5, -3, -2, -1, 0, 1, 2])
    estimate = np.where(times == -1, 0.0, times / 10)
    error = np.where(times == -1, NAN, 0.2)
    frame = pd.DataFrame(
        {
            "event_time": times, "estimate": estimate, "std_error": error, "conf_low": estimate - 2 * error,
            "conf_high": estimate + 2 * error, "band_low": estimate - 3 * error, "band_high": estimate + 3 * error,
            "status": ["ok"] * 6 + ["not_estimable"], "reason": [""] * 6 + ["no control unit is left"],
        }
    )  # fmt: skip
    return tidy(frame, aggregation="event_time", indicator="care", unit="per 1,000", **METHOD)


def tile_map() -> report.Exhibit:
    n = 61
    rng = np.random.default_rng(1)
    places = pd.DataFrame(
        {"name": [f"Place-{i} Long" for i in range(n)], "county": "C", "lat": rng.uniform(39.6, 42.6, n),
         "lon": rng.uniform(19.3, 21, n)},
        index=pd.Index([f"AL{i:03d}" for i in range(n)], name="code"),
    )  # fmt: skip
    label = pd.Series(np.where(np.arange(n) % 3 == 0, "Treated", "Never"), index=places.index)
    return report.tile_map(places, label, order=["Treated", "Never"], title="A map", caption="Of places.")


def coverage_heatmap() -> report.Exhibit:
    share = pd.DataFrame([[0.0, 0.5], [1.0, 1.0]], index=pd.Index(["a", "b"], name="indicator"), columns=[2019, 2020])
    counts = (share * 61).round().astype(int)
    return report.coverage_heatmap(share, counts, title="Coverage", caption="Units observed.")


def group_means() -> report.Exhibit:
    means = pd.DataFrame(
        [(g, p, i + p / 1000, 10) for i, g in enumerate(["First", "Never"]) for p in (2012, 2014, 2015, 2016, 2017)],
        columns=["group", "period", "mean", "n"],
    )
    events = pd.DataFrame({"period": [2014, 2016], "label": ["Census", "Reform & law"]})
    return report.group_means(
        means, events, first_treated={"First": 2015}, unit="per 1,000", title="Means", caption="Raw means."
    )


def checks() -> report.Exhibit:
    frame = pd.DataFrame(
        [("Rows", "one per unit and year", 610, 610.0, True), ("Pre-trend", "p above 0.10", "> 0.10", 0.03, False)],
        columns=["check", "what", "expected", "found", "passed"],
    )
    return report.checks(frame, title="One check failed", caption="Failed first.")


FIGURES = {
    "tile_map": tile_map,
    "group_means": group_means,
    "event_study": lambda: report.event_study(event_rows(), unit="per 1,000", title="Event study", caption="By year."),
    "forest": lambda: report.forest(overall_rows(), title="Forest", caption="All indicators."),
    "truth": lambda: report.truth_against_estimate(overall_rows(), caption="Synthetic."),
}
TABLES = {
    "table": lambda: report.table(pd.DataFrame({"a": ["x"], "b": [-0.5]}), title="Table", caption="Two columns."),
    "coverage_heatmap": coverage_heatmap,
    "results_table": lambda: report.results_table(overall_rows(), title="Results", caption="All of them."),
    "facts": lambda: report.facts([("Units", "61", "all"), ("Years", "10", "")], title="Key numbers"),
    "checks": checks,
}
ALL = {**FIGURES, **TABLES}
figures = pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES)
exhibits = pytest.mark.parametrize("make", ALL.values(), ids=ALL)


@exhibits
def test_the_same_exhibit_has_the_same_bytes(make):
    assert make().html == make().html


@exhibits
def test_ids_inside_an_exhibit_are_unique_and_carry_its_slug(make):
    exhibit = make()
    ids = re.findall(r'\bid="([^"]+)"', exhibit.html)
    assert len(ids) == len(set(ids))
    assert all(name.startswith(exhibit.slug) for name in ids)


@exhibits
def test_every_reference_points_to_an_id_that_exists(make):
    html = make().html
    ids = set(re.findall(r'\bid="([^"]+)"', html))
    references = re.findall(r'href="#([^"]+)"', html) + re.findall(r"url\(#([^)]+)\)", html)
    references += " ".join(re.findall(r'aria-labelledby="([^"]+)"', html)).split()
    assert set(references) <= ids


@figures
def test_a_figure_says_what_it_shows_and_brings_its_data(make):
    exhibit = make()
    assert 'role="img"' in exhibit.body
    assert re.search(r"<desc id=[^>]+>[^<]{20,}</desc>", exhibit.body)
    assert "<details" in exhibit.html
    assert "<table" in exhibit.html
    assert 'href="data:text/csv' in exhibit.html


@figures
def test_a_figure_takes_ink_and_grid_from_the_page(make):
    body = make().body
    assert "currentColor" in body
    assert not re.search(r"#000000|#ffffff|fill: ?black|#0[0-9a-f]0[0-9a-f]0[0-9a-f]", body)
    assert "http" not in body
    assert "DejaVu" not in body


@pytest.mark.parametrize("name", ["group_means", "event_study", "forest", "truth"])
def test_text_in_a_figure_stays_text(name):
    assert ALL[name]().body.count("<text") > 5


def test_csv_download_holds_what_the_figure_draws():
    html = ALL["event_study"]().html
    text = base64.b64decode(re.search(r'base64,([^"]+)"', html)[1]).decode()
    assert text.splitlines()[1].startswith("-5,-0.5,")


def test_rows_travel_in_the_mime_bundle_without_labels_and_truths():
    bundle = ALL["truth"]()._repr_mimebundle_()
    assert list(from_records(bundle[MIME]).columns) == list(COLUMNS)
    assert len(bundle[MIME]) == len(overall_rows())


def test_an_exhibit_without_rows_claims_none():
    assert MIME not in ALL["facts"]()._repr_mimebundle_()


@pytest.mark.parametrize("name", ["forest", "truth", "results_table"])
def test_rows_without_an_estimate_are_shown_with_their_reason(name):
    body = ALL[name]().body
    for text in ("Preschool", "Disability", "[c]", "fewer than 10 children", "no period before treatment"):
        assert text in body


@pytest.mark.parametrize("name", ["forest", "results_table"])
def test_flagged_estimates_are_marked_with_their_reason(name):
    body = ALL[name]().body
    assert "⚑" in body
    assert "only 4 treated units" in body


def test_results_table_states_its_method_below():
    assert (
        "610 outcomes, 61 units, 36 treated, 25 control, 12 clusters. Estimator: att_gt. Inference: jackknife (re-estimated without each cluster, G - 1 df); df 57.3"
        in (ALL["results_table"]().body)
    )


def test_title_counts_the_intervals_that_contain_the_truth():
    assert ALL["truth"]().title == "1 of 2 intervals contain the true effect"


def test_forest_knows_no_truth_even_where_the_rows_have_one():
    assert ALL["forest"]().body.count("<use") < ALL["truth"]().body.count("<use")


def test_long_names_and_reasons_are_wrapped_not_cut():
    long = " ".join(["word"] * 30) + " end"
    body = report.forest(overall_rows().assign(label=long, reason=long), title="Long", caption="Long.").body
    assert body.count("end</text>") == 8


def test_base_period_is_named_and_has_no_interval():
    exhibit = ALL["event_study"]()
    kinds = exhibit.data.set_index("event_time")["shown_as"]
    assert kinds.to_dict() == {-5: "pre", -3: "pre", -2: "pre", -1: "base", 0: "post", 1: "post", 2: "missing"}
    assert "year −1: base period, zero by definition" in exhibit.alt
    assert "no control unit is left" in exhibit.alt


def test_anticipation_periods_are_no_pre_trend():
    exhibit = report.event_study(event_rows(), unit="u", title="E", caption="C", anticipation=2)
    assert exhibit.data.set_index("event_time").loc[-2, "shown_as"] == "anticipation"


def test_event_times_keep_their_calendar_distance():
    body = ALL["event_study"]().body
    at = {t: float(x) for x, t in re.findall(r'<text[^>]*x="([\d.]+)"[^>]*>(−?\d)</text>', body)}
    assert (at["−3"] - at["−5"]) / (at["−2"] - at["−3"]) == pytest.approx(2, abs=0.01)


def test_every_municipality_has_a_tile_of_its_own():
    body = tile_map().body
    places = re.findall(r'<g transform="(translate\([^)]+\))"><title>', body)
    assert len(places) == len(set(places)) == 61


def test_failed_checks_come_first_and_in_words():
    body = checks().body
    assert body.index("✗ FAILED") < body.index("✓ passed")
    assert ">610<" in body
    assert ">0.03<" in body


def test_coverage_cells_show_counts():
    body = coverage_heatmap().body
    assert re.findall(r">(\d+)</td>", body) == ["0", "30", "61", "61"]
    assert "repeating-linear-gradient" in body


def test_table_head_and_rows_have_scope_and_text_is_escaped():
    body = report.table(pd.DataFrame({"a": ["<b>"], 2019: [1.5]}), title="T", caption="C").body
    assert '<th scope="col"' in body
    assert '<th scope="row"' in body
    assert "&lt;b&gt;" in body
    assert "Care &lt;users&gt;" in ALL["forest"]().body


def test_an_infinite_interval_is_drawn_to_the_edge():
    rows = overall_rows().head(1).assign(conf_low=-np.inf, conf_high=np.inf)
    assert "(−∞ to ∞)" in report.forest(rows, title="Wide", caption="Unbounded.").body


@pytest.mark.parametrize("make", [report.forest, report.results_table])
def test_a_table_without_rows_is_refused(make):
    with pytest.raises(DataError, match="no rows"):
        make(overall_rows().head(0), title="T", caption="C")


def test_a_municipality_without_category_is_named():
    places = pd.DataFrame({"name": ["Has", "Mat"], "county": "C", "lat": [42.0, 41.0], "lon": [20.0, 20.5]})
    with pytest.raises(DataError, match="Mat"):
        report.tile_map(places, pd.Series(["Treated"]), order=["Treated", "Never"], title="T", caption="C")
