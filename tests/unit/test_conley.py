"""Spatial covariance: by hand on a few points, what must hold anywhere, and what is refused."""

import subprocess
import sys
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from panels import PERIODS, STAGGERED, panel_of, simulated

from lnbeval import Design, aggregate, att_gt, conley, infer
from lnbeval.conley import EARTH_RADIUS_KM, conley_covariance
from lnbeval.errors import DesignError, ParameterError

EXACT = 1e-12  # relative: a few products of numbers near one
ANY_ORDER = 1e-10  # relative: the same sums in another order
DEGREE = EARTH_RADIUS_KM * np.pi / 180  # km along the equator
EQUATOR = np.zeros(4)


def four_units(*columns):
    """Effects on four units with the given influence columns."""
    effects = aggregate(att_gt(panel_of(STAGGERED, PERIODS), Design()), "overall")
    return replace(effects, influence=np.column_stack(columns).astype(float), estimate=np.ones(len(columns)))


def scattered(seed=3, n=60):
    """Effects by event time of units spread over a country, with their coordinates."""
    rng = np.random.default_rng(seed)
    effects = aggregate(att_gt(simulated(seed, n=n), Design()), "event_time")
    return effects, rng.uniform(39.7, 42.6, n), rng.uniform(19.3, 21.0, n)


def test_a_neighbour_counts_fully_within_the_cutoff_under_the_uniform_kernel():
    effects = four_units([1, 2, 3, 4])
    got = conley_covariance(effects, EQUATOR, np.array([0.0, 1.0, 2.0, 10.0]), 1.5 * DEGREE, "uniform")
    expected = (1 + 4 + 9 + 16 + 2 * (1 * 2 + 2 * 3)) / 4**2
    assert got[0, 0] == pytest.approx(expected, rel=EXACT)


def test_a_neighbour_counts_less_the_farther_it_is_under_the_bartlett_kernel():
    effects = four_units([1, 2, 3, 4])
    got = conley_covariance(effects, EQUATOR, np.array([0.0, 1.0, 2.0, 10.0]), 2.5 * DEGREE, "bartlett")
    expected = (1 + 4 + 9 + 16 + 2 * ((1 * 2 + 2 * 3) * (1 - 1 / 2.5) + 1 * 3 * (1 - 2 / 2.5))) / 4**2
    assert got[0, 0] == pytest.approx(expected, rel=EXACT)


def test_two_estimates_covary_through_neighbours():
    effects = four_units([1, 0, 0, 5], [0, 1, 0, 5])
    got = conley_covariance(effects, EQUATOR, np.array([0.0, 1.0, 2.0, 10.0]), 1.5 * DEGREE, "uniform")
    np.testing.assert_allclose(got, np.array([[26, 26], [26, 26]]) / 4**2, rtol=EXACT)


@pytest.mark.parametrize(
    ("latitude", "longitude", "quarters"),
    [
        ([0, 90, 0, 0], [0, 0, 90, 180], {(0, 1): 1, (0, 2): 1, (0, 3): 2, (1, 2): 1, (1, 3): 1, (2, 3): 1}),
        ([90, 90, -90, -90], [0, 77, 0, 180], {(0, 1): 0, (0, 2): 2, (0, 3): 2, (1, 2): 2, (1, 3): 2, (2, 3): 0}),
    ],
)
def test_distances_follow_great_circles(latitude, longitude, quarters):
    """In quarters of the circumference, with a cutoff of three of them."""
    psi = np.array([1.0, 2.0, 3.0, 4.0])
    cutoff = 3 * 90 * DEGREE
    got = conley_covariance(four_units(psi), np.array(latitude), np.array(longitude), cutoff, "bartlett")
    pairs = sum(2 * psi[i] * psi[j] * (1 - d / 3) for (i, j), d in quarters.items())
    assert got[0, 0] == pytest.approx((psi @ psi + pairs) / 4**2, rel=EXACT)


def test_neighbours_across_the_date_line_are_near():
    effects = four_units([1, 2, 0, 0])
    got = conley_covariance(effects, EQUATOR, np.array([179.5, -179.5, 0.0, 90.0]), 2 * DEGREE, "bartlett")
    assert got[0, 0] == pytest.approx((1 + 4 + 2 * 2 * (1 - 1 / 2)) / 4**2, rel=EXACT)


