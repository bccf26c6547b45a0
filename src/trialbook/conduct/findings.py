"""What the rules of a study find in the answers as they stand: one engine for page, save, import and report."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from trialbook.conduct.answers import values_for
from trialbook.conduct.casebook import VISIT_FORM, Casebook, Cell
from trialbook.conduct.completeness import Asked
from trialbook.conduct.schedule import anchor_date
from trialbook.protocol.conditions import Condition, compile_condition, names_for
from trialbook.protocol.model import EditCheck, Form, Item, Study
from trialbook.protocol.typed_numbers import outside_expected
from trialbook.protocol.values import limit_of
from trialbook.wording import sentence

EXPECTED = "expected"
"""Name of the rule that an answer lies in the expected range of its item."""

EARLIER = frozenset({"baseline", "previous"})
"""First parts of names that mean an earlier visit."""

CHECK = "check "
"""Begins the name of the rule that an edit check of a form holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule finds wrong in one filled-in form, or one row of it."""

    participant: str
    visit: str
    form: str
    repeat: str
    item: str
    """Empty for an edit check, which speaks of the form."""
    rule: str
    """`expected`, or `check` and the id of the edit check."""
    text: str
    """What to ask, as a sentence."""
    found: str
    """On what it was judged: the answer, or for an edit check a hash of the answers that it names."""

    @property
    def cell(self) -> Cell:
        """Where it is."""
        return Cell(self.visit, self.form, self.repeat, self.item)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRules:
    """The rules of one form, compiled, and the names that all of them together use."""

    ranged: Mapping[str, Item]
    """The items with an expected range, by their ids."""
    hides: Mapping[str, Condition]
    """Item -> the condition that, where it is false, hides it."""
    checks: tuple[tuple[EditCheck, Condition], ...]
    names: frozenset[str]


class Rules:
    """The rules of a study, each compiled once."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.asked = Asked(study)
        self.of = lru_cache(maxsize=None)(self._of)
        self.judging = lru_cache(maxsize=None)(self._judging)
        self.judges = lru_cache(maxsize=None)(self._judges)

    def _of(self, form: str) -> FormRules:
        plan = self.study.forms[form]
        items = plan.items.values()
        hides = {item.id: self.asked.compiled(item.when, "item", form) for item in items if item.when is not None}
        known = {item: condition for item, condition in hides.items() if condition is not None}
        checks = tuple(self._checks(plan))
        conditions = (*known.values(), *(condition for _, condition in checks))
        return FormRules(
            ranged={item.id: item for item in items if (item.expected_low, item.expected_high) != (None, None)},
            hides=known,
            checks=checks,
            names=frozenset(name for condition in conditions for name in condition.names),
        )

    def _checks(self, form: Form) -> Iterator[tuple[EditCheck, Condition]]:
        for check in form.checks:
            compiled = compile_condition(check.when, names_for(self.study, "check", form=form.id))
            if isinstance(compiled, Condition):
                yield check, compiled

    def _judges(self, form: str, item: str) -> bool:
        """Tell whether any rule of the study hangs on an item; those of the built-in form of a visit are in no form."""
        own = self.of(form) if form in self.study.forms else None
        has_own = own is not None and (item in own.ranged or bool(own.checks))
        return has_own or bool(self.judging(form))

    def _judging(self, form: str) -> tuple[str, ...]:
        """Return the forms whose edit checks use answers of this one from elsewhere: itself, at an earlier visit."""
        return tuple(other for other in self.study.forms if form in self._named(other))

    def _named(self, form: str) -> set[str]:
        """Return the forms whose answers the edit checks of a form use from elsewhere."""
        parts = [name.split(".") for _, condition in self.of(form).checks for name in condition.names]
        earlier = {part[1] for part in parts if part[0] in EARLIER}
        return earlier | ({_of_visit(part[0]) for part in parts if part[0] not in EARLIER} - {form})

    def values(self, casebook: Casebook, form: str, visit: str, repeat: str) -> Mapping[str, object]:
        """Return the value of each name that a rule of a form uses."""
        names = self.of(form).names
        if not names:
            return {}
        anchor = anchor_date(self.study, casebook)
        return values_for(self.study, casebook, visit=visit, form=form, repeat=repeat, anchor=anchor, names=names)

    def hidden(self, casebook: Casebook, form: str, visit: str = "", repeat: str = "") -> frozenset[str]:
        """Return the items of a form that are not asked, by the answers as they stand."""
        hides = self.of(form).hides
        values = self.values(casebook, form, visit, repeat) if hides else {}
        return frozenset(item for item, condition in hides.items() if condition.judge(values) is False)


