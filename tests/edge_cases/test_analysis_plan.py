"""The locked analysis plan: what is no longer as planned is listed, and the run is labelled EXPLORATORY on every page."""

import hashlib
import json
import re
from pathlib import Path

import pandas as pd
import pytest
import yaml
from small_pages import built, change, prepared, said

from lnbeval.cli import stage
from lnbeval.cli.main import exit_code
from lnbeval.workspace.parameters import Parameters
from lnbeval.workspace.plan import in_words
from lnbeval.workspace.plan_values import SHOWN_ONLY

ROOT = Path(__file__).parents[2]
PLAN = "params/plans/turnout.yaml"
TOGETHER = pytest.mark.xdist_group("planned_pages")  # they share one built workspace; the last changes it
NOT_PLANNED = {"guesses"}  # questions about a new evaluation, of which none is left when it can be locked


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    prepared(tmp_path, ["01_programme", "05_method"])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lock(capsys, *options):
    return said(capsys, "plan", "lock", "turnout", "--who", "A. Hoxha", "--on", "2026-11-20", *options)


def differences(capsys):
    code, text = said(capsys, "plan", "diff", "turnout")
    assert code == 0
    return [line.strip() for line in text.splitlines()[1:]]


# The verbs.


def test_x71_a_plan_holds_values_definitions_treatment_day_and_person(workspace, capsys):
    code, text = lock(capsys)
    assert code == 0
    assert f"wrote {PLAN}" in text
    plan = yaml.safe_load((workspace / PLAN).read_text("utf-8"))
    assert (plan["evaluation"], str(plan["locked"]), plan["who"]) == ("turnout", "2026-11-20", "A. Hoxha")
    assert re.fullmatch(r"[0-9a-f]{64}", plan["fingerprint"])
    assert plan["parameters"]["design"]["control_group"] == "never_treated"
    assert plan["parameters"]["inference"]["level"] == 0.95  # also what the parameters leave to its default
    assert plan["parameters"]["treatment"]["phases"] == {"1": 2018}
    assert plan["definitions"] == {
        "turnout": {"numerator": "turnout_pct", "denominator": "", "scale": 1, "direction": "context"}
    }
    evidence = pd.read_csv(workspace / "data/reference/treatment_evidence.csv")
    listed = evidence[(evidence["phase"] == 1) & (evidence["status"] == "confirmed")]["code"]
    assert plan["treated"] == dict.fromkeys(sorted(set(listed)), 2018)
    assert len(plan["treated"]) == 9


def test_x71_every_parameter_is_in_the_plan_unless_it_only_presents_itself(workspace, capsys):
    lock(capsys)
    planned = yaml.safe_load((workspace / PLAN).read_text("utf-8"))["parameters"]
    assert set(Parameters.model_fields) - SHOWN_ONLY - NOT_PLANNED == set(planned)
    for group in ("design", "inference"):
        assert set(Parameters.model_fields[group].annotation.model_fields) == set(planned[group])


@pytest.mark.usefixtures("workspace")
def test_x71_an_evaluation_as_planned_has_no_deviations(capsys):
    lock(capsys)
    assert said(capsys, "plan", "diff", "turnout") == (
        0,
        "No deviations from the plan of turnout, locked on 2026-11-20 by A. Hoxha.\n",
    )
    assert "analysis plan" not in said(capsys, "check", "turnout")[1]


def test_x71_comments_order_and_defaults_written_out_are_no_deviations(workspace, capsys):
    lock(capsys)
    path = workspace / "params/turnout.yaml"
    raw = yaml.safe_load(path.read_text("utf-8"))
    raw["design"]["adjustment"] = "none"  # the default, now said
    raw["title"], raw["banner"] = "Other title", "Other banner"  # how the pages present themselves
    raw["placebos"] = raw["placebos"][::-1]
    shuffled = {name: raw[name] for name in reversed(raw)}
    text = yaml.safe_dump(shuffled, allow_unicode=True, sort_keys=False)
    path.write_text(f"# a remark\n{text}", encoding="utf-8")
    assert said(capsys, "plan", "diff", "turnout")[1].startswith("No deviations")


