"""The sections of the report, in the order of a manuscript."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from trialbook.analysis.results import Result
from trialbook.protocol.model import Endpoint, FigurePlan
from trialbook.render.document import Block, Figure, Notice, Paragraph, Section
from trialbook.render.inline import Line, Part, Recorded
from trialbook.render.numbers import ABSENT
from trialbook.render.table import Column, Row, Table
from trialbook.report.abstract import abstract
from trialbook.report.arms import arm_table, odds_table
from trialbook.report.baseline import table_one
from trialbook.report.beside_models import bayes_table, imputation_table
from trialbook.report.conditions import condition_tables
from trialbook.report.courses import MANY, Panel, panel_of
from trialbook.report.endpoints import SHARED, endpoint_tables, sensitivity_table, table_id, tables_for
from trialbook.report.events import (
    each_table,
    event_forms,
    events_table,
    listing_table,
    outside_line,
    rate_line,
    serious_table,
    severity,
)
from trialbook.report.figures import draw
from trialbook.report.figures_further import chosen
from trialbook.report.figures_further.parts import MOST_ROWS
from trialbook.report.flow import consent_lines, participant_flow
from trialbook.report.grades import grades_table
from trialbook.report.individual import individual_tables
from trialbook.report.levels import level_tables, ranks_table
from trialbook.report.levels_compared import levels_table
from trialbook.report.limits import baseline_alternatives, tests_lines
from trialbook.report.magnitude import magnitude_table, other_rules_table
from trialbook.report.one_by_one import tables_each
from trialbook.report.phrases import capital, in_sentence, listed, sentence
from trialbook.report.primary import condition_line, leading, primary_line
from trialbook.report.repeated import models_table
from trialbook.report.run import Run
from trialbook.report.sentences import endpoint_lines, own_line, participants_line

NO_EVENT = "No adverse event was recorded."
NO_EVENT_INSIDE = "No adverse event was recorded of those enrolled."
NOT_TOLD = "Nothing is recorded of adverse events, nor of any visit at which they could have been asked for."
STATS = (
    ("n", "n"),
    ("mean", "Mean"),
    ("sd", "SD"),
    ("median", "Median"),
    ("q1", "Lower quartile"),
    ("q3", "Upper quartile"),
    ("p", "p"),
)


def notice(run: Run) -> Notice:
    """Return whose data these are, for the head of the page and of every printed page."""
    identity = run.study.identity
    source = sentence(identity.citation) if identity.citation else ""
    licence = f"Licence: {sentence(identity.licence)}" if identity.licence else ""
    if identity.data == "invented":
        plan = f" The plan is that of: {source}" if source else ""
        line = (f"No value in this report belongs to a person.{plan}",)
        return Notice(label="Invented data", invented=True, line=line)
    words = " ".join(word for word in (source, licence) if word)
    return Notice(
        label="Real data", invented=False, line=(words or "Recorded from real participants; codes stand for persons.",)
    )


def summary(run: Run) -> Section:
    """Return the abstract: objective, methods, then participants, primary endpoint, events and number of tests."""
    return abstract(run, summary_lines(run))


def summary_lines(run: Run) -> Iterator[Line]:
    """Yield the sentences on the results in the abstract."""
    yield participants_line(run)
    told = primary_line(run)
    if told:
        yield told
    for form in event_forms(run):
        line = events_line(run, form.id)
        if line:
            yield line
    if not any(run.has_values(one) for one in run.study.endpoints.values()):
        yield ("No value of an endpoint is recorded.",)
    yield from tests_lines(run)


def participants(run: Run) -> Section:
    """Return who took part: the sentence and the flow."""
    flow = participant_flow(run)
    further = chosen.of_participants(run)
    told = (participants_line(run), *consent_lines(run))
    blocks: tuple[Block, ...] = (*(Paragraph(line=line) for line in told), *((flow,) if flow else ()), *further)
    return Section(id="participants", title="Participants", blocks=blocks)


def baseline(run: Run) -> Section | None:
    """Return Table 1 and the participants one by one; None where the study file names no characteristic."""
    summarised = table_one(run)
    tables = (*((summarised,) if summarised else ()), *tables_each(run))
    return Section(id="characteristics", title="Characteristics", blocks=tables) if tables else None


def endpoints(run: Run) -> Section:
    """Return the endpoints: sentences of each, tables, figures, sensitivity analyses."""
    tables = endpoint_tables(run)
    shared = tables_for(tables, SHARED)
    drawn = figures(run)
    parts, placed = [], set()
    valued = [endpoint for endpoint in run.study.endpoints.values() if run.has_values(endpoint)]
    for endpoint in (one for one in valued if one.source):
        blocks: list[Block] = [Paragraph(line=line, kind=_kind(line)) for line in endpoint_lines(run, endpoint)]
        blocks += tables_for(tables, table_id(endpoint))
        blocks += [table for table in (arm_table(run, endpoint),) if table is not None]
        here = [figure for plan, figure in drawn if endpoint.id in plan.endpoints and figure.id not in placed]
        placed |= {figure.id for figure in here}
        here += chosen.of_endpoint(run, endpoint, leading(run))
        parts.append(Section(id=f"endpoint-{endpoint.id}", title=run.label(endpoint), blocks=(*blocks, *here)))
    parts += [_levels_part(run, one) for one in valued if one.levels]
    parts += [_condition_part(run, one) for one in valued if one.when]
    parts.sort(key=lambda part: part.id != f"endpoint-{run.study.analysis.primary_endpoint}")
    beside = tuple(
        table
        for table in (
            sensitivity_table(run),
            other_rules_table(run),
            models_table(run),
            imputation_table(run),
            bayes_table(run),
            levels_table(run),
            ranks_table(run),
            *individual_tables(run),
            magnitude_table(run),
        )
        if table
    )
    last = Section(id="sensitivity", title="Sensitivity analyses", blocks=beside) if beside else None
    return Section(
        id="endpoints", title="Endpoints",
        blocks=(
            *unrecorded(run), *shared, *baseline_alternatives(run), *chosen.of_endpoints(run, leading(run)),
            *_undrawn(run),
        ),
        sections=(*parts, *((last,) if last else ())),
    )  # fmt: skip


def _undrawn(run: Run) -> Iterator[Block]:
    """Yield the sentence on the figures for which there is nothing to draw."""
    missing = chosen.undrawn(run, leading(run))
    if missing:
        told = ". ".join(map(capital, missing))
        yield Paragraph(line=(f"Not drawn, since there is nothing to draw. {told}.",), kind="note")


def _levels_part(run: Run, endpoint: Endpoint) -> Section:
    """Return the part of an endpoint with levels."""
    own = own_line(run, endpoint.id)
    lines = (Paragraph(line=own),) if own is not None else ()
    return Section(
        id=f"endpoint-{endpoint.id}", title=run.label(endpoint), blocks=(*lines, *level_tables(run, endpoint))
    )


def _condition_part(run: Run, endpoint: Endpoint) -> Section:
    """Return the part of an endpoint that is a condition."""
    odds = odds_table(run, endpoint)
    blocks = (
        Paragraph(line=condition_line(run, endpoint)),
        *condition_tables(run, endpoint),
        *((odds,) if odds else ()),
        *chosen.of_endpoint(run, endpoint, leading(run)),
    )
    return Section(id=f"endpoint-{endpoint.id}", title=run.label(endpoint), blocks=blocks)


def unrecorded(run: Run) -> Iterator[Block]:
    """Yield the sentence on the endpoints of which nobody has a value, which have no part of their own."""
    missing = [in_sentence(run.label(one)) for one in run.study.endpoints.values() if not run.has_values(one)]
    if missing:
        of = "any endpoint" if len(missing) == len(run.study.endpoints) else "these endpoints"
        yield Paragraph(line=(f"No value of {of} is recorded, and none was made up: {listed(missing)}.",))


def events(run: Run) -> Section:
    """Return adverse events: sentence, counts, listing."""
    blocks: list[Block] = []
    own = own_line(run, "adverse_events")
    for form in event_forms(run):
        line = own or events_line(run, form.id)
        blocks += [Paragraph(line=line or (NO_EVENT if run.is_followed() else NOT_TOLD,))]
        rates = () if own else rate_line(run, form)
        blocks += [Paragraph(line=rates)] if rates else []
        found = (events_table(run, form), each_table(run, form), serious_table(run, form), listing_table(run, form))
        blocks += [table for table in found if table is not None]
    if not blocks:
        blocks = [
            Paragraph(line=("The study file has no form for adverse events: none could be recorded.",), kind="warning")
        ]
    blocks += [table for table in (grades_table(run),) if table is not None]
    blocks += chosen.of_laboratory(run)
    return Section(id="adverse-events", title="Adverse events", blocks=tuple(blocks))


def events_line(run: Run, form: str) -> Line:
    """Say how many events were recorded in how many of whom; empty where there is no such result."""
    stats = {row.stat: row for row in run.quotes.of("events", form) if row.level == "all"}
    people, total, percent = stats.get("n_participants"), stats.get("n_events"), stats.get("percent")
    if people is None or total is None:
        return ()
    outside = outside_line(run, form)
    further: Line = (" ", *outside) if outside else ()
    if not total.value:
        return (NO_EVENT_INSIDE if outside else NO_EVENT if run.is_followed() else NOT_TOLD, *further)
    share: tuple[Part, ...] = (
        (" (", run.quotes.number(percent), ")") if percent is not None and percent.value is not None else ()
    )
    return (
        "Adverse events: ",
        run.quotes.number(total),
        " was recorded, in " if total.value == 1 else " were recorded, in ",
        run.quotes.number(people),
        *_of_whom(run, people, share),
        *severity(run, stats),
        ".",
        *further,
    )


def _of_whom(run: Run, people: Result, share: Line) -> Line:
    """Say participants with their share; of how many, where more are counted here than are elsewhere enrolled."""
    kept = len(run.datasets.safety_only)
    if not kept:
        return (" participant" if people.value == 1 else " participants", *share)
    return (*share, f" of {people.n} participants, {kept} of whom withdrew the use of all other data")


def figures(run: Run) -> tuple[tuple[FigurePlan, Figure], ...]:
    """Draw the planned figures: by default one an endpoint."""
    plans = run.study.report.figures or tuple(FigurePlan(id=one.id, endpoints=(one.id,)) for one in run.followed())
    drawn = ((plan, figure_of(run, plan)) for plan in plans)
    return tuple((plan, figure) for plan, figure in drawn if figure is not None)


def figure_of(run: Run, plan: FigurePlan) -> Figure | None:
    """Draw one figure; None where there is nothing to draw."""
    chosen = (run.study.endpoints[name] for name in plan.endpoints)
    panels = [panel for endpoint in chosen if endpoint.source and (panel := panel_of(run, endpoint)) is not None]
    if not panels:
        return None
    title = run.say(plan.title) or " and ".join(panel.title for panel in panels)
    name = f"figure-{plan.id}"
    return Figure(
        id=name, title=title, svg=draw(panels, run.quotes, name, invented=run.invented), alt=alt_text(run, panels),
        caption=caption(run, panels), table=figure_table(run, panels, f"numbers-{plan.id}", title),
        behind=tuple(
            sorted({seq for one in panels for course in one.courses for at in course.points for seq in at.entries})
        ),
    )  # fmt: skip


def caption(run: Run, panels: list[Panel]) -> Line:
    """Say what the lines and marks of a figure are."""
    chosen = run.set_label(run.study.analysis.set)
    spread = "median with quartiles, on a logarithmic scale" if all(panel.log for panel in panels) else "mean ± SD"
    if any(panel.log for panel in panels) and not all(panel.log for panel in panels):
        spread = "mean ± SD, on a logarithmic scale median with quartiles"
    codes = ", with their codes" if all(panel.is_labelled for panel in panels) else ""
    parts = [f"Squares and thick line: {spread}, of the analysis set “{chosen}”; thin lines: participants{codes}."]
    courses = [course for panel in panels for course in panel.courses]
    dashed = any(not course.in_set and len(course.points) > 1 for course in courses)
    parts += ["Dashed: not in the analysis set."] if dashed and 6 < len(panels[0].courses) <= MANY else []
    parts += ["\u00d7: left the study, last value."] if any(course.left for course in courses) else []
    parts += ["Dotted: upper limit of normal."] if any(panel.limits for panel in panels) else []
    parts += [meaningful_words(run, panels)] if any(panel.meaningful and not panel.log for panel in panels) else []
    has_p = any("p" in found for panel in panels for found in panel.summary.values())
    adjusted = ", not adjusted for the number of tests" if run.is_adjusted else ""
    parts.append("n: participants with a value" + (f"; p: planned test against baseline{adjusted}." if has_p else "."))
    return (" ".join(parts),)


def meaningful_words(run: Run, panels: list[Panel]) -> str:
    """Say what the line of a change that matters is, and whose number it is."""
    said = []
    for panel in panels:
        stated = panel.endpoint.meaningful
        if stated is not None and panel.meaningful is not None and not panel.log:
            source = run.say(stated.source)
            said.append(f"{panel.title} {stated.amount}" + (f" ({source})" if source else ""))
    return f"Long dashes: the mean at baseline, improved by the smallest change that matters: {'; '.join(said)}."


def alt_text(run: Run, panels: list[Panel]) -> str:
    """Say in words what a figure shows, with the numbers of the thick line."""
    said = []
    for panel in panels:
        stat, word = ("median", "medians") if panel.log else ("mean", "means")
        points = [
            f"{tick.label} {run.quotes.text(row)}"
            for tick in panel.ticks
            if (row := panel.summary[tick.visit].get(stat)) is not None
        ]
        said.append(f"{panel.title}, {word}: {'; '.join(points)}.")
    return "Line chart of participants\u2019 courses over the visits. " + " ".join(said)


def figure_table(run: Run, panels: list[Panel], name: str, title: str) -> Table:
    """Return the numbers of a figure: every participant's values, then what the thick line shows."""
    ticks = max((panel.ticks for panel in panels), key=len)
    rows = [
        row
        for panel in panels
        for row in _panel_rows(run, panel, [tick.label for tick in ticks], several=len(panels) > 1)
    ]
    columns = tuple(Column(label=tick.label, align="right") for tick in ticks)
    count = max(len(panel.courses) for panel in panels)
    note = (f"The first {MOST_ROWS} of {count} participants, then what the thick line shows of all.",)
    return Table(
        id=name, title=f"{title}: values shown", stub="Participant", columns=columns, body=tuple(rows), numbered=False,
        footnotes=(note,) if count > MOST_ROWS else (),
    )  # fmt: skip


def _panel_rows(run: Run, panel: Panel, labels: list[str], *, several: bool) -> Iterator[Row]:
    if several:
        yield Row(stub=(panel.title,), heading=True)
    at = {tick.label: tick for tick in panel.ticks}
    for course in panel.courses[:MOST_ROWS]:
        values = {point.x: point for point in course.points}
        points = [values.get(at[label].x) if label in at else None for label in labels]
        cells = tuple(
            (Recorded(point.entries, run.written(panel.endpoint, point.value)),) if point else (ABSENT,)
            for point in points
        )
        yield Row(stub=(course.participant,), cells=cells)
    for stat, word in STATS:
        found = [panel.summary[at[label].visit].get(stat) if label in at else None for label in labels]
        if any(found):
            yield Row(stub=(word,), cells=tuple((run.quotes.number(row),) if row else () for row in found))


def _kind(line: Line) -> Literal["text", "warning"]:
    return "warning" if isinstance(line[0], str) and line[0].startswith("Caution:") else "text"