def _of_visit(name: str) -> str:
    return VISIT_FORM if name == "visit" else name


def form_findings(
    study: Study, casebook: Casebook, form: str, visit: str = "", repeat: str = ""
) -> tuple[Finding, ...]:
    """Return what the rules of a form find in it at a visit, or in one row: odd answers, failed checks.

    A form without answers has none. Answers that are missing leave a check unknown, which finds nothing. KeyError
    where there is no such form.
    """
    rules, place = rules_of(study), Cell(visit, form, repeat, "")
    ranged = (judge_range(rules, casebook, place._replace(item=item)) for item in rules.of(form).ranged)
    checked = (finding for _, finding, _ in judge_checks(rules, casebook, place))
    return tuple(finding for finding in (*ranged, *checked) if finding is not None)


def judge_range(rules: Rules, casebook: Casebook, cell: Cell) -> Finding | None:
    """Return the finding that an answer lies outside of the expected range of its item; None where it does not."""
    item, answer = rules.of(cell.form).ranged.get(cell.item), casebook.answers.get(cell)
    if item is None or answer is None or not answer.value:
        return None
    limit = limit_of(answer.value)
    problem = outside_expected(item, limit, answer.value.removeprefix(limit), answer.text)
    return None if problem is None else _finding(casebook, cell, EXPECTED, sentence(problem), answer.value)


def judge_checks(rules: Rules, casebook: Casebook, place: Cell) -> Iterator[tuple[str, Finding | None, bool]]:
    """Yield each edit check of a filled-in form: its rule, what it finds, and whether it is known to hold.

    In a form that has no answers any more every check holds.
    """
    checks = rules.of(place.form).checks
    is_begun = checks and _is_begun(rules, casebook, place)
    values = rules.values(casebook, place.form, place.visit, place.repeat) if is_begun else {}
    for check, condition in checks:
        holds = condition.judge(values) if is_begun else True
        rule, text = CHECK + check.id, rules.study.say(check.say)
        is_broken = holds is False
        found = _finding(casebook, place, rule, text, _digest(condition, values)) if is_broken else None
        yield rule, found, holds is True


def _is_begun(rules: Rules, casebook: Casebook, place: Cell) -> bool:
    items = rules.study.forms[place.form].items
    return any(place._replace(item=item) in casebook.answers for item in items)


def begun_places(rules: Rules, casebook: Casebook, changed: Collection[tuple[str, str]]) -> Iterator[Cell]:
    """Yield the filled-in forms whose edit checks use answers of other forms that changed; `changed` has form, visit.

    A form of a visit can use answers of an earlier one, so every visit at which it is filled in is looked at.
    """
    users = {other for form, _ in changed for other in rules.judging(form)}
    if users:
        yield from dict.fromkeys(cell._replace(item="") for cell in casebook.answers if cell.form in users)


def _digest(condition: Condition, values: Mapping[str, object]) -> str:
    """Return a hash of the answers on which a condition was judged: what they are may not be for everybody."""
    told = "\n".join(f"{name}={values.get(name)}" for name in sorted(condition.names))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _finding(casebook: Casebook, cell: Cell, rule: str, text: str, found: str) -> Finding:
    return Finding(
        participant=casebook.participant, visit=cell.visit, form=cell.form, repeat=cell.repeat, item=cell.item,
        rule=rule, text=text, found=found,
    )  # fmt: skip


# ---- compiled once ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A study as the key of what was worked out for it: the very same one, since its mappings have no hash."""

    study: Study

    def __eq__(self, other: object) -> bool:
        """Tell whether this is the same study, not one that says the same."""
        return isinstance(other, _Same) and other.study is self.study

    def __hash__(self) -> int:
        """Return a number that goes with the study."""
        return id(self.study)


def rules_of(study: Study) -> Rules:
    """Return the rules of a study, compiled at the first call."""
    return _rules(_Same(study))


@lru_cache(maxsize=8)
def _rules(key: _Same) -> Rules:
    return Rules(key.study)