def test_x71_deviations_are_listed_with_what_was_planned_and_what_is_now(workspace, capsys):
    lock(capsys)
    change(
        workspace, design__weight="population_2011", inference__level=0.9, data__last_period=2021,
        indicators=["turnout", "invalid_ballots"], treatment__status=["confirmed", "mentioned"],
    )  # fmt: skip
    assert differences(capsys) == [
        "indicators: planned turnout; now invalid_ballots, turnout",
        "data.last_period: planned none; now 2021",
        "treatment.status: planned confirmed; now confirmed, mentioned",
        "design.weight: planned none; now population_2011",
        "inference.level: planned 0.95; now 0.9",
        "treatment of Shkodër (AL154): planned not treated; now from 2018",
    ]


def test_x71_a_changed_figure_of_the_denominator_is_a_deviation_in_words(workspace, capsys):
    change(workspace, design__weight="population_2011")
    code, text = lock(capsys)
    assert code == 0
    assert "figures of the reference that are used (population_2011), and the files as they are (1)" in text
    path = workspace / "data/reference/municipalities.csv"
    table = pd.read_csv(path, dtype="str", keep_default_na=False)
    row = table["code"] == "AL122"
    (before,) = table.loc[row, "population_2011"]
    table.loc[row, "population_2011"] = str(int(float(before)) + 1000)
    table.to_csv(path, index=False)
    (line,) = differences(capsys)
    assert line.startswith("figures of population_2011: planned ")
    was = int(float(before))
    assert f"(1 of 61 municipalities differ: Krujë (AL122) {was:,} → {was + 1000:,})" in line
    assert "Not as in the analysis plan" in said(capsys, "check", "turnout")[1]


def test_x71_a_file_that_is_another_since_the_plan_was_locked_is_a_deviation(workspace, capsys):
    lock(capsys)
    path = workspace / "data/raw/turnout/elections.csv"
    path.write_bytes(path.read_bytes().replace(b"59.699", b"59.7"))
    (line,) = differences(capsys)
    assert re.fullmatch(r"file elections\.csv: planned fingerprint [0-9a-f]{12}; now fingerprint [0-9a-f]{12}", line)


def test_x71_a_file_that_comes_after_the_plan_was_locked_is_no_deviation(workspace, capsys):
    path = workspace / "data/raw/turnout/elections.csv"
    data = path.read_bytes()
    path.unlink()
    lock(capsys)
    path.write_bytes(data)
    assert differences(capsys) == []


def test_x71_a_plan_of_before_that_holds_no_data_still_fits_its_fingerprint(workspace, capsys):
    lock(capsys)
    path = workspace / PLAN
    plan = yaml.safe_load(path.read_text("utf-8"))
    held = {key: plan[key] for key in ("who", "reason", "parameters", "definitions", "treated")}
    content = {**held, "locked": str(plan["locked"]), "of": "turnout", "former": ""}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    del plan["data"]
    plan["fingerprint"] = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(yaml.safe_dump(plan, allow_unicode=True), encoding="utf-8")
    assert differences(capsys) == []


def test_x71_a_changed_definition_of_an_indicator_and_a_changed_list_are_deviations(workspace, capsys):
    lock(capsys)
    path = workspace / "data/reference/indicators.csv"
    text = path.read_text("utf-8")
    before, after = "context,1,all voters,turnout_pct,,1,", "up,1,all voters,turnout_pct,,2,"
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")
    change(workspace, treatment__phases=[{"phase": 1, "first_treated": 2016}], placebos=[])
    found = differences(capsys)
    assert "scale of the indicator turnout: planned 1; now 2" in found
    assert "direction of the indicator turnout: planned context; now up" in found
    assert "treatment.phases.1: planned 2018; now 2016" in found
    assert sum(line.endswith("planned from 2018; now from 2016") for line in found) == 9


