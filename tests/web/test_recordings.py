"""Ratings from recordings, and guesses, on the site.

CLIP-W-01: a recording is offered only when the study file's rule is met and somebody released it; one at a time.
CLIP-W-02: order and codes come from a seed: two studies that differ in visits, dates and order of participants, and
    release with the same seed, give the rater pages of the same form; nothing shown tells visit, day or file.
CLIP-W-03: what is rated stands at the visit of the recording, though the page never named it.
CLIP-W-04: an alert on a recording reaches the participant's investigators.
CLIP-W-05: after a rating in the room the guess opens, at every visit alike; it shows no rating.
CLIP-W-07: two studies that differ in every hidden answer, day and file give the rater the same bytes.
UNBLIND-W-01: whoever signs records an unblinding, of a participant or of the study; no blind role finds the page.
UNBLIND-W-02: a participant whom the asker is not shown is refused as one whom nobody knows, not taken for the study.
CLIP-W-08: what was held until the lock is rated after it, of the participant or of the study; nothing else is.
CLIP-W-09: a participant who is frozen or locked stops nobody else's recordings.
CLIP-W-10: a recording is rated by the version of its site, and waits in one line with those of other sites.
CLIP-W-06: a nurse registers and an investigator releases; each sees the codes, the rater sees neither page.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.web.conftest import Served
from tests.web.hidden import STUDY, VISITS, begin, come, day, do, finish
from tests.web.treated import page

from trialbook.capture.acts import (
    adopt,
    enter,
    grant,
    lock,
    register_recording,
    release_recordings,
    save_form,
    screen,
    transfer,
    unblind,
    unlock,
)
from trialbook.conduct.recordings import Clip, clips
from trialbook.folder import read_kept

SEED = "0123456789abcdef" * 4
HELD = "after last visit"


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The folder of a small study with recordings; a test may name another rule for them."""
    made, rule = tmp_path / "study", getattr(request, "param", HELD)
    made.mkdir()
    (made / "study.yaml").write_text(STUDY.replace(f"recordings: {HELD}", f"recordings: {rule}"), encoding="utf-8")
    return made


def offered(served: Served) -> list[str]:
    return re.findall(r'href="/ratings/([^/]+)/clip/"', page(served.browser("asa"), "/"))


def rate(served: Served, code: str, rise: str, **more: str) -> int:
    asa, address = served.browser("asa"), f"/ratings/{code}/clip/"
    found = re.search(r'name="request" value="([^"]+)"', asa.get(address).content.decode())
    answers = {f"answer.{item}": text for item, text in {"rise": rise, **more}.items()}
    sent = {"request": found[1] if found else "none", "items": " ".join(["rise", *more]), **answers}
    return asa.post(address, sent).status_code


def test_held_released_and_rated_one_by_one(served: Served) -> None:
    """CLIP-W-01, CLIP-W-03."""
    finish(served, "P1")
    assert offered(served) == []
    do(served, "ida", release_recordings("clip", ["P1"], seed=SEED))
    form = served.site.study.forms["clip"]
    order = [(clip.code, clip.recording.visit) for clip in clips(form, served.site.casebooks["P1"])]
    assert [visit for _, visit in order] != list(VISITS)
    for number, (code, visit) in enumerate(order):
        assert offered(served) == [code]
        others = [one for one, _ in order if one != code]
        assert all(served.browser("asa").get(f"/ratings/{one}/clip/").status_code == 404 for one in others)
        assert rate(served, code, str(number)) == 302
        assert served.site.casebooks["P1"].value("clip", "rise", visit=visit) == str(number)
    assert offered(served) == []


def test_nothing_is_offered_before_the_last_visit(served: Served) -> None:
    """CLIP-W-01: and the release is refused."""
    begin(served, "P1")
    come(served, "P1", "baseline", ago=60)
    shown = page(served.browser("ida"), "/recordings/")
    assert "Release these for rating" not in shown
    answer = served.browser("ida").post("/recordings/release", {"form": "clip", "request": "r-1"})
    assert answer.status_code == 302
    assert served.site.casebooks["P1"].releases == {}
    assert offered(served) == []


