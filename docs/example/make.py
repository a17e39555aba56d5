"""Writes strehimi_social_2014_2022.xlsx, the workbook of the walk in docs/howto.md. SYNTHETIC: every figure is drawn here.

    python docs/example/make.py [FOLDER]

Names, counties and populations are real; which municipalities take part is drawn too, and has nothing to do with the programme.
"""

import io
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from lnbeval.reference import load_reference
from lnbeval.twin.workbook import undated

HERE = Path(__file__).parent
FILE = "strehimi_social_2014_2022.xlsx"
YEARS = range(2014, 2023)
FIRST_TREATED, PROGRAMME, EFFECT = 2018, 15, 0.25
TITLE = "Strehimi social sipas bashkive, 2014-2022 (SYNTHETIC EXAMPLE)"
SERIES = {"Aplikime për strehim": 4.0, "Familje të strehuara": 2.0}  # for each 1,000 inhabitants
NOT_REPORTED = {
    ("Familje të strehuara", 17, 2015),
    ("Familje të strehuara", 40, 2019),
    ("Aplikime për strehim", 3, 2016),
}


def figures(units: pd.DataFrame, seed: int = 20221231) -> tuple[np.ndarray, dict[tuple[str, int], np.ndarray]]:
    """Who takes part, and the figure of each series, municipality and year."""
    random = np.random.default_rng(seed)
    part = np.isin(np.arange(len(units)), random.choice(len(units), PROGRAMME, replace=False))
    people = units["population_2011"].to_numpy() / 1000
    drawn = {}
    for name, level in SERIES.items():
        own = level * random.uniform(0.8, 1.25, len(units))
        for year in YEARS:
            grown = 1 + EFFECT * (part & (year >= FIRST_TREATED) & (name == "Familje të strehuara"))
            drawn[name, year] = random.poisson(own * people * 1.03 ** (year - YEARS[0]) * grown) + 20
    return part, drawn


def workbook(units: pd.DataFrame) -> openpyxl.Workbook:
    """The sheet as an office would send it: title, two header rows, merged counties, totals, a mark and notes below."""
    part, drawn = figures(units)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Strehimi"
    sheet["A1"], sheet["A1"].font = TITLE, Font(bold=True)
    last = 3 + len(SERIES) * len(YEARS)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=last)
    for column, header in enumerate(["Qarku", "Bashkia", "Bashki e programit"], start=1):
        sheet.cell(3, column, header)
        sheet.merge_cells(start_row=3, start_column=column, end_row=4, end_column=column)
    for number, name in enumerate(SERIES):
        left = 4 + number * len(YEARS)
        sheet.cell(3, left, name)
        sheet.merge_cells(start_row=3, start_column=left, end_row=3, end_column=left + len(YEARS) - 1)
        for at, year in enumerate(YEARS):
            sheet.cell(4, left + at, "2022*" if year == YEARS[-1] else year)
    row = 5
    for county, places in units.reset_index(names="code").groupby("county").groups.items():
        top = row
        for place in places:
            sheet.cell(row, 1, county)
            sheet.cell(row, 2, units["name"].iloc[place])
            sheet.cell(row, 3, "Po" if part[place] else "Jo")
            for number, name in enumerate(SERIES):
                for at, year in enumerate(YEARS):
                    held = (name, place, year) not in NOT_REPORTED
                    value = int(drawn[name, year][place]) if held else "s'ka të dhëna"
                    sheet.cell(row, 4 + number * len(YEARS) + at, value)
            row += 1
        sheet.merge_cells(start_row=top, start_column=1, end_row=row - 1, end_column=1)
    sheet.cell(row, 2, "Gjithsej")
    for column in range(4, last + 1):
        values = [sheet.cell(at, column).value for at in range(5, row)]
        sheet.cell(row, column, sum(value for value in values if isinstance(value, int)))
    sheet.cell(row + 2, 1, "* të dhëna paraprake")
    sheet.cell(row + 3, 1, "Burimi: Shembull i shpikur (SYNTHETIC)")
    for column, width in {"A": 14, "B": 20, "C": 18, **{get_column_letter(at): 8 for at in range(4, last + 1)}}.items():
        sheet.column_dimensions[column].width = width
    return book


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    stream = io.BytesIO()
    workbook(load_reference(HERE.parents[1] / "data" / "reference").municipalities).save(stream)
    (target / FILE).write_bytes(undated(stream.getvalue()))
