"""Sentences of the Results: written from results by name, or the study's own sentences with results put in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from decimal import Decimal

from trialbook.analysis.results import Result
from trialbook.analysis.sets import judge, members
from trialbook.errors import Place, Problem
from trialbook.protocol.model import Endpoint, Study
from trialbook.protocol.suggest import listed, suggest
from trialbook.protocol.unit_words import show_unit
from trialbook.render.inline import Line, Part, Recorded, Reference, join
from trialbook.render.numbers import PLUS_MINUS, show_share
from trialbook.report.arms import arm_lines, has_arms
from trialbook.report.flow import count, reasons, set_size
from trialbook.report.methods import TEST_NAMES
from trialbook.report.run import TESTS, Run, as_mappings
from trialbook.report.shown import item_label, recorded_or_plain
from trialbook.report.told import answered_by, told
from trialbook.report.trace import by_participant

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
SECTIONS = (
    "summary", "participants", "screening", "treatment", "background", "adverse_events", "deviations",
    "objective", "abstract_methods", "conclusion", "introduction", "discussion", "methods_design",
    "methods_eligibility", "methods_treatment", "methods_schedule", "methods_instruments", "methods_endpoints",
    "methods_statistics", "assumptions", "limits", "comparators",
)  # fmt: skip
"""Parts of the report beside the endpoints whose sentences a study may write itself."""
NO_END = {True: " has no recorded end", False: " have no recorded end"}
MOST_NAMED = 6
"""Participants are named in a sentence up to this number."""

Stats = dict[str, Result]


def endpoint_lines(run: Run, endpoint: Endpoint) -> tuple[Line, ...]:
    """Return what the Results say of an endpoint, one paragraph a line; the study's own words where it has them."""
    own = own_line(run, endpoint.id)
    if own is not None:
        return (own,)
    visit = run.focal_visit(endpoint)
    if visit is None:
        return ((f"No later visit was planned at which {run.label(endpoint)} could be compared with baseline.",),)
    if has_arms(run):
        return tuple(arm_lines(run, endpoint, visit))
    change, planned = run.stats_at("change", endpoint.id, visit), run.planned_at(endpoint.id, visit)
    lines = (
        (*change_line(run, endpoint, visit, change), " ", *test_line(run, planned)),
        sensitivity_line(run, endpoint, visit),
        others_line(run, endpoint, visit),
        caution_line({**change, **planned}),
    )
    return tuple(line for line in lines if line)


def change_line(run: Run, endpoint: Endpoint, visit: str, change: Stats) -> Line:
    """Say how many had both values, what these were, and the mean change with its interval and direction."""
    pairs, mean = change.get("n_pairs"), change.get("mean")
    at = run.at(visit)
    if pairs is None or mean is None or mean.value is None:
        why = (mean.error if mean is not None else "") or "No participant has both values."
        return (f"A change from baseline {at} cannot be given. {why}",)
    unit = run.unit(endpoint)
    of = f" {unit}" if unit else ""
    quote = run.quotes
    both: Line = (
        *_among(run, pairs), " had values at both times. The mean was ",
        *_mean(run, change, "base"), f"{of} at baseline and ", *_mean(run, change, "visit"), f"{of} {at}, ",
        "a mean change of ", quote.change(mean), *_plus_sd(run, change), of, *_interval(run, change),
    )  # fmt: skip
    return (*both, *_also(run, endpoint, change), f"{direction(endpoint, mean)}.")


def test_line(run: Run, planned: Stats) -> Line:
    """Say what the planned test gave; `significant` only where the unrounded p is below the planned level."""
    p, plan = planned.get("p"), run.study.analysis
    if p is None:
        return ()
    name = TEST_NAMES[plan.test]
    if p.value is None:
        return (f"{_capital(name)} could not be made: {_uncapital(p.error)}",)
    numbers = [
        (f"{stat.replace('v', 'V')}\u00a0=\u00a0", run.quotes.number(row))
        for stat in ("t", "v", "df")
        if (row := planned.get(stat)) is not None and row.value is not None
    ]
    inside = join([*numbers, run.p_of(planned)])
    told = planned.get("significant")
    if told is None or told.value is None:
        why = f" {told.error}" if told is not None else ""
        return (f"{_capital(name)} gave ", *inside, f"; whether that is significant is not judged.{why}")
    verdict = "statistically significant" if told.value == "yes" else "not statistically significant"
    return (f"By {name} the change was {verdict} at the planned level of {plan.alpha.normalize():f} (", *inside, ").")