def test_x71_what_rows_count_is_part_of_the_plan_and_how_a_file_is_written_is_not(workspace, capsys):
    change(workspace, indicators=["women_share"])
    lock(capsys)
    raw = yaml.safe_load((workspace / "params/turnout.yaml").read_text("utf-8"))
    (source,) = raw["data"]["sources"]
    source["missing"] = ["n.a."]
    change(workspace, data__sources=[source])
    assert differences(capsys) == []
    del source["only_where"]
    change(workspace, data__sources=[source])
    assert differences(capsys) == [
        "data.values.women_share_of_voters_pct.only_where: planned sex_counts_complete is yes; now none"
    ]


def test_x71_for_scripts_strict_ends_with_2(workspace, capsys):
    lock(capsys)
    assert said(capsys, "plan", "diff", "turnout", "--strict")[0] == 0
    change(workspace, seed=1)
    code, text = said(capsys, "plan", "diff", "turnout", "--strict")
    assert code == 2
    assert "seed: planned 20170625; now 1" in text


@pytest.mark.usefixtures("workspace")
def test_x71_without_a_plan_diff_says_how_to_lock_one(capsys):
    code, text = said(capsys, "plan", "diff", "turnout")
    assert code == 2
    assert "No analysis plan of turnout is locked" in text
    assert "lnbeval plan lock turnout" in text


def test_x71_a_plan_is_not_replaced_in_silence(workspace, capsys):
    lock(capsys)
    change(workspace, inference__level=0.9)
    before = (workspace / PLAN).read_bytes()
    for options, words in [
        ((), "was locked on 2026-11-20 by A. Hoxha"),
        (("--again",), "--again needs a reason"),
        (("--again", "--reason", " "), "--again needs a reason"),
        (("--again", "--reason", "agreed", "--on", "2026-11-19"), "before the plan that it replaces (2026-11-20)"),
        (("--again", "--reason", "agreed", "--on", "2999-01-01"), "still to come"),
        (("--again", "--reason", "agreed", "--who", " "), "--who is empty"),
    ]:
        code, text = lock(capsys, *options)
        assert (code, words in text) == (2, True), options
        assert (workspace / PLAN).read_bytes() == before


def test_x71_again_keeps_the_former_plan_with_the_reason(workspace, capsys):
    lock(capsys)
    first = yaml.safe_load((workspace / PLAN).read_text("utf-8"))
    change(workspace, inference__level=0.9)
    code, _ = lock(capsys, "--again", "--reason", "level agreed with the board", "--on", "2026-11-21")
    assert code == 0
    plan = yaml.safe_load((workspace / PLAN).read_text("utf-8"))
    assert plan["parameters"]["inference"]["level"] == 0.9
    assert (str(plan["locked"]), plan["reason"]) == ("2026-11-21", "level agreed with the board")
    (former,) = plan["history"]
    assert former == {name: value for name, value in first.items() if name not in ("evaluation", "history")}
    assert differences(capsys) == []
    again = (workspace / PLAN).read_bytes()
    code, text = lock(capsys, "--again", "--reason", "once more", "--on", "2026-11-22")
    assert (code, "nothing to lock again" in text) == (0, True)
    assert (workspace / PLAN).read_bytes() == again


