"""What the abstract says of the primary endpoint: a change, a condition that holds, or levels, of all or by arm."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.analysis.decision import AS_ONE_STAGE, STOPPED
from trialbook.analysis.results import Result
from trialbook.protocol.model import Endpoint
from trialbook.render.inline import Emphasis, Line, join
from trialbook.render.numbers import show_share
from trialbook.report.arms import arm_lines, has_arms
from trialbook.report.levels import level_line
from trialbook.report.run import Run, Stats
from trialbook.report.sentences import change_line, held_line, own_line, responder_line, test_line

NOT_RECORDED = "No value of the primary endpoint is recorded."


def primary(run: Run) -> Endpoint | None:
    """Return the primary endpoint, or the first that is followed where none is named."""
    named = run.study.endpoints.get(run.study.analysis.primary_endpoint or "")
    return named if named is not None else next(iter(run.followed()), None)


def leading(run: Run) -> Endpoint | None:
    """Return the endpoint whose values figures show first: the primary one, or the first where that is no number."""
    named = primary(run)
    return named if named is not None and named.source else next(iter(run.followed()), None)


def primary_line(run: Run) -> Line:
    """Say what the primary endpoint came to at its visit; empty where there is none."""
    endpoint = primary(run)
    if endpoint is None:
        return ()
    if not run.has_values(endpoint):
        others = any(run.has_values(one) for one in run.study.endpoints.values())
        return (NOT_RECORDED,) if others and run.study.analysis.primary_endpoint == endpoint.id else ()
    visit = run.focal_visit(endpoint)
    if visit is None:
        return ()
    lead = Emphasis(f"{run.label(endpoint)} {run.at(visit)}. ")
    return (lead, *join([line for line in _said(run, endpoint, visit) if line], " "))


def _said(run: Run, endpoint: Endpoint, visit: str) -> Iterator[Line]:
    if endpoint.levels:
        yield level_line(run, endpoint, visit)
    elif endpoint.when:
        yield from condition_lines(run, endpoint, visit)
    elif has_arms(run):
        yield from arm_lines(run, endpoint, visit)
    else:
        yield change_line(run, endpoint, visit, run.stats_at("change", endpoint.id, visit))
        yield test_line(run, run.planned_at(endpoint.id, visit))


def condition_line(run: Run, endpoint: Endpoint) -> Line:
    """Return what the Results say of a condition: of the primary one also its tests; the study's own words first."""
    if endpoint.id != run.study.analysis.primary_endpoint or own_line(run, endpoint.id) is not None:
        return responder_line(run, endpoint)
    visit = run.focal_visit(endpoint) or ""
    return join([line for line in condition_lines(run, endpoint, visit) if line], " ")


def condition_lines(run: Run, endpoint: Endpoint, visit: str) -> Iterator[Line]:
    """Yield for how many a condition held at a visit, then what was planned to be tested of it."""
    yield held_line(run, endpoint, visit, exact=True)
    yield from _of_arms(run, endpoint, visit)
    yield _binomial(run, endpoint, visit)
    yield _design(run, endpoint, visit)
    yield _mcnemar(run, endpoint, visit)


def _of_arms(run: Run, endpoint: Endpoint, visit: str) -> Iterator[Line]:
    """Yield for how many it held in each arm, and the exact test of the arms."""
    each: list[Line] = [
        (run.quotes.number(stats["n"]), f" of {stats['n'].n} in {run.arm_label(group)}")
        for (group, at), stats in run.grouped("arms", endpoint.id).items()
        if at == visit and "n" in stats
    ]
    if each:
        yield ("It held for ", *join(each, last=" and "), ".")
    for (group, at), stats in run.grouped("fisher", endpoint.id).items():
        if at == visit and _known(stats, "p") is not None:
            chosen = "" if run.study.analysis.between else "; not chosen beforehand"
            yield (f"{run.pair_label(group)}: Fisher’s exact test gave ", *run.p_of(stats), f"{chosen}.")


def _binomial(run: Run, endpoint: Endpoint, visit: str) -> Line:
    """Say what the exact test against the share of the planned design gave; empty where none is planned."""
    design, p = run.study.analysis.design, _known(run.stats_at("binomial", endpoint.id, visit), "p_greater")
    if p is None or design is None:
        return ()
    share, staged = show_share(design.null), "" if design.kind == "single stage" else f", {AS_ONE_STAGE}"
    return (f"The exact binomial test of a share above {share} gave ", run.quotes.p(p), f", one-sided{staged}.")


def _design(run: Run, endpoint: Endpoint, visit: str) -> Line:
    """Say what the planned design decides; empty where it has no limit."""
    stats = run.stats_at("design", endpoint.id, visit)
    needed, planned, verdict = (_known(stats, name) for name in ("needed", "n_planned", "verdict"))
    if needed is None or planned is None or verdict is None:
        return ()
    number, here = run.quotes.number, _known(stats, "needed_here")
    if verdict.value == STOPPED:
        return _stopped(run, stats)
    limit: Line = ("The limit of the design, ", number(needed), " of its ", number(planned), ", is ")
    if not isinstance(planned.value, int | float) or (verdict.n or 0) <= planned.value:
        return (*limit, number(verdict), f". {verdict.warning}".rstrip())
    if here is None:
        return (*limit, number(verdict), f"; since {verdict.n} are judged, it has not the level and power planned.")
    return (
        "The design is for ", number(planned), f" participants; of the {here.n} judged ", number(here),
        " are needed by the exact test of the same level, a limit that is ", number(verdict), ".",
    )  # fmt: skip


def _stopped(run: Run, stats: Stats) -> Line:
    """Say that the first stage ended in futility, by which numbers; empty where these are not known."""
    first, held, most = (_known(stats, name) for name in ("n_first", "n_first_stage", "stop_at_most"))
    if first is None or held is None or most is None:
        return ()
    number, judged = run.quotes.number, "" if held.n == first.value else f" ({held.n} judged)"
    return (
        "By the design the study stops for futility after the first stage: of the first ", number(first),
        f" participants{judged} the condition held for ", number(held), "; to go on it has to hold for more than ",
        number(most), ".",
    )  # fmt: skip


def _mcnemar(run: Run, endpoint: Endpoint, visit: str) -> Line:
    """Say who gained and lost the condition since the baseline; empty where it was not judged there, or by arms."""
    stats = run.stats_at("mcnemar", endpoint.id, visit)
    gained, lost, p = (_known(stats, name) for name in ("gained", "lost", "p"))
    if gained is None or lost is None or p is None:
        return ()
    number = run.quotes.number
    return (
        "Since the baseline ", number(gained), " gained it and ", number(lost), " lost it (McNemar’s exact test, ",
        *run.p_of(stats), ").",
    )  # fmt: skip


def _known(stats: Stats, name: str) -> Result | None:
    row = stats.get(name)
    return row if row is not None and row.value is not None else None


__all__ = ["condition_line", "leading", "primary", "primary_line"]
