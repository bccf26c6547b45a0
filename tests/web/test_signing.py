"""Signing: what waits, the signature itself, what a later change does to it; the state of every seal on one page.

SIGNPAGE-01: the page shows exactly what is signed; the signature is bound to it and needs the password again.
SIGNPAGE-02: a later change makes the signature void, and form, list and page say so.
SIGNPAGE-03: several forms are signed together only if each stands on the page and was ticked.
SIGNPAGE-04: what is not shown to the signer cannot be signed; who does not sign, and blind roles, get 404.
SIGNPAGE-05: one page has the seals of every form, filters them, and leads to the form.
"""

from __future__ import annotations

import pytest
from tests.web.conftest import PASSWORD, Served
from tests.web.treated import HOSTILE, day, page, put, treat, words

from trialbook.capture.acts import clear, correct
from trialbook.capture.asking import freeze, thaw
from trialbook.web.pages.signing import MEANINGS
from trialbook.web.treatment.seal_rows import read_place, write_place

SIGN = "/participants/P01/sign/"
BODY, CONSENT = "baseline/body/", "/consent/"


@pytest.fixture
def treated(served: Served) -> Served:
    return treat(served)


def sign(served: Served, person: str = "ida", *places: str, **sent: str) -> tuple[int, str]:
    """Look at some places and sign them, as the page would send it."""
    chosen, client = places or (BODY,), served.browser(person)
    looked = client.get(SIGN, {"place": chosen})
    if looked.status_code != 200:
        return looked.status_code, ""
    shown = {"content": [what.hash for _, what in looked.context["rows"]], "place": chosen, "looked": chosen}
    answer = client.post(
        SIGN, {**shown, "meaning": MEANINGS[0], "password": PASSWORD, "request": served.site.new_id(), **sent}
    )
    return answer.status_code, words(answer.content.decode())


def test_signpage_01_bound_to_what_was_shown(treated: Served) -> None:
    """R28, R31, EDC-45: signing re-asks the password and shows the signer on the form."""
    said = words(page(treated.browser("ida"), f"{SIGN}?place={BODY}"))
    assert "Weight 54.5 kg nora," in said
    assert "Password of ida, again" in said
    assert sign(treated, password="wrong")[0] == 422  # noqa: S106 - of an invented person
    assert sign(treated, meaning="whatever")[0] == 422
    assert sign(treated, content="0" * 64)[0] == 422
    assert not treated.site.casebooks["P01"].seals
    assert sign(treated) == (303, "")
    (seal,) = treated.site.casebooks["P01"].seals.values()
    assert (seal.by, seal.role, seal.level, seal.meaning) == ("ida", "investigator", "form", MEANINGS[0])
    assert "signed ida, Investigator" in words(page(treated.browser("nora"), "/signatures/?show=signed"))


def test_signpage_01_wrong_passwords_count(treated: Served) -> None:
    """EDC-45, EDC-1: wrong passwords at a signature shut the account as those at sign-in do."""
    for _ in range(5):
        sign(treated, password="wrong")  # noqa: S106 - of an invented person
    assert sign(treated)[0] != 303
    assert not treated.site.casebooks["P01"].seals


def test_signpage_01_changed_while_looking(treated: Served) -> None:
    client = treated.browser("ida")
    shown = client.get(SIGN, {"place": BODY}).context["rows"][0][1].hash
    treated.site.record(correct("P01", "body", "weight", "55", visit="baseline", reason="misread"), by="nora")
    answer = client.post(SIGN, {"place": BODY, "content": shown, "meaning": MEANINGS[0], "password": PASSWORD})
    assert answer.status_code == 422
    assert "changed meanwhile" in words(answer.content.decode())


def test_signpage_02_a_change_makes_it_void(treated: Served) -> None:
    """EDC-45: a later change voids the signature visibly."""
    assert sign(treated)[0] == 303
    treated.site.record(
        correct("P01", "body", "weight", "55", visit="baseline", reason=f"misread {HOSTILE}"), by="nora"
    )
    said = words(page(treated.browser("ida"), "/signatures/?show=void"))
    assert "the signature of ida is void since entry" in said
    assert ": Weight, nora, misread" in said
    html = page(treated.browser("ida"), f"{SIGN}?place={BODY}")
    assert HOSTILE not in html
    assert "corrected: misread" in html
    assert sign(treated)[0] == 303
    assert "There is nothing of this kind" in page(treated.browser("ida"), "/signatures/?show=void")


