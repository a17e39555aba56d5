"""The synthetic twin of the home case: invented outcomes with a known truth, in files as a ministry would send them."""

from lnbeval.twin.make import Twin, make_twin
from lnbeval.twin.write import write_twin

__all__ = ["Twin", "make_twin", "write_twin"]