def test_the_page_tells_neither_visit_nor_file(served: Served) -> None:
    """CLIP-W-02."""
    finish(served, "P1")
    do(served, "ida", release_recordings("clip", ["P1"], seed=SEED))
    (code,) = offered(served)
    asa = served.browser("asa")
    for address in ("/", f"/ratings/{code}/clip/", f"/alerts/{code}/"):
        shown = page(asa, address)
        told = re.sub(r"[\w-]*csrf[^>]*>", "", shown)
        for word in ("P1", ".mp4", "week 4", "week 8", "Week 8", "baseline", "Baseline", day(served, 70), SEED):
            assert word not in told, (address, word)


def test_a_code_hangs_on_the_seed_alone(served: Served) -> None:
    """CLIP-W-02: with the same seed the order says nothing of when visits took place or were registered."""
    finish(served, "P1", ago=70)
    finish(served, "P2", ago=63)
    do(served, "ida", release_recordings("clip", ["P1", "P2"], seed=SEED))
    form, books = served.site.study.forms["clip"], served.site.casebooks
    every = sorted(
        (clip.code, clip.participant, clip.recording.visit) for one in books.values() for clip in clips(form, one)
    )
    assert len({code for code, *_ in every}) == 6
    seen = []
    while found := offered(served):
        seen += found
        assert rate(served, found[0], "1") == 302
    assert seen == [code for code, *_ in every]


def test_an_alert_on_a_recording(served: Served) -> None:
    """CLIP-W-04."""
    finish(served, "P1")
    do(served, "ida", release_recordings("clip", ["P1"], seed=SEED))
    (code,) = offered(served)
    sent = {"text": "chokes while drinking", "request": "alert-1"}
    assert served.browser("asa").post(f"/alerts/{code}/", sent).status_code == 302
    (note,) = [entry for entry in served.site.history(participant="P1") if entry.act == "note"]
    assert "chokes" in (note.text or "")
    assert note.value == "safety alert"
    assert "chokes" in page(served.browser("ida"), "/participants/P1/")


def test_the_guess_opens_after_each_rating(served: Served) -> None:
    """CLIP-W-05."""
    begin(served, "P1", ago=28)
    asa = served.browser("asa")
    for visit, ago in (("baseline", 28), ("week 4", 0)):
        do(served, "nora", enter("P1", "visit", "date", day(served, ago), visit=visit))
        do(served, "nora", save_form("P1", "diary", {"days": "3"}, visit=visit))
        assert asa.get("/ratings/P1/guess/").status_code == 404
        do(served, "asa", save_form("P1", "rating", {"left": "7"}, visit=visit))
        shown = page(asa, "/ratings/P1/guess/")
        assert 'value="7"' not in shown
        do(served, "asa", save_form("P1", "guess", {"week": "3"}, visit=visit))
        assert asa.get("/ratings/P1/guess/").status_code == 404


def test_who_registers_and_who_releases(served: Served) -> None:
    """CLIP-W-06."""
    begin(served, "P1")
    nora, ida, asa = served.browser("nora"), served.browser("ida"), served.browser("asa")
    address = "/participants/P1/visits/baseline/recordings/clip/"
    assert nora.get(address).status_code == 200
    assert nora.post(address, {"on": "first of May", "file": "a.mp4", "request": "c-1"}).status_code == 422
    assert nora.post(address, {"on": day(served, 60), "file": "a.mp4", "request": "c-2"}).status_code == 302
    assert nora.post(address, {"on": day(served, 59), "file": "a.mp4", "request": "c-3"}).status_code == 422
    again = {"on": day(served, 59), "file": "a.mp4", "reason": "typed wrong", "request": "c-4"}
    assert nora.post(address, again).status_code == 302
    come(served, "P1", "week 8", ago=4)
    assert nora.post("/recordings/release", {"form": "clip", "request": "r-1"}).status_code == 404
    assert ida.post("/recordings/release", {"form": "clip", "request": "r-2"}).status_code == 302
    code = clips(served.site.study.forms["clip"], served.site.casebooks["P1"])[0].code
    assert code in page(ida, "/recordings/")
    for hidden in ("/recordings/", address):
        assert asa.get(hidden).status_code == 404
        assert served.browser("stan").get(hidden).status_code == 404


