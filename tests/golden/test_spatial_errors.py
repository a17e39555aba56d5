"""Conley's spatial errors are those of R fixest, and of the formula written out."""

import json
from dataclasses import replace

import numpy as np
import pytest
from extract import COLLECTION, HERE, as_json
from golden_records import ABSENT, frame, panel

from lnbeval import Design, twfe
from lnbeval.conley import EARTH_RADIUS_KM, conley_covariance

STD_ERROR = 1e-8  # relative: sums over pairs of the same few dozen numbers
ESTIMATE = 1e-8  # absolute
KERNELS = {"conley": "uniform", "conley_kernel": None}  # fixest has one kernel, the other record names it row by row
RADIUS_KM = {"conley": 6376.0, "conley_kernel": 6371.01}  # of the reference, as its record says
YEAR = {"sim61a.cs2024_uniform": 2024, "sim61a.cs2024": 2024}  # cross-sections; the others are the panel


def taken(folder):
    """The rows by great-circle distance with all pairs of observations, whatever their periods."""
    return [
        {
            "id": record["id"],
            "data": record["dataset"],
            "outcome": "y",
            "year": YEAR.get(record["id"].split(".", 1)[1]),
            "radius_km": RADIUS_KM[record["method"]],
            "rows": [
                [
                    row.get("kernel", KERNELS[record["method"]]),
                    row["cutoff_km"],
                    row.get("small_sample", False),
                    row["estimate"],
                    row["se"],
                ]
                for row in record["values"]
                if row.get("distance", "spherical") == "spherical" and row.get("lag_cutoff") is None
            ],
        }
        for record in json.loads((folder / "conley.json").read_text(encoding="utf-8"))
    ]


RECORDS = json.loads((HERE / "conley.json").read_text(encoding="utf-8"))
each_record = pytest.mark.parametrize("record", RECORDS, ids=[record["id"] for record in RECORDS])


def coordinates(data, units):
    places = frame(data).drop_duplicates("unit").set_index("unit").loc[list(units)]
    return places["lat"].to_numpy(), places["lon"].to_numpy()


def regression(record):
    """The regression's coefficient of D as effects, its observations and its parameters, all effects counted."""
    effects = twfe(panel(record["data"], record["outcome"]), Design(control_group="all"))
    if record["year"] is None:
        N, periods = int(np.isfinite(effects.panel.outcome).sum()), len(effects.panel.periods)
        return effects, N, 1 + len(effects.panel.units) + periods - 1
    rows = frame(record["data"]).query(f"year == {record['year']}").set_index("unit").loc[list(effects.panel.units)]
    X = np.column_stack([np.ones(len(rows)), rows["D"], rows["x1"]])
    inverse = np.linalg.inv(X.T @ X)
    coefficient = inverse @ X.T @ rows["y"].to_numpy()
    residual = rows["y"].to_numpy() - X @ coefficient
    influence = len(rows) * (X * residual[:, None]) @ inverse
    return replace(effects, estimate=coefficient[[1]], influence=influence[:, [1]]), len(rows), X.shape[1]


def distances(latitude, longitude, radius_km):
    """Haversine, all pairs at once."""
    north, east = np.radians(latitude), np.radians(longitude)
    up, across = np.subtract.outer(north, north), np.subtract.outer(east, east)
    half = np.sin(up / 2) ** 2 + np.outer(np.cos(north), np.cos(north)) * np.sin(across / 2) ** 2
    return 2 * radius_km * np.arcsin(np.sqrt(half))


@each_record
def test_spatial_errors_are_those_of_the_reference(record):
    effects, N, K = regression(record)
    latitude, longitude = coordinates(record["data"], effects.panel.units)
    for kernel, cutoff, small_sample, estimate, std_error in record["rows"]:
        factor = N / (N - K) if small_sample else 1.0
        covariance = conley_covariance(effects, latitude, longitude, cutoff, kernel, radius_km=record["radius_km"])
        expected = np.nan if std_error is None else std_error
        assert effects.estimate[0] == pytest.approx(estimate, abs=ESTIMATE, rel=0)
        assert np.sqrt(factor * covariance[0, 0]) == pytest.approx(expected, rel=STD_ERROR, nan_ok=True), (
            kernel,
            cutoff,
        )


@pytest.mark.parametrize("kernel", ["uniform", "bartlett"])
@pytest.mark.parametrize("cutoff", [30, 75])
def test_the_covariance_is_the_double_sum_over_all_pairs_of_observations(kernel, cutoff):
    """The scores of single observations, paired regardless of period, are what the unit's influence adds up."""
    rows = frame("sim61a")
    dummies = np.column_stack(
        [
            rows["unit"].to_numpy()[:, None] == rows["unit"].unique(),
            rows["year"].to_numpy()[:, None] == range(2014, 2025),
        ]
    )
    X = np.column_stack([rows["D"], dummies]).astype(float)
    inverse = np.linalg.inv(X.T @ X)
    residual = rows["y"].to_numpy() - X @ (inverse @ X.T @ rows["y"].to_numpy())
    score = (X * residual[:, None] @ inverse)[:, 0]
    distance = distances(rows["lat"].to_numpy(), rows["lon"].to_numpy(), EARTH_RADIUS_KM)
    weight = distance <= cutoff if kernel == "uniform" else np.maximum(1 - distance / cutoff, 0)
    expected = score @ weight @ score
    effects = twfe(panel("sim61a", "y"), Design(control_group="all"))
    got = conley_covariance(effects, *coordinates("sim61a", effects.panel.units), cutoff, kernel)
    assert got[0, 0] == pytest.approx(expected, rel=STD_ERROR)


@pytest.mark.skipif(not COLLECTION.is_dir(), reason=ABSENT)
def test_committed_spatial_errors_are_those_of_the_collection():
    assert (HERE / "conley.json").read_text(encoding="utf-8") == as_json(taken(COLLECTION))
