"""One-time links to the questionnaires of a visit.

EDC-27: a questionnaire that is switched off kills its links and keeps its answers. LINK-01: a link opens on one device,
goes on there, and is dead when finished, expired, withdrawn, or when the participant has left. LINK-02: only hashes of
its secrets are kept; they stand in no log and no address that is sent. LINK-03: guesses are slowed down. LINK-04:
making, opening, withdrawing and finishing stand in the ledger with who and when. LINK-05: only who may record a form
makes a link to it, and loses it with the right; to others the page names the role that has it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from tests.web.asked import HERE, answer_all, finish, make_link, opened, ready, sent
from tests.web.conftest import CUSTODIAN, Served

from trialbook.capture.acts import adopt, revoke, withdraw
from trialbook.folder import read_kept
from trialbook.web.invitations.codes import ALPHABET, LENGTH, MOST_WRONG, Guesses, digest_of, guesses, new_secret
from trialbook.web.invitations.models import Invitation
from trialbook.web.veil import veiled


@pytest.fixture(autouse=True)
def no_guesses() -> Iterator[None]:
    """Forget what other tests guessed."""
    guesses.cache_clear()
    yield
    guesses.cache_clear()


def notes(served: Served) -> list[tuple[str, str | None, str]]:
    """Return who noted what, for whom."""
    return [
        (entry.by, entry.on_behalf_of, (entry.text or "").rpartition(") ")[2].partition(",")[0].rstrip("."))
        for entry in served.site.history(participant="P01")
        if entry.act == "note"
    ]


def is_shut(code: str, phone: Client | None = None) -> bool:
    """Tell whether a link does not open."""
    return (phone or Client()).post("/q/begin", {"code": code}).status_code == 410


def test_from_link_to_thanks(served: Served) -> None:
    """LINK-01, LINK-04, EDC-24: used once, and dead on every device afterwards."""
    phone = opened(make_link(ready(served), "haq"))
    answer_all(phone)
    assert finish(phone).headers["Location"] == "/q/thanks"
    assert phone.get("/q/now").headers["Location"] == "/q"
    assert notes(served) == [
        ("nora", None, "made"),
        ("nora", "P01", "opened by the participant"),
        ("nora", "P01", "finished by the participant"),
    ]
    entry = served.site.history(participant="P01", form="haq", item="reach_up")[0]
    assert (entry.by, entry.on_behalf_of) == ("nora", "P01")


def test_it_opens_on_one_device_and_goes_on_there(served: Served) -> None:
    """LINK-01: the same phone goes on by its cookie or by the link, another one does not."""
    code = make_link(ready(served), "haq")
    phone = opened(code)
    assert phone.post("/q/begin", {"code": code}).headers["Location"] == "/q/now"
    assert "Go on where you stopped" in phone.get("/q").content.decode()
    assert is_shut(code)
    cookie = phone.cookies["questionnaire"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_looking_at_the_address_does_not_use_it(served: Served) -> None:
    """LINK-01: programs that preview a link fetch it, and are not the participant."""
    code = make_link(ready(served), "haq")
    assert Client().get("/q").status_code == 200
    assert Invitation.objects.get().opened_at is None
    opened(code)


def test_expired(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """LINK-01: dead at the stated time, before or after it was opened."""
    code = make_link(ready(served), "haq", valid="1")
    later = served.site.now() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(served.site, "now", lambda: later)
    assert is_shut(code)
    assert "expired" in served.browser("nora").get(HERE).content.decode()


def test_withdrawn(served: Served) -> None:
    """LINK-01, LINK-04: an opened link too; the answers given so far are kept."""
    phone = opened(make_link(ready(served), "patient_global"))
    path = phone.get("/q/now").headers["Location"]
    sent(phone, path, what="next", **{"typed-global": "3.0"})
    page = served.browser("nora").get(HERE)
    sent(served.browser("nora"), f"/invitations/{veiled(Invitation.objects.get().pk)}/withdraw", page)
    assert phone.get(path).headers["Location"] == "/q"
    assert sent(phone, path, phone.get("/q"), what="next", **{"typed-global": "9.0"}).headers["Location"] == "/q"
    assert served.site.casebooks["P01"].value("patient_global", "global", visit="week 12") == "3.0"
    assert notes(served)[-1] == ("nora", None, "withdrawn")


def test_the_role_that_hands_over_is_named(served: Served) -> None:
    """LINK-05: to whoever sees the questionnaires and records none of those that are open."""
    ready(served)
    page = served.browser("ida").get(HERE).content.decode()
    assert "Hand the tablet over" not in page
    assert "choose one of yours that does: <strong>Nurse</strong>." in page
    assert "Hand the tablet over" in served.browser("nora").get(HERE).content.decode()


def test_the_participant_has_left(served: Served) -> None:
    """LINK-01."""
    code = make_link(ready(served), "haq")
    served.site.record(withdraw("P01", on="2026-02-01", why="moved away"), by=CUSTODIAN)
    assert is_shut(code)
    page = served.browser("nora").get(HERE).content.decode()
    assert "Make the link" not in page


def test_switched_off(served: Served) -> None:
    """EDC-27: dead and kept; on again, it opens again."""
    phone = opened(make_link(ready(served), "patient_global"))
    path = phone.get("/q/now").headers["Location"]
    sent(phone, path, what="next", **{"typed-global": "3.0"})
    nora = served.browser("nora")
    nora.post("/wordings/switch", {"form": "patient_global", "to": "off", "request": served.site.new_id()})
    assert phone.get(path).headers["Location"] == "/q"
    assert served.site.casebooks["P01"].value("patient_global", "global", visit="week 12") == "3.0"
    assert "were switched off by nora" in nora.get("/wordings/").content.decode()
    nora.post("/wordings/switch", {"form": "patient_global", "to": "on", "request": served.site.new_id()})
    assert phone.get(path).status_code == 200
    acts = [entry.text for entry in served.site.history(form="patient_global") if entry.act == "note"]
    assert [text.split()[-1] for text in acts if text] == ["off.", "on."]


def test_the_wording_is_taken_away(served: Served) -> None:
    """EDC-27: a permission that ends."""
    code = make_link(ready(served), "haq")
    (served.folder / "wordings" / "haq-di.en.yaml").unlink()
    assert is_shut(code)


def test_the_right_is_taken_away(served: Served) -> None:
    """LINK-05: a link of somebody who may not record the form any more."""
    code = make_link(ready(served), "haq")
    served.site.record(revoke("nora", "nurse", reason="left the hospital"), by=CUSTODIAN)
    assert is_shut(code)


def test_who_makes_a_link(served: Served) -> None:
    """LINK-05: not whoever does not record the form, nor a blind role."""
    ready(served)
    wanted = {"request": served.site.new_id(), "form": "haq", "language": "en", "valid": "3"}
    assert "Nothing was made" in served.browser("ida").post(f"{HERE}link", wanted).content.decode()
    assert served.browser("asa").post(f"{HERE}link", wanted).status_code == 404
    assert "Nothing was made" in served.browser("stan").post(f"{HERE}link", wanted).content.decode()
    assert not Invitation.objects.exists()


def test_the_secret_is_kept_as_a_hash_only(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    """LINK-02: neither in the files of the study, nor in a log, nor in an address that reaches a server."""
    with caplog.at_level(logging.DEBUG):
        code = make_link(ready(served), "haq")
        phone = opened(code)
        assert is_shut(code)
    secret = phone.cookies["questionnaire"].value
    kept = b"".join(file.read_bytes() for file in served.folder.glob("*.db*"))
    for hidden in (code, code.replace("-", ""), secret):
        assert hidden.encode() not in kept
        assert hidden not in caplog.text
    assert digest_of(code).encode() in kept


def test_the_page_with_the_link(served: Served) -> None:
    """LINK-02: the code stands behind the #, the square needs no style, and sent again it is not shown again."""
    ready(served)
    wanted = {"request": served.site.new_id(), "form": "haq", "language": "en", "valid": "3"}
    page = served.browser("nora").post(f"{HERE}link", wanted).content.decode()
    found = re.search(r'class="address"><code>(http://testserver/q)#([0-9a-z-]+)</code>', page)
    assert found is not None
    assert "<svg" in page
    assert "style=" not in page
    again = served.browser("nora").post(f"{HERE}link", wanted)
    assert again.status_code == 302
    assert Invitation.objects.count() == 1