def test_twins_give_the_same_bytes(served: Served) -> None:
    """CLIP-W-07: before and after what is hidden was changed, nothing that the rater is shown changes."""
    finish(served, "P1")
    do(served, "ida", release_recordings("clip", ["P1"], seed=SEED))
    (code,) = offered(served)
    asa, addresses = served.browser("asa"), ("/", f"/ratings/{code}/clip/", f"/alerts/{code}/", "/recordings/")

    def shown() -> list[tuple[int, str]]:
        answers = [asa.get(address) for address in addresses]
        chance = r'name="(request|csrfmiddlewaretoken)" value="[^"]+"|nonce-?="?[^" ]+'
        return [(one.status_code, re.sub(chance, "", one.content.decode())) for one in answers]

    before = shown()
    why = {"reason": "typed wrong"}
    for visit in VISITS:
        do(
            served, "nora", register_recording("P1", visit, "clip", on=day(served, 3), file="another.mov", **why),
            save_form("P1", "diary", {"days": "9"}, visit=visit, reasons="typed wrong"),
            save_form("P1", "visit", {"date": day(served, 1)}, visit=visit, reasons="typed wrong"),
        )  # fmt: skip
    do(served, "ida", unblind("planned", "the board", reason="interim", participant="P1"))
    assert shown() == before


def test_unblinding_is_recorded(served: Served) -> None:
    """UNBLIND-W-01."""
    begin(served, "P1")
    ida = served.browser("ida")
    sent = {"kind": "emergency", "who": "the ward", "reason": "anaphylaxis", "participant": "P1"}
    assert ida.post("/unblinding/", {**sent, "reason": ""}).status_code == 422
    assert ida.post("/unblinding/", {**sent, "kind": "other"}).status_code == 422
    assert ida.post("/unblinding/", sent).status_code == 302
    assert ida.post("/unblinding/", {**sent, "kind": "planned", "participant": ""}).status_code == 302
    assert [one.kind for one in served.site.casebooks["P1"].unblindings] == ["emergency"]
    assert [one.kind for one in served.site.view().marks.unblindings] == ["planned"]
    assert "anaphylaxis" in page(ida, "/unblinding/")
    for person in ("asa", "stan", "nora"):
        assert served.browser(person).get("/unblinding/").status_code == 404


def test_unblinding_of_somebody_who_is_not_shown(served: Served) -> None:
    """UNBLIND-W-02: P1 moved to another site while the page was open; P9 never was."""
    do(served, "carla", grant("ann", "investigator", site="A"), screen("P1", site="A"), screen("P2", site="A"))
    ann = served.browser("ann")
    assert "<option>P1</option>" in page(ann, "/unblinding/")
    do(served, "carla", transfer("P1", "B", reason="moved house"))
    sent = {"kind": "accidental", "who": "the assessor", "reason": "heard it", "participant": "P1"}
    before = served.site.view().head
    assert served.browser("ida").post("/unblinding/", {**sent, "participant": "P9"}).status_code == 422
    moved, never = (ann.post("/unblinding/", {**sent, "participant": code}) for code in ("P1", "P9"))
    assert served.site.view().head == before
    assert "No participant “P1” is in this study" in moved.content.decode()
    assert moved.status_code == never.status_code == 422
    assert "<option selected>P1</option>" in moved.content.decode()
    assert plain(moved.content.decode()) == plain(never.content.decode()).replace("P9", "P1")
    assert ann.post("/unblinding/", {**sent, "participant": "P2"}).status_code == 302
    assert [len(served.site.casebooks[code].unblindings) for code in ("P1", "P2")] == [0, 1]
    assert served.site.view().marks.unblindings == ()


def plain(text: str) -> str:
    """Return a page without what chance put into it."""
    return re.sub(r'name="(request|csrfmiddlewaretoken)" value="[^"]*"|nonce-?="?[^" ]+', "", text)


# ---- what is closed, and other versions -------------------------------------------------------------------------


def in_order(served: Served, *participants: str) -> list[Clip]:
    """Return the recordings of participants as they should be offered."""
    plans, books = served.site.view(), served.site.casebooks
    every = [clips(plans.study_of(books[code].site).forms["clip"], books[code]) for code in participants]
    return sorted((clip for one in every for clip in one), key=lambda clip: clip.code)


@pytest.mark.parametrize("level", ["participant", "study"])
@pytest.mark.parametrize("folder", ["at lock"], indirect=True)
def test_held_until_the_lock(served: Served, level: str) -> None:
    """CLIP-W-08: locked, released, rated to the last; the room stays closed."""
    finish(served, "P1")
    assert "Release these for rating" not in page(served.browser("ida"), "/recordings/")
    do(served, "ida", lock(level, participant="P1" if level == "participant" else "", reason="the last visit was"))
    assert offered(served) == []
    answer = served.browser("ida").post("/recordings/release", {"form": "clip", "request": "r-1"})
    assert answer.status_code == 302
    for clip in in_order(served, "P1"):
        assert offered(served) == [clip.code]
        assert 'href="/ratings/P1/' not in page(served.browser("asa"), "/")
        assert rate(served, clip.code, "3") == 302
        assert served.site.casebooks["P1"].value("clip", "rise", visit=clip.recording.visit) == "3"
    assert offered(served) == []


