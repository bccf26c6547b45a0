"""The figures beside the courses: single participants, time, changes, sizes, laboratory, completeness, curves.

FIGURE-12: every drawn number is that of a result or of a row of a listing, and leads to it.
FIGURE-13: the words for those who do not see a figure hold its numbers.
FIGURE-14: no two texts lie over one another, none is cut off, none is smaller than 7 points.
FIGURE-15: one or two columns of a journal wide; the same inputs give the same bytes.
FIGURE-16: colours that stand for different things differ in grey, and text is dark enough on paper.
FIGURE-17: without data no figure, and the report says why.
FIGURE-18: of very many participants a figure stays small, and says how many it shows.
FIGURE-19: the table beside a figure, and what it says is behind it, hold every entry that is drawn.
FIGURE-20: a row in which nothing was given is no dose; one is other than planned where the deviations say so; those
    without a full date are counted.
FIGURE-21: an event stands on its days, before day 0 and after the last visit too; without a last day, on the first;
    one known to the month on the first day of it that it may be, and that is said.
FIGURE-22: nothing is drawn of those of whom only adverse events are used, and the flow adds up.
FIGURE-23: the laboratory has values of unscheduled visits and those beyond what can be measured, and counts the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from trialbook.capture.ledger import Draft
from trialbook.render.document import Figure
from trialbook.render.drawing.colours import HUES, PRINT, grey, on_paper
from trialbook.render.drawing.letters import shortened, width_of, wrapped
from trialbook.render.drawing.marks import COLUMN, PAGE, Box, Bundle, Sheet, Spot, Word, apart
from trialbook.render.drawing.scale import spanning
from trialbook.render.drawing.to_svg import to_svg
from trialbook.render.inline import numbers, plain, recorded
from trialbook.report.courses import panel_of
from trialbook.report.figures import sheet_of as course_sheet
from trialbook.report.figures_further import (
    chosen,
    completeness,
    forest,
    individuals,
    laboratory,
    slopes,
    survival,
    swimmer,
    waterfall,
)
from trialbook.report.figures_further.parts import MOST_ROWS, values_table
from trialbook.report.figures_further.people import doses_of, people_of
from trialbook.report.flow import boxes_of, participant_flow
from trialbook.report.primary import primary
from trialbook.report.run import Run, as_mappings
from trialbook.report.sections import figures

PLAN = """
trialbook: 1
study:
  id: invented-power
  title: Everything that is drawn
  design: open-label single-arm
  data: invented
  objective: To draw
  timezone: Europe/Stockholm
  planned: 6
eligibility:
  inclusion:
    I1: {text: Age 18 or over}
participants: {sex: background.sex}
treatments:
  trialdrug:
    dose: 100 mg
    give: {route: oral, first: day 0, every: 4 weeks, times: 2, window: 3 days either side}
    recorded: {form: doses, start: start, dose: given, reaction: reaction}
visits:
  anchor: enrolment
  window: 3 days either side
  planned:
    baseline: {day: 0}
    week 4: {}
    week 8: {}
forms:
  background:
    at: once
    items:
      sex: {label: Sex, choice: {F: Female, M: Male}}
  strength:
    at: [baseline, week 4, week 8]
    items:
      power: {label: Power, number: score, scale: 0 to 10, decimals: 0}
  blood:
    at: [baseline, week 4, week 8]
    items:
      ck: {label: Creatine kinase, number: U/L, decimals: 0, upper: {F: 170, M: 200}, grade: CPK increased}
  doses:
    label: Doses
    at: any time
    repeating: true
    items:
      start: {label: Day, date: full, required: true}
      given: {label: Dose given, number: mg, decimals: 0, required: true}
      reaction: {label: Reaction, choice: yes/no}
  adverse_events:
    label: Adverse events
    at: any time
    repeating: true
    events: true
    items:
      term: {label: Event, text: line, required: true}
      start: {date: partial}
      end: {date: partial}
      grade: {choice: {1: Mild, 2: Moderate, 3: Severe}}
      serious: {choice: yes/no}