def test_signpage_03_several_together(treated: Served) -> None:
    assert sign(treated, "ida", BODY, CONSENT, looked=BODY)[0] == 422
    assert sign(treated, "ida", BODY, CONSENT)[0] == 303
    assert len(treated.site.casebooks["P01"].seals) == 2
    assert sign(treated, "ida", BODY, "baseline//")[0] == 404  # forms and visits are not mixed


def test_signpage_04_only_what_one_sees_and_may_sign(treated: Served) -> None:
    """R32."""
    for place in ("baseline//", "//"):
        said = words(page(treated.browser("ida"), f"{SIGN}?place={place}"))
        assert "Not all of this is shown to your role yet" in said
        assert "Your signature" not in said
    for person in ("nora", "asa", "carla", "stan"):
        assert sign(treated, person)[0] == 404
    for place in ("baseline/rating/", "week 4/body/", "nonsense", "a/b/c/d", "/nothing/"):
        assert sign(treated, "ida", place)[0] == 404
    assert treated.browser("asa").get("/signatures/").status_code == 404


def test_signpage_04_a_visit_that_nobody_planned(treated: Served) -> None:
    """SIGNPAGE-04: no form is due there, so that none is hidden; its signature is told as one of the whole visit."""
    put(treated, "nora", "visit", {"date": day(treated, 1)}, visit="unscheduled-1")
    put(treated, "nora", "body", {"weight": "54"}, visit="unscheduled-1")
    assert "Your signature" in words(page(treated.browser("ida"), f"{SIGN}?place=unscheduled-1//"))
    assert sign(treated, "ida", "unscheduled-1//")[0] == 303
    said = words(page(treated.browser("ida"), "/signatures/?show=signed"))
    assert "ida, Investigator (signed the whole visit)" in said


def test_signpage_05_the_seals_of_everything(treated: Served) -> None:
    """EDC-46: one screen shows lock and sign state of every form, filters it and jumps to it."""
    waiting = page(treated.browser("ida"), "/signatures/")
    assert "Baseline · Height and weight" in waiting
    assert 'href="/participants/P01/visits/baseline/forms/body/"' in waiting
    assert f"{SIGN}?place=baseline%2Fbody%2F" in waiting
    treated.site.record(freeze("form", participant="P01", form="body", visit="baseline"), by="carla")
    closed = words(page(treated.browser("nora"), "/signatures/?show=closed"))
    assert "frozen" in closed
    assert "Height and weight" in closed
    assert "Informed consent" not in closed
    treated.site.record(freeze("study", why="cleaning"), by="carla")
    assert "The whole study is frozen, by carla" in words(page(treated.browser("nora"), "/signatures/"))
    treated.site.record(thaw("study", reason="done"), by="carla")
    treated.site.record(clear("P01", "infusion", "given", repeat="2", reason="misread"), by="nora")
    assert "Rituximab infusion" in page(treated.browser("ida"), "/signatures/?show=incomplete&participant=P01")
    assert "P01" not in words(page(treated.browser("ida"), "/signatures/?show=all&participant=P77")).split("Show")[1]


def test_places_are_written_and_read() -> None:
    for text in ("week 4/enzymes/", "//", "a~1b/c~0d/1"):
        place = read_place(text)
        assert place is not None
        assert write_place(place) == text
    assert read_place("one/two") is None


def test_signpage_02_the_form_says_it(treated: Served) -> None:
    """EDC-45: the include for other pages says who signed, and what was changed since."""
    from django.template import Context, Template

    sign(treated)
    answer = treated.browser("ida").get(f"{SIGN}?place={BODY}")
    shown = Template("{% load sealed %}{% seal 'P01' 'baseline' 'body' %}")
    said = words(shown.render(Context({"request": answer.wsgi_request})))
    assert "signed ida, Investigator" in said
    put(treated, "nora", "infusion", {"interrupted": "no"}, repeat="1")
    assert "signed ida" in words(shown.render(Context({"request": answer.wsgi_request})))