def test_what_was_not_held_until_the_lock_ends_with_it(served: Served) -> None:
    """CLIP-W-08: and goes on where the study is unlocked."""
    finish(served, "P1")
    do(served, "ida", release_recordings("clip", ["P1"], seed=SEED))
    (code,) = offered(served)
    do(served, "ida", lock("study", reason="the board stops it"))
    assert offered(served) == []
    assert served.browser("asa").get(f"/ratings/{code}/clip/").status_code == 404
    do(served, "ida", unlock("study", reason="it goes on"))
    assert offered(served) == [code]


def test_one_who_is_closed_stops_nobody_else(served: Served) -> None:
    """CLIP-W-09: the others are offered as if there were no others; opened again, theirs come, too."""
    for code in ("P1", "P2"):
        finish(served, code)
    do(served, "ida", release_recordings("clip", ["P1", "P2"], seed=SEED))
    first = in_order(served, "P1", "P2")[0]
    (other,) = {"P1", "P2"} - {first.participant}
    do(served, "ida", lock("participant", participant=first.participant, reason="cleaning"))
    for clip in in_order(served, other):
        assert offered(served) == [clip.code]
        assert rate(served, clip.code, "2") == 302
    assert offered(served) == []
    do(served, "ida", unlock("participant", participant=first.participant, reason="clean"))
    assert offered(served) == [first.code]


@pytest.mark.parametrize("folder", ["{rated: after last visit, codes: participant}"], indirect=True)
def test_one_who_is_closed_where_codes_name_them(served: Served) -> None:
    """CLIP-W-09."""
    for code in ("P1", "P2"):
        finish(served, code)
    do(served, "ida", release_recordings("clip", ["P1", "P2"], seed=SEED))
    both = [in_order(served, code)[0].code for code in ("P1", "P2")]
    assert offered(served) == both
    do(served, "ida", lock("participant", participant="P1", reason="cleaning"))
    assert offered(served) == both[1:]


def apart(served: Served) -> None:
    """Let P1 and P2 finish at two sites, of which A asks one thing more of a recording."""
    for code, site in (("P1", "A"), ("P2", "B")):
        finish(served, code, site=site)
    line = "items: {rise: {label: Rise, number: score, scale: 0 to 4}}"
    assert line in STUDY
    more = line.replace("}}", "}, sway: {label: Sway, number: score, scale: 0 to 4}}")
    do(served, "carla", adopt(read_kept(served.site.study.text.replace(line, more)), reason="amendment 1", site="A"))


def test_released_together_under_two_versions(served: Served) -> None:
    """CLIP-W-10: who is of all sites releases all that is ready at once, in one order."""
    apart(served)
    assert "Ready to be released: P1, P2" in page(served.browser("ida"), "/recordings/")
    answer = served.browser("ida").post("/recordings/release", {"form": "clip", "request": "r-1"})
    assert answer.status_code == 302
    books = served.site.casebooks
    assert books["P1"].releases["clip"] == books["P2"].releases["clip"]
    assert [clip.code for clip in in_order(served, "P1", "P2")][:1] == offered(served)


def test_rated_by_the_version_of_its_site(served: Served) -> None:
    """CLIP-W-10: site A asks one thing more. One recording at a time, in the order of the codes, each by its own."""
    apart(served)
    for code in ("P1", "P2"):
        do(served, "ida", release_recordings("clip", [code], seed=SEED))
    order = in_order(served, "P1", "P2")
    assert len({clip.participant for clip in order[:3]}) == 2, "the two are mixed, or nothing is shown here"
    for clip in order:
        is_more = clip.participant == "P1"
        assert offered(served) == [clip.code]
        assert ("answer.sway" in page(served.browser("asa"), f"/ratings/{clip.code}/clip/")) == is_more
        assert rate(served, clip.code, "1") == 302
        if is_more:
            assert offered(served) == [clip.code]
            assert rate(served, clip.code, "1", sway="2") == 302
            book = served.site.casebooks["P1"]
            assert book.value("clip", "sway", visit=clip.recording.visit) == "2"
    assert offered(served) == []
