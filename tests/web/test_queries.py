"""Queries: raised on an item, answered, handed on, closed; seen and counted only by who sees the form.

QUERYPAGE-01: the life of a query, with who and when at every step; an answer may be marked as compared with its source.
QUERYPAGE-02: lists by state, participant, form and age; what waits for the asker comes first.
QUERYPAGE-03: who may not see a form neither sees nor counts its queries; a blind role has no such page.
QUERYPAGE-04: hostile texts are text; what is not said, or not allowed, is refused and kept as typed.
QUERYPAGE-05: a form's page includes the queries on an item, and where one is raised.
"""

from __future__ import annotations

import pytest
from django.template import Context, Template
from tests.web.conftest import CUSTODIAN, Served
from tests.web.treated import HOSTILE, page, treat, words

from trialbook.capture.asking import raise_query
from trialbook.web.veil import unveiled, veiled

NEW = "/participants/P01/queries/new/"
WEIGHT = {"visit": "baseline", "form": "body", "repeat": "", "item": "weight"}


@pytest.fixture
def treated(served: Served) -> Served:
    return treat(served)


def ask(served: Served, person: str = "ida", text: str = "Is this in kg?", **sent: str) -> int:
    """Raise a query and return its number; 0 where it was refused."""
    answer = served.browser(person).post(NEW, {**WEIGHT, "words": text, "request": served.site.new_id(), **sent})
    return unveiled(answer["Location"].rstrip("/").rpartition("/")[2]) if answer.status_code == 303 else 0


def follow(served: Served, person: str, number: int, **sent: str) -> int:
    address = f"/participants/P01/queries/{veiled(number)}/"
    return served.browser(person).post(address, {**sent, "request": served.site.new_id()}).status_code


def test_querypage_01_its_life(treated: Served) -> None:
    """EDC-42: open on an item, assign, answer with a coded reason, close; all logged."""
    number = ask(treated)
    assert number
    address = f"/participants/P01/queries/{veiled(number)}/"
    said = words(page(treated.browser("nora"), address))
    assert "Is this in kg?" in said
    assert "54.5 kg" in said
    assert "whoever records it" in said
    assert follow(treated, "ida", number, do="reassign", to="nora") == 303
    assert follow(treated, "nora", number, do="answer", reason="Corrected", words="scale read in kg") == 303
    query = treated.site.casebooks["P01"].queries[number]
    assert (query.status, query.to, query.answers[0].text) == ("answered", "nora", "Corrected. scale read in kg")
    assert follow(treated, "ida", number, do="close", words="clear now") == 303
    said = words(page(treated.browser("nora"), address))
    assert "Closed: clear now ida," in said
    assert "Corrected. scale read in kg nora," in said
    acts = [entry.act for entry in treated.site.history(participant="P01", form="body", item="weight")]
    assert acts == ["enter", "query", "reassign_query", "answer_query", "close_query"]


def test_querypage_02_lists(treated: Served) -> None:
    number = ask(treated)
    other = ask(treated, text="Which consent?", visit="", form="consent", item="date")
    mine = page(treated.browser("nora"), "/queries/")
    assert "Is this in kg?" in mine
    assert "Which consent?" not in mine  # the nurse does not record it
    assert "Which consent?" in page(treated.browser("nora"), "/queries/?show=open")
    assert "Which consent?" not in page(treated.browser("nora"), "/queries/?show=open&form=body")
    assert "There is no such query" in page(treated.browser("nora"), "/queries/?show=open&days=7")
    assert "There is no such query" in page(treated.browser("nora"), "/queries/?show=open&participant=P77")
    follow(treated, "nora", number, do="answer", words="yes")
    assert "Is this in kg?" in page(treated.browser("ida"), "/queries/?show=mine")  # hers to close
    assert "Is this in kg?" in page(treated.browser("nora"), "/queries/?show=answered&days=x")
    assert other


def test_querypage_03_hidden_forms(treated: Served) -> None:
    """EDC-41: of a form that a user does not see, neither name nor count nor text of a query is shown."""
    secret = raise_query("P01", "Why so weak?", form="rating", visit="baseline", item="global")
    number = treated.site.record(secret, by=CUSTODIAN).entries[0].seq
    for person in ("nora", "ida"):  # the nurse never, the investigator not before the release
        said = words(page(treated.browser(person), "/queries/?show=all"))
        assert "Why so weak?" not in said
        assert "all 0" in said
        assert treated.browser(person).get(f"/participants/P01/queries/{veiled(number)}/").status_code == 404
        assert follow(treated, person, number, do="answer", words="x") == 404
        assert (
            treated.browser(person).get(NEW, {"form": "rating", "visit": "baseline", "item": "global"}).status_code
            == 404
        )
        assert "Why so weak?" not in page(treated.browser(person), "/signatures/?show=all")
    for address in ("/queries/", f"/participants/P01/queries/{veiled(number)}/", NEW):
        assert treated.browser("asa").get(address).status_code == 404
        assert treated.browser("carla").get(address).status_code == 404


def test_querypage_04_hostile_and_empty(treated: Served) -> None:
    number = ask(treated, text=HOSTILE)
    for address in ("/queries/?show=all", f"/participants/P01/queries/{veiled(number)}/"):
        assert HOSTILE not in page(treated.browser("nora"), address)
    assert follow(treated, "nora", number, do="answer", words=" ") == 422
    assert follow(treated, "nora", number, do="explode", words="x") == 422
    assert follow(treated, "ida", number, do="reassign", to="nobody") == 422
    assert ask(treated, text="") == 0
    kept = treated.browser("ida").post(NEW, {**WEIGHT, "words": "typed long", "to": "nobody", "request": "r-1"})
    assert kept.status_code == 422
    assert "typed long" in kept.content.decode()
    assert ask(treated, "stan") == 0
    assert treated.browser("nora").get(f"/participants/P01/queries/{veiled(999999)}/").status_code == 404


def test_querypage_05_beside_an_item(treated: Served) -> None:
    ask(treated)
    request = treated.browser("nora").get("/queries/").wsgi_request
    shown = Template("{% load sealed %}{% queries_on 'P01' 'baseline' 'body' '' 'weight' %}")
    html = shown.render(Context({"request": request}))
    assert "query: Is this in kg?" in html
    assert "Raise a query" in html
    elsewhere = Template("{% load sealed %}{% queries_on 'P01' 'baseline' 'body' '' 'height' %}")
    assert "Is this in kg?" not in elsewhere.render(Context({"request": request}))
