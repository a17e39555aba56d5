"""PC-Axis tables are read as pyaxis reads them, wherever it can: every combination of the dimensions with its figure."""

from itertools import product

import numpy as np
import pytest
from peer_panels import NOT_INSTALLED

from lnbeval.intake.files.pc_axis import px_rows

pyaxis = pytest.importorskip("pyaxis.pyaxis", reason=NOT_INSTALLED.format("pyaxis"))

NAMES = ("Tiranë", "Vorë", "Vlorë", "Has", "Kukës", "Divjakë", "Mallakastër")
GROUPS = ("Gjithsej", "Burra", "Gra")


def table(seed):
    """A drawn table of municipalities, groups and years: its text, and its figures in the order of the file."""
    random = np.random.default_rng(seed)
    places = list(random.permutation(NAMES)[: random.integers(2, len(NAMES) + 1)])
    groups = list(GROUPS[: random.integers(1, len(GROUPS) + 1)])
    years = [str(year) for year in range(2019, 2019 + random.integers(1, 6))]
    figures = [f"{figure:.1f}" for figure in random.uniform(0, 5000, len(places) * len(groups) * len(years))]
    for at in random.choice(len(figures), size=len(figures) // 10, replace=False):
        figures[at] = '".."'
    lines = [" ".join(figures[at : at + len(years)]) for at in range(0, len(figures), len(years))]

    def listed(words):
        return ",".join(f'"{word}"' for word in words)

    return (
        'CHARSET="ANSI";\nAXIS-VERSION="2010";\nCODEPAGE="utf-8";\nLANGUAGE="sq";\nDECIMALS=1;\nMATRIX="T1";\n'
        'SUBJECT-AREA="Mbrojtja sociale";\nUNITS="persona";\nCONTENTS="Përfitues";\nTITLE="Përfitues sipas bashkisë";\n'
        f'STUB="Bashkia","Gjinia";\nHEADING="Viti";\nVALUES("Bashkia")={listed(places)};\n'
        f'VALUES("Gjinia")={listed(groups)};\nVALUES("Viti")={listed(years)};\nDATA=\n' + "\n".join(lines) + ";\n"
    )


@pytest.mark.parametrize("seed", range(20))
def test_every_combination_has_the_figure_that_pyaxis_reads(tmp_path, seed):
    text = table(seed)
    path = tmp_path / "t.px"
    path.write_text(text, encoding="utf-8")
    theirs = pyaxis.parse(str(path), encoding="utf-8")["DATA"]
    (_, header), *rows = px_rows(text)[0]
    assert header == ("Bashkia", "Gjinia", "Viti", "Përfitues")
    ours = {row[:3]: "" if row[3] == ".." else row[3] for _, row in rows}
    figures = theirs["DATA"].where(theirs["DATA"].notna(), "")
    read = dict(zip(theirs[["Bashkia", "Gjinia", "Viti"]].itertuples(index=False, name=None), figures, strict=True))
    assert len(ours) == len(list(product(*(theirs[name].unique() for name in ("Bashkia", "Gjinia", "Viti")))))
    assert ours == read
