"""Intervals of responders and of adverse events, and the time that participants were followed.

EVT-06: the share of participants with an event has its exact interval.
EVT-07: events are told per 100 participant-weeks; events and weeks are of the same participants.
EVT-08: where nobody's time is known, the rows carry the reason.
EVT-09: only events that began in the time followed, or may have, are in the rate.
EVT-10: of those still taking part the time followed lasts to the last dated visit or dose, whichever is later.
PLAN-12: the share of responders has an exact interval and one by score, of those who can be judged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from trialbook.analysis.datasets import Datasets, select
from trialbook.analysis.followup import weeks_followed
from trialbook.analysis.plan import run_plan
from trialbook.analysis.proportions import clopper_pearson, wilson
from trialbook.analysis.rates import UNDATED, level_in_words
from trialbook.analysis.results import Result
from trialbook.conduct.casebook import Casebook
from trialbook.protocol.model import Study

Small = Callable[..., Study]
Person = Callable[..., Casebook]
Collect = Callable[..., Datasets]
RATE = ("weeks", "rate", "rate_low", "rate_high")


def run(datasets: Datasets) -> dict[str, Result]:
    return dict(run_plan(datasets.study, datasets).results.by_id())


def people(person: Person) -> tuple[Casebook, ...]:
    """Return four: ended after two weeks, seen last after four, without any date, not enrolled."""
    return (
        replace(person("1", {"|harms.term|1": "Cough", "|harms.term|2": "Rash"}), ended_on="2026-01-23"),
        person("2", {"start|visit.date": "2026-01-10", "week 4|visit.date": "2026-02-06", "|harms.term|1": "Cough"}),
        person("3", {"|harms.term|1": "Cough", "|harms.term|2": "Cough", "start|blood.ck": "4"}, on=None),
        person("4", {"|harms.term|1": "Cough"}, status="screen failure"),
    )


def test_evt_07_weeks(small: Small, person: Person, datasets_of: Collect) -> None:
    """EVT-07: 10 to 23 January are fourteen days, 10 January to 6 February twenty-eight."""
    assert weeks_followed(datasets_of(small(), *people(person))) == {"1": 2.0, "2": 4.0}


def test_evt_07_a_day_before_the_first_is_no_time(small: Small, person: Person, datasets_of: Collect) -> None:
    early = person("1", {"screening|visit.date": "2026-01-02", "screening|blood.ck": "4"})
    partial = replace(person("2", {}), ended_on="2026-02")
    assert weeks_followed(datasets_of(small(), early, partial)) == {}


def test_evt_07_rate(small: Small, person: Person, datasets_of: Collect) -> None:
    """EVT-07: three events in six weeks of two; the two events of the third are left out with their time."""
    datasets = datasets_of(small(), *people(person))
    rows = run(datasets)
    found = [rows[f"events.harms.all.{stat}"] for stat in RATE]
    assert [row.value for row in found] == pytest.approx([6, 50, 10.311202, 146.121218], rel=1e-6)
    assert {row.n for row in found} == {2}
    assert all(row.warning.startswith("Of 1 participants the time followed is not known") for row in found)
    assert rows["events.harms.all.n_events"].value == 5
    assert all(len(select(datasets, row.source)) for row in found)


@pytest.mark.parametrize(
    ("start", "counts"),
    [
        ("2026-01-09", 0), ("2026-01-10", 1), ("2026-01-23", 1), ("2026-01-24", 0), ("2025", 0), ("2026-01", 1),
        ("2026-02", 0), ("2026", 1), (None, 1),
    ],
)  # fmt: skip
def test_evt_09_only_events_of_the_time_followed(
    small: Small, person: Person, datasets_of: Collect, start: str | None, counts: int
) -> None:
    """EVT-09: followed from 10 to 23 January; what surely began outside of it is in no rate, and is counted."""
    study = small()
    harms = study.forms["harms"]
    started = replace(harms.items["term"], id="start", kind="date", partial=True, required=False)
    form = replace(harms, items={**harms.items, "start": started})
    given = {"|harms.term|1": "Cough", **({"|harms.start|1": start} if start else {})}
    one = replace(person("1", given), ended_on="2026-01-23")
    rows = run(datasets_of(replace(study, forms={**study.forms, "harms": form}), one))
    assert rows["events.harms.all.n_events"].value == 1
    assert rows["events.harms.all.n_in_time"].value == counts
    for name in ("all", "Cough"):
        assert rows[f"events.harms.{name}.rate"].value == pytest.approx(50 * counts)
        assert ("before or after the time followed" in rows[f"events.harms.{name}.rate"].warning) == (not counts)
    assert rows["events.harms.participant.1.rate"].value == pytest.approx(50 * counts)


BOOK = {
    "|adverse_events.term|1": "Rash", "|adverse_events.start|1": "2026-01-17", "|adverse_events.term|2": "Fever",
    "|adverse_events.start|2": "2026-01-24", "|adverse_events.term|3": "Cough",
    "|adverse_events.start|3": "2026-01-30", "|background_drugs.drug|1": "Azathioprine",
    "|background_drugs.start|1": "2026-02-01",
}  # fmt: skip
"""Events of an interim look, week 4 not reached; a background drug is no dose."""


def infusions(*amounts: str | None) -> dict[str, str | None]:
    """Return infusions on days 0, 7, 14 and so on from 10 January."""
    days = ("2026-01-10", "2026-01-17", "2026-01-24", "2026-01-31")
    rows = enumerate(zip(days, amounts, strict=False), start=1)
    return {
        f"|infusion.{item}|{row}": text
        for row, given in rows
        for item, text in zip(("start", "given"), given, strict=True)
    }


@pytest.mark.parametrize("baseline", ["2026-01-10", "2026-01-07"])
@pytest.mark.parametrize(
    ("amounts", "days", "inside"),
    [
        (("600", "600", "600"), 15, 2),
        (("600", "600", "600", "0"), 15, 2),
        (("600", "600", None), 15, 2),
        (("600",), 1, 0),
    ],
)
def test_evt_10_doses_after_the_last_visit(
    shipped: Callable[[str], Datasets], person: Person, datasets_of: Collect, baseline: str,
    amounts: tuple[str | None, ...], days: int, inside: int,
) -> None:  # fmt: skip
    """EVT-10: reactions to doses count; a row with an amount of 0 is no dose; days of events lengthen nothing."""
    study = shipped("rituximab_polymyositis").study
    rows = run(datasets_of(study, person("1", {"baseline|visit.date": baseline, **BOOK, **infusions(*amounts)})))
    found = {stat: rows[f"events.adverse_events.all.{stat}"].value for stat in ("weeks", "n_in_time", "rate")}
    assert found == pytest.approx({"weeks": days / 7, "n_in_time": inside, "rate": 700 * inside / days})


@pytest.mark.parametrize(("ended", "weeks"), [("2026-01-18", 9 / 7), (None, 4.0)])
def test_evt_10_the_end_or_a_later_visit(
    shipped: Callable[[str], Datasets], person: Person, datasets_of: Collect, ended: str | None, weeks: float
) -> None:
    """EVT-10: of who has left the end of participation counts, whatever was recorded after it; a later visit counts."""
    study = shipped("rituximab_polymyositis").study
    book = person("1", {"week 4|visit.date": "2026-02-06", **infusions("600", "600", "600")})
    assert weeks_followed(datasets_of(study, replace(book, ended_on=ended))) == {"1": pytest.approx(weeks)}


def test_evt_08_nobody_dated(small: Small, person: Person, datasets_of: Collect) -> None:
    rows = run(datasets_of(small(), person("1", {"|harms.term|1": "Cough"}, on=None)))
    for stat in RATE:
        assert (rows[f"events.harms.all.{stat}"].value, rows[f"events.harms.all.{stat}"].error) == (None, UNDATED)


def test_evt_07_no_event_leads_to_the_participants(small: Small, person: Person, datasets_of: Collect) -> None:
    datasets = datasets_of(small(), replace(person("1", {"start|blood.ck": "4"}), ended_on="2026-01-23"))
    rows = run(datasets)
    assert rows["events.harms.all.rate"].value == 0
    for stat in ("rate_high", "ci_high"):
        assert set(select(datasets, rows[f"events.harms.all.{stat}"].source)["item"]) == {"status"}


def test_evt_06_share(small: Small, person: Person, datasets_of: Collect) -> None:
    rows = run(datasets_of(small(), *people(person)))
    exact = clopper_pearson(3, 3)
    assert rows["events.harms.all.ci_low"].value == pytest.approx(100 * (exact.low or 0))
    assert rows["events.harms.all.ci_high"].value == 100
    assert rows["events.harms.all.ci_low"].n == 3


def test_plan_12_responders(small: Small, person: Person, datasets_of: Collect) -> None:
    """PLAN-12: two of three; the fourth cannot be judged. The plan's confidence is used, and named."""
    study = small()
    study = replace(study, analysis=replace(study.analysis, confidence=Decimal("0.9")))

    def strong(code: str, power: str | None) -> Casebook:
        names = ("left", "right", "grip") if power else ()
        return person(code, {"start|blood.ck": "5", **{f"week 8|strength.arm.{name}": power for name in names}})

    rows = run(datasets_of(study, strong("1", "9"), strong("2", "7"), strong("3", "8"), strong("4", None)))
    for rule, low, high in ((clopper_pearson, "ci_low", "ci_high"), (wilson, "wilson_low", "wilson_high")):
        found = rule(2, 3, confidence=0.9)
        for name, end in ((low, found.low), (high, found.high)):
            row = rows[f"responder.strong.week_8.enrolled.{name}"]
            assert row.value == pytest.approx(100 * (end or 0))
            assert row.n == 3
            assert row.method.startswith("90 % confidence interval of ")


def test_plan_12_nobody_can_be_judged(small: Small, person: Person, datasets_of: Collect) -> None:
    rows = run(datasets_of(small(), person("1", {"start|blood.ck": "5"})))
    for stat in ("ci_low", "ci_high", "wilson_low", "wilson_high"):
        assert rows[f"responder.strong.week_8.enrolled.{stat}"].error


def test_plan_12_levels_in_words() -> None:
    assert [level_in_words(Decimal(level)) for level in ("0.95", "0.9", "0.999", "0.975")] == [
        "95 %", "90 %", "99.9 %", "97.5 %",
    ]  # fmt: skip
