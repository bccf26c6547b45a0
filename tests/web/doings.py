"""What others do in a study while an assessor rates: none of it may show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType

from tests.web.conftest import CUSTODIAN
from tests.web.twin_study import AMENDED, CODES, PERSONS, VISITS, day
from tests.web.twins import Teller

from trialbook.capture.acts import (
    adopt,
    clear,
    complete,
    correct,
    countersign,
    enrol,
    enter,
    freeze,
    grant,
    lock,
    note,
    override,
    raise_query,
    reassign_query,
    register_recording,
    release_recordings,
    restore_consent,
    revoke,
    save_form,
    screen,
    screen_fail,
    sign,
    unblind,
    verify_source,
    withdraw,
    withdraw_consent,
)
from trialbook.capture.asking import (
    alert,
    answer_query,
    approve,
    close_query,
    delegate,
    discard,
    erase,
    keep_identity,
    look,
    propose,
    review_access,
    train,
    transfer,
)
from trialbook.capture.ledger import fold
from trialbook.conduct.casebook import Cell
from trialbook.conduct.content import content_of
from trialbook.protocol.read import parse_study
from trialbook.web.accounts.models import SignIn, What
from trialbook.web.models import Look

Do = Callable[[Teller, int, str], None]


def someone(teller: Teller, number: int) -> str:
    """Return the code of one of the participants that there are by now; one is begun where there is none."""
    if not teller.codes:
        teller.did("ida", screen("P5"))
    return teller.codes[number % len(teller.codes)]


def visit_of(number: int) -> str:
    """Return a visit, or one that nobody planned."""
    return (*VISITS, "unscheduled-1")[number % 5]


def value(teller: Teller, number: int, words: str) -> None:
    """Let a laboratory value arrive, some of them so odd that a rule asks; then let it be corrected."""
    code, visit = someone(teller, number), VISITS[(0, 2, 3)[number % 3]]
    if teller.tried("nora", save_form(code, "lab", {"ck": str(number * 37)}, visit=visit, reasons=words)):
        teller.labs.append((code, visit))
    if number % 2:
        teller.tried("ida", correct(code, "lab", "ck", str(number), visit=visit, reason=words))
    if number % 7 == 0:
        teller.tried("ida", clear(code, "lab", "ck", visit=visit, reason=words))


def dose(teller: Teller, number: int, words: str) -> None:
    """Let a drug be given, and let the second person look."""
    code, row = someone(teller, number), str(1 + number % 3)
    given = {"start": day(teller.doors.moment), "given": str(100 + number)}
    teller.tried("nora", save_form(code, "infusion", given, repeat=row, reasons=words))
    teller.tried("ida", countersign(code, "infusion", words, agree=number % 2 == 0, repeat=row))


def event(teller: Teller, number: int, words: str) -> None:
    """Let an adverse event be recorded."""
    answers = {"term": words, "start": day(teller.doors.moment), "serious": "yes" if number % 2 else "no"}
    teller.tried("nora", save_form(someone(teller, number), "ill", answers, repeat=str(number % 4), reasons=words))


def ask(teller: Teller, number: int, words: str) -> None:
    """Let a query be raised: on a value, on a rating, on a participant, to anybody, the assessor among them."""
    code, form = someone(teller, number), ("lab", "rating", "")[number % 3]
    to = ("", "nora", "assessor", "asa")[number % 4]
    by = "ida" if number % 2 else "mona"
    item = {"lab": "ck", "rating": "left"}.get(form, "")
    teller.tried(by, raise_query(code, words, form=form, visit=VISITS[number % 4] if form else "", item=item, to=to))


def pursue(teller: Teller, number: int, words: str) -> None:
    """Let a query be answered, assigned or closed."""
    for code, query in teller.queries[number % 3 :: 3]:
        teller.tried("ida", answer_query(code, query, words))
        teller.tried("ida", reassign_query(code, query, "nora"))
        teller.tried("mona", close_query(code, query, words))


def remark(teller: Teller, number: int, words: str) -> None:
    """Let a note be written: on the study, a participant, a visit or a form."""
    code = someone(teller, number)
    acts = (
        note(words),
        note(words, participant=code),
        note(words, participant=code, visit=visit_of(number), form="rating"),
    )
    teller.tried(("ida", "nora", "mona")[number % 3], acts[number % 3])


def enrolled(teller: Teller, number: int, words: str) -> None:
    """Let somebody else come into the study, as far as screening, enrolment, a visit without its diary, an end."""
    code = f"{'PQA'[number % 3]}{3 + number % 4}"
    teller.tried("ida", screen(code, site=(None, "North", "South")[number % 3]))
    if number % 4 == 1:
        teller.tried("ida", screen_fail(code, on=day(teller.doors.moment), why=words))
    if number % 4 > 1:
        teller.tried("ida", enrol(code, on=day(teller.doors.moment - timedelta(days=number % 50))))
        teller.tried("nora", enter(code, "visit", "date", day(teller.doors.moment), visit="baseline"))
    if number % 4 == 3 and teller.tried("nora", enter(code, "diary", "days", "3", visit="baseline")):
        end = withdraw(code, on=day(teller.doors.moment), why=words) if number % 8 == 3 else complete(code)
        teller.tried("ida", end)  # refused of somebody who has left already


def seal(teller: Teller, number: int, words: str) -> None:
    """Let a laboratory form be compared with its source, frozen or locked."""
    for code, visit in teller.labs[-2:]:
        teller.tried("mona", verify_source(code, [Cell(visit, "lab", "", "ck")]))
        if number % 2:
            teller.tried("mona", lock("form", participant=code, visit=visit, form="lab", reason=words))
        else:
            teller.tried("mona", freeze("form", participant=code, visit=visit, form="lab", why=words))


def unblinded(teller: Teller, number: int, words: str) -> None:
    """Let somebody learn what was hidden; let a rating of another visit be opened before its time."""
    kind, code = ("planned", "emergency", "accidental")[number % 3], someone(teller, number)
    teller.tried("ida", unblind(kind, words, reason=words, participant=code if number % 2 else ""))
    teller.tried("ida", override(CODES[number % 2], VISITS[number % 4], "rating", reason=words))


def unplanned(teller: Teller, number: int, words: str) -> None:
    """Let a participant come between two visits."""
    code = someone(teller, number)
    teller.tried("nora", enter(code, "visit", "date", day(teller.doors.moment), visit=f"unscheduled-{1 + number % 3}"))
    teller.tried("nora", enter(code, "visit", "date", words, visit="unscheduled-9"))


def granted(teller: Teller, number: int, words: str) -> None:
    """Let other people come and go: other assessors, custodians, people of sites."""
    person, role = f"p{number % 5}", (*PERSONS.values(), "custodian")[number % 6]
    site = (None, "North", "South")[number % 3]
    if teller.tried(CUSTODIAN, grant(person, role, site=site)) and number % 2:
        teller.tried(CUSTODIAN, revoke(person, role, reason=words, site=site))


def amended(teller: Teller, number: int, words: str) -> None:
    """Let another version of the study come into force that leaves alone what the assessor sees."""
    study, problems = parse_study(AMENDED[1 + number % len(AMENDED)], file="study.yaml")
    assert study is not None, problems
    site = (None, None, "North", "South")[number % 4]
    if number % 3 == 0:
        teller.tried(CUSTODIAN, propose(study, reason=words))
    if number % 6 == 0:
        teller.tried(CUSTODIAN, discard(study.fingerprint, reason=words))
    teller.tried(CUSTODIAN, adopt(study, reason=words, site=site))
    teller.tried(CUSTODIAN, approve(study.fingerprint, on=day(teller.doors.moment), said=words, site=site))


def came(teller: Teller, number: int, words: str) -> None:
    """Let people sign in, look and be refused: what the site itself keeps."""
    del teller
    person = (*PERSONS, "p1")[number % 6]
    SignIn.objects.create(code=person, what=list(What)[number % len(What)], note=words)
    Look.objects.create(person=person, what=Look.What.REFUSED, note=f"GET /participants/{words}/")


def delegated(teller: Teller, number: int, words: str) -> None:
    """Let tasks be delegated, people be trained, access be looked through."""
    person = ("asa", "nora", "amy")[number % 3]
    teller.tried("ida", delegate(person, PERSONS[person], words, since="2026-01-05"))
    teller.tried("ida", train(person, words, on="2026-01-05", version=str(number)))
    teller.tried(CUSTODIAN, review_access("0" * 64, words))


def moved(teller: Teller, number: int, words: str) -> None:
    """Let a participant move to another site, be looked up, an alert be sent, a word be erased."""
    code = someone(teller, number)
    teller.tried("ida", transfer(code, ("North", "South", "West")[number % 3], reason=words, on="2026-06-01"))
    teller.tried("ida", keep_identity(code))
    teller.tried("amy", alert(code, words))
    teller.tried(CUSTODIAN, look(words, reason=words))
    if teller.queries:
        teller.tried(CUSTODIAN, erase([teller.queries[0][1]], reason="A name was typed"))


def filmed(teller: Teller, number: int, words: str) -> None:
    """Let ratings be recorded, released and rated by somebody else who is blind."""
    code, visit = someone(teller, number), VISITS[(0, 2, 3)[number % 3]]
    on = day(teller.doors.moment)
    teller.tried("nora", register_recording(code, visit, "clip", on=on, file=f"{words}.mp4", reason=words))
    if teller.tried("ida", release_recordings("clip", [code], seed=f"{number:064x}")):
        teller.tried("vera", save_form(code, "clip", {"rise": str(number % 5)}, visit=visit))


def consented(teller: Teller, number: int, words: str) -> None:
    """Let a participant withdraw from treatment, or the use of data, and perhaps take it back."""
    code, scope = someone(teller, number), ("treatment", "data use")[number % 2]
    teller.tried("ida", withdraw_consent(code, scope, on=day(teller.doors.moment), why=words, reason=words))
    if number % 4 > 1:
        teller.tried("ida", restore_consent(code, scope, reason=words))


def guessed(teller: Teller, number: int, words: str) -> None:
    """Let the other assessor's guess of an earlier visit be corrected, and be asked about."""
    code, visit = someone(teller, number), VISITS[number % 3]
    teller.tried("amy", correct(code, "guess", "week", str(number), visit=visit, reason=words))
    teller.tried("mona", raise_query(code, words, form="guess", visit=visit, item="arm", to="asa"))


def signed(teller: Teller, number: int, words: str) -> None:
    """Let a laboratory form be signed, and changed after that, so that the signature is void."""
    for code, visit in teller.labs[-2:]:
        casebook, cell = fold(teller.entries)[code], Cell(visit, "lab", "", "")
        seen = content_of(teller.site.study, casebook, cell)
        teller.tried("ida", sign(code, "form", words, content=seen, visit=visit, form="lab"))
        if number % 2:
            teller.tried("ida", correct(code, "lab", "ck", str(number), visit=visit, reason=words))


DOINGS: Mapping[str, Do] = MappingProxyType(
    {
        "value": value, "dose": dose, "event": event, "ask": ask, "pursue": pursue, "remark": remark,
        "enrolled": enrolled, "seal": seal, "unblinded": unblinded, "unplanned": unplanned, "granted": granted,
        "amended": amended, "came": came, "delegated": delegated, "moved": moved,
        "filmed": filmed, "signed": signed, "consented": consented, "guessed": guessed,
    }
)  # fmt: skip
"""What others do, by name. Each leaves alone which ratings are open now and what stands in them."""
