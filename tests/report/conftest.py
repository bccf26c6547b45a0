"""A small invented study with everything a report has to show, carried from entries to the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

import pytest

from trialbook.analysis.frames import from_casebooks
from trialbook.analysis.plan import run_plan
from trialbook.capture.ledger import GENESIS, Draft, Entry, Stamp, chain, fold, head_of
from trialbook.instruments import CATALOG
from trialbook.protocol.read import parse_study
from trialbook.render.document import Document
from trialbook.render.to_html import to_html
from trialbook.report.build import build_report
from trialbook.report.run import Run, run_of

HOSTILE = '<svg onload=alert(1)> </script> {{7*7}} "q" $x^{$'
PLAN = f"""
trialbook: 1
study:
  id: invented-strength
  title: 'Strength & enzymes {HOSTILE}'
  design: open-label single-arm
  data: invented
  objective: To try the report
  timezone: Europe/Stockholm
  planned: 5
eligibility:
  inclusion:
    I1: {{text: Age 18 or over}}
visits:
  anchor: enrolment
  window: {{is: 3 days either side, assumed: the protocol gives none}}
  planned:
    baseline: {{day: 0}}
    week 4: {{}}
    week 8: {{}}
forms:
  background:
    at: once
    items:
      sex: {{label: Sex, choice: {{F: Female, M: Male}}}}
      note: {{label: 'Note {HOSTILE}', text: line}}
  strength:
    label: Muscle strength
    at: [baseline, week 4, week 8]
    items:
      groups: {{groups: [arms, legs], scale: 0 to 10}}
    derive:
      power: {{label: Power, mean_of: groups, at_least: 2 of 2}}
  enzymes:
    label: Serum enzymes
    at: [baseline, week 4, week 8]
    items:
      ck: {{label: 'Creatine kinase', number: U/L, accepts: [ukat/L], decimals: 0, upper: {{F: 170, M: 200}}}}
  adverse_events:
    label: Adverse events
    at: any time
    repeating: true
    events: true
    items:
      term: {{label: Event, text: line, required: true}}
      class: {{label: Class, text: line}}
endpoints:
  power: {{from: strength.power, label: Power, better: higher, decimals: 1}}
  ck: {{from: enzymes.ck, label: Creatine kinase, better: lower, also: ukat/L, log: true}}
  strong: {{when: 'strength.power > 5.0', at: week 8, label: Strong at the end}}
analysis:
  baseline: BASELINE
  set: enrolled
  sets:
    enrolled: {{label: Enrolled, who: enrolled}}
    completers: {{label: Completers, who: completed}}
  primary: {{endpoint: power, at: week 8}}
  compare: each visit with baseline
  test: paired t
  significant: p < 0.05, two-sided
  missing: available cases
report:
  table_1: [background.sex, enzymes.ck, strength.power]
  figures: [power, {{panel: [power, ck]}}]
