"""The static regression computed again, by programs that share no code with this one."""

from dataclasses import replace

import numpy as np
import pytest
from panels import simulated

from lnbeval import Design, twfe
from lnbeval.second_computation import by_linearmodels, by_statsmodels
from lnbeval.spread import analytic

EXACT = 1e-9  # linearmodels takes the effects of an incomplete panel out by iteration


@pytest.mark.parametrize("missing", [0.0, 0.1])
@pytest.mark.parametrize("clusters", [None, 6])
@pytest.mark.parametrize("weighted", [False, True])
def test_others_give_the_same_estimate_and_error(missing, clusters, weighted):
    panel = simulated(2, missing=missing, clusters=clusters)
    panel = panel if weighted else replace(panel, weight=np.ones(len(panel.units)))
    effects = twfe(panel, Design(control_group="all"))
    assert by_linearmodels(effects) == pytest.approx(effects.estimate[0], rel=EXACT)
    estimate, std_error = by_statsmodels(effects)
    assert estimate == pytest.approx(effects.estimate[0], rel=EXACT)
    assert std_error == pytest.approx(analytic(effects).std_error[0], rel=EXACT)