def test_a_larger_sphere_moves_units_apart():
    effects = four_units([1, 2, 0, 0])
    longitude = np.array([0.0, 1.0, 50.0, 90.0])
    got = conley_covariance(effects, EQUATOR, longitude, 4 * DEGREE, "bartlett", radius_km=2 * EARTH_RADIUS_KM)
    assert got[0, 0] == pytest.approx((1 + 4 + 2 * 2 * (1 - 2 / 4)) / 4**2, rel=EXACT)


@pytest.mark.parametrize("kernel", conley.KERNELS)
def test_without_neighbours_errors_are_the_analytic_ones(kernel):
    effects, latitude, longitude = scattered()
    got = conley_covariance(effects, latitude, longitude, 0.001, kernel)
    expected = infer(effects, method="analytic", draws=99)["std_error"].to_numpy()
    estimated = np.isfinite(expected)
    np.testing.assert_allclose(np.sqrt(np.diag(got))[estimated], expected[estimated], rtol=ANY_ORDER)
    assert (np.diag(got)[~estimated] == 0).all()  # the base period is zero by construction, its variance too


@pytest.mark.parametrize("kernel", conley.KERNELS)
def test_the_order_of_units_does_not_matter(kernel):
    effects, latitude, longitude = scattered()
    shuffled = np.random.default_rng(5).permutation(len(latitude))
    again = replace(effects, influence=effects.influence[shuffled])
    expected = conley_covariance(effects, latitude, longitude, 40.0, kernel)
    got = conley_covariance(again, latitude[shuffled], longitude[shuffled], 40.0, kernel)
    np.testing.assert_allclose(got, expected, rtol=ANY_ORDER, atol=ANY_ORDER * np.nanmax(expected))


@pytest.mark.parametrize("kernel", conley.KERNELS)
def test_the_variance_of_a_mean_is_that_of_the_mean_of_the_influence(kernel):
    effects, latitude, longitude = scattered()
    mean = np.full(effects.influence.shape[1], 1 / effects.influence.shape[1])
    whole = conley_covariance(effects, latitude, longitude, 10.0, kernel)
    alone = conley_covariance(
        replace(effects, influence=effects.influence @ mean[:, None]), latitude, longitude, 10.0, kernel
    )
    assert alone[0, 0] == pytest.approx(mean @ whole @ mean, rel=ANY_ORDER)


@pytest.mark.parametrize("kernel", conley.KERNELS)
@pytest.mark.parametrize("cutoff", [5.0, 60.0, 400.0])
def test_blocks_of_units_add_up_to_the_whole(monkeypatch, kernel, cutoff):
    effects, latitude, longitude = scattered()
    expected = conley_covariance(effects, latitude, longitude, cutoff, kernel)
    monkeypatch.setattr(conley, "BLOCK", 200)
    got = conley_covariance(effects, latitude, longitude, cutoff, kernel)
    np.testing.assert_allclose(got, expected, rtol=ANY_ORDER, atol=ANY_ORDER * np.nanmax(np.abs(expected)))


def test_a_pair_on_one_meridian_at_the_cutoff_is_treated_alike_with_and_without_blocks(monkeypatch):
    """Whether such a pair counts is a matter of the last digit, but not of the block it falls into."""
    effects = four_units([1, 2, 0, 0])
    pairs = np.random.default_rng(9).uniform(-60, 60, (100, 2))
    places = [(np.array([*pair, 89.0, -89.0]), abs(pair[0] - pair[1]) * DEGREE) for pair in pairs]
    expected = [conley_covariance(effects, north, np.zeros(4), cutoff, "uniform")[0, 0] for north, cutoff in places]
    monkeypatch.setattr(conley, "BLOCK", 1)
    got = [conley_covariance(effects, north, np.zeros(4), cutoff, "uniform")[0, 0] for north, cutoff in places]
    assert got == expected
    assert len(set(expected)) == 2  # some count, some do not


@pytest.mark.parametrize(("north", "east"), [(-23.0, 22.0), (-20.0, 36.0), (2.09038808, 52.95288096), (41.3, 19.8)])
def test_opposite_ends_of_the_earth_are_half_its_circumference_apart(north, east):
    """Rounding makes the chord of some of these longer than the diameter."""
    latitude, longitude = np.array([north, -north, north, north]), np.array([east, east - 180, east, east])
    got = conley_covariance(four_units([1, 2, 0, 0]), latitude, longitude, 360 * DEGREE, "bartlett")
    assert got[0, 0] == pytest.approx(
        (1 + 4 + 2 * 2 * (1 - 1 / 2)) / 4**2, rel=1e-8
    )  # arcsine near one: half the digits