def test_secrets() -> None:
    """LINK-02: more than 256 bits; case, blanks and lookalikes do not matter when it is typed."""
    secret = new_secret()
    assert len(ALPHABET) ** LENGTH > 2**256
    assert digest_of(secret.upper().replace("-", " ").replace("0", "O")) == digest_of(secret)
    assert digest_of(new_secret()) != digest_of(secret)


def test_guesses_are_slowed_down(served: Served) -> None:
    """LINK-03: after some wrong codes from one address none is looked at, not even the right one."""
    code = make_link(ready(served), "haq")
    for _ in range(MOST_WRONG):
        assert is_shut(new_secret())
    assert Client().post("/q/begin", {"code": code}).status_code == 429
    other = Client(REMOTE_ADDR="192.0.2.7")
    assert other.post("/q/begin", {"code": code}).status_code == 302


def test_guesses_are_forgotten() -> None:
    """LINK-03: after a while, and of the address that was longest quiet where there are too many."""
    kept, now = Guesses(), datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(MOST_WRONG):
        kept.note("192.0.2.1", now)
    assert kept.are_too_many("192.0.2.1", now)
    assert not kept.are_too_many("192.0.2.1", now + timedelta(minutes=15))
    assert not kept.are_too_many("192.0.2.2", now)


