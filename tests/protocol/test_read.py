"""Reading a study file: what the language means, and what happens to everything that is no study file.

READ-01: the shipped studies, the new study and a whole trial read without any problem.
READ-02: a minimal study (one form, three visits, one endpoint) has fewer than 40 lines.
READ-03: words stay words: no, yes, null and 1.10 are what was written.
READ-04: what is no study file gets a problem with a code, never an exception.
READ-05: the order of the file does not change the study, apart from what is a list.
READ-06: what the file leaves open has the documented default.
READ-07: everything marked `assumed` is found, with its value and reason.
READ-08: visits, sets and ranges mean days; a range of days is its own window.
READ-09: items mean what their kind key says; groups and instruments become items.
READ-10: study files are read without a heavy library, that of the instruments included.
READ-13: a study file that was adopted opens although a later version checks more.
READ-12: doses that are not evenly spaced are given by their days, in place of the first day and the distance.
READ-14: infusions, records of doses, counts over rows, consent, completeness and limits are read as written.
READ-15: without a word of these everything is as it was before the language had them.
READ-11: read_study raises with every problem, and returns a study where there is none.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from trialbook import wording
from trialbook.errors import Problem, StudyFileError
from trialbook.instruments import CATALOG
from trialbook.protocol.model import Anchor, DoseRecord, Duration, InfusionSteps, Quantity, Study, Window
from trialbook.protocol.read import read_adopted, read_study

Read = Callable[[str], tuple[Study | None, tuple[Problem, ...]]]
NAMES = ("minimal", "template", "rituximab", "infliximab_myositis", "xanomeline_four", "rituximab_polymyositis")


@pytest.fixture(scope="session")
def good(read: Read) -> Callable[[str], Study]:
    """Return a reader of texts that have no problem at all."""

    def read_good(text: str) -> Study:
        study, problems = read(text)
        assert not problems, [f"{found.place} {found.code} {wording.sentence(found)}" for found in problems]
        assert study is not None
        return study

    return read_good


Good = Callable[[str], Study]


@pytest.fixture(scope="session")
def trial(good: Good, samples: Mapping[str, str]) -> Study:
    """Return the study of the whole trial."""
    return good(samples["rituximab"])


@pytest.mark.parametrize("name", NAMES)
def test_samples_read_clean(good: Good, samples: Mapping[str, str], name: str) -> None:
    """READ-01."""
    study = good(samples[name])
    assert study.text == samples[name]
    assert len(study.fingerprint) == 64


def test_a_minimal_study_is_short(good: Good, samples: Mapping[str, str]) -> None:
    """READ-02."""
    study = good(samples["minimal"])
    assert len(samples["minimal"].splitlines()) < 40
    assert (len(study.forms), len(study.schedule.visits), len(study.endpoints)) == (1, 3, 1)


def test_words_stay_words(good: Good, samples: Mapping[str, str]) -> None:
    """READ-03."""
    text = samples["minimal"].replace("number: score, scale: 0 to 80}", "number: score, scale: 0 to 80}\n"
        "      word: {label: no, choice: {no: off, yes: 1.10, null: ~, 010: 1e3}}")  # fmt: skip
    word = good(text).forms["strength"].items["word"]
    assert word.label == {"en": "no"}
    assert {code: label["en"] for code, label in word.choices.items()} == {
        "no": "off",
        "yes": "1.10",
        "null": "~",
        "010": "1e3",
    }


def laughs() -> str:
    """Return a file whose aliases would unfold to a thousand million texts."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    return "\n".join(lines)


