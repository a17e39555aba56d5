"""What every peer for group-time effects is asked for: panels, designs, and ours of both with errors."""

from dataclasses import replace

from peer_panels import complete, drawn, estimates, home, std_errors

from lnbeval import Design, aggregate, att_gt
from lnbeval.spread import analytic

DESIGNS = {
    "never treated": Design(),
    "never treated, varying, anticipated": Design(base_period="varying", anticipation=1),
    "not yet treated, anticipated": Design(control_group="not_yet_treated", anticipation=1),
    "not yet treated, varying": Design(control_group="not_yet_treated", base_period="varying"),
}  # half of all eight: each choice with each other
PLAIN = {
    "home": (home("sim61b"), "none"),
    "home, units with gaps left out": (complete(home("sim61a", "y_miss")), "none"),
    "drawn 2, late adopters": (drawn(2, weighted=False, cohorts=(3, 5, 8, float("inf"))), "none"),
}
WEIGHTED = {
    "home, weighted": (home("sim61a", weight="pop"), "none"),
    "drawn 3, weighted": (drawn(3), "none"),
}
ADJUSTED = {
    f"drawn {seed}, {adjustment}": (drawn(seed, covariates=2, weighted=False), adjustment)
    for seed, adjustment in ((4, "reg"), (5, "ipw"), (6, "dr"))
} | {"home, dr": (home("sim61a", covariates=("x1",)), "dr")}
ADJUSTED_AND_WEIGHTED = {
    f"drawn {seed}, weighted, {adjustment}": (drawn(seed, covariates=2), adjustment)
    for seed, adjustment in ((7, "reg"), (8, "ipw"), (9, "dr"))
}
KEYS = {
    "cell": ("cohort", "period"),
    "overall": (),
    "event_time": ("event_time",),
    "cohort": ("cohort",),
    "period": ("period",),
}


def ours(panel, design, adjustment, ways=tuple(KEYS)):
    """Estimates and analytic errors of each way of averaging: {way: ({key: estimate}, {key: error})}."""
    cells = att_gt(panel, replace(design, adjustment=adjustment))
    made = {way: cells if way == "cell" else aggregate(cells, way) for way in ways}
    return {way: (estimates(e, *KEYS[way]), std_errors(e, analytic, *KEYS[way])) for way, e in made.items()}


def formula(panel):
    """The right-hand side of peers that read formulas, or nothing."""
    return " + ".join(panel.covariate_names)


def two(rows):
    """{key: (estimate, error)} as two dictionaries, without the rows of the base period, which have no error."""
    kept = {key: pair for key, pair in rows.items() if pair[1] == pair[1]}  # not NaN
    return {key: b for key, (b, _) in kept.items()}, {key: s for key, (_, s) in kept.items()}