def test_the_list_of_links(served: Served) -> None:
    """LINK-04: every one with its state, for whoever sees the participants."""
    make_link(ready(served), "haq")
    page = served.browser("ida").get("/invitations/").content.decode()
    assert "not opened yet" in page
    assert "nora" in page
    assert "Withdraw" not in page
    assert served.browser("asa").get("/invitations/").status_code == 404


def test_the_public_pages_know_no_staff(served: Served) -> None:
    """LINK-02: in the browser of somebody who is signed in they show neither name nor menu, and end no sign-in."""
    code = make_link(ready(served), "haq")
    nora = served.browser("nora")
    assert nora.post("/q/begin", {"code": code}).status_code == 302
    page = nora.get(nora.get("/q/now").headers["Location"]).content.decode()
    assert "nora" not in page
    assert "polymyositis" not in page
    assert nora.get(HERE).status_code == 200


def later(served: Served, *changes: tuple[str, str]) -> None:
    """Adopt a version with parts of its text replaced."""
    text = served.site.study.text
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    served.site.record(adopt(read_kept(text), reason="fewer questions"), by=CUSTODIAN)


def test_an_amendment_that_takes_out_what_a_link_opens(served: Served) -> None:
    """LINK-01: the phone says so and goes on with what is left; the list says which form is shut."""
    ready(served)
    phone = opened(make_link(served, "haq", "patient_global"))
    assert "cannot be answered here any more" not in phone.get("/q/now", follow=True).content.decode()
    later(served, ("    at: full\n    by: [participant", "    at: week 16\n    by: [participant"))
    for path in ("/q/now", "/q/review"):
        page = phone.get(path, follow=True)
        assert page.status_code == 200
        assert "Some of the questions cannot be answered here any more." in page.content.decode()
    assert "not finished; shut: Patient" in served.browser("nora").get("/invitations/").content.decode()
    later(served, ("instrument: haq-di, at: questionnaires", "instrument: haq-di, at: week 16"))
    page = phone.get("/q/now", follow=True)
    assert "These questions cannot be answered here any more. What you answered is kept." in page.content.decode()


def test_a_note_of_a_link_keeps_the_names_of_its_version(served: Served) -> None:
    """LINK-04: in the language of the reader, although a form has another name by now."""
    ready(served)
    make_link(served, "haq", "patient_global")
    later(served, ("en: Patient's global assessment, zh-Hant: 患者整體評估", "en: How you are, zh-Hant: 近況"))
    reader = served.browser("nora")
    reader.cookies["language"] = "zh-hant"
    assert "、患者整體評估" in reader.get("/participants/P01/").content.decode()


def test_the_language_that_stands_there_first(served: Served) -> None:
    """LINK-01: of the participant's last questionnaire; before the first that of the reader."""
    ready(served)
    browser = served.browser("nora")

    def chosen() -> set[str]:
        return set(re.findall(r'<option value="([A-Za-z-]+)" selected>', browser.get(HERE).content.decode()))

    assert chosen() == {"en"}
    browser.post("/language", {"language": "zh-hant", "next": "/"})
    assert chosen() == {"zh-Hant"}
    make_link(served, "patient_global", language="en")
    assert chosen() == {"en"}
