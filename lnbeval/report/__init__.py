"""Exhibits: tables, figures and sentences made from values; each knows its data and the estimates it shows."""

from lnbeval.report.coverage_heatmap import coverage_heatmap
from lnbeval.report.definition import definition
from lnbeval.report.event_study import event_study
from lnbeval.report.exhibit import Exhibit
from lnbeval.report.facts import facts
from lnbeval.report.findings import findings
from lnbeval.report.forest import forest
from lnbeval.report.group_means import group_means
from lnbeval.report.listing import account, listing
from lnbeval.report.method_lines import method_line
from lnbeval.report.numbers import interval, number, p_text, signed
from lnbeval.report.sentences import sentence
from lnbeval.report.side_by_side import side_by_side
from lnbeval.report.tables import checks, results_by_indicator, results_table, table
from lnbeval.report.tile_map import tile_map
from lnbeval.report.titles import checks_title, overall_title, trend_title
from lnbeval.report.truth_against_estimate import truth_against_estimate
from lnbeval.report.verdicts import verdicts

__all__ = [
    "Exhibit",
    "account",
    "checks",
    "checks_title",
    "coverage_heatmap",
    "definition",
    "event_study",
    "facts",
    "findings",
    "forest",
    "group_means",
    "interval",
    "listing",
    "method_line",
    "number",
    "overall_title",
    "p_text",
    "results_by_indicator",
    "results_table",
    "sentence",
    "side_by_side",
    "signed",
    "table",
    "tile_map",
    "trend_title",
    "truth_against_estimate",
    "verdicts",
]