BROKEN: dict[str, tuple[str, str]] = {
    "empty": ("", "FILE-05"),
    "only comments": ("# nothing\n\n# here\n", "FILE-05"),
    "only a marker": ("---\n", "FILE-05"),
    "a list": ("- trialbook: 1\n", "FILE-14"),
    "a text": ("trialbook", "FILE-14"),
    "tab": ("study:\n\tid: a\n", "FILE-15"),
    "unclosed bracket": ("study: [a, b\nvisits: 1\n", "FILE-10"),
    "unclosed brace": ("study: {id: a\n", "FILE-10"),
    "unclosed quote": ("study: 'a\nb: c\n", "FILE-10"),
    "colon in a text": ("title: a: b\n", "FILE-10"),
    "at sign": ("title: @home\n", "FILE-10"),
    "directive": ("%YAML 9.9\n---\na: b\n", "FILE-10"),
    "duplicate key": ("study: 1\nstudy: 2\n", "FILE-11"),
    "anchor": ("study: &a 1\n", "FILE-12"),
    "alias": ("study: *a\n", "FILE-12"),
    "tag": ("when: !a\n", "FILE-12"),
    "python tag": ("a: !!python/object/apply:os.system [ls]\n", "FILE-12"),
    "billion laughs": (laughs(), "FILE-12"),
    "deep list": ("a: " + "[" * 200_000, "FILE-13"),
    "deep mapping": ("\n".join(f"{' ' * n}a:" for n in range(1000)), "FILE-13"),
    "two documents": ("a: 1\n---\nb: 2\n", "FILE-16"),
    "key is a list": ("[a, b]: c\n", "FILE-17"),
    "NUL": ("trialbook: 1\0\n", "FILE-09"),
    "escaped control character": ('title: "\\u0007"\n', "FILE-09"),
    "half a character": ('title: "\\ud83d"\n', "FILE-09"),
    "other version": ("trialbook: 2\nanything: new\n", "STUDY-01"),
    "merge key": ("trialbook: 1\n<<: {study: a}\n", "STUDY-02"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_no_study_text(read: Read, kind: str) -> None:
    """READ-04."""
    text, code = BROKEN[kind]
    study, problems = read(text)
    assert study is None
    assert code in {problem.code for problem in problems}
    for problem in problems:
        assert wording.sentence(problem)
        assert wording.remedy(problem)


def test_every_duplicate_key_is_told(read: Read) -> None:
    """READ-04: and nothing else, since what is meant is not known."""
    _, problems = read("a: {x: 1, x: 2}\nb: 1\nc: [{d: 1, d: 2}]\nb: 2\n")
    assert [(problem.code, str(problem.place)) for problem in problems] == [
        ("FILE-11", "study.yaml:1:11"),
        ("FILE-11", "study.yaml:3:12"),
        ("FILE-11", "study.yaml:4:1"),
    ]


FILES: dict[str, tuple[bytes, str]] = {
    "Latin-1": ("trialbook: 1\nstudy: {title: Müller}\n".encode("latin-1"), "FILE-08"),
    "UTF-16": ("trialbook: 1\n".encode("utf-16"), "FILE-07"),
    "UTF-16 without mark": ("trialbook: 1\n".encode("utf-16-be"), "FILE-07"),
    "NUL bytes": (b"trialbook: 1\n\0\0", "FILE-09"),
    "spreadsheet": (b"PK\x03\x04" + bytes(100), "FILE-06"),
    "old spreadsheet": (b"\xd0\xcf\x11\xe0" + bytes(100), "FILE-06"),
    "PDF": (b"%PDF-1.7\n", "FILE-06"),
    "database": (b"SQLite format 3\0", "FILE-06"),
    "too large": (b"# " + b"x" * 2_000_001, "FILE-04"),
}


@pytest.mark.parametrize("kind", FILES)
def test_what_is_no_study_file(tmp_path: Path, kind: str) -> None:
    """READ-04, READ-11."""
    content, code = FILES[kind]
    file = tmp_path / "study.yaml"
    file.write_bytes(content)
    with pytest.raises(StudyFileError) as refused:
        read_study(file)
    (problem,) = refused.value.problems
    assert problem.code == code
    assert problem.place.file == str(file)
    assert wording.sentence(problem)
    assert wording.remedy(problem)


def test_a_huge_file_is_not_opened(tmp_path: Path) -> None:
    """READ-04: 100 MB are refused by their size, in a moment."""
    file = tmp_path / "study.yaml"
    with file.open("wb") as handle:
        handle.truncate(100_000_000)
    begin = time.perf_counter()
    with pytest.raises(StudyFileError, match="FILE-04"):
        read_study(file)
    assert time.perf_counter() - begin < 0.5


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    """READ-04."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for path, code in (
        (tmp_path / "none.yaml", "FILE-01"),
        (tmp_path, "FILE-02"),
        (tmp_path / "file" / "study.yaml", "FILE-03"),
        (Path("a\0b"), "FILE-03"),
    ):
        with pytest.raises(StudyFileError, match=code) as refused:
            read_study(path)
        assert wording.sentence(refused.value.problems[0])


def test_read_study(tmp_path: Path, samples: Mapping[str, str]) -> None:
    """READ-11: with a byte order mark too."""
    file = tmp_path / "study.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + samples["xanomeline_four"].encode())
    assert read_study(file, catalog=CATALOG).identity.id == "xanomeline-four"
    file.write_text(samples["minimal"].replace("score", "points").replace("week 8}", "week 9}"), encoding="utf-8")
    with pytest.raises(StudyFileError) as refused:
        read_study(file)
    assert [problem.code for problem in refused.value.problems] == ["FORM-15", "SCHED-01"]


def test_order_does_not_count(good: Good, samples: Mapping[str, str]) -> None:
    """READ-05."""
    head, visits = samples["minimal"].split("visits:\n")
    sections = ["visits:\n" + visits.partition("forms:")[0], "forms:" + visits.partition("forms:")[2]]
    moved = (head + "".join(reversed(sections))).replace(
        "    baseline: {day: 0}\n    week 4: {}\n", "    week 4: {}\n    baseline: {day: 0}\n"
    )
    assert moved != samples["minimal"]
    first, second = good(samples["minimal"]), good(moved)
    assert replace(first, text="") == replace(second, text="")


def test_defaults(good: Good, samples: Mapping[str, str]) -> None:
    """READ-06."""
    study = good(samples["minimal"])
    assert study.identity.timezone == "UTC"
    assert study.roles["investigator"].records == ("everything",)
    assert study.forms["strength"].by == ("investigator",)
    assert study.forms["strength"].label == {"en": "Strength"}
    assert study.schedule.visits["week 4"].label == {"en": "Week 4"}
    assert set(study.missing) == {"ND", "NK"}
    assert study.endpoints["strength"].unit == "score"
    assert study.endpoints["strength"].label == {"en": "Total"}
    assert study.analysis.set == "enrolled"
    assert study.analysis.sensitivity == ("sign flip", "signed rank")
    assert (study.analysis.alpha, study.analysis.confidence) == (Decimal("0.05"), Decimal("0.95"))
    assert [figure.endpoints for figure in study.report.figures] == [("strength",)]


def test_assumptions(trial: Study, good: Good, samples: Mapping[str, str]) -> None:
    """READ-07."""
    found = {assumed.where: (assumed.value, assumed.why) for assumed in trial.assumptions}
    assert found["treatments.rituximab.body_surface"] == ("du_bois", "the paper does not say which")
    assert found["treatments.rituximab.round_to"] == ("10 mg", "")
    assert found["analysis.primary"] == ("endpoint: power, at: week 28", "the paper names none")
    assert found["visits.window"] == ("3 days either side", "the paper gives none")
    assert found["eligibility.inclusion.I5"][1] == ""
    assert found["treatments.rituximab.infuse.later"][1] == "as the first was tolerated"
    assert len(found) == 7
    none = good(samples["minimal"].replace("day: 0", "day: {is: 0, assumed: false}"))
    assert not none.assumptions
    every = samples["minimal"].replace("at: [baseline, week 4,", "at: [baseline, {is: week 4, assumed: a guess},")
    (one,) = good(every).assumptions
    assert (one.where, one.value, one.why) == ("forms.strength.at", "week 4", "a guess")


def test_visits(trial: Study) -> None:
    """READ-08."""
    schedule = trial.schedule
    assert schedule.anchor == Anchor(which="first", name="infusion.start")
    assert list(schedule.visits) == ["baseline", *(f"week {week}" for week in range(4, 29, 4))]
    assert [visit.order for visit in schedule.visits.values()] == list(range(8))
    baseline, last = schedule.visits["baseline"], schedule.visits["week 28"]
    assert (baseline.day, baseline.window) == (0, Window(first=-7, last=0))
    assert baseline.before == Anchor(which="first", name="infusion.start")
    assert (last.day, last.window, last.label["en"]) == (196, Window(first=193, last=199), "Week 28 (end)")
    assert schedule.sets["full"] == ("baseline", "week 4", "week 8", "week 12", "week 16", "week 20")
    assert trial.forms["rating"].visits == tuple(schedule.visits)
    assert trial.forms["haq"].visits == ("baseline", "week 12", "week 20")


@pytest.mark.parametrize(
    ("written", "day", "window"),
    [
        ("x: {day: 5}", 5, (2, 8)),
        ("x: {week: 2}", 14, (11, 17)),
        ("x: {day: -14 to -4}", -4, (-14, -4)),
        ("x: {day: 10 to 14}", 10, (10, 14)),
        ("x: {day: -3 to 3}", 0, (-3, 3)),
        ("week 2: {day: 12 to 16}", 14, (12, 16)),
        ("week 2: {day: 12 to 16, label: Second}", 14, (12, 16)),
        ("week 2: {day: 21, label: Week 3}", 21, (18, 24)),
        ("week 2: {week: 3, label: Week 3}", 21, (18, 24)),
        ("week 2: {day: 20 to 23, label: Week 3}", 20, (20, 23)),
        ("week 2: {window: 1 day before to 1 week after}", 14, (13, 21)),
        ("day 10: {window: 0 days either side}", 10, (10, 10)),
        ("week 2:", 14, (11, 17)),
    ],
)
def test_days_and_windows(
    good: Good, samples: Mapping[str, str], written: str, day: int, window: tuple[int, int]
) -> None:
    """READ-08."""
    text = samples["minimal"].replace("    week 4: {}\n", f"    week 4: {{}}\n    {written}\n")
    visit = good(text).schedule.visits[written.partition(":")[0]]
    assert (visit.day, (visit.window.first, visit.window.last)) == (day, window)


def test_items(trial: Study) -> None:
    """READ-09."""
    screening, rating = trial.forms["screening"], trial.forms["rating"]
    ck = screening.items["ck"]
    assert (ck.kind, ck.unit, ck.accepts, ck.upper_item) == ("number", "U/L", ("ukat/L",), "ck_upper")
    assert (ck.expected_low, ck.expected_high) == (Decimal(0), Decimal(20000))
    assert screening.items["age"].minimum == Decimal(0)
    assert screening.items["age"].decimals == 0
    assert (screening.items["active_since"].partial, screening.items["last_surgery"].never) == (True, True)
    assert (screening.items["weakness"].kind, screening.items["notes"].paragraph) == ("yes_no", True)
    assert trial.forms["prior"].items["agents"].several
    assert rating.items["global"].kind == "vas"
    assert rating.groups["axial"] == ("axial.neck", "axial.trunk")
    assert rating.items["proximal.hip_flexors"].label_below == {"en": "Hip flexors", "zh-Hant": "髖屈肌"}
    assert rating.items["axial.trunk"].label_below == {"en": "Trunk", "zh-Hant": "軀幹"}
    assert rating.items["axial.trunk"].label == {"en": "Axial, Trunk", "zh-Hant": "中軸\N{FULLWIDTH COMMA}軀幹"}
    assert rating.items["global"].label_below == rating.items["global"].label
    assert rating.group_labels["proximal"]["en"] == "Proximal muscles"
    power = rating.derived["power"]
    assert (power.kind, len(power.of), power.at_least, power.unit) == ("mean", 10, 8, "score")
    assert trial.forms["blood"].items["lymphocytes"].upper == {"all": Decimal("4.0")}


def test_instruments(trial: Study) -> None:
    """READ-09."""
    haq = trial.forms["haq"]
    assert haq.label == {"en": "Disability index"}
    assert list(haq.items) == ["first", "pair.left"]
    assert haq.groups == {"pair": ("pair.left",)}
    assert list(haq.derived) == ["index"]
    assert trial.endpoints["haq"].unit == "score"


def test_treatments_and_criteria(trial: Study) -> None:
    """READ-09: every other section is in the study as it was written."""
    drug = trial.treatments["rituximab"]
    assert drug.dose == Quantity(amount=Decimal(375), unit="mg/m2")
    assert (drug.times, drug.every, drug.window) == (
        4,
        Duration(count=1, unit="week"),
        Duration(count=1, unit="day"),
    )
    assert drug.needs_known == ("screening.hbsag", "screening.anti_hbc")
    assert drug.decide_when == 'screening.anti_hbc == "POS"'
    assert drug.withhold_when == 'screening.hbsag == "POS"'
    assert (drug.weight, drug.height, drug.decision) == ("body.weight", "body.height", "screening.decision")
    assert trial.treatments["background"].constant_to == "week 28"
    criteria = {criterion.id: criterion for criterion in trial.criteria}
    assert criteria["I4"].since is not None
    assert criteria["I4"].since.before == "enrolment"
    assert criteria["E1"].washout is not None
    assert criteria["E1"].washout.at_least == Duration(count=8, unit="week")
    assert trial.roles["nurse"].hidden == ("rating",)
    assert trial.analysis.sets["strong"].who == "condition"
    assert trial.report.figures[2].endpoints == ("physician", "patient")


def test_infusions_and_records(trial: Study) -> None:
    """READ-14."""
    drug, background = trial.treatments["rituximab"], trial.treatments["background"]
    first, later = drug.infuse_first, drug.infuse_later
    assert first == InfusionSteps(
        start=Quantity(amount=Decimal(50), unit="mg/h"),
        step=Quantity(amount=Decimal(50), unit="mg/h"),
        every=Duration(count=30, unit="minute"),
        most=Quantity(amount=Decimal(400), unit="mg/h"),
    )
    assert later is not None
    assert (later.start.amount, later.every) == (Decimal(100), Duration(count=1, unit="hour"))
    assert drug.recorded == DoseRecord(
        form="infusion",
        start="start",
        dose="given",
        premedication="paracetamol",
        interrupted="interrupted",
        incomplete="incomplete",
        reaction="reaction",
        reserve="reserve",
    )
    assert background.recorded == DoseRecord(
        form="background_drugs", drug="drug", dose="dose", start="start", end="end"
    )


def test_counts_consent_and_limits(trial: Study) -> None:
    """READ-14."""
    assert trial.consent == "consent.date"
    assert trial.forms["haq"].complete == "all"
    counts = trial.forms["therapies"].derived
    failed = counts["failed_agents"]
    assert (failed.kind, failed.of, failed.at_least, failed.unit) == ("count", ("agent",), 0, "count")
    assert failed.where == 'therapies.without_effect && therapies.agent != "PRED"'
    assert counts["agents"].where is None
    assert [limit["en"] for limit in trial.report.limits] == [
        "CD20-positive cells were not counted",
        "The study has four participants",
    ]


def test_what_is_not_written_is_absent(good: Good, samples: Mapping[str, str]) -> None:
    """READ-15."""
    study = good(samples["infliximab_myositis"])
    drug = study.treatments["infliximab"]
    assert (study.consent, study.report.limits) == (None, ())
    assert (drug.weight, drug.height, drug.infuse_first, drug.decision, drug.recorded) == (None,) * 5
    assert {form.complete for form in study.forms.values()} == {"required"}
    assert "eligibility" not in study.forms


def test_a_date_of_several_rows(good: Good, samples: Mapping[str, str]) -> None:
    """READ-09: which row of a form of several rows counts is said."""
    text = samples["rituximab"].replace("{since: screening.last_surgery,", "{since: last concomitant.end,")
    text = text.replace("before: consent.date}}", "before: first infusion.start}}")
    (criterion,) = (criterion for criterion in good(text).criteria if criterion.id == "E1")
    assert criterion.washout is not None
    assert (criterion.washout.since, criterion.washout.before) == ("last concomitant.end", "first infusion.start")


def test_doses_on_uneven_days(good: Good, read: Read, samples: Mapping[str, str]) -> None:
    """READ-12."""
    given = good(samples["infliximab_myositis"]).treatments["infliximab"]
    assert given.days == ("day 0", "day 14", "day 42", "day 98")
    assert given.first is None
    both = samples["infliximab_myositis"].replace(
        "{route: intravenous, days:", "{route: intravenous, first: day 0, days:"
    )
    assert [problem.code for problem in read(both)[1]] == ["STUDY-05"]


def test_an_adopted_file_opens_whatever_is_checked_today(read: Read, samples: Mapping[str, str]) -> None:
    """READ-13."""
    text = samples["minimal"].replace("missing: available cases", "missing: available cases\n  sensitivity: [paired t]")
    study, problems = read(text)
    assert study is None
    assert [problem.code for problem in problems] == ["PLAN-12"]
    assert read_adopted(text, file="study.yaml").analysis.sensitivity == ("paired t",)
    with pytest.raises(StudyFileError):
        read_adopted("trialbook: 1\nstudy: [", file="study.yaml")
    with pytest.raises(StudyFileError):
        read_adopted(text.replace("test: paired t", "test: coin"), file="study.yaml")


def test_reading_needs_no_heavy_library() -> None:
    """READ-10."""
    code = (
        "import sys\n"
        "from importlib import resources\n"
        "from trialbook.instruments import CATALOG\n"
        "from trialbook.protocol.read import parse_study\n"
        "for name in ('infliximab_myositis', 'xanomeline_four'):\n"
        "    text = (resources.files('trialbook') / 'studies' / name / 'study.yaml').read_text('utf-8')\n"
        "    assert parse_study(text, file='study.yaml', catalog=CATALOG)[0] is not None\n"
        "assert 'cel_expr_python' in sys.modules\n"
        "print({'polars', 'pint', 'scipy', 'matplotlib', 'sqlalchemy', 'jinja2', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
