"""What a reader has to keep in mind: who was studied and how, how many tests were made, and what the plan assumed."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.protocol.model import Derived, Form, Item
from trialbook.render.document import Block, Facts, Items, Paragraph, Section
from trialbook.render.inline import Line, Reference, join
from trialbook.report.flow import count, set_size
from trialbook.report.methods import ADJUSTED
from trialbook.report.phrases import in_sentence, listed, sentence
from trialbook.report.run import Run
from trialbook.report.sentences import baseline_lines

NO_CONTROL = (
    "No control group: a change from baseline may be due to the treatment, to time, to other treatment, or to the "
    "return of extreme values towards the mean."
)
FEW = 30
"""Below so many participants the report says that they are few."""
LEFT_EARLY = " left early. Comparisons of those with both values say nothing of the rest."


def assumptions(run: Run) -> Section:
    """Return what the protocol leaves open and the team chose, with the place in the study file."""
    pairs = tuple(
        (show_path(one.where), (f"{one.value}. Reason: {one.why}." if one.why else one.value,))
        for one in run.study.assumptions
    )
    blocks: tuple[Block, ...] = (
        (
            Paragraph(line=("The protocol leaves these open; the team chose, and marked each in the study file.",)),
            Facts(pairs=pairs),
        )
        if pairs
        else (Paragraph(line=("The study file marks nothing as assumed.",), kind="note"),)
    )
    return Section(id="assumptions", title="Assumptions", blocks=blocks)


def show_path(where: str) -> str:
    """Write the place in the study file so that it can be read, and broken over lines."""
    return " / ".join(key.replace("_", " ") for key in where.split("."))


def limits(run: Run) -> Section:
    """Return the limits of the study that follow from its plan and its results."""
    return Section(id="limits", title="Limits", blocks=(Items(lines=tuple(limit_lines(run))),))


def limit_lines(run: Run) -> Iterator[Line]:
    """Yield each limit as a line, with its numbers."""
    size = set_size(run, run.study.analysis.set) or count(run, "enrolled")
    has_values = any(run.has_values(one) for one in run.study.endpoints.values())
    if size is not None and isinstance(size.value, float | int) and size.value < FEW and has_values:
        few = " is analysed. " if size.value == 1 else " are analysed. "
        yield ("Few participants: ", run.quotes.number(size), few, "One of them can move a mean, an interval or a p.")
    if run.study.endpoints and not has_values:
        yield ("No value of an endpoint is recorded: nothing can be said of what the treatment did.",)
    if "single-arm" in run.study.identity.design or len(run.study.arms) < 2:
        yield (NO_CONTROL,)
    if "open-label" in run.study.identity.design:
        blind = [in_sentence(run.say(role.label) or name) for name, role in run.study.roles.items() if role.blind]
        but = f"; only the {listed(blind)} was blind, by the plan" if blind else ""
        yield (f"Open label: participants and staff knew the treatment{but}.",)
    yield from tests_lines(run)
    yield from ((row.error or row.warning,) for row in run.quotes.of("plan") if row.error or row.warning)
    yield from least_lines(run)
    left = count(run, "withdrawn")
    if left is not None and left.value:
        yield (run.quotes.number(left), " participant" if left.value == 1 else " participants", LEFT_EARLY)
    yield from classified_lines(run)
    if any(True for _ in baseline_lines(run)):
        yield (
            "The choice of the baseline rule matters: another would change values, listed under ",
            Reference("endpoints"),
            ".",
        )
    yield from ((sentence(run.say(text)),) for text in run.study.report.limits)


def classified_lines(run: Run) -> Iterator[Line]:
    """Yield which findings stand as recorded, and which classes were computed from answers that nobody checked."""
    recorded = [run.say(item.label) or item.id for item in _recorded(run)]
    if recorded:
        yield (f"Given as recorded, since no program can check it: {', '.join(recorded)}.",)
    for form, derived in _computed(run):
        name = f"{run.say(form.label) or form.id}: {in_sentence(run.say(derived.label) or derived.id)}"
        yield (f"“{name}” follows from recorded answers by rule; no program checked these.",)


def tests_lines(run: Run) -> Iterator[Line]:
    """Yield how many planned tests were made and how many were below the level."""
    made, below = (run.quotes.find("tests", "all", stat) for stat in ("n", "n_below_alpha"))
    if made is None or not made.value:
        return
    many: Line = ("; ", run.quotes.number(below), " gave a p below the level") if below is not None else ()
    chance = ADJUSTED[run.study.analysis.multiplicity] if below is not None else "."
    tests = " planned test was made" if made.value == 1 else " planned tests were made"
    binomial = any(row.role != "sensitivity" and row.value is not None for row in run.quotes.of("binomial"))
    beside = "Beside the exact binomial test of the design " if binomial else ""
    yield (*((beside,) if beside else ()), run.quotes.number(made), tests, *many, chance)


def least_lines(run: Run) -> Iterator[Line]:
    """Yield for each exact test the endpoints that have too few pairs for a p below the level, with the least p."""
    for analysis, name in (("sign_flip", "sign-flip"), ("signed_rank", "signed-rank")):
        found = []
        for endpoint in run.followed():
            visit = run.focal_visit(endpoint) or ""
            least = run.stats_at(analysis, endpoint.id, visit).get("p_min")
            if least is not None and isinstance(least.value, float) and least.value >= run.quotes.alpha:
                found.append((f"{run.label(endpoint)} {run.at(visit)} (", run.quotes.number(least), ")"))
        if found:
            few = f"Whatever the values, the exact {name} test cannot give a p below the planned level here. Least p: "
            yield (few, *join(found, "; "), ".")


def baseline_alternatives(run: Run) -> tuple[Block, ...]:
    """Return where another baseline rule gives another value; nothing where none does."""
    lines = tuple(baseline_lines(run))
    if not lines:
        return ()
    return (
        Paragraph(line=("The baseline follows the study file. Another rule would give another value here:",)),
        Items(lines=lines),
    )


def _recorded(run: Run) -> Iterator[Item]:
    """Yield the findings of Table 1 that are classes of more than two kinds."""
    for name in run.study.report.table_1:
        item, form = run.study.item(name), run.study.forms[name.partition(".")[0]]
        if isinstance(item, Item) and item.kind == "choice" and len(item.choices) > 2 and not form.repeating:
            yield item


def _computed(run: Run) -> Iterator[tuple[Form, Derived]]:
    """Yield the classes of Table 1 that an instrument computes."""
    for name in run.study.report.table_1:
        item = run.study.item(name)
        if isinstance(item, Derived) and item.levels:
            yield run.study.forms[name.partition(".")[0]], item