"""
STRENGTHS = {"1": (2, 4, 6), "2": (4, 5, 6), "3": (1, 3, 4), "4": (5, 6, 9), "5": (3, 4)}
KINASES = {"1": (4000, 900, 300), "2": (1200, 800, 150), "3": (90, 85, 80), "4": (2500, 700, 260), "5": (3000, 2000)}
VISITS = ("baseline", "week 4", "week 8")
EVENTS = (("1", "Cough", "Chest"), ("2", "cough", "Chest"), ("2", "Rash", "Skin"), ("5", "=Fever", "Whole body"))
START, LATER = "2026-02-01T08:00:00.000000Z", "2026-03-01T23:30:00.000000Z"


def answer(person: str, form: str, item: str, text: str, visit: str = "", repeat: str = "", unit: str = "") -> Draft:
    """Ask for one answer, as an import does."""
    return Draft(
        act="enter", participant=person, visit=visit, form=form, repeat=repeat, item=item, text=text, value=text,
        unit=unit or None, source_file="forms.csv", source_hash="ab" * 32, source_row=int(person) + 1,
        source_column=item,
    )  # fmt: skip


def drafts() -> Iterator[Draft]:
    """Yield everything that is recorded, in order."""
    for person, strengths in STRENGTHS.items():
        yield Draft(act="screen", participant=person)
        yield Draft(act="enrol", participant=person, value="2026-01-05")
        yield answer(person, "background", "sex", "FM"[int(person) % 2])
        for visit, strength, kinase in zip(VISITS, strengths, KINASES[person], strict=False):
            yield answer(person, "strength", "groups.arms", str(strength), visit, unit="score")
            yield answer(person, "strength", "groups.legs", str(strength), visit, unit="score")
            yield answer(person, "enzymes", "ck", str(kinase), visit, unit="U/L")
        ends = Draft(act="withdraw", participant=person, text="moved away", value="2026-02-20")
        yield ends if person == "5" else Draft(act="complete", participant=person, value="2026-03-05")
    for place, (person, term, group) in enumerate(EVENTS, 1):
        yield answer(person, "adverse_events", "term", term, repeat=str(place))
        yield answer(person, "adverse_events", "class", group, repeat=str(place))


def chained(study: str, given: Iterable[tuple[Draft, str, str]]) -> dict[int, Entry]:
    """Return the entries of drafts with person and time, chained in order."""
    entries: dict[int, Entry] = {}
    previous = GENESIS
    for seq, (draft, by, at) in enumerate(given, 1):
        stamp = Stamp(at=at, by=by, role="nurse", on_behalf_of=None, request="r1", study=study, program="0")
        entries[seq] = chain(draft, stamp, seq=seq, previous=previous, salt="00")
        previous = entries[seq].hash
    return entries


def ledger(study: str) -> dict[int, Entry]:
    """Return the chained entries of the small study, the last of them a correction by somebody else."""
    given = [(draft, "nora", START) for draft in drafts()]
    first = next(seq for seq, (draft, _, _) in enumerate(given, 1) if draft.item == "ck" and draft.participant == "3")
    changed = Draft(
        act="correct", participant="3", visit="baseline", form="enzymes", repeat="", item="ck", text="95", value="95",
        unit="U/L", about=first, reason="Read again from the paper",
    )  # fmt: skip
    return chained(study, [*given, (changed, "ines", LATER)])


def run_for(plan: str, given: Iterable[Draft] | None = None) -> Run:
    """Carry a study out by its plan: the small one, or that of the drafts."""
    study, problems = parse_study(plan, file="study.yaml", catalog=CATALOG)
    assert study is not None, problems
    own = None if given is None else chained(study.fingerprint, ((draft, "nora", START) for draft in given))
    entries = ledger(study.fingerprint) if own is None else own
    datasets = from_casebooks(study, fold(entries.values()))
    return run_of(study, run_plan(study, datasets), datasets, entries)


def document_for(run: Run) -> Document:
    """Build the report of a run."""
    return build_report(
        run.study, run.analysis, run.datasets, run.entries, head=head_of(run.entries[max(run.entries)]),
        program={"trialbook": "0.1.0", "numpy": "2"}, generated_at=datetime(2026, 3, 9, 12, 0, tzinfo=UTC),
    )  # fmt: skip


@pytest.fixture(scope="session")
def plan() -> str:
    """Return the study file, with the baseline at a visit."""
    return PLAN.replace("BASELINE", "visit baseline")


@pytest.fixture(scope="session")
def carry_out() -> Callable[[str], Run]:
    """Return the function that carries the small study out by a plan."""
    return run_for


@pytest.fixture(scope="session")
def build() -> Callable[[Run], Document]:
    """Return the function that builds the report of a run."""
    return document_for


@pytest.fixture(scope="session")
def run(plan: str) -> Run:
    """Return the run of the small study."""
    return run_for(plan)


@pytest.fixture(scope="session")
def document(run: Run) -> Document:
    """Return its report."""
    return document_for(run)


@pytest.fixture(scope="session")
def page(document: Document) -> str:
    """Return its page."""
    return to_html(document)
