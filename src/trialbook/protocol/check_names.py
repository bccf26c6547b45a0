"""Names of a study file, and what is said where one is not known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from trialbook.errors import Level, Place, Problem
from trialbook.protocol.eligibility_form import ELIGIBILITY
from trialbook.protocol.model import Criterion, Derived, Form, Item, Study
from trialbook.protocol.reading import KeyPath, place_of
from trialbook.protocol.suggest import listed, suggest


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """A study with the places of its keys."""

    study: Study
    places: Mapping[KeyPath, Place]
    complained: Collection[Place] = frozenset()
    """Places of what could not be read: it was complained of, and what follows from it is not told."""

    def problem(self, code: str, path: KeyPath, level: Level = "error", **values: str) -> Problem:
        """Return a problem at a key, or at the nearest key around it."""
        return Problem(code=code, place=place_of(self.places, path), values=values, level=level)

    def is_written(self, *path: str) -> bool:
        """Tell whether the file has this key."""
        return path in self.places

    def is_unread(self, *path: str) -> bool:
        """Tell whether a key, or something within it, could not be read."""
        return bool(self.complained) and any(
            place in self.complained for key, place in self.places.items() if key[: len(path)] == path
        )

    def is_undated(self, form: str) -> bool:
        """Tell whether it could not be read when a form is answered, or how often."""
        keys = (("forms", form, "at"), ("forms", form, "repeating"), ("visits", "sets"))
        return any(self.is_unread(*key) for key in keys)

    def is_broken(self, form: str, item: Item | Derived) -> bool:
        """Tell whether an item was given a kind only because its own could not be read: it was complained of."""
        path = ("forms", form, "items", item.id, "text")
        return isinstance(item, Item) and item.kind == "text" and path[:-1] in self.places and path not in self.places

    def is_asked(self, criterion: Criterion) -> bool:
        """Tell whether the file gives a criterion no rule, so that it is answered in the form `eligibility`."""
        path = ("eligibility", criterion.kind, criterion.id)
        is_written = any(self.is_written(*path, key) for key in ("when", "since", "washout"))
        return criterion.when == f"{ELIGIBILITY}.{criterion.id}" and not is_written

    def _unknown(self, code: str, name: str, known: Iterable[str], path: KeyPath) -> Problem:
        every = tuple(known)
        return self.problem(code, path, name=name, did_you_mean=suggest(name, every), known=listed(every, most=20))

    def visit(self, name: str, path: KeyPath) -> Iterator[Problem]:
        """Yield a problem where no such visit is planned."""
        visits = self.study.schedule.visits
        if visits and name not in visits:
            yield self.problem(
                "SCHED-01", path, visit=name, did_you_mean=suggest(name, visits), visits=listed(visits, most=30)
            )

    def form(self, name: str, path: KeyPath) -> Iterator[Problem]:
        """Yield a problem where there is no such form."""
        if name not in self.study.forms:
            yield self._unknown("FORM-01", name, self.study.forms, path)

    def role(self, name: str, path: KeyPath) -> Iterator[Problem]:
        """Yield a problem where there is no such role."""
        if name not in self.study.roles:
            yield self._unknown("FORM-03", name, self.study.roles, path)

    def treatment(self, name: str, path: KeyPath) -> Iterator[Problem]:
        """Yield a problem where there is no such treatment."""
        if name not in self.study.treatments:
            yield self._unknown("PLAN-03", name, self.study.treatments, path)

    def endpoint(self, name: str, path: KeyPath) -> Iterator[Problem]:
        """Yield a problem where there is no such endpoint."""
        if name not in self.study.endpoints:
            yield self._unknown("PLAN-01", name, self.study.endpoints, path)

    def item(self, name: str, path: KeyPath) -> Iterator[Problem]:
        """Yield a problem where there is no item or derived number `form.item`."""
        form = self.study.forms.get(name.partition(".")[0])
        is_unread = form is not None and not form.items  # its items, or its instrument, were complained of
        if self.find(name) is None and not is_unread:
            every = (f"{form.id}.{item}" for form in self.study.forms.values() for item in (*form.items, *form.derived))
            known = tuple(every)
            yield self.problem(
                "FORM-02", path, item=name, did_you_mean=suggest(name, known), items=listed(self._near(name, known))
            )

    def _near(self, name: str, known: tuple[str, ...]) -> tuple[str, ...]:
        """Return the items of the same form, or all."""
        own = tuple(item for item in known if item.startswith(name.partition(".")[0] + "."))
        return own or known

    def date_item(self, name: str, path: KeyPath) -> Iterator[Problem]:
        """Yield a problem where `form.item` is no date."""
        yield from self.item(name, path)
        found = self.find(name)
        if found is not None and not self.is_broken(name.partition(".")[0], found[1]):
            item = found[1]
            if not isinstance(item, Item) or item.kind != "date":
                yield self.problem("FORM-14", path, item=name)

    def moment(self, name: str, path: KeyPath) -> Iterator[Problem]:
        """Yield a problem where a name is no date, or leaves open which of several rows is meant."""
        which, _, item = name.rpartition(" ")
        yield from self.date_item(item, path)
        found = self.find(item)
        if found is not None and not which and (found[0].repeating or found[0].timing == "any time"):
            yield self.problem("FORM-30", path, item=item)

    def find(self, name: str) -> tuple[Form, Item | Derived] | None:
        """Return the form and the item or derived number `form.item`."""
        form_id, _, item_id = name.partition(".")
        form = self.study.forms.get(form_id)
        if form is None:
            return None
        found = form.items.get(item_id) or form.derived.get(item_id)
        return None if found is None else (form, found)
