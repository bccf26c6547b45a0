"""What a copy for a role hides of single values, and what it leaves: in every table, of every kind of file.

HIDE-01: no value of a form that the role may not see stands in the page, in Word or in the listings.
HIDE-02: what the role may see stays, also beside what is hidden; a role from which nothing is hidden reads everything.
HIDE-03: what was computed from a hidden answer is hidden too: planned doses, study days, verdicts, how often
    participants had events.
HIDE-04: results of groups stand; the numbers of one participant do not, neither in the report nor in its results.
HIDE-05: words that are open lead no more to entries that are hidden.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pytest
from tests.render.test_to_docx import picture
from tests.report.test_conduct import PLAN, day, enter, entry

from trialbook.capture.ledger import Draft, fold
from trialbook.render.document import Document, Figure, Section
from trialbook.render.inline import plain
from trialbook.render.table import Table
from trialbook.render.to_docx import to_docx
from trialbook.render.to_html import to_html
from trialbook.render.to_rtf import to_rtf
from trialbook.report.copies import HIDDEN, Reader, Sight, copy_for, results_for, sight_for
from trialbook.report.files import listings
from trialbook.report.run import Run

CarryOut = Callable[..., Run]
Build = Callable[[Run], Document]
Made = tuple[Run, Document]

EXCEPT = ("infusion", "adverse_events", "body", "drugs", "entry", "prior", "serology")
ROLES = (
    "roles:\n  all: {sees: everything, except: [haq]}\n"
    "  no_visit: {sees: [results, entry, prior, serology, infusion, drugs, adverse_events]}\n"
) + "".join(f"  no_{form}: {{sees: everything, except: [{form}]}}\n" for form in EXCEPT)
RICH = PLAN.replace("roles:\n", ROLES).replace(
    "items: {term: {text: line}}}",
    "items: {term: {text: line}, start: {date: full}, grade: {number: score, decimals: 0}, note: {text: line}}}",
)
WHO = ("A-1", "A-2")
EMPTY = picture(8, 8)


def given() -> Iterator[Draft]:
    """Yield two who were given other amounts on other days than planned, with events, drugs changed and late visits."""
    for person, shift in zip(WHO, (0, 1), strict=True):
        yield from entry(person, sex="FM"[shift])
        yield Draft(act="enrol", participant=person, value=day(-3))
        for visit, on in (("baseline", -1), ("week 4", 39 + shift)):
            yield enter(person, "visit.date", day(on), visit)
            for group in ("arms", "legs"):
                yield enter(person, f"rating.proximal.{group}", "5", visit, unit="score")
            yield enter(person, "mood.score", "5", visit, unit="score")
        yield enter(person, "body.weight", f"61.{7 + shift}", "baseline", unit="kg")
        yield enter(person, "body.height", f"16{3 + shift}", "baseline", unit="cm")
        for repeat, (on, amount, drug) in enumerate(((0, 413, "Antihistamine"), (12 + shift, 719 + shift, "")), 1):
            yield enter(person, "infusion.start", day(on), repeat=str(repeat))
            yield enter(person, "infusion.given", str(amount), repeat=str(repeat), unit="mg")
            for item in ("paracetamol", "interrupted", "incomplete", "reaction"):
                yield enter(person, f"infusion.{item}", "no", repeat=str(repeat))
            if drug:
                yield enter(person, "infusion.reserve", drug, repeat=str(repeat))
        yield enter(person, "drugs.drug", "Azathioprine", repeat="1")
        yield enter(person, "drugs.dose", f"13{7 + shift}", repeat="1", unit="mg")
        yield enter(person, "drugs.start", "2025-06", repeat="1")
        yield enter(person, "drugs.end", day(5), repeat="1")
        yield enter(person, "adverse_events.term", "Zoster", repeat="1")
        yield enter(person, "adverse_events.start", day(18 + shift), repeat="1")
        yield enter(person, "adverse_events.grade", "2", repeat="1", unit="score")
        yield enter(person, "adverse_events.note", f"Weals on arm {shift}", repeat="1")
    yield from entry("A-3", age="17")
    yield Draft(act="screen_fail", participant="A-3", value=day(-4), text="too young")


@pytest.fixture(scope="module")
def made(carry_out: CarryOut, build: Build) -> Made:
    """Return the run of the rich study, and its whole report."""
    run = carry_out(RICH, given())
    return run, build(run)


def seen_by(run: Run, role: str | None) -> Sight | None:
    """Return what a role may see."""
    return sight_for(Reader(role=role), run.study, fold(run.entries.values()), run.entries)


def copied(made: Made, role: str) -> Document:
    """Return the copy for a role."""
    run, document = made
    return copy_for(document, Reader(role=role), seen_by(run, role))


def table(document: Document, name: str) -> list[tuple[str, ...]]:
    """Return the words of a table."""
    found = next(block for block in document.blocks() if isinstance(block, Table) and block.id == name)
    return [(plain(row.stub), *map(plain, row.cells)) for row in found.body]


def pictured(section: Section) -> Section:
    """Return a section whose figures have a picture, as Word needs them: here an empty one."""
    return replace(
        section,
        blocks=tuple(replace(block, png=EMPTY) if isinstance(block, Figure) else block for block in section.blocks),
        sections=tuple(map(pictured, section.sections)),
        paper=None if section.paper is None else pictured(section.paper),
    )


def written(document: Document) -> dict[str, str]:
    """Return the words of the page, with those for who cannot see it and the evidence, of Word, and of the listings."""
    whole = replace(document, sections=tuple(map(pictured, document.sections)))
    with zipfile.ZipFile(io.BytesIO(to_docx(whole))) as packed:
        word = packed.read("word/document.xml").decode()
    page = re.sub(r"(?s)<style.*?</style>|<script>.*?</script>", " ", to_html(document))
    spoken = " ".join(re.findall(r'(?:aria-label|alt|title)="([^"]*)"', page))
    rtf = to_rtf(document, listings(document)).decode("ascii")
    return {
        "html": f"{re.sub('<[^>]*>', ' ', page)} {spoken}",
        "word": re.sub("<[^>]*>", " ", word),
        "rtf": re.sub(r"\\[a-z]+-?\d* ?", " ", rtf),
    }


def missing_from(page: str, texts: Iterable[str]) -> list[str]:
    """Return the texts that do not stand in a page; a number stands there where it is no part of a longer one."""
    return [text for text in texts if re.search(rf"(?<![\d.]){re.escape(text)}(?![\d.]\d|\d)", page) is None]


ONLY_THERE = {
    "infusion": ("413", "719", "720", day(0), day(12), day(13)),
    "adverse_events": (day(18), day(19), "Weals on arm 0", "Weals on arm 1"),
    "body": ("61.7", "61.8", "620", "630"),
    "drugs": ("137", "138", "2025-06"),
    "entry": ("Fibres of varying diameter", day(-9)),
    "visit": (day(39), day(40)),
}
"""Form -> what it alone tells, or what is computed from it, as the report writes it."""


@pytest.mark.parametrize("form", ONLY_THERE)
def test_hidden_values_stand_nowhere(made: Made, form: str) -> None:
    """HIDE-01, HIDE-03: as text in any file; in the whole report each of them does stand."""
    texts = ONLY_THERE[form]
    assert missing_from(written(made[1])["html"], texts) == []
    for kind, page in written(copied(made, f"no_{form}")).items():
        assert missing_from(page, texts) == list(texts), kind


@pytest.mark.parametrize("form", ONLY_THERE)
def test_every_table_cell_by_cell(made: Made, form: str) -> None:
    """HIDE-01, HIDE-02: a cell is as it was, or hidden; what other forms tell stands."""
    copy = copied(made, f"no_{form}")
    before = {block.id: block for block in made[1].blocks() if isinstance(block, Table)}
    hidden = 0
    for block in (one for one in copy.blocks() if isinstance(one, Table)):
        stood = {plain(line) for line in before[block.id].lines()}
        assert [line for line in map(plain, block.lines()) if HIDDEN not in line and line not in stood] == [], block.id
        hidden += sum(HIDDEN in plain(line) for line in block.lines())
    assert hidden
    page = written(copy)["html"]
    for other in set(ONLY_THERE) - {form, "body" if form in {"infusion", "visit"} else form}:
        assert missing_from(page, ONLY_THERE[other]) == [], other


def test_nothing_is_hidden_from_whom_all_is_shown(made: Made) -> None:
    """HIDE-02: every table is the same."""
    whole, copy = ({one.id: one for one in document.blocks() if isinstance(one, Table)} for document in
                   (made[1], copied(made, "all")))  # fmt: skip
    assert whole == copy


def test_a_dose_given_against_a_hidden_result(carry_out: CarryOut, build: Build) -> None:
    """HIDE-01, HIDE-03: neither the row, nor the count, leads whoever may not see the result to the participant."""
    found = (("hbsag", "POS"), ("anti_hbc", "NEG"))
    more = [enter("A-1", f"serology.{item}", value) for item, value in found]
    more += [enter("A-2", f"serology.{item}", "NEG") for item, _ in found]
    run = carry_out(RICH, [*given(), *more])
    made = run, build(run)
    rule = "no dose where “HBsAg” = “Positive”"
    count = "deviations.dose.withheld.n"
    for role, is_told in (("all", True), ("no_drugs", True), ("no_serology", False)):
        copy = copied(made, role)
        pages = written(copy)
        assert [rule in pages[kind] for kind in ("html", "word")] == [is_told] * 2, role
        assert ("no dose where" in pages["rtf"]) == is_told
        assert bool(copy.evidence.behind[count]) == is_told
    hidden = [row for row in table(copied(made, "no_serology"), "table-deviations-dose") if HIDDEN in row]
    assert [set(row) for row in hidden] == [{HIDDEN}] * 2


def test_an_amount_without_the_weight(made: Made) -> None:
    """HIDE-03: what was given stays, with its day; what should have been does not."""
    rows = table(copied(made, "no_body"), "table-exposure-rituximab")
    whole = table(made[1], "table-exposure-rituximab")
    assert rows[1] == (*whole[1][:3], HIDDEN, HIDDEN, *whole[1][5:])
    assert whole[1][3] != whole[1][5]
    found = next(row for row in table(copied(made, "no_body"), "table-deviations-dose") if "413 mg" in row)
    assert HIDDEN in found
    assert found[0] == "A-1"


def test_a_criterion_that_speaks_against(carry_out: CarryOut, build: Build) -> None:
    """HIDE-02, HIDE-03: whoever sees the age reads of somebody enrolled too young, whatever others rest on."""
    run = carry_out(RICH, [*entry("A-4", age="17"), Draft(act="enrol", participant="A-4", value=day(-3))])
    made = run, build(run)
    (whole,) = (row for row in table(made[1], "table-deviations-eligibility") if "A-4" in row)
    assert whole in table(copied(made, "no_prior"), "table-deviations-eligibility")
    hidden = [row for row in table(copied(made, "no_entry"), "table-deviations-eligibility") if HIDDEN in row]
    assert [set(row) for row in hidden] == [{HIDDEN}]


def test_a_visit_without_day_0(made: Made) -> None:
    """HIDE-03: the date of the late visit stays; its study day, its window and how late it was would tell day 0."""
    found = next(row for row in table(copied(made, "no_infusion"), "table-deviations-visit") if day(39) in row)
    assert found[:3] == ("A-1", "Week 4", day(39))
    assert set(found[3:]) == {HIDDEN}


def test_a_verdict_without_its_answers(made: Made) -> None:
    """HIDE-02, HIDE-03: who was screened and their status are open."""
    rows = table(copied(made, "no_entry"), "table-screening")
    assert [row[:2] for row in rows] == [row[:2] for row in table(made[1], "table-screening")]
    assert {row[2:] for row in rows} == {(HIDDEN,) * 3}


def test_whose_event_it_was(made: Made) -> None:
    """HIDE-03, HIDE-04: neither who had it nor how many each had; how many had it stands."""
    run, document = made
    copy = copied(made, "no_adverse_events")
    assert {cell for row in table(copy, "table-listing-adverse_events") for cell in row} == {HIDDEN}
    assert {row[1:] for row in table(copy, "table-each-adverse_events")} <= {(HIDDEN,) * n for n in (1, 2, 3)}
    assert table(copy, "table-events-adverse_events") == table(document, "table-events-adverse_events")
    alone = "events.adverse_events.participant."
    assert alone in to_html(document)
    assert alone not in to_html(copy)
    results = results_for(run.analysis.results, seen_by(run, "no_adverse_events"))
    left = {row.id for row in run.analysis.results} - {row.id for row in results}
    assert left
    assert all(name.startswith(alone) for name in left)
    assert results_for(run.analysis.results, seen_by(run, None)) is run.analysis.results


def test_open_words_lead_to_open_entries(made: Made) -> None:
    """HIDE-05: the code in the screening log leads to what the role may read of the criteria."""
    run, document = made
    copy = copied(made, "no_entry")
    hidden = {seq for seq, one in run.entries.items() if one.form == "entry"}
    led = {seq for value in copy.recorded() for seq in value.entries}
    assert hidden & {seq for value in document.recorded() for seq in value.entries}
    assert led
    assert not hidden & led


def test_missed_doses_tell_of_the_form(carry_out: CarryOut, build: Build) -> None:
    """HIDE-03: a dose that never came has no entry, and is told to no role that may not see doses."""
    some = [one for one in given() if (one.form, one.repeat, one.participant) != ("infusion", "2", "A-1")]
    run = carry_out(RICH, [*some, Draft(act="complete", participant="A-1", value=day(45))])
    made = run, build(run)
    assert ("A-1", "missed") in {(row[0], row[1]) for row in _kinds(table(made[1], "table-deviations-dose"))}
    rows = table(copied(made, "no_infusion"), "table-deviations-dose")
    assert "A-1" not in {row[0] for row in rows}


def _kinds(rows: list[tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """Yield participant and kind of each deviation."""
    kind = ""
    for row in rows:
        if len(row) == 1:
            kind = row[0].partition(":")[0].casefold()
        else:
            yield row[0], kind
