"""The pages of an evaluation and the index over evaluations, rendered from what the pipeline has made."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING, Final

from lnbeval import __version__
from lnbeval.site import Banner, EvaluationCard, Link, PageContext, index_page, render_page
from lnbeval.workspace.definitions import evaluation_reference
from lnbeval.workspace.pages import planned_pages
from lnbeval.workspace.parameters import read_list, read_parameters
from lnbeval.workspace.places import replaced_folder, write_text
from lnbeval.workspace.plan import in_words, plan_deviations
from lnbeval.workspace.plan_values import short_names
from lnbeval.workspace.provenance import provenance
from lnbeval.workspace.treatment import treated_municipalities

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from lnbeval.reference import Reference
    from lnbeval.workspace.pages import Page
    from lnbeval.workspace.parameters import Parameters
    from lnbeval.workspace.places import Workspace
    from lnbeval.workspace.plan_values import Deviation

DOWNLOADS = ("results.csv", "metrics.json")
MOST_NAMED: Final = 5  # deviations in a banner
SAID_BY_DEVIATING: Final = ("official", "exploratory")  # kinds that the banner about deviations contradicts or repeats


def write_site(workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference) -> int:
    """Render every page of the evaluation beside its downloads; the number of pages."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # 1.2 s of grammar nobody here uses
    import nbformat  # noqa: PLC0415

    pages = planned_pages(workspace, evaluation, read_list(workspace)[evaluation], parameters, reference)
    source = workspace.outputs(evaluation)
    notebooks = [
        nbformat.read(source / "pages" / f"{page.name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
        for page in pages
    ]
    links = tuple(
        Link(href=f"{page.name}.html", text=_title(notebook)) for page, notebook in zip(pages, notebooks, strict=True)
    )
    banners = page_banners(workspace, evaluation, parameters, reference)
    with replaced_folder(workspace.pages(evaluation)) as folder:
        for here, (page, notebook) in enumerate(zip(pages, notebooks, strict=True)):
            context = PageContext(
                evaluation_title=parameters.title,
                banners=banners,
                pages=links,
                here=here,
                provenance=_footer(workspace, evaluation),
                downloads=tuple(Link(href=name, text=name) for name in DOWNLOADS),
                home="../../index.html",
            )
            write_text(folder / f"{page.name}.html", render_page(notebook, context))
        for name in DOWNLOADS:
            shutil.copyfile(source / name, folder / name)
    return len(pages)


def write_index(workspace: Workspace) -> None:
    """One card for each evaluation whose pages have been rendered."""
    listed = read_list(workspace)
    cards = [
        _card(workspace, name, notebooks, evaluation_reference(workspace, name))
        for name, notebooks in listed.items()
        if workspace.pages(name).is_dir()
    ]
    write_text(workspace.site / "index.html", index_page(cards, {"Code": f"lnbeval {__version__}"}))


def page_banners(
    workspace: Workspace, evaluation: str, parameters: Parameters, reference: Reference
) -> tuple[Banner, ...]:
    """What every page says first: that it is not as planned, the kind of evaluation, and how sure its treatment list is.

    An official evaluation that is not as planned is not called official.
    """
    everybody = _municipalities(workspace, parameters, reference)
    found = plan_deviations(workspace, evaluation, parameters, reference, everybody["cohort"])
    banners = _about(parameters, found)
    treated = everybody.dropna(subset=["cohort"])
    unsure = treated[treated["status"] != "confirmed"]
    if len(unsure):
        counts = ", ".join(f"{count} {status}" for status, count in unsure["status"].value_counts().items())
        banners.append(
            Banner(
                kind="unverified",
                text=f"{len(unsure)} of the {len(treated)} municipalities on the treatment list are not confirmed by a document "
                f"({counts}).",
            )
        )
    return tuple(banners)


def _about(parameters: Parameters, found: Sequence[Deviation]) -> list[Banner]:
    """What kind of evaluation it is, after its deviations; these alone where its kind would contradict or repeat them."""
    own = Banner(kind=parameters.kind, text=parameters.banner)
    if not found:
        return [own]
    if parameters.kind in SAID_BY_DEVIATING:
        return [Banner(kind="deviating", text=f"{_deviating(found)} {parameters.banner}")]
    return [Banner(kind="deviating", text=_deviating(found)), own]


def _deviating(found: Sequence[Deviation]) -> str:
    names = [in_words(name) for name in short_names(found)]
    named = ", ".join(names[:MOST_NAMED])
    more = f", and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    counted = "1 deviation" if len(found) == 1 else f"{len(found)} deviations"
    return f"{counted} from the locked analysis plan: {named}{more}. The page on the method lists what was planned."


def _title(notebook: dict[str, object]) -> str:
    """The first heading of the executed notebook; a page that shows one indicator has it in an output."""
    for cell in notebook["cells"]:  # type: ignore[attr-defined]
        texts = [
            cell["source"],
            *(output.get("data", {}).get("text/markdown", "") for output in cell.get("outputs", [])),
        ]
        for text in texts:
            for line in text.splitlines():
                if line.startswith("# ") and (cell["cell_type"] == "markdown" or text is not cell["source"]):
                    return str(line[2:].strip())
    return "Untitled"


def _footer(workspace: Workspace, evaluation: str) -> dict[str, str]:
    facts = provenance(workspace, evaluation)
    plan = {"Plan": facts["plan"]} if "plan" in facts else {}
    return {
        "Evaluation": evaluation,
        "Run": facts["run"],
        "Data": facts["data"],
        "Parameters": facts["parameters"],
        **plan,
        "Code": f"lnbeval {facts['version']}, {facts['code']}",
    }


def _card(workspace: Workspace, name: str, notebooks: Sequence[str], reference: Reference) -> EvaluationCard:
    parameters = read_parameters(workspace, name, reference)
    pages: list[Page] = planned_pages(workspace, name, notebooks, parameters, reference)
    flow = json.loads((workspace.outputs(name) / "metrics.json").read_text("utf-8"))["flow"]
    folder = f"evaluations/{name}"
    everybody = _municipalities(workspace, parameters, reference)
    results = workspace.pages(name) / DOWNLOADS[0]
    return EvaluationCard(
        title=parameters.title,
        question=" ".join(
            filter(None, (parameters.question.strip(), _withheld(results, parameters, reference, everybody)))
        ),
        banners=page_banners(workspace, name, parameters, reference),
        href=f"{folder}/{pages[0].name}.html",
        n_pages=len(pages),
        facts=(
            ("Targeted municipalities", str(int(everybody["cohort"].notna().sum()))),
            ("Indicators", str(len(parameters.estimated))),
            ("Municipality-years", str(flow["municipality_years"])),
        ),
        downloads=tuple(Link(href=f"{folder}/{file}", text=file) for file in DOWNLOADS),
    )


def _withheld(file: Path, parameters: Parameters, reference: Reference, everybody: pd.DataFrame) -> str:
    """What a card says after its question of findings that are not shown as effects; "" when all are.

    Of the results file alone, because the list of evaluations is made from their pages.
    """
    import pandas as pd  # noqa: PLC0415

    from lnbeval.workspace.left_out import withheld  # noqa: PLC0415
    from lnbeval.workspace.views import cautioned  # noqa: PLC0415

    results = pd.read_csv(file, dtype={"scenario": str, "reason": str}, low_memory=False)
    results = results.fillna({"scenario": "", "reason": ""})
    periods = results["period"].dropna()
    last = float(periods.max() if len(periods) else parameters.data.last_period or "inf")
    return cautioned("", withheld(results, everybody, reference, last)).strip()


def _municipalities(workspace: Workspace, parameters: Parameters, reference: Reference) -> pd.DataFrame:
    table = workspace.root / "data" / parameters.treatment.table
    return treated_municipalities(table, parameters.treatment, reference)
