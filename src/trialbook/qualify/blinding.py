"""Check of the blinding: twins of the study's own file that differ in all that a blind role must not know."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.conduct.blinding import mask, may_see
from trialbook.conduct.casebook import Answer, Casebook, Cell, Query, Unblinding
from trialbook.protocol.model import Form, Role, Study
from trialbook.qualify.outcome import NotApplicableError, Place, demand


def check_blinding(place: Place) -> str:
    """Mask pairs of casebooks that share only what is open, and compare what is shown, for every blind role."""
    from trialbook.folder import read_study

    study = read_study(place.where.study_file)
    blind = [role for role in study.roles.values() if role.blind]
    if not blind:
        raise NotApplicableError("The study file has no blind role.")
    pairs = 0
    for role in blind:
        for form, visits in openings(study, role):
            seen = [mask(study, made, role.id, visit=visit, repeat="1") for visit, made in twins(study, form, visits)]
            demand(seen[0].answers, f"Nothing of the open form {form.id} is shown to {role.id}.")
            demand(all(one == seen[0] for one in seen), f"What {role.id} is shown of {form.id} tells what is hidden.")
            other = casebook(study, form, visits[0], open_text="another")
            told = mask(study, other, role.id, visit=visits[0], repeat="1")
            demand(told != seen[0], f"Another answer in {form.id} is not told apart: the comparison is blunt.")
            pairs += len(seen) - 1
    demand(pairs, "No blind role is shown a form: there is nothing to compare.")
    return f"{pairs} pairs for {', '.join(role.id for role in blind)}: no difference; a visible one is told apart."


def openings(study: Study, role: Role) -> Iterator[tuple[Form, list[str]]]:
    """Yield each form that a blind role is shown, with the visits at which it is open; one that has no visit has ''."""
    for form in study.forms.values():
        if may_see(study, role.id, form.id):
            yield form, (list(form.visits) or list(study.schedule.visits)) if form.timing == "visits" else [""]


def twins(study: Study, form: Form, visits: list[str]) -> Iterator[tuple[str, Casebook]]:
    """Yield casebooks, each with the visit that is open, that hold the same open answers and nothing else alike."""
    for number, visit in enumerate(visits[:8]):
        yield visit, casebook(study, form, visit, number=number)
    yield visits[-1], casebook(study, form, visits[-1], number=99, is_rich=True)


def casebook(
    study: Study, form: Form, visit: str, *, number: int = 0, is_rich: bool = False, open_text: str = "open"
) -> Casebook:
    """Return a casebook in which the open form has the same answers, and all else hangs on the number."""
    answers = {
        Cell(visit, form.id, "1" if form.repeating else "", item): Answer(
            text=open_text,
            value=open_text,
            seq=1000 + 7 * number,
            at=f"2026-01-0{1 + number % 9}",
            by=f"rater {number}",
        )
        for item in form.items
    }
    for other in study.forms.values() if is_rich else ():
        if other.id != form.id:
            hidden = Answer(text=f"hidden {number}", value=f"hidden {number}", seq=number)
            answers |= {Cell(visit, other.id, "1" if other.repeating else "", item): hidden for item in other.items}
    return Casebook(
        participant="P1",
        site=f"site {number}",
        status="withdrawn" if is_rich else "enrolled",
        enrolled_on=f"2026-01-{1 + number % 28:02}",
        answers=answers,
        queries={1: Query(seq=number, cell=Cell(visit, form.id, "", ""), text="hidden")} if is_rich else {},
        unblindings=(Unblinding(seq=number, kind="accidental", who="x", reason="y"),) if is_rich else (),
    )