def test_memory_does_not_grow_with_the_square_of_the_units():
    effects, latitude, longitude = scattered(n=3_000)
    tracemalloc.start()
    conley_covariance(effects, latitude, longitude, 400.0, "bartlett")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    one_array_of_all_pairs = 8 * 3_000**2
    assert peak < one_array_of_all_pairs


def test_a_negative_variance_is_no_variance_and_leaves_other_rows_alone():
    """Of the three in a row only the ends are out of reach of each other, and the one between moves against both."""
    effects = four_units([1, -2, 1, 0], [0, 0, 0, 3])
    got = conley_covariance(effects, EQUATOR, np.array([0.0, 1.0, 2.0, 10.0]), 1.5 * DEGREE, "uniform")
    assert 1 + 4 + 1 - 2 * (2 + 2) < 0
    np.testing.assert_array_equal(got, [[np.nan, np.nan], [np.nan, 9 / 4**2]])


def test_a_sum_over_all_units_that_is_zero_but_for_rounding_is_no_variance():
    psi = np.array([0.1, 0.2, 0.3, -0.6])
    assert 0 < psi.sum() < 1e-15 or -1e-15 < psi.sum() < 0  # not zero: its square would pass for a variance
    got = conley_covariance(four_units(psi), EQUATOR, np.array([0.0, 1.0, 2.0, 10.0]), 50 * DEGREE, "uniform")
    assert np.isnan(got[0, 0])


def test_an_estimate_without_influence_keeps_a_variance_of_zero():
    effects = four_units([0, 0, 0, 0], [1, 2, 3, 4])
    got = conley_covariance(effects, EQUATOR, np.arange(4.0), 0.5 * DEGREE, "uniform")
    np.testing.assert_array_equal(got, [[0, 0], [0, 30 / 4**2]])


def test_the_influence_is_left_as_it_was():
    effects, latitude, longitude = scattered()
    before = effects.influence.copy(), latitude.copy(), longitude.copy()
    conley_covariance(effects, latitude, longitude, 40.0, "uniform")
    for was, now in zip(before, (effects.influence, latitude, longitude), strict=True):
        np.testing.assert_array_equal(was, now)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"latitude": [0, np.nan, 0, np.nan]}, "no latitude for B, D"),
        ({"longitude": [0, 0, np.nan, 0]}, "no longitude for C"),
        ({"latitude": [0, 0, 0, 91.5]}, r"latitude of D is outside \[-90, 90\]: 91.5"),
        ({"longitude": [0, 200, 0, np.inf]}, r"longitude of B, D is outside \[-180, 180\]: 200.0, inf"),
        ({"latitude": [0, 0, 0]}, r"latitude has shape \(3,\) for 4 units"),
    ],
)
def test_coordinates_that_cannot_be_are_refused_by_the_name_of_the_unit(changes, words):
    places = {"latitude": np.zeros(4), "longitude": np.zeros(4)} | {k: np.array(v, float) for k, v in changes.items()}
    with pytest.raises(DesignError, match=words):
        conley_covariance(four_units([1, 2, 3, 4]), **places, cutoff_km=50, kernel="uniform")


def test_of_many_units_without_coordinates_the_first_five_are_named():
    effects, latitude, longitude = scattered()
    with pytest.raises(DesignError, match="no latitude for u0, u1, u2, u3, u4 and 55 more"):
        conley_covariance(effects, np.full_like(latitude, np.nan), longitude, 50, "uniform")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cutoff_km": 0}, "cutoff_km is 0"),
        ({"cutoff_km": -5}, "cutoff_km is -5"),
        ({"cutoff_km": np.inf}, "cutoff_km is inf"),
        ({"cutoff_km": np.nan}, "cutoff_km is nan"),
        ({"radius_km": 0}, "radius_km is 0"),
        ({"kernel": "gaussian"}, "Kernel 'gaussian' is unknown; choose one of uniform, bartlett"),
    ],
)
def test_choices_that_cannot_be_are_refused(changes, words):
    chosen = {"cutoff_km": 50, "kernel": "uniform"} | changes
    with pytest.raises(ParameterError, match=words):
        conley_covariance(four_units([1, 2, 3, 4]), np.zeros(4), np.zeros(4), **chosen)


@pytest.mark.parametrize("module", ["conley", "multiplicity"])
def test_importing_costs_neither_scipy_nor_statsmodels(module):
    code = f"import lnbeval.{module}, sys; print([m for m in ('scipy', 'statsmodels') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
