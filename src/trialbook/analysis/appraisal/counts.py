"""Findings about counts: names in a table against counts elsewhere, percentages, parts of a whole, words for rare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from trialbook.analysis.appraisal.findings import Bar, Finding, Value, Verdict, count_bar, finding, printed_bar
from trialbook.analysis.appraisal.model import Lists, Paper, Share, Total
from trialbook.analysis.appraisal.printed import RULES
from trialbook.analysis.appraisal.summaries import places_agree
from trialbook.analysis.proportions import clopper_pearson


def appraise_lists(paper: Paper, lists: Lists) -> Iterator[Finding]:
    """Yield every name that places of a paper count differently, and every one that a place leaves out."""
    about = ("lists", lists.id)
    own: dict[str, list[str]] = {}
    for who, names in lists.values.items():
        for name in dict.fromkeys(names):
            own.setdefault(name, []).append(who)
    wrong = [
        one for name in _every_name(lists, own) for one in _about_name(paper, lists, name, tuple(own.get(name, ())))
    ]
    yield from wrong
    differing = {one.facts["name"] for one in wrong}
    bars = tuple(count_bar(name, len(own[name])) for name in _every_name(lists, own) if name not in differing)
    if lists.counted and bars:
        made = finding(paper, "APPR-70", "consistent", about, lists.label, count=len(bars), where=lists.where)
        yield replace(made, axis="participants, the same in every place", bars=bars)


def _every_name(lists: Lists, own: dict[str, list[str]]) -> tuple[str, ...]:
    counted = [name for counts in lists.counted.values() for name in counts]
    return tuple(dict.fromkeys([*own, *counted]))


def _about_name(paper: Paper, lists: Lists, name: str, who: tuple[str, ...]) -> Iterator[Finding]:
    """Yield where places do not count a name as the table has it."""
    about = ("lists", lists.id, "counted")
    counts = {place: counted.get(name, 0) for place, counted in lists.counted.items()}
    bars = tuple(count_bar(place, count, is_printed=True) for place, count in counts.items())
    bars = (count_bar(lists.where, len(who)), *bars)
    axis = f"participants with {name}"
    absent = tuple(place for place, counted in lists.counted.items() if name not in counted and who)
    if absent:
        made = finding(
            paper, "APPR-72", "contradiction", about, lists.label, name=name, who=who, where=lists.where, absent=absent
        )
        yield replace(made, axis=axis, bars=bars)
    for place, count in counts.items():
        if place not in absent and count != len(who):
            made = finding(
                paper, "APPR-71", "contradiction", (*about, place, name), lists.label, name=name, count=count,
                own=len(who), where=lists.where, place=place,
            )  # fmt: skip
            yield replace(made, axis=axis, bars=bars)


def appraise_share(paper: Paper, share: Share) -> Iterator[Finding]:
    """Yield whether a percentage is that of its counts, and whether words for rare are borne out by so few."""
    about = ("shares", share.id)
    exact = Fraction(100 * share.count, share.of)
    yield from places_agree(paper, share.percent, (*about, "percent"), f"{share.label}: percentage")
    for printed in list(share.percent.values())[:1]:
        rules = printed.rules_for(exact)
        fits = bool(rules) and (paper.rounding is None or paper.rounding in rules)
        code: str
        verdict: Verdict
        code, verdict = ("APPR-73", "consistent") if fits else ("APPR-74", "impossible")
        facts: dict[str, Value] = {"count": share.count, "of": share.of, "printed": printed, "exact": float(exact)}
        made = finding(paper, code, verdict, (*about, "percent"), share.label, **facts)
        bars = (printed_bar(printed), Bar("computed", float(exact), float(exact)))
        yield replace(made, axis=f"{share.label}, %", bars=bars)
        if fits and len(rules) < len(RULES):
            rule = next(iter(rules))
            made = finding(
                paper, "APPR-28", "possible only if", (*about, "percent"), share.label, printed=printed,
                exact=float(exact), rule=rule, grid="the counts",
            )  # fmt: skip
            yield replace(made, axis=f"{share.label}, %", bars=bars)
    if share.words:
        yield _rare(paper, share)


def _rare(paper: Paper, share: Share) -> Finding:
    found = clopper_pearson(share.count, share.of)
    low, high = 100 * (found.low or 0.0), 100 * (1.0 if found.high is None else found.high)
    limit = float(100 * share.at_most)
    facts: dict[str, Value] = {
        "count": share.count,
        "of": share.of,
        "words": share.words,
        "low_percent": low,
        "high_percent": high,
    }
    code: str
    verdict: Verdict
    code, verdict = ("APPR-76", "overstated") if high > limit else ("APPR-75", "consistent")
    made = finding(paper, code, verdict, ("shares", share.id, "words"), share.label, **facts)
    bars = (Bar(f"{share.count} of {share.of}, 95 % interval", low, high),)
    return replace(made, axis=f"{share.label}, %", bars=bars, line=("no longer rare", limit))


def appraise_total(paper: Paper, total: Total) -> Iterator[Finding]:
    """Yield whether parts add up to their whole."""
    added = sum(total.parts.values())
    code: str
    verdict: Verdict
    code, verdict = ("APPR-77", "consistent") if added == total.of else ("APPR-78", "contradiction")
    made = finding(
        paper, code, verdict, ("totals", total.id, "parts"), total.label, added=added, of=total.of,
        parts=tuple(f"{name} {count}" for name, count in total.parts.items()),
    )  # fmt: skip
    bars = (count_bar("parts together", added), count_bar("the whole", total.of, is_printed=True))
    yield replace(made, axis=total.label, bars=bars)
