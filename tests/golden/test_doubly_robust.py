"""Two periods, two groups and covariates: the numbers of R DRDID, in panels and in repeated cross-sections.

`python tests/golden/test_doubly_robust.py` makes the committed records from the full collection.
"""

import json

import numpy as np
import pytest
from extract import COLLECTION, HERE, _records, as_json, foreign, own
from golden_records import ABSENT, frame

from lnbeval.adjustment import adjusted_difference
from lnbeval.cross_section import cross_section_effect

COMMITTED = HERE / "doubly_robust.json"
# Relative, estimates to their standard error; R's own iterations for the propensity stop at 1e-9 or so.
TOLERANCE = 1e-8
PANEL = {"reg": "reg", "std_ipw": "ipw", "dr_trad": "dr"}
# The released errors of drdid_rc1 are off by up to 0.1 %: numerical derivatives in the weights give 0.2152227897 for
# sim2000, R 0.2150103045. tests/unit/test_adjustment.py holds ours against such derivatives.
NO_ERROR = {"drdid_panel": (), "drdid_rc": ("dr_trad",)}
CROSS_SECTION = PANEL | {"dr_loc_eff": "dr_efficient"}


def records(folder):
    """One record for each term of R DRDID that has a counterpart here."""
    found = _records(folder, "drdid_2x2")
    return [_record(record, row) for record in found for row in record["values"] if row["term"] in _terms(record)]


def _terms(record):
    return PANEL if record["method"] == "drdid_panel" else CROSS_SECTION


def _record(record, row):
    options = record["options"]
    return {
        "id": f"{record['id']}.{row['term']}",
        "data": record["dataset"],
        "outcome": options["outcome"],
        "unit": options["unit"],
        "period": options["time"],
        "treated": options["treated"],
        "weight": options["weights"],
        "covariates": options["covariates"].lstrip("~").split("+"),
        "filter": options.get("filter"),
        "method": _terms(record)[row["term"]],
        "estimate": row["estimate"],
        "se": None if row["term"] in NO_ERROR[record["method"]] else row["se"],
    }


def _params(found):
    return [pytest.param(record, id=record["id"]) for record in found]


def _elsewhere():
    if not COLLECTION.is_dir():
        return [pytest.param(None, id="absent", marks=pytest.mark.skip(reason=ABSENT))]
    return _params(foreign(records(COLLECTION)))


def rows_of(record):
    rows = frame(record["data"])
    if record["treated"] == "Dg":
        rows = rows.assign(Dg=rows["cohort"].to_numpy() > 0)
    rows = rows if record["filter"] is None else rows.query(record["filter"])
    return rows.assign(one=1.0)


def panel_effect(record, rows):
    wide = rows.pivot(index=record["unit"], columns=record["period"], values=record["outcome"])
    first = rows.drop_duplicates(record["unit"]).set_index(record["unit"]).loc[wide.index]
    effect = adjusted_difference(
        wide.diff(axis=1).iloc[:, [1]].to_numpy(),
        first[record["treated"]].to_numpy(bool),
        first[record["covariates"]].to_numpy(float),
        first[record["weight"] or "one"].to_numpy(float),
        record["method"],
    )
    return effect.estimate[0], effect.influence[:, 0]


def effect_of_cross_sections(record, rows):
    effect = cross_section_effect(
        rows[record["outcome"]].to_numpy(float),
        rows[record["treated"]].to_numpy(bool),
        (rows[record["period"]] == rows[record["period"]].max()).to_numpy(),
        rows[record["covariates"]].to_numpy(float),
        rows[record["weight"] or "one"].to_numpy(float),
        record["method"],
    )
    return effect.estimate, effect.influence


def meets(record):
    rows = rows_of(record)
    estimate, influence = (effect_of_cross_sections if record["unit"] is None else panel_effect)(record, rows)
    std_error = np.sqrt((influence**2).sum()) / len(influence)
    if record["se"] is not None:
        assert std_error == pytest.approx(record["se"], rel=TOLERANCE)
    assert estimate == pytest.approx(record["estimate"], abs=TOLERANCE * std_error, rel=0)


@pytest.mark.parametrize("record", _params(json.loads(COMMITTED.read_text(encoding="utf-8"))))
def test_estimate_and_error_are_those_of_r_drdid(record):
    meets(record)


@pytest.mark.parametrize("record", _elsewhere())
def test_estimate_and_error_on_the_data_of_others_are_those_of_r_drdid(record):
    meets(record)


@pytest.mark.skipif(not COLLECTION.is_dir(), reason=ABSENT)
def test_committed_numbers_are_those_of_the_collection():
    assert COMMITTED.read_text(encoding="utf-8") == as_json(own(records(COLLECTION)))


if __name__ == "__main__":
    COMMITTED.write_text(as_json(own(records(COLLECTION))), encoding="utf-8", newline="\n")