def sensitivity_line(run: Run, endpoint: Endpoint, visit: str) -> Line:
    """Say what the other tests and the ratio of geometric means gave, and the least that exact tests could give."""
    plan = run.study.analysis
    found = {test: run.stats_at(TESTS[test], endpoint.id, visit) for test in plan.sensitivity if test != plan.test}
    said = [
        (f"{TEST_NAMES[test]} gave ", run.quotes.p(p), *_least(run, stats.get("p_min")))
        for test, stats in found.items()
        if (p := stats.get("p")) is not None and p.value is not None
    ]
    against = _against(
        run, run.planned_at(endpoint.id, visit).get("p"), [stats["p"] for stats in found.values() if "p" in stats]
    )
    beside: Line = ("As sensitivity analyses, ", *join(said, last=" and "), ".", against) if said else ()
    geometric = _ratio(run, run.stats_at("ratio", endpoint.id, visit))
    return (*beside, *((" ",) if beside and geometric else ()), *geometric)


def _against(run: Run, planned: Result | None, others: list[Result]) -> str:
    """Say where every sensitivity analysis falls on the other side of the level than the planned test.

    No sensitivity analysis is adjusted for the number of tests, so that the planned p is laid beside them as it was.
    """
    values = [row.value for row in (planned, *others) if row is not None and isinstance(row.value, float | int)]
    if len(values) < 1 + len(others):
        return ""
    is_below, *sides = (Decimal(value) < run.study.analysis.alpha for value in values)
    if set(sides) != {not is_below}:
        return ""
    side = "not below" if is_below else "below"
    before = " before adjustment" if run.is_adjusted else ""
    return f" Unlike the planned test{before}, {'they are' if len(sides) > 1 else 'it is'} {side} the planned level."


def _least(run: Run, row: Result | None) -> Line:
    return (" (least attainable ", run.quotes.number(row), ")") if row is not None and row.value is not None else ()


def others_line(run: Run, endpoint: Endpoint, visit: str) -> Line:
    """Name the other visits at which the planned p, adjusted by the plan, was below the level, or that none was."""
    tests = [(other, run.planned_at(endpoint.id, other)) for other in run.study.schedule.visits if other != visit]
    made = [(other, stats) for other, stats in tests if "p" in stats and stats["p"].value is not None]
    if not made:
        return ()
    below = [(other, stats) for other, stats in made if "significant" in stats and stats["significant"].value == "yes"]
    level = f"{run.study.analysis.alpha.normalize():f}"
    which = "the adjusted p of the planned test" if run.is_adjusted else "the planned p"
    if not below:
        return (f"At no other visit was {which} below {level}.",)
    named = [(f"{run.at(other)} (", *run.p_of(stats), ")") for other, stats in below]
    return (f"Among the other visits {which} was below {level} ", *join(named, last=" and "), ".")


def caution_line(change: Stats) -> Line:
    """Repeat what the analysis warns of, each warning once."""
    warnings = dict.fromkeys(row.warning for row in change.values() if row.warning)
    return ("Caution: " + " ".join(warnings),) if warnings else ()


def direction(endpoint: Endpoint, mean: Result) -> str:
    """Say whether the mean change goes the better or the worse way, as far as the plan says which that is."""
    value = mean.value
    if not isinstance(value, float | int) or endpoint.better == "neither":
        return ""
    if value == 0:
        return ": on average no change"
    is_better = (value > 0) == (endpoint.better == "higher")
    return f": on average {'an improvement' if is_better else 'a worsening'}, as {endpoint.better} is better"


def own_line(run: Run, name: str) -> Line | None:
    """Return the study's own sentence of that name with its results put in; None where it has none.

    A placeholder that names no result stays as it was written: `sentence_problems` reports it.
    """
    text = run.study.report.sentences.get(name)
    return None if text is None else tuple(_filled(run, run.say(text)))


def sentence_problems(run: Run) -> Iterator[Problem]:
    """Yield a problem for each sentence that stands nowhere and for each placeholder that names no result."""
    return problems_among(run.study, run.quotes.rows)


OPEN = frozenset({"disposition", "events", "grades", "baseline", "levels", "shift", "deviations", "screening"})
"""Analyses whose results are named after what is recorded: which there will be, no study file can tell."""


def named_problems(study: Study, rows: Collection[str]) -> Iterator[Problem]:
    """Yield the problems of a study file without data; `rows` are the results that its plan gives of nobody.

    What is named after recorded words, such as a kind of event, may come: only the report can tell.
    """
    for problem in problems_among(study, rows):
        wanted = problem.values.get("id", "")
        stats = {name.rpartition(".")[2] for name in rows}
        may_come = wanted.partition(".")[0] in OPEN and wanted.rpartition(".")[2] in stats
        if problem.code != "REPORT-01" or not may_come:
            yield problem


