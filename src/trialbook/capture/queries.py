"""Acts on queries: raised, answered, assigned, closed, by people and by the rules of the study."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from trialbook.capture.answers import at_site, find_form, find_item, is_addressed, is_visit
from trialbook.capture.asking import Act
from trialbook.capture.judging import Desk
from trialbook.capture.ledger import ANSWERS, Draft, cell_of
from trialbook.capture.marks import RULE
from trialbook.conduct.blinding import ENDED
from trialbook.conduct.casebook import Casebook, Cell, Query
from trialbook.conduct.findings import EXPECTED, Finding, Rules, begun_places, judge_checks, judge_range, rules_of
from trialbook.protocol.suggest import listed, suggest

CORRECTED = "the rule finds nothing any more"
"""Why a rule closes its query."""


def judge_raised(desk: Desk, asked: Draft) -> None:
    """Judge a query that somebody raises about an answer, a form, a visit or a participant."""
    if not desk.is_known(asked) or not is_place(desk, asked) or not is_receiver(desk, asked):
        return
    if not (asked.text or "").strip():
        desk.refuse("ACT-31", asked)
    elif desk.is_open(asked, only="lock"):
        standing = desk.standing(asked.participant or "", cell_of(asked)) if asked.item else None
        about = None if standing is None else standing.seq
        desk.record(replace(at_site(desk, asked, about=about), person=asked.person))


def is_place(desk: Desk, asked: Draft) -> bool:
    """Tell whether what a query speaks of is in the study, and refuse the draft where not."""
    if asked.item is not None:
        return find_item(desk, asked) is not None and is_addressed(desk, asked)
    if asked.form is not None:
        return (form := find_form(desk, asked)) is not None and (form.repeating or is_addressed(desk, asked))
    if asked.visit is None or is_visit(desk.study, asked.visit):
        return True
    known = desk.study.schedule.visits
    desk.refuse("ACT-06", asked, visit=asked.visit, near=suggest(asked.visit, known), known=listed(known))
    return False


def is_receiver(desk: Desk, asked: Draft) -> bool:
    """Tell whether a query goes to a role or person that there is, and refuse the draft where not."""
    people = {grant.person for grant in desk.state.people.grants}
    known = (*desk.study.roles, *sorted(people))
    if asked.person is None or asked.person in known:
        return True
    desk.refuse("ACT-32", asked, to=asked.person, near=suggest(asked.person, known), known=listed(known))
    return False


def judge_followed(desk: Desk, asked: Draft) -> None:
    """Judge what becomes of a query: answered, assigned to somebody else, or closed."""
    query = find_query(desk, asked)
    if query is None or not is_receiver(desk, asked):
        return
    if query.status == "closed":
        desk.refuse("ACT-34", asked, query=str(query.seq), by=query.closed_by or "somebody")
    elif asked.act == "answer_query" and not (asked.text or "").strip():
        desk.refuse("ACT-31", asked)
    elif desk.is_open(at_query(asked, query), only="lock"):
        desk.record(replace(at_site(desk, at_query(asked, query)), person=asked.person))


def find_query(desk: Desk, asked: Draft) -> Query | None:
    """Return the query of a draft; refuse the draft where the participant has none with this number."""
    casebook = desk.casebook(asked.participant) if desk.is_known(asked) else None
    query = None if casebook is None else casebook.queries.get(asked.about or 0)
    if casebook is not None and query is None:
        desk.refuse("ACT-33", asked, query=str(asked.about), participant=casebook.participant)
    return query


def at_query(asked: Draft, query: Query) -> Draft:
    """Return a draft with the address of the query that it speaks of."""
    cell = query.cell
    return replace(
        asked,
        visit=cell.visit or None,
        form=cell.form or None,
        repeat=cell.repeat or None,
        item=cell.item or None,
    )


# ---- by rule ----------------------------------------------------------------------------------------------------


def ask_by_rules(desk: Desk, act: Act) -> None:
    """Raise the queries of rules that the recorded answers break, and close those that they keep now.

    While a query of a rule about a cell is open there is no second; one that somebody closed is not raised again for
    the same answer. Where the participant's end is recorded an import raises none: nobody could answer them.
    """
    rules = rules_of(desk.study)
    touched: dict[str, dict[Cell, None]] = {}
    for draft in desk.drafts:
        if draft.act in ANSWERS and rules.judges(draft.form or "", draft.item or ""):
            touched.setdefault(draft.participant or "", {})[cell_of(draft)] = None
    for participant, cells in touched.items():
        casebook = desk.casebook_now(participant)
        if casebook is not None:
            raises = act.name != "import_rows" or casebook.status not in ENDED
            settle(desk, rules, casebook, cells, raises=raises)


def settle(desk: Desk, rules: Rules, casebook: Casebook, cells: Iterable[Cell], *, raises: bool) -> None:
    """Raise and close the queries of rules about some cells, and about the checks that use them."""
    last = {(query.cell, query.rule): query for query in casebook.queries.values() if query.rule}
    for place, rule, finding, is_kept in judged(rules, casebook, cells):
        query = last.get((place, rule))
        if finding is not None and raises and may_ask(query, finding):
            ask(desk, casebook, finding)
        elif is_kept and query is not None and query.status != "closed":
            answer_by_rule(desk, casebook, query)


def judged(rules: Rules, casebook: Casebook, cells: Iterable[Cell]) -> Iterator[tuple[Cell, str, Finding | None, bool]]:
    """Yield cell, rule, what the rule finds, and whether it is kept, for everything that a change of cells concerns."""
    places: dict[Cell, None] = {}
    for cell in cells:
        place = cell._replace(item="")
        if cell.form in rules.study.forms:
            finding = judge_range(rules, casebook, cell)
            yield cell, EXPECTED, finding, finding is None
            places[place] = None
    places |= dict.fromkeys(begun_places(rules, casebook, {(cell.form, cell.visit) for cell in cells}))
    for place in places:
        for rule, finding, is_kept in judge_checks(rules, casebook, place):
            yield place, rule, finding, is_kept


def may_ask(query: Query | None, finding: Finding) -> bool:
    """Tell whether a rule may ask: nothing is open, and nobody has said that this answer is right."""
    if query is None:
        return True
    is_excused = not query.closed_by_rule and query.found == finding.found
    return query.status == "closed" and not is_excused


def ask(desk: Desk, casebook: Casebook, finding: Finding) -> None:
    """Raise the query of a rule, unless what it speaks of is locked."""
    cell = finding.cell
    standing = casebook.answers.get(cell)
    draft = Draft(
        act="query", participant=casebook.participant, site=casebook.site, visit=cell.visit or None, form=cell.form,
        repeat=cell.repeat or None, item=cell.item or None, about=None if standing is None else standing.seq,
        text=finding.text, value=finding.found, source_file=RULE + finding.rule,
    )  # fmt: skip
    if desk.closing(draft, only="lock") is None:
        desk.record(draft)


def answer_by_rule(desk: Desk, casebook: Casebook, query: Query, *, why: str = CORRECTED) -> None:
    """Close the query of a rule that is kept now, or is no more."""
    draft = Draft(
        act="close_query", participant=casebook.participant, site=casebook.site, about=query.seq, reason=why,
        source_file=RULE + query.rule,
    )  # fmt: skip
    if desk.closing(at_query(draft, query), only="lock") is None:
        desk.record(at_query(draft, query))
