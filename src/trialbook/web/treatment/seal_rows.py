"""How every form, visit and participant is sealed: waiting for a signature, signed, changed since, frozen, locked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext

from trialbook.conduct.blinding import shown_forms
from trialbook.conduct.casebook import VISIT_FORM, Casebook, Cell, Seal
from trialbook.conduct.completeness import begun_rows, is_complete
from trialbook.conduct.content import lies_in
from trialbook.conduct.findings import rules_of
from trialbook.conduct.schedule import visits_done
from trialbook.protocol.model import Form, Study
from trialbook.web.actor import Actor
from trialbook.web.forms.sheet import visit_name
from trialbook.web.saying import listed
from trialbook.web.treatment.links import address_of, participant_page

SealState = Literal["waiting", "void", "signed", "incomplete", "empty"]
SignLevel = Literal["form", "visit", "participant"]
ENDED = frozenset({"completed", "withdrawn", "screen failure"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SealRow:
    """One form, visit or participant, with its seals."""

    participant: str
    level: SignLevel
    cell: Cell
    title: str
    state: SealState
    signature: Seal | None
    """The last valid one; where there is none, the last that became void."""
    changed: str
    """Of a void signature: the answer that made it so, as far as it still stands."""
    closing: Seal | None
    """Freeze or lock that keeps it from being changed."""
    queries: int
    """Those that are not closed."""
    is_whole: bool
    """All of it is shown to the asker, so that they can sign it."""
    address: str

    @property
    def code(self) -> str:
        """Return what names the place in an address."""
        return write_place(self.cell)

    def waits_for(self, actor: Actor) -> bool:
        """Tell whether the asker's role could sign it now."""
        is_open = self.closing is None or self.closing.kind != "lock"
        return self.state in {"waiting", "void"} and self.is_whole and is_open and actor.signs(self.level)


def write_place(cell: Cell) -> str:
    """Write the place of a form, a visit or a participant as a text: `week 4/enzymes/`."""
    return "/".join(part.replace("~", "~0").replace("/", "~1") for part in cell[:3])