@pytest.mark.parametrize("again", [(), ("--again", "--reason", "x")])
def test_x71_the_day_is_a_day_and_again_needs_a_plan(workspace, again, capsys):
    code, text = said(capsys, "plan", "lock", "turnout", "--who", "A", "--on", "20 November", *again)
    assert (code, "--on" in text) == (2, True)
    if again:
        code, text = lock(capsys, *again)
        assert (code, "is locked yet" in text) == (2, True)
    assert not (workspace / PLAN).exists()


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (r"level: 0.95", "level: 0.9"),
        (r"locked: '2026-11-20'", "locked: '2026-01-01'"),
        (r"who: A. Hoxha", "who: B. Hoxha"),
        (r"  AL112: 2018\n", ""),
        (r"scale: 1", "scale: 100"),
        (r"evaluation: turnout", "evaluation: lnb"),
        (r"who: A. Hoxha\n", ""),
        (r"history: \[\]", "history: none"),
        (r"\Z", "more: yes\n"),
        (r"parameters:", "parameters: ["),
    ],
)
def test_x71_a_plan_edited_by_hand_stops_everything(workspace, pattern, replacement, capsys):
    lock(capsys)
    text = (workspace / PLAN).read_text("utf-8")
    edited = re.sub(pattern, replacement, text, count=1)
    assert edited != text
    (workspace / PLAN).write_text(edited, encoding="utf-8")
    for verb in (["check", "turnout"], ["plan", "diff", "turnout"]):
        code, told = said(capsys, *verb)
        assert code == 2
        assert "plans/turnout.yaml" in told
    code, _ = lock(capsys, "--again", "--reason", "x")
    assert code == 2  # a broken plan does not go into the history either
    assert stage.main(["intake", "turnout"]) == 2


def test_x71_a_former_plan_edited_by_hand_stops_too(workspace, capsys):
    lock(capsys)
    change(workspace, inference__level=0.9)
    lock(capsys, "--again", "--reason", "agreed")
    path = workspace / PLAN
    path.write_text(path.read_text("utf-8").replace("level: 0.95", "level: 0.99"), encoding="utf-8")
    code, text = said(capsys, "check", "turnout")
    assert (code, "does not fit its fingerprint" in text) == (2, True)