def problems_among(study: Study, rows: Collection[str]) -> Iterator[Problem]:
    """Yield a problem for each sentence that stands nowhere and for each name that is not among these results."""
    places = (*SECTIONS, *study.endpoints)
    for name, text in study.report.sentences.items():
        place = Place(item=f"report.sentences.{name}")
        if name not in places:
            yield Problem(
                code="REPORT-02",
                place=place,
                values={"name": name, "near": suggest(name, places), "places": listed(places, most=40)},
            )
        for words in text.values():
            for wanted in PLACEHOLDER.findall(words):
                if wanted not in rows:
                    near = suggest(wanted, rows)
                    yield Problem(code="REPORT-01", place=place, values={"id": wanted, "near": near})


def _filled(run: Run, text: str) -> Iterator[Part]:
    for place, piece in enumerate(PLACEHOLDER.split(text)):
        row = run.quotes.rows.get(piece) if place % 2 else None
        if row is not None:
            yield run.quotes.number(row)
        elif piece:
            yield f"{{{piece}}}" if place % 2 else piece


def _among(run: Run, pairs: Result) -> Line:
    size = set_size(run, run.study.analysis.set)
    if size is None:
        return (run.quotes.number(pairs), " participants")
    if size.value == pairs.value:
        return ("All ", run.quotes.number(pairs), " participants analysed")
    return ("Of the ", run.quotes.number(size), " participants analysed, ", run.quotes.number(pairs))


def _mean(run: Run, change: Stats, which: str) -> Line:
    mean, sd = change.get(f"{which}_mean"), change.get(f"{which}_sd")
    if mean is None:
        return ("not computed",)
    first: Line = (run.quotes.number(mean),)
    return (*first, PLUS_MINUS, run.quotes.number(sd)) if sd is not None and sd.value is not None else first


def _plus_sd(run: Run, change: Stats) -> Line:
    sd = change.get("sd")
    return (PLUS_MINUS, run.quotes.number(sd)) if sd is not None and sd.value is not None else ()


def _interval(run: Run, change: Stats) -> Line:
    low, high = change.get("ci_low"), change.get("ci_high")
    if low is None or high is None or low.value is None or high.value is None:
        return ()
    percent = f"{show_share(run.study.analysis.confidence)} CI "
    return (f" ({percent}", run.quotes.number(low), " to ", run.quotes.number(high), ")")


def _also(run: Run, endpoint: Endpoint, change: Stats) -> Line:
    also = change.get("mean_also")
    return (
        (", which is ", run.quotes.change(also), f" {show_unit(endpoint.also or '')}")
        if also is not None and also.value is not None
        else ()
    )


