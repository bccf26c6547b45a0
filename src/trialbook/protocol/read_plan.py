"""Identity, eligibility, treatments, endpoints, analysis and report: the sections without a schedule of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal

from trialbook.protocol.common_names import named
from trialbook.protocol.grammar import SECTIONS
from trialbook.protocol.grammar_plan import MISSING_RULES, MODELS, TESTS
from trialbook.protocol.model import (
    AnalysisSet,
    Arm,
    BaselineRule,
    Criterion,
    Derived,
    DoseRecord,
    Endpoint,
    FigurePlan,
    Form,
    Identity,
    InfusionSteps,
    Item,
    Meaningful,
    PlannedAnalysis,
    ReportPlan,
    Schedule,
    Treatment,
    Washout,
)
from trialbook.protocol.outcomes import Design, Entry, Reliability, TimeTo
from trialbook.protocol.read_visits import expand
from trialbook.protocol.reading import KeyPath, Notes, Raw, empty_part

Test = Literal["paired t", "signed rank", "sign flip"]

EXACT_TESTS: tuple[Test, ...] = ("sign flip", "signed rank")


def read_identity(raw: Raw) -> Identity:
    """Return what the study is called; placeholders stand for what is broken."""
    return Identity(
        id=raw["id"] or "",
        title=raw["title"] or {},
        design=raw["design"] or "",
        data=raw["data"] or "real",
        objective=raw["objective"] or {},
        timezone=raw["timezone"] or "UTC",
        languages=raw["languages"] or ("en",),
        sponsor=raw["sponsor"],
        registration=raw["registration"],
        citation=raw["citation"],
        licence=raw["licence"],
        planned=raw["planned"],
    )


def read_arms(raw_arms: Mapping[str, Raw], notes: Notes) -> dict[str, Arm]:
    """Return the arms in the order of the file."""
    return {
        name: Arm(
            id=name,
            label=raw["label"] or named(name, notes.languages),
            treatments=raw["treatments"] or (),
        )
        for name, raw in raw_arms.items()
    }


def read_criteria(raw: Raw) -> Iterator[Criterion]:
    """Yield the inclusion criteria, then the exclusion criteria."""
    for name, part in (raw["inclusion"] or {}).items():
        yield _criterion(Criterion(id=name, kind="inclusion", text={}), part)
    for name, part in (raw["exclusion"] or {}).items():
        yield _criterion(Criterion(id=name, kind="exclusion", text={}), part)


def _criterion(criterion: Criterion, raw: Raw) -> Criterion:
    return replace(
        criterion,
        text=raw["text"] or {},
        when=raw["when"],
        ask_when=raw["ask_when"],
        since=_span(raw["since"], "date"),
        washout=_span(raw["washout"], "since"),
        define=raw["define"] or {},
    )


def _span(raw: Raw | None, begin: str) -> Washout | None:
    if raw is None or raw[begin] is None or raw["at_least"] is None or raw["before"] is None:
        return None
    return Washout(since=raw[begin], at_least=raw["at_least"], before=raw["before"])


def read_treatments(raw_treatments: Mapping[str, Raw], notes: Notes) -> dict[str, Treatment]:
    """Return the treatments in the order of the file."""
    return {name: _treatment(name, raw, notes) for name, raw in raw_treatments.items()}


def _treatment(name: str, raw: Raw, notes: Notes) -> Treatment:
    give = raw["give"] or empty_part(SECTIONS["give"])
    needs = raw["needs"] or empty_part(SECTIONS["needs"])
    infuse = raw["infuse"] or empty_part(SECTIONS["infuse"])
    constant = raw["constant"] or empty_part(SECTIONS["constant"])
    return Treatment(
        id=name,
        label=raw["label"] or named(name, notes.languages),
        drug_class=raw["class"],
        dose=raw["dose"],
        body_surface=raw["body_surface"],
        weight=raw["weight"],
        height=raw["height"],
        round_to=raw["round_to"],
        cap=raw["cap"],
        vials=raw["vials"] or (),
        route=give["route"],
        first=give["first"],
        every=give["every"],
        times=give["times"],
        days=give["days"] or (),
        window=give["window"],
        infuse_first=_steps(infuse["first"]),
        infuse_later=_steps(infuse["later"]),
        before_each=raw["before_each"] or (),
        on_reaction_only=raw["on_reaction_only"] or (),
        needs_known=needs["known"] or (),
        decide_when=needs["decide_when"],
        decision=needs["decision"],
        withhold_when=needs["withhold_when"],
        constant_from=constant["from"],
        constant_to=constant["to"],
        recorded=_recorded(raw["recorded"]),
    )


def _steps(raw: Raw | None) -> InfusionSteps | None:
    """Return the rates of an infusion; None where one of them is missing or broken."""
    if raw is None or None in raw.values():
        return None
    return InfusionSteps(**raw)


def _recorded(raw: Raw | None) -> DoseRecord | None:
    if raw is None or raw["form"] is None or raw["start"] is None:
        return None
    return DoseRecord(**raw)


def read_endpoints(
    raw_endpoints: Mapping[str, Raw], forms: Mapping[str, Form], schedule: Schedule, notes: Notes
) -> dict[str, Endpoint]:
    """Return the endpoints; label, unit and decimals come from the item where the file gives none."""
    found = {}
    for name, raw in raw_endpoints.items():
        endpoint = _endpoint(name, raw, source_of(raw["from"] or raw["levels"], forms), notes)
        visits = _judged_at(raw["at"] or (), schedule, ("endpoints", name, "at"), notes)
        found[name] = replace(endpoint, visits=visits, visit=visits[-1] if visits else None)
    return found


def _judged_at(refs: tuple[str, ...], schedule: Schedule, path: KeyPath, notes: Notes) -> tuple[str, ...]:
    """Return the visits at which a condition is judged; none where no visit could be read."""
    if not schedule.visits:
        return ()
    return expand(refs, schedule.visits, schedule.sets, path, notes)


def source_of(name: str | None, forms: Mapping[str, Form]) -> Item | Derived | None:
    """Return the item or derived number named `form.item`, None where there is none."""
    form_id, _, item_id = (name or "").partition(".")
    if form_id not in forms:
        return None
    form = forms[form_id]
    return form.items.get(item_id) or form.derived.get(item_id)


def _endpoint(name: str, raw: Raw, source: Item | Derived | None, notes: Notes) -> Endpoint:
    label = source.label if source is not None else named(name, notes.languages)
    decimals = source.decimals if source is not None and source.decimals is not None else 1
    return Endpoint(
        id=name,
        label=raw["label"] or label,
        source=raw["from"],
        levels=raw["levels"],
        when=raw["when"],
        time_to=_time_to(raw["time_to"]),
        better=raw["better"] or "neither",
        unit=raw["unit"] or (source.unit if source is not None else None),
        decimals=decimals if raw["decimals"] is None else raw["decimals"],
        also=raw["also"],
        log=raw["log"] is True,
        meaningful=_meaningful(raw["meaningful"]),
        reliability=_reliability(raw["reliability"]),
        entry=_entry(raw["entry"]),
        friedman=raw["friedman"] is True,
    )


def _reliability(raw: Raw | None) -> Reliability | None:
    if raw is None or raw["is"] is None:
        return None
    return Reliability(amount=raw["is"], sd=raw["sd"], source=raw["source"] or {})


def _entry(raw: Raw | None) -> Entry | None:
    """Return a limit at entry; None where a part that it needs is missing or broken."""
    limits = (None, None) if raw is None else (raw["at_least"], raw["at_most"])
    limit = limits[1] if limits[0] is None else limits[0]
    if raw is None or limit is None or raw["mean"] is None or raw["sd"] is None:
        return None
    return Entry(
        side="below" if limits[0] is None else "above", limit=limit, mean=raw["mean"], sd=raw["sd"],
        correlation=raw["correlation"], times=raw["times"] or 1, source=raw["source"] or {},
    )  # fmt: skip


def _time_to(written: Any) -> TimeTo | None:  # noqa: ANN401 - a word, or a section of keys
    """Return a time to an event, of a word or of a section."""
    if not isinstance(written, dict):
        return None if written is None else TimeTo(event=written)
    return (
        None if written["event"] is None else TimeTo(event=written["event"], censor=written["censor"] or "last judged")
    )


def _meaningful(written: Decimal | Raw | None) -> Meaningful | None:
    """Return the smallest change that matters, of a number or of a number with its source."""
    if not isinstance(written, dict):
        return None if written is None else Meaningful(amount=written)
    return None if written["is"] is None else Meaningful(amount=written["is"], source=written["source"] or {})


def read_analysis(raw: Raw | None, notes: Notes) -> PlannedAnalysis:
    """Return the planned analysis; `check` asks for what must not be left to a default."""
    raw = empty_part(SECTIONS["analysis"]) if raw is None else raw
    sets = _sets(raw["sets"] or {"enrolled": {**empty_part(SECTIONS["set"]), "who": "enrolled"}}, notes)
    primary = raw["primary"] if isinstance(raw["primary"], dict) else {"endpoint": None, "at": None}
    alpha = raw["significant"] or Decimal("0.05")
    test: Test = raw["test"] or "paired t"
    beside = raw["sensitivity"]
    if beside is None:
        beside = tuple(name for name in EXACT_TESTS if name != test)
    return PlannedAnalysis(
        baseline=raw["baseline"] or BaselineRule(kind="last before anchor"),
        sets=sets,
        set=raw["set"] or next(iter(sets)),
        primary_endpoint=primary["endpoint"],
        primary_visit=primary["at"],
        test=test,
        sensitivity=tuple(name for name in beside if name in TESTS),
        sensitivity_missing=tuple(name for name in beside if name in MISSING_RULES),
        sensitivity_models=tuple(name for name in beside if name in MODELS),
        alpha=alpha,
        confidence=raw["confidence"] or 1 - alpha,
        multiplicity=raw["multiplicity"] or "none",
        missing=raw["missing"] or "available cases",
        intercurrent=raw["intercurrent"] or "treatment policy",
        looks=raw["looks"] or ("at any time" if raw["cut"] is None else "at database cut"),
        cut=raw["cut"],
        between=raw["between"],
        design=_design(raw["design"]),
    )


def _design(raw: Raw | None) -> Design | None:
    """Return a design; None where a part of it is missing or broken."""
    if raw is None or None in raw.values():
        return None
    return Design(
        endpoint=raw["endpoint"], kind=raw["kind"], null=raw["p0"], target=raw["p1"], alpha=raw["alpha"],
        power=raw["power"],
    )  # fmt: skip


def _sets(raw_sets: Mapping[str, Raw], notes: Notes) -> dict[str, AnalysisSet]:
    return {
        name: AnalysisSet(
            id=name,
            label=raw["label"] or named(name, notes.languages),
            who=raw["who"] or "enrolled",
            when=raw["when"],
        )
        for name, raw in raw_sets.items()
    }


def read_report(raw: Raw | None, endpoints: Mapping[str, Endpoint]) -> ReportPlan:
    """Return what the report shows; without a word about figures every endpoint followed has one."""
    raw = empty_part(SECTIONS["report"]) if raw is None else raw
    followed = tuple(endpoint.id for endpoint in endpoints.values() if endpoint.source is not None)
    written: tuple[Any, ...] = followed if raw["figures"] is None else raw["figures"]
    return ReportPlan(
        table_1=raw["table_1"] or (),
        figures=tuple(_figure(figure) for figure in written),
        sentences=raw["sentences"] or {},
        limits=tuple(text for text in raw["limits"] or () if text),
    )


def _figure(written: str | Raw) -> FigurePlan:
    if isinstance(written, str):
        return FigurePlan(id=written, endpoints=(written,))
    panel: tuple[str, ...] = written["panel"] or ()
    return FigurePlan(id="_".join(panel), endpoints=panel, title=written["title"] or {})