endpoints:
  power: {from: strength.power, label: Power, better: higher, meaningful: {is: 1, source: A paper}}
  ck: {from: blood.ck, label: Creatine kinase, better: lower, log: true}
  strong: {when: 'strength.power >= 5.0', at: [baseline, week 4, week 8], label: Strong, time_to: response}
analysis:
  baseline: visit baseline
  sets:
    enrolled: {label: Enrolled, who: enrolled}
  set: enrolled
  primary: {endpoint: power, at: week 8}
  compare: each visit with baseline
  test: paired t
  significant: p < 0.05, two-sided
  missing: available cases
"""
DAYS = {"baseline": "2026-01-05", "week 4": "2026-02-02", "week 8": "2026-03-02"}
POWERS = {"1": (2, 4, 6), "2": (4, 5, 6), "3": (1, 3, 1), "4": (5, 6, 9), "5": (3, 4), "6": (7, 6, 5)}
KINASES = {"1": (4000, 900, 300), "2": (1200, 800, 150), "3": (90, 85, 80), "4": (2500, 700, 260), "5": (3000, 2000)}
DRAW: dict[str, Callable[[Run], Figure | None]] = {
    "individuals": lambda run: individuals.individuals_figure(run, run.followed()),
    "waterfall-power": lambda run: waterfall.waterfall_figure(run, run.study.endpoints["power"]),
    "swimmer": swimmer.swimmer_figure,
    "slopes": slopes.slopes_figure,
    "forest": forest.forest_figure,
    "laboratory": laboratory.laboratory_figure,
    "completeness": completeness.completeness_figure,
    "time-strong": lambda run: survival.survival_figure(run, run.study.endpoints["strong"]),
    "flow": participant_flow,
}


def answer(person: str, form: str, item: str, text: str, visit: str = "", repeat: str = "", unit: str = "") -> Draft:
    """Ask for one answer."""
    return Draft(
        act="enter",
        participant=person,
        visit=visit,
        form=form,
        repeat=repeat,
        item=item,
        text=text,
        value=text,
        unit=unit or None,
    )


def drafts(people: int = 6) -> Iterator[Draft]:
    """Yield what is recorded of so many: the fifth leaves, the sixth has no blood taken, events overlap."""
    for number in range(people):
        person, like = f"{number + 1}", f"{number % 6 + 1}"
        yield Draft(act="screen", participant=person)
        yield Draft(act="enrol", participant=person, value="2026-01-05")
        yield answer(person, "background", "sex", "FM"[number % 2])
        for visit, power in zip(DAYS, POWERS[like], strict=False):
            yield answer(person, "visit", "date", DAYS[visit], visit)
            yield answer(person, "strength", "power", str(power), visit, unit="score")
        for visit, kinase in zip(DAYS, KINASES.get(like, ()), strict=False):
            yield answer(person, "blood", "ck", str(kinase), visit, unit="U/L")
        for repeat, (day, amount) in enumerate(
            (("2026-01-05", "100"), ("2026-02-02", "80" if like == "2" else "100")), 1
        ):
            yield answer(person, "doses", "start", day, repeat=str(repeat))
            yield answer(person, "doses", "given", amount, repeat=str(repeat), unit="mg")
            yield answer(
                person, "doses", "reaction", "yes" if like == "3" and repeat == 2 else "no", repeat=str(repeat)
            )
        for repeat, (start, end) in enumerate((("2026-01-10", "2026-01-20"), ("2026-01-12", ""), ("2026-02", "")), 1):
            if like in "12":
                yield answer(person, "adverse_events", "term", f"Event {repeat}", repeat=str(repeat))
                yield answer(person, "adverse_events", "start", start, repeat=str(repeat))
                yield answer(person, "adverse_events", "grade", str(repeat), repeat=str(repeat))
                yield answer(person, "adverse_events", "serious", "yes" if repeat == 2 else "no", repeat=str(repeat))
                yield from [answer(person, "adverse_events", "end", end, repeat=str(repeat))] if end else []
        ends = Draft(act="withdraw", participant=person, text="moved away", value="2026-02-20")
        yield ends if like == "5" else Draft(act="complete", participant=person, value="2026-03-05")


@pytest.fixture(scope="module")
def drawn_run(carry_out: Callable[..., Run]) -> Run:
    """Return a run with something for every figure."""
    return carry_out(PLAN, drafts())


@pytest.fixture(scope="module")
def crowd_run(carry_out: Callable[..., Run]) -> Run:
    """Return a run of 200."""
    return carry_out(PLAN, drafts(200))


@pytest.fixture
def sheets(monkeypatch: pytest.MonkeyPatch) -> list[Sheet]:
    """Return a list to which every sheet is added that is written."""
    kept: list[Sheet] = []

    def keep(sheet: Sheet, name: str) -> str:
        kept.append(sheet)
        return to_svg(sheet, name)

    for module in (
        "trialbook.report.figures_further.parts",
        "trialbook.report.flow_drawing",
        "trialbook.report.figures",
    ):
        monkeypatch.setattr(f"{module}.to_svg", keep)
    return kept


def all_of(run: Run) -> tuple[Figure, ...]:
    """Return every figure of a run."""
    drawn = (draw(run) for draw in DRAW.values())
    return (*(one for one in drawn if one is not None), *(figure for _, figure in figures(run)))


def overlapping(sheet: Sheet) -> list[tuple[str, str]]:
    """Return the pairs of texts that lie over one another, each seen a little smaller than it is."""
    boxes = [(word.text, word.box()) for word in sheet.words() if word.text.strip()]
    return [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if a[0] + 0.6 < b[2] and b[0] + 0.6 < a[2] and a[1] + 0.9 < b[3] and b[1] + 0.9 < a[3]
    ]


def test_everything_is_drawn(drawn_run: Run) -> None:
    """FIGURE-12: each in its place of the report."""
    for name, draw in DRAW.items():
        figure = draw(drawn_run)
        assert figure is not None, name
        assert figure.id == f"figure-{name}"
    first = primary(drawn_run)
    there = (
        *chosen.of_participants(drawn_run),
        *chosen.of_endpoints(drawn_run, first),
        *chosen.of_laboratory(drawn_run),
    )
    there += tuple(
        one for endpoint in drawn_run.study.endpoints.values() for one in chosen.of_endpoint(drawn_run, endpoint, first)
    )
    assert {one.id for one in there} == {f"figure-{name}" for name in DRAW} - {"figure-flow"}


@pytest.mark.parametrize("name", DRAW)
def test_numbers_lead_back(drawn_run: Run, name: str) -> None:
    """FIGURE-12, FIGURE-19: links are ids of results, or entries of the ledger that the figure tells of."""
    figure = DRAW[name](drawn_run)
    assert figure is not None
    ids = {link for link in re.findall(r'href="#([^"]+)"', figure.svg) if link != "entries"}
    assert ids <= set(drawn_run.quotes.rows)
    linked = {int(seq) for runs in re.findall(r'data-e="([^"]*)"', figure.svg) for seq in re.findall(r"\d+", runs)}
    assert linked <= set(drawn_run.entries)
    assert linked <= set(figure.behind)
    shown = {number.result_id for line in figure.table.lines() for number in numbers(line)}
    assert ids <= shown or name in {"time-strong", "flow"}
    assert ids or linked


def test_values_are_those_of_the_listings(drawn_run: Run) -> None:
    """FIGURE-12: every value of a participant stands in the rows of its endpoint."""
    listing = drawn_run.listing("course.power")
    assert listing is not None
    place = {name: at for at, name in enumerate(listing.columns)}
    rows = {(row[place["participant"]], row[place["day"]], row[place["value"]]) for row in listing.rows}
    told = individuals.values_of(drawn_run, drawn_run.study.endpoints["power"])
    assert {(code, int(one.day), one.value) for code, values in told.items() for one in values} == rows
    changes = waterfall.changes_of(drawn_run, drawn_run.study.endpoints["power"], "week 8")
    assert {one.code: one.change for one in changes} == {"1": 4, "2": 2, "3": 0, "4": 4, "6": -2}
    assert all(len(one.both) == 2 for one in changes)


def test_heights_are_the_values(drawn_run: Run, sheets: list[Sheet]) -> None:
    """FIGURE-12: bars are as long as changes, on an axis that holds zero."""
    DRAW["waterfall-power"](drawn_run)
    changes = {
        one.both: one.change for one in waterfall.changes_of(drawn_run, drawn_run.study.endpoints["power"], "week 8")
    }
    bars = {mark.way.entries: mark.height for mark in sheets[0].marks if isinstance(mark, Box) and mark.title}
    lengths = {round(bars[entries] / abs(change), 1) for entries, change in changes.items() if change}
    assert len(lengths) == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("waterfall-power", ("5 participants", "3 better, 1 worse, 1 the same", "+4 to −2")),
        ("swimmer", ("6 participants", "12 doses", "6 adverse events", "5 day 0 to 46, left")),
        (
            "completeness",
            ("6 participants by 3 visits", "17 cells that are due", "14 are complete", "3 in part and 0 empty"),
        ),
        ("individuals", ("1: Power 2 to 6", "2 doses, 3 events")),
        ("laboratory", ("Creatine kinase (U/L), 14 values",)),
        ("time-strong", ("without response", "events")),
    ],
)
def test_words_hold_the_numbers(drawn_run: Run, name: str, words: tuple[str, ...]) -> None:
    """FIGURE-13: who does not see the figure hears what it shows."""
    figure = DRAW[name](drawn_run)
    assert figure is not None
    assert [one for one in words if one not in figure.alt] == [], figure.alt


@pytest.mark.parametrize("name", ["slopes", "forest"])
def test_words_are_results(drawn_run: Run, name: str) -> None:
    """FIGURE-13: means and sizes as the results write them."""
    figure = DRAW[name](drawn_run)
    assert figure is not None
    stats = drawn_run.stats_at("change" if name == "slopes" else "effect_size", "power", "week 8")
    for stat in ("base_mean", "visit_mean") if name == "slopes" else ("g_z", "g_z_low", "g_z_high"):
        assert drawn_run.quotes.text(stats[stat]) in figure.alt


@pytest.mark.parametrize("which", ["drawn_run", "crowd_run"])
def test_texts_stand_clear(which: str, sheets: list[Sheet], request: pytest.FixtureRequest) -> None:
    """FIGURE-14, FIGURE-15: on every sheet of few and of many participants; widths are those of a journal."""
    all_of(request.getfixturevalue(which))
    assert len(sheets) >= 10
    for sheet in sheets:
        assert overlapping(sheet) == [], [word.text for word in sheet.words()]
        assert min(word.size for word in sheet.words()) >= 7
        assert [word.text for word in sheet.words() if not inside(word, sheet)] == []
        assert sheet.width in {PAGE, COLUMN} or sheet.width < PAGE


def inside(word: Word, sheet: Sheet) -> bool:
    """Tell whether a text lies within its sheet."""
    left, top, right, bottom = word.box()
    return left >= -0.5 and top >= -0.5 and right <= sheet.width + 0.5 and bottom <= sheet.height + 0.5


def test_two_visits_in_one_column(drawn_run: Run) -> None:
    """FIGURE-15: slopes of one endpoint are one column of a journal wide."""
    panel = panel_of(drawn_run, drawn_run.study.endpoints["power"])
    assert panel is not None
    assert course_sheet([replace(panel, ticks=panel.ticks[:2])], drawn_run.quotes, invented=True).width == COLUMN
    assert course_sheet([panel], drawn_run.quotes, invented=True).width == PAGE


def test_same_bytes(drawn_run: Run) -> None:
    """FIGURE-15: and no date, address, or colour but those that are named."""
    first, second = all_of(drawn_run), all_of(drawn_run)
    assert first == second
    for figure in first:
        assert not re.findall(r"http|font-family|\d{4}-\d\d-\d\dT", figure.svg)
        named = set(re.findall(r"#[0-9a-f]{6}", figure.svg.replace("#entries", "")))
        assert named <= set(HUES.values())
        assert "var(" not in on_paper(figure.svg)


def test_colours_in_grey() -> None:
    """FIGURE-16: better and worse, full and in part; text on paper."""
    for one, other in (("better", "worse"), ("better", "given"), ("event", "given")):
        assert abs(grey(HUES[one]) - grey(HUES[other])) > 8, (one, other)
    assert grey(PRINT["faint"]) - grey(HUES["given"]) > 15
    assert all(grey(PRINT[name]) < 45 for name in ("ink", "soft", "accent", "limit", "invented"))
    assert grey(PRINT["line"]) < 55


def test_nothing_to_draw(drawn_run: Run) -> None:
    """FIGURE-17: no listing and no result, no figure; the report says which are missing."""
    from trialbook.analysis.results import Results
    from trialbook.report.quote import quotes_of

    nobody = drawn_run.datasets.participants.clear()
    bare = replace(
        drawn_run,
        analysis=replace(drawn_run.analysis, listings={}),
        quotes=quotes_of(Results(()), drawn_run.quotes.alpha),
        datasets=replace(drawn_run.datasets, participants=nobody),
    )
    assert [name for name, draw in DRAW.items() if draw(bare) is not None] == []
    missing = chosen.undrawn(bare, primary(bare))
    assert [one.partition(":")[0].partition(" ")[0] for one in missing] == ["time", "the", "laboratory", "time"]
    assert chosen.undrawn(drawn_run, primary(drawn_run)) == ()


def test_of_very_many(crowd_run: Run) -> None:
    """FIGURE-18: less than 150 kB each, and a sentence where not everybody is drawn."""
    for name, draw in DRAW.items():
        figure = draw(crowd_run)
        assert figure is not None, name
        assert len(figure.svg) < 150_000, name
        assert len(figure.table.body) <= MOST_ROWS
    for name in ("individuals", "swimmer"):
        figure = DRAW[name](crowd_run)
        assert figure is not None
        assert re.search(r"Shown are the first \d+ of 200 participants", plain(figure.caption))


def test_what_is_behind_is_whole(crowd_run: Run) -> None:
    """FIGURE-19: a table that was cut says so; the figure still names every entry that it draws."""
    figure = DRAW["laboratory"](crowd_run)
    listing = crowd_run.listing("laboratory_grades")
    assert figure is not None
    assert listing is not None
    assert set(figure.behind) == {seq for cells in listing.cells for seq in cells}
    assert len(listing.rows) > len(figure.table.body)
    cut = values_table("x", "X", "Row", ("A",), [("r", ((),))] * (MOST_ROWS + 5))
    assert "first 400 of 405" in plain(cut.footnotes[0])
    assert len([value for line in figure.table.lines() for value in recorded(line)]) <= MOST_ROWS


def test_letters() -> None:
    """FIGURE-14: widths are those of the shipped font; what does not fit ends with an ellipsis."""
    from fontTools.ttLib import TTFont

    from trialbook.render.fonts import FOLDER

    font = TTFont(Path(FOLDER) / "TrialbookSans-Regular.ttf")
    names, widths = font.getBestCmap(), font["hmtx"]
    assert all(width_of(chr(code), 1000) == pytest.approx(widths[name][0]) for code, name in names.items())
    font.close()
    assert shortened("Aspartate aminotransferase", 50).endswith("…")
    assert width_of(shortened("Aspartate aminotransferase", 50)) <= 50
    assert shortened("Short", 50) == "Short"
    lines = wrapped("A label that is much too long for one line of a panel and for two", 80, most=2)
    assert len(lines) == 2
    assert all(width_of(line) <= 80 for line in lines)


def test_scales() -> None:
    """FIGURE-12: round numbers within the ends; equal values and logarithms too."""
    assert spanning([0, 10], start=0, end=1).ticks() == (0, 2.5, 5, 7.5, 10)
    assert spanning([5], start=0, end=1).holds(5)
    assert spanning([1, 1000], start=0, end=1, is_log=True).ticks()[-1] == 1000
    assert spanning([], start=0, end=1).ticks()
    assert apart([1, 1, 1], 5, 0, 100)[0] >= 0


def test_doses_that_were_given(carry_out: Callable[..., Run]) -> None:
    """FIGURE-20: 97 of 100 mg is what vials come to, 80 is not, and 0 is no dose."""
    near = [
        replace(one, text="97", value="97") if (one.participant, one.item, one.repeat) == ("1", "given", "2") else one
        for one in drafts(2)
    ]
    withheld = (
        answer("1", "doses", "start", "2026-02-10", repeat="3"),
        answer("1", "doses", "given", "0", repeat="3", unit="mg"),
        answer("1", "doses", "given", "100", repeat="4", unit="mg"),
    )
    run = carry_out(PLAN, [*near, *withheld])
    doses, undated = doses_of(run, people_of(run))
    assert [(one.code, one.day, one.text, one.as_planned) for one in doses] == [
        ("1", 0, "100 mg", True), ("1", 28, "97 mg", True), ("2", 0, "100 mg", True), ("2", 28, "80 mg", False),
    ]  # fmt: skip
    counted = run.analysis.results.by_id()["exposure.trialdrug.n_doses"].value
    assert (undated, counted) == (1, len(doses) + undated)
    kinds = [row["participant"] for row, _ in as_mappings(run.listing("deviations")) if row["kind"] == "other amount"]
    assert kinds == [one.code for one in doses if not one.as_planned]
    for name in ("swimmer", "individuals"):
        figure = DRAW[name](run)
        assert figure is not None
        assert "2 adverse events known to the month stand at the first day possible." in plain(figure.caption)
        assert "1 dose without a full date is not drawn." in plain(figure.caption)


def test_followed_to_the_last_dose(carry_out: Callable[..., Run]) -> None:
    """FIGURE-20: the bar of somebody still taking part reaches the dose after their last visit, and no later day."""
    gone = {"week 4", "week 8"}
    ended = {"complete", "withdraw"}
    early = [one for one in drafts(1) if one.visit not in gone and one.act not in ended]
    (before,) = people_of(carry_out(PLAN, early))
    later = (answer("1", "doses", "start", "2026-03-30", repeat="7"), answer("1", "doses", "given", "0", repeat="7"))
    (after,) = people_of(carry_out(PLAN, [*early, *later]))
    assert (before.status, before.end, after.end) == ("ongoing", 28, 28)


def test_events_stand_on_their_days(carry_out: Callable[..., Run], sheets: list[Sheet]) -> None:
    """FIGURE-21: the longer, the wider, wherever it lies; one without a last day is no bar."""
    others = (("8", "Early", "2025-11-01", "2025-11-21"), ("9", "Late", "2026-07-01", "2026-07-31"))
    more = [
        answer("1", "adverse_events", item, text, repeat=repeat)
        for repeat, *texts in others
        for item, text in zip(("term", "start", "end"), texts, strict=True)
    ]
    figure = DRAW["individuals"](carry_out(PLAN, [*drafts(2), *more]))
    assert figure is not None
    bars = {mark.title: mark.width for mark in sheets[0].marks if isinstance(mark, Box) and mark.title[:2] == "1:"}
    assert sorted(bars) == ["1: Early", "1: Event 1, grade 1", "1: Late"]
    days = {"1: Early": 20, "1: Event 1, grade 1": 10, "1: Late": 30}
    assert [bars[title] / day for title, day in days.items()] == pytest.approx([bars["1: Early"] / 20] * 3, rel=0.01)
    alone = [mark for mark in sheets[0].marks if isinstance(mark, Spot) and mark.title.startswith("1: Event")]
    titles = ["1: Event 2, grade 2", "1: Event 3, grade 3"]
    assert [(mark.title, mark.shape) for mark in alone] == [(title, "diamond") for title in titles]
    assert overlapping(sheets[0]) == []
    assert "serious adverse event, last day not known" in {word.text for word in sheets[0].words()}
    assert "of one whose last day is not known, the first." in plain(figure.caption)
    own = [row for row in figure.table.body if plain(row.stub) == "1"]
    told = [plain(row.cells[1]) for row in own if plain(row.cells[2]).startswith("Event")]
    assert told == ["5 to 15", "7, last day not known", "27 or later, last day not known"]


def test_use_of_data_withdrawn(carry_out: Callable[..., Run]) -> None:
    """FIGURE-22: whose adverse events are kept is in no figure, and in the flow beside the first number."""
    ends = Draft(act="withdraw_consent", participant="1", value="2026-03-10 data use")
    run = carry_out(PLAN + "withdrawal: {safety: kept}\n", [*drafts(3), ends])
    assert run.analysis.results.by_id()["events.adverse_events.all.percent"].n == 3
    for name in ("swimmer", "individuals", "completeness"):
        figure = DRAW[name](run)
        assert figure is not None
        assert {plain(row.stub) for row in figure.table.body} == {"2", "3"}
    first, second = list(boxes_of(run))[:2]
    assert [plain(line) for line in first.lines] == [
        "Screened (n = 2)",
        "Not counted: use of data withdrawn (n = 1)",
    ]
    assert (first.side, plain(second.lines[0])) == ((), "Enrolled (n = 2)")
    flow = participant_flow(run)
    assert flow is not None
    assert "withdrawn are in none of the other numbers" in plain(flow.caption)


def test_every_value_of_the_laboratory(carry_out: Callable[..., Run], sheets: list[Sheet]) -> None:
    """FIGURE-23: on the day of an unscheduled visit; more than 1000 of at most 170 is of grade 3 or 4."""
    given = [one for one in drafts(3) if one.participant == "3"]
    extra = (("1", "2026-02-10", ">1000"), ("2", "2026-02-20", "<40"), ("3", "", "300"))
    for number, day, value in extra:
        visit = f"unscheduled-{number}"
        given += [answer("3", "visit", "date", day, visit)] if day else []
        given.append(answer("3", "blood", "ck", value, visit, unit="U/L"))
    figure = DRAW["laboratory"](carry_out(PLAN, given))
    assert figure is not None
    assert "6 values, 2 outside the limits, 1 of grade 3 or more" in figure.alt
    said = plain(figure.caption)
    assert "Values of unscheduled visits stand on their study day" in said
    assert "such as <0.2, stands at that limit" in said
    assert "1 value of unscheduled visits without a full date is not drawn, 0 of grade 3 or more." in said
    spots = {mark.title: mark for mark in sheets[0].marks if isinstance(mark, Spot) and mark.title}
    order = ["Baseline: 90", "Week 4: 85", "Unscheduled visit 1: >1000", "Unscheduled visit 2: <40", "Week 8: 80"]
    assert sorted(spots, key=lambda title: spots[title].x) == [f"3, {one}" for one in order]
    assert spots["3, Unscheduled visit 1: >1000"].shape == "diamond"
    assert [len(line) for mark in sheets[0].marks if isinstance(mark, Bundle) for line in mark.lines] == [3]
    assert ("≤ 170", "3 to 4") in {(plain(row.cells[3]), plain(row.cells[4])) for row in figure.table.body}