def _ratio(run: Run, ratio: Stats) -> Line:
    middle, low, high, p = (ratio.get(stat) for stat in ("gmr", "ci_low", "ci_high", "p"))
    if middle is None or middle.value is None:
        return ()
    reach: Line = (
        (f", {show_share(run.study.analysis.confidence)} CI ", run.quotes.number(low), " to ", run.quotes.number(high))
        if low is not None and high is not None and low.value is not None
        else ()
    )
    probability: Line = (", ", run.quotes.p(p)) if p is not None and p.value is not None else ()
    return (
        "On the log scale the geometric mean changed by a factor of ",
        run.quotes.number(middle),
        *reach,
        *probability,
        ".",
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _uncapital(text: str) -> str:
    return text[:1].lower() + text[1:]


def participants_line(run: Run) -> Line:
    """Say how many were enrolled, completed and left, with the reasons, and how many are analysed."""
    own = own_line(run, "participants")
    return (
        own if own is not None else (*_disposition(run), *_analysed(run), Reference("figure-flow"), " shows the flow.")
    )


def _disposition(run: Run) -> Iterator[Part]:
    enrolled, completed, left, ongoing = (
        count(run, name) for name in ("enrolled", "completed", "withdrawn", "ongoing")
    )
    if enrolled is None:
        return
    yield from (
        run.quotes.number(enrolled),
        " participant was enrolled" if enrolled.value == 1 else " participants were enrolled",
    )
    is_one = ongoing is not None and ongoing.value == 1
    still = f" {'is' if is_one else 'are'} still in it" if run.is_followed() else NO_END[is_one]
    said = [
        (row, words)
        for row, words in ((completed, " completed the study"), (ongoing, still), (left, " left it early"))
        if row is not None and row.value
    ]
    yield from ("; ",) if said else ()
    yield from join([(run.quotes.number(row), words) for row, words in said], ", ", " and ")
    why = [(f"{row.level} (", run.quotes.number(row), ")") for row in reasons(run)]
    yield from (": ", *join(why, "; ")) if why else ()
    yield ". "


def _analysed(run: Run) -> Iterator[Part]:
    chosen, enrolled = run.study.analysis.set, count(run, "enrolled")
    size = set_size(run, chosen)
    if size is not None and enrolled is not None:
        of: Line = () if size.value == enrolled.value else (" of the ", run.quotes.number(enrolled))
        who: Line = (run.quotes.number(size), *of) if of else ("all ", run.quotes.number(size))
        yield from (f"The analysis set “{run.set_label(chosen)}” has ", *who, ". ")


def responder_line(run: Run, endpoint: Endpoint) -> Line:
    """Say for how many the condition of an endpoint held at the visit of which the Results speak."""
    return own_line(run, endpoint.id) or held_line(run, endpoint, run.focal_visit(endpoint) or "")


def held_line(run: Run, endpoint: Endpoint, visit: str, *, exact: bool = False) -> Line:
    """Say for how many a condition held at a visit, of how many that cannot be told, and on demand the interval."""
    stats = run.stats_at("responder", endpoint.id, visit)
    n, percent, unknown = stats.get("n"), stats.get("percent"), stats.get("unknown")
    if n is None:
        return ("It was not judged.",)
    at = f" {run.at(visit)}" if visit else ""
    if not n.n:
        return (f"Whether the condition held{at} cannot be told of any participant.",)
    of: Line = (f" of {n.n}",) if n.n is not None else ()
    inside = _exact(run, stats) if exact else ()
    share: Line = (
        (" (", run.quotes.number(percent), *inside, ")") if percent is not None and percent.value is not None else ()
    )
    open_: Line = (
        ("; for ", run.quotes.number(unknown), " it cannot be told") if unknown is not None and unknown.value else ()
    )
    who = responders(run, endpoint, n, visit)
    return (f"The condition held{at} for ", run.quotes.number(n), *of, " participants", *share, *who, *open_, ".")


def _exact(run: Run, stats: Stats) -> Line:
    """Write the exact interval of a share, after its percentage."""
    low, high = stats.get("ci_low"), stats.get("ci_high")
    if low is None or high is None or low.value is None or high.value is None:
        return ()
    number = run.quotes.number
    return (f", {show_share(run.study.analysis.confidence)} CI ", number(low), " to ", number(high), "\u202f%")


def responders(run: Run, endpoint: Endpoint, row: Result, visit: str) -> Line:
    """Name those for whom the condition held, each leading to the answers that decided, where they are few."""
    behind = by_participant(run.datasets, row.source)
    inside = set(members(run.datasets).of(run.study.analysis.set))
    found = judge(run.datasets, endpoint.when or "false", "responder", visit).true
    held = [code for code in found if code in inside]
    if not 0 < len(held) <= MOST_NAMED:
        return ()
    names = [recorded_or_plain(behind.get(code, ()), code) for code in held]
    return (": participant " if len(held) == 1 else ": participants ", *join(names, ", ", " and "))


def baseline_lines(run: Run) -> Iterator[Line]:
    """Yield where another rule would have chosen another baseline: what is used, and what it would have been."""
    found: dict[tuple[str, str, str], list[str]] = {}
    shown: dict[tuple[str, str, str], tuple[Recorded, Line]] = {}
    for row, entries in as_mappings(run.listing("baseline_alternatives")):
        endpoint = run.study.endpoints[str(row["endpoint"])]
        value, used = (_value(run, row[name], endpoint) for name in ("value", "chosen"))
        key = (endpoint.id, str(row["participant"]), value)
        shown[key] = (Recorded(entries, value), told(used, answered_by(run.entries, entries)))
        found.setdefault(key, []).append(_rule(run, str(row["rule"]), endpoint))
    for key, rules in found.items():
        number, kept = shown[key]
        who = f"{run.label(run.study.endpoints[key[0]])}, participant {key[1]}: "
        yield (who, *kept, f" is used; {' and '.join(rules)} would give ", number, ".")


def _value(run: Run, value: str | float | None, endpoint: Endpoint) -> str:
    return run.written(endpoint, value) if isinstance(value, float | int) else "no value"


def _rule(run: Run, rule: str, endpoint: Endpoint) -> str:
    kind, _, name = rule.partition(" ")
    if kind == "visit":
        return f"the visit “{run.visit_label(name)}”"
    if kind == "flagged":
        form = (endpoint.source or "").partition(".")[0]
        return f"the record with “{item_label(run.study, form, name)}”"
    return "the last value on or before study day 0"
