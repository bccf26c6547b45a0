"""What a report is written from: the plan, the results, the rows behind figures, and the way back to the entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trialbook.analysis.frames import Datasets
from trialbook.analysis.results import Analysis, Listing, Result
from trialbook.capture.ledger import Entry
from trialbook.protocol.model import Derived, Endpoint, Item, Study, Text
from trialbook.protocol.unit_words import show_unit
from trialbook.render.inline import Line
from trialbook.render.numbers import show_signed
from trialbook.report.quote import Quotes, quotes_of
from trialbook.report.shown import LANGUAGE, write_own

Stats = dict[str, Result]
"""Statistic -> result."""

Listed = dict[str, str | float | int | None]
"""A row of a listing, by column."""

Rows = list[tuple[Listed, tuple[int, ...]]]
"""Rows of a listing, each with its entries."""

TESTS = {"paired t": "change", "sign flip": "sign_flip", "signed rank": "signed_rank"}
"""Test of the plan -> analysis whose results hold its p."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the plan over one state of the ledger."""

    study: Study
    analysis: Analysis
    datasets: Datasets
    entries: Mapping[int, Entry]
    quotes: Quotes
    raster: bool = False
    """Whether the figures are also drawn as pictures."""

    @property
    def invented(self) -> bool:
        """Tell whether no value belongs to a person, which every figure then says."""
        return self.study.identity.data == "invented"

    def say(self, text: Text) -> str:
        """Write a text of the study file in the language of the report, or in the study's first where it has none."""
        return self.study.say(text, LANGUAGE)

    def visit_label(self, visit: str) -> str:
        """Name a visit, planned or not, as the report does."""
        planned = self.study.schedule.visits.get(visit)
        if planned is not None:
            return self.say(planned.label) or visit.capitalize()
        return visit.replace("unscheduled-", "Unscheduled visit ") if visit else ""

    def at(self, visit: str) -> str:
        """Name a visit inside a sentence: `at week 12`, `after four infusions`."""
        label = self.visit_label(visit)
        is_english = LANGUAGE in self.study.identity.languages
        words = label[:1].lower() + label[1:] if is_english and label[1:2].islower() else label
        return words if words.startswith(("before ", "after ")) else f"at {words}"

    def set_label(self, name: str) -> str:
        """Name an analysis set."""
        planned = self.study.analysis.sets.get(name)
        return (self.say(planned.label) if planned else "") or name

    def label(self, endpoint: Endpoint) -> str:
        """Name an endpoint."""
        return self.say(endpoint.label) or endpoint.id

    def unit(self, endpoint: Endpoint) -> str:
        """Write the unit of an endpoint; empty where it has none."""
        source = self.source(endpoint)
        return show_unit(endpoint.unit or (source.unit if source else None) or "")

    def source(self, endpoint: Endpoint) -> Item | Derived | None:
        """Return what an endpoint is read from; None for a responder."""
        return self.study.item(endpoint.source) if endpoint.source else None

    def written(self, endpoint: Endpoint, value: float) -> str:
        """Write the value of one participant; a sum that gaps made uneven so that it can be told from a whole one."""
        return write_own(self.source(endpoint), value, endpoint.decimals)

    def written_change(self, endpoint: Endpoint, change: float) -> str:
        """Write the change of one participant, with its sign."""
        return ("+" if show_signed(change, endpoint.decimals)[0] == "+" else "") + self.written(endpoint, change)

    def listing(self, name: str) -> Listing | None:
        """Return the rows of that name, None where there are none."""
        found = self.analysis.listings.get(name)
        return found if found is not None and found.rows else None

    def has_values(self, endpoint: Endpoint) -> bool:
        """Tell whether any value of an endpoint is recorded; of a responder, whether it can be judged for anybody."""
        if endpoint.source:
            return self.listing(f"course.{endpoint.id}") is not None
        if endpoint.levels:
            return any(row.stat == "n" and row.value for row in self.quotes.of("levels", endpoint.id))
        return any(row.stat == "n" and row.n for row in self.quotes.of("responder", endpoint.id))

    def is_followed(self) -> bool:
        """Tell whether anything is recorded at a visit or at any time: a published table alone tells of neither."""
        return len(self.datasets.events) > 0 or bool((self.datasets.observations["visit"] != "").any())

    def followed(self) -> tuple[Endpoint, ...]:
        """Return the endpoints that are numbers followed over the visits."""
        return tuple(endpoint for endpoint in self.study.endpoints.values() if endpoint.source)

    def stats_at(
        self, analysis: str, endpoint: str, visit: str, analysis_set: str | None = None, *, group: str = ""
    ) -> Stats:
        """Return the results of an endpoint at one visit by their statistic; by default in the plan's set, of all."""
        chosen = self.study.analysis.set if analysis_set is None else analysis_set
        wanted = (visit, chosen, group, "")
        rows = self.quotes.of(analysis, endpoint)
        return {row.stat: row for row in rows if (row.visit, row.analysis_set, row.group, row.level) == wanted}

    def grouped(self, analysis: str, endpoint: str) -> dict[tuple[str, str], Stats]:
        """Return arm and visit -> statistic -> result of an endpoint in the plan's set, in order."""
        found: dict[tuple[str, str], Stats] = {}
        for row in self.quotes.of(analysis, endpoint):
            if row.analysis_set == self.study.analysis.set and not row.level:
                found.setdefault((row.group, row.visit), {})[row.stat] = row
        return found

    def arm_label(self, arm: str) -> str:
        """Name an arm."""
        planned = self.study.arms.get(arm)
        return (self.say(planned.label) or arm) if planned is not None else arm

    def pair_label(self, group: str) -> str:
        """Name two arms that are compared, as `b minus a` or `b against a`."""
        for between in (" minus ", " against "):
            one, is_pair, other = group.partition(between)
            if is_pair:
                return f"{self.arm_label(one)}{between}{self.arm_label(other)}"
        return group

    def planned_at(self, endpoint: str, visit: str) -> Stats:
        """Return the results of the planned test of an endpoint at one visit."""
        return self.stats_at(TESTS[self.study.analysis.test], endpoint, visit)

    @property
    def is_adjusted(self) -> bool:
        """Tell whether the planned tests are judged by p that are adjusted for each other."""
        return self.study.analysis.multiplicity != "none"

    def p_of(self, stats: Stats) -> Line:
        """Quote p of a test for a sentence, and beside it the adjusted one by which it is judged, if any."""
        adjusted = stats.get("p_adjusted")
        has_both = adjusted is not None and adjusted.value is not None
        beside: Line = (", adjusted ", self.quotes.number(adjusted)) if adjusted is not None and has_both else ()
        return (self.quotes.p(stats["p"]), *beside)

    def focal_visit(self, endpoint: Endpoint) -> str | None:
        """Return the visit of which the Results speak: the primary one; where it has no pairs, the last that has."""
        plan = self.study.analysis
        if endpoint.id == plan.primary_endpoint and plan.primary_visit:
            return plan.primary_visit
        if endpoint.when:
            return self._judged(endpoint)
        pairs = [row for row in self.quotes.of("change", endpoint.id) if row.stat == "n_pairs"]
        pairs = [row for row in pairs if row.group] or pairs
        tested = [row.visit for row in pairs if isinstance(row.value, float | int) and row.value > 1]
        found = tested or [row.visit for row in pairs]
        return plan.primary_visit if plan.primary_visit in found else next(reversed(found), None)

    def _judged(self, endpoint: Endpoint) -> str | None:
        """Return the last visit at which a condition could be judged for anybody; the last of all where there is none.

        With the primary visit among them, that one.
        """
        plan = self.study.analysis
        found = [row.visit for row in self.quotes.of("responder", endpoint.id) if row.stat == "n" and row.n]
        return plan.primary_visit if plan.primary_visit in found else next(reversed(found), endpoint.visit)


def run_of(
    study: Study, analysis: Analysis, datasets: Datasets, entries: Mapping[int, Entry], *, raster: bool = False
) -> Run:
    """Put together what a report is written from."""
    quotes = quotes_of(analysis.results, study.analysis.alpha)
    return Run(study=study, analysis=analysis, datasets=datasets, entries=entries, quotes=quotes, raster=raster)


def as_mappings(listing: Listing | None) -> Iterator[tuple[Listed, tuple[int, ...]]]:
    """Yield each row of a listing by column name, with its entries."""
    if listing is None:
        return iter(())
    return (
        (dict(zip(listing.columns, row, strict=True)), cells)
        for row, cells in zip(listing.rows, listing.cells, strict=True)
    )