def read_place(text: str) -> Cell | None:
    """Read a place; None where it is none."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")]
    return Cell(parts[0], parts[1], parts[2], "") if len(parts) == 3 else None


def level_of(cell: Cell) -> SignLevel:
    """Return what a place is."""
    return "form" if cell.form else "visit" if cell.visit else "participant"


def seal_rows(actor: Actor, casebook: Casebook, language: str | None) -> Iterator[SealRow]:
    """Yield the participant, their visits and their forms, as far as the asker is shown them."""
    study, shown = actor.study, shown_forms(actor.study, casebook, actor.role)
    forms = [form for form in study.forms.values() if form.id in shown]
    done = _visits(study, casebook)
    yield _row(study, casebook, shown, Cell("", "", "", ""), language)
    for form in forms:
        if form.timing != "visits":
            yield _row(study, casebook, shown, Cell("", form.id, "", ""), language)
    for visit in done:
        yield _row(study, casebook, shown, Cell(visit, "", "", ""), language)
        for form in forms:
            if form.timing == "visits" and (visit in form.visits or begun_rows(form, casebook, visit)):
                yield _row(study, casebook, shown, Cell(visit, form.id, "", ""), language)


def seal_row(actor: Actor, casebook: Casebook, cell: Cell, language: str | None) -> SealRow:
    """Return how one place is sealed."""
    return _row(actor.study, casebook, shown_forms(actor.study, casebook, actor.role), cell, language)


def _visits(study: Study, casebook: Casebook) -> list[str]:
    """Return the visits that took place, the planned ones first and in their order."""
    done = visits_done(casebook)
    planned = [visit for visit in study.schedule.visits if visit in done]
    return planned + sorted(done.difference(planned), key=lambda visit: (len(visit), visit))


def _row(study: Study, casebook: Casebook, shown: frozenset[str], cell: Cell, language: str | None) -> SealRow:
    signatures = [seal for seal in casebook.seals.values() if seal.kind == "sign"]
    valid = [seal for seal in signatures if seal.is_valid and seal.covers(cell)]
    void = [seal for seal in signatures if not seal.is_valid and seal.cell == cell]
    return SealRow(
        participant=casebook.participant,
        level=level_of(cell),
        cell=cell,
        title=title_of(study, casebook, cell, language),
        state="signed" if valid else "void" if void else _filled(study, casebook, shown, cell),
        signature=next(reversed(valid or void), None),
        changed="" if valid or not void else change_of(study, casebook, void[-1].void_since, language),
        closing=casebook.closed_by(cell),
        queries=sum(one.status != "closed" and lies_in(one.cell, cell) for one in casebook.queries.values()),
        is_whole=not hidden_in(study, shown, cell),
        address=_address(study, casebook.participant, cell),
    )


def change_of(study: Study, casebook: Casebook, seq: int | None, language: str | None) -> str:
    """Return what the entry with a number changed: label, who, why; empty where something else stands there by now."""
    found = next(((cell, one) for cell, one in casebook.answers.items() if one.seq == seq), None)
    if found is None:
        return ""
    cell, answer = found
    item = study.forms[cell.form].items.get(cell.item) if cell.form in study.forms else None
    label = cell.item if item is None else study.say(item.label, language)
    return listed(part for part in (label, answer.by, answer.reason) if part)


def title_of(study: Study, casebook: Casebook, cell: Cell, language: str | None) -> str:
    """Return what a place is called."""
    visit = visit_name(study, cell.visit, language) if cell.visit else ""
    if not cell.form:
        return visit or gettext("All of %(participant)s") % {"participant": casebook.participant}
    form = study.forms.get(cell.form)
    label = cell.form if form is None else study.say(form.label, language)
    row = gettext("row %(row)s") % {"row": cell.repeat} if cell.repeat else ""
    return " · ".join(part for part in (visit, label, row) if part)


def hidden_in(study: Study, shown: frozenset[str], cell: Cell) -> list[Form]:
    """Return the forms of a place that the asker is not shown now: what one has not seen one cannot sign.

    At a visit that nobody planned no form is due. Where something was recorded there all the same that the asker is not
    shown, the mark of the content is another than that of their page, and the ledger takes no signature.
    """
    if cell.form:
        return [study.forms[cell.form]] if cell.form in study.forms and cell.form not in shown else []
    forms = (form for form in study.forms.values() if not cell.visit or form.timing == "visits")
    found = [form for form in forms if form.id not in shown]
    return [form for form in found if not cell.visit or cell.visit in form.visits]


def _filled(study: Study, casebook: Casebook, shown: frozenset[str], cell: Cell) -> SealState:
    """Say whether a place is filled in so far that it can be signed."""
    if not cell.form and not cell.visit:
        return "waiting" if casebook.status in ENDED else "incomplete"
    if cell.form:
        return _form_state(study, casebook, cell.form, cell.visit)
    states = [
        _form_state(study, casebook, form.id, cell.visit) for form in study.visit_forms(cell.visit) if form.id in shown
    ]
    return "waiting" if all(state == "waiting" for state in states) else "incomplete"


def _form_state(study: Study, casebook: Casebook, form: str, visit: str) -> SealState:
    plan = study.forms.get(form)
    if plan is None:
        return "waiting" if form == VISIT_FORM else "empty"
    asked = rules_of(study).asked
    if not asked.form(plan, casebook, visit):
        return "waiting"
    if not begun_rows(plan, casebook, visit if plan.timing == "visits" else ""):
        return "empty"
    return "waiting" if is_complete(study, casebook, form, visit, asked=asked) else "incomplete"


def _address(study: Study, participant: str, cell: Cell) -> str:
    form = study.forms.get(cell.form)
    if form is None:
        return participant_page(participant)
    return address_of(form, participant, visit=cell.visit, repeat=cell.repeat) or ""


def rows_of(rows: Sequence[SealRow], show: str, actor: Actor) -> list[SealRow]:
    """Return the rows of one kind."""
    if show == "waiting":
        return [row for row in rows if row.waits_for(actor)]
    if show == "closed":
        return [row for row in rows if row.closing is not None]
    return [row for row in rows if show in {"all", row.state}]
