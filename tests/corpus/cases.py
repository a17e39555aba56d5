"""All cases of the corpus."""

from .coverage import coverage_cases
from .false_figures import false_figures_cases
from .layouts import layouts_cases
from .letters import letters_cases
from .municipalities import municipalities_cases
from .quiet_layouts import quiet_layouts_cases
from .quiet_texts import quiet_texts_cases
from .whole_files import whole_files_cases
from .written_figures import written_figures_cases
from .years import years_cases


def cases():
    """Every case, in one order."""
    kinds = (
        quiet_layouts_cases,
        quiet_texts_cases,
        written_figures_cases,
        false_figures_cases,
        letters_cases,
        coverage_cases,
        municipalities_cases,
        years_cases,
        whole_files_cases,
        layouts_cases,
    )
    return [case for kind in kinds for case in kind()]