def test_x71_the_shipped_evaluations_have_no_plan_and_the_folder_is_no_evaluation(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert [path.name for path in (ROOT / "params/plans").iterdir()] == ["README.md"]
    code, text = said(capsys, "check", "plans")
    assert code == 2
    assert re.search(r"with parameters are: lnb, turnout\b", text)


# What is said of it.


def test_x71_check_warns_of_each_deviation_and_once_of_the_treatment_list(workspace, capsys):
    lock(capsys)
    change(
        workspace, inference__level=0.9, placebos=[], treatment__status=["confirmed", "mentioned"],
        treatment__phases=[{"phase": 1, "first_treated": 2017}],
    )  # fmt: skip
    code, text = said(capsys, "check", "turnout")
    assert code == 0
    warnings = [line for line in text.splitlines() if "Not as in the analysis plan" in line]
    assert all(line.startswith("WARN params/turnout.yaml") for line in warnings)
    assert len(warnings) == 5
    assert "of 2026-11-20: inference.level: planned '0.95', now '0.9'. " in warnings[2]
    assert "placebos: planned '2013 to 2017, 2015 to 2017', now 'none'. " in warnings[3]
    assert warnings[4].count("now 'from 2017'") == 10
    assert "EXPLORATORY" in warnings[4]


def test_x71_an_official_evaluation_without_a_plan_is_warned_of(workspace, capsys):
    assert "official" not in said(capsys, "check", "turnout")[1]
    change(workspace, kind="official")
    code, text = said(capsys, "check", "turnout")
    assert code == 0
    (warning,) = [line for line in text.splitlines() if "calls itself official" in line]
    assert warning.startswith("WARN params/turnout.yaml")
    assert "lnbeval plan lock turnout" in warning
    assert "nobody can see what was fixed, on which day and by whom" in warning  # nor what was known on that day
    lock(capsys)
    assert "calls itself official" not in said(capsys, "check", "turnout")[1]


# The pages.


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The pages of a workspace that deviates in ten things from its plan, which replaced another."""
    folder = prepared(tmp_path_factory.mktemp("planned"), ["01_programme", "05_method"])
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        change(folder, kind="official", banner="Agreed with the ministry.")
        assert exit_code(["plan", "lock", "turnout", "--who", "A. Hoxha", "--on", "2026-11-20"]) == 0
        change(folder, inference__level=0.9)
        again = ["--on", "2026-11-21", "--again", "--reason", "the board asked for it"]
        assert exit_code(["plan", "lock", "turnout", "--who", "B. Gjika", *again]) == 0
        change(
            folder, inference__level=0.8, inference__draws=199, placebos=[], design__weight="population_2011",
            data__last_period=2021, design__cluster="county", treatment__phases=[{"phase": 1, "first_treated": 2017}],
        )  # fmt: skip
        yield built(folder), folder


@TOGETHER
def test_x71_every_page_says_exploratory_with_the_deviations_and_none_says_official(pages):
    texts, _ = pages
    assert set(texts) == {"01-programme", "05-method", "index"}
    for text in texts.values():
        (banner,) = re.findall(r"EXPLORATORY\..*?Agreed with the ministry\.", text)
        assert banner == (
            "EXPLORATORY. 16 deviations from the locked analysis plan: last period, start of phase 1, weights, clusters, "
            "level of intervals, and 3 more. The page on the method lists what was planned. "
            "Agreed with the ministry."
        )
        assert "Official." not in text


@TOGETHER
def test_x71_the_method_page_lists_every_deviation_and_what_the_plan_itself_was(pages):
    text = pages[0]["05-method"]
    section = re.search(r"16 deviations from the plan locked on 2026-11-21 by B\. Gjika.*?Provenance", text)[0]
    assert "inference.level 0.9 0.8 from the plan that holds" in section
    assert "placebos 2013 to 2017, 2015 to 2017 none from the plan that holds" in section
    assert section.count("from 2018 from 2017") == 9
    replaced = "replaced on 2026-11-21 by B. Gjika, because: the board asked for it"
    assert f"inference.level 0.95 0.9 of the plan itself: {replaced}" in section


@TOGETHER
def test_x71_no_page_says_that_results_were_not_known_when_the_plan_was_locked(pages):
    assert "where one is locked: on which day and by whom, the title below says" in pages[0]["05-method"]
    assert not any("results were known" in text for text in pages[0].values())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("data.denominator", "denominator"),
        ("inference.level", "level of intervals"),
        ("treatment.phases.2", "start of phase 2"),
        ("families.of.care.indicators", "indicators of the family of.care"),
        ("families.care.method", "adjustment in the family care"),
        ("placebos", "placebos"),
        ("scale of the indicator turnout", "scale of the indicator turnout"),
        ("data.values.x.only_where", "data.values.x.only_where"),  # no word is known
    ],
)
def test_x71_the_banner_has_words_where_there_are_some_and_else_the_place_in_the_file(name, words):
    assert in_words(name) == words


def test_x71_every_design_and_inference_parameter_has_words():
    single = [
        f"{group}.{name}"
        for group in ("design", "inference")
        for name in Parameters.model_fields[group].annotation.model_fields
    ]
    assert [name for name in single if in_words(name) == name] == ["design.within"]  # has a value for each indicator


@TOGETHER
def test_x71_the_footer_of_every_page_has_the_fingerprint_of_the_plan(pages):
    texts, folder = pages
    fingerprint = yaml.safe_load((folder / PLAN).read_text("utf-8"))["fingerprint"]
    assert all(f"Plan {fingerprint[:12]}" in text for name, text in texts.items() if name != "index")


@TOGETHER
def test_x71_as_planned_or_without_a_plan_the_banner_is_the_evaluations_own(pages):
    _, folder = pages
    assert exit_code(["plan", "lock", "turnout", "--who", "B", "--again", "--reason", "as it is"]) == 0
    for text in built(folder, ["site"]).values():
        assert "EXPLORATORY" not in text
        assert "Official. Agreed with the ministry." in text
    (folder / PLAN).unlink()
    for name, text in built(folder, ["site"]).items():
        assert "EXPLORATORY" not in text
        assert name == "index" or re.search(r"Parameters [0-9a-f]{12} Code", text)
