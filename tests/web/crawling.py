"""What is asked of the site by whoever crawls it: every declared route, in every way of asking.

The routes are taken from `trialbook.web.routes`, so that a page of tomorrow is crawled, too.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from tests.web.twins import PAGE_ID, Step, quoted

from trialbook.web.routes import ROUTES, Route
from trialbook.web.veil import veiled

KNOWN: Mapping[str, str] = {
    "visit": "week%204", "form": "lab", "repeat": "1", "treatment": "drug", "code": "nora", "asked": "a1",
    "token": "t1", "key": "k1", "number": "7",
}  # fmt: skip
"""Arguments of routes that there are in most stories, or might be; what is not named here is `x`."""
UNKNOWN: Mapping[str, str] = {"number": "99999", "participant": "P0"}
"""Arguments that are nowhere; what is not named here is `nix`."""
WIDELY = "q search participant visit form person act site week status from to page sort order code all export format"
"""Names of what is asked of a page behind the question mark, on any page that there is or may come to be."""


def address(route: Route, parts: Mapping[str, str], otherwise: str = "x") -> str:
    """Return an address of a route with these arguments, the numbers of entries veiled as on the site."""

    def written(part: re.Match[str]) -> str:
        text = parts.get(part[2], otherwise)
        return veiled(int(text)) if part[1] == "veiled" and text.isdigit() else text

    return "/" + re.sub(r"<(\w+):(\w+)>", written, route.path)


def addresses(*participants: str) -> tuple[str, ...]:
    """Return addresses of every declared route: for each participant, with each name that is there, and with none."""
    found = [
        address(route, {**KNOWN, "participant": participant, "form": form, "number": number})
        for route in ROUTES
        for participant, form, number in itertools.product(participants, ("lab", "rating", "guess"), ("1", "7"))
    ]
    nowhere = [address(route, UNKNOWN, "nix") for route in ROUTES]
    return tuple(dict.fromkeys([*found, *nowhere]))


BODY: Mapping[str, str] = {
    "request": "r-of-mine", "words": "w", "text": "w", "reason": "w", "do": "answer", "on": "2026-06-01", "all": "1",
    "date": "2026-06-01", "form": "lab", "item": "ck", "visit": "week 4", "items": "ck", "answer.ck": "4711",
    "place": "//", "to": "off", "step": "withdraw", "why": "w", "meaning": "no", "agree": "yes", "code": "P7",
    "seen": "0", "level": "participant", "participant": "P1", "q": "P1", "grant": "investigator@", "site": "North",
    "kind": "accidental", "who": "asa", "person": "asa", "role": "nurse", "token": "t1", "query": "7",
}  # fmt: skip
"""Fields that say something to every page that takes any."""
HTMX: Mapping[str, str] = {"HX-Request": "true", "HX-Target": "main", "HX-Current-URL": "http://testserver/"}
CONDITIONS: tuple[Mapping[str, str], ...] = (
    {"If-None-Match": "*"},
    {"If-None-Match": '"0"', "If-Modified-Since": "Mon, 01 Jun 2026 00:00:00 GMT"},
    {"If-Match": '"0"'},
    {"If-Unmodified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"},
    {"Range": "bytes=0-99"},
    {"Accept": "application/json"},
    {"Accept-Encoding": "gzip"},
    {"Accept-Language": "zh-hant"},
    {"X-Requested-With": "XMLHttpRequest"},
    HTMX,
)
METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "PROPFIND")


def gets(*participants: str) -> Iterator[Step]:
    """Yield the look at every address."""
    for path in addresses(*participants):
        yield Step(path=path)


def posts(*participants: str) -> Iterator[Step]:
    """Yield something sent to every address, but what ends the session; and something else again."""
    for path in addresses(*participants):
        if path != "/sign-out":
            yield Step(method="POST", path=path, sent=BODY)


def words(participants: Sequence[str]) -> Iterator[Step]:
    """Yield questions asked of every page without a participant: a search for all kinds of words."""
    asked = ("week 4", "baseline", "P", *participants, "creatine", "4711", "drug", "nora", "%", "' or 1=1", "利")
    pages = [address(route, KNOWN) for route in ROUTES if "<" not in route.path]
    for path, word in zip(
        itertools.cycle(pages), itertools.islice(itertools.cycle(asked), 2 * len(pages)), strict=False
    ):
        yield Step(path=f"{path}?{'&'.join(f'{name}={quoted(word)}' for name in WIDELY.split())}")


def manners(*participants: str) -> Iterator[Step]:
    """Yield every way of asking: other methods, conditions, parts, languages, live parts of pages."""
    pages = addresses(*participants)
    ways = [Step(method=method) for method in METHODS] + [Step(headers=headers) for headers in CONDITIONS]
    for path, way in zip(pages, itertools.cycle(ways), strict=False):
        if path != "/sign-out":
            yield Step(method=way.method, path=path, headers=way.headers)
    for path, way in itertools.product(("/", *own_pages(participants[0])), ways):
        yield Step(method=way.method, path=path, headers=way.headers)


def oddities(participant: str) -> Iterator[Step]:
    """Yield addresses that are none, files, and bodies that nobody can read."""
    for path in (
        "/robots.txt", "/favicon.ico", "/static/site.css", "/static/none.css", "/static/../ledger.db", "/ledger.db",
        "/report/", "/report/report.html", "/study.yaml", "/admin/", "/api/", "/.git/config", "//", "/%00", "/%ff",
        f"/participants/{participant}", f"/ratings/{participant}", f"/ratings/{participant}/", "/ratings/", "/alerts/",
        f"/ratings/{participant}/rating", f"/ratings/{participant}/rating/week%204/", f"/ratings/{participant}/lab/",
        f"/ratings/{participant.lower()}/rating/", f"/ratings/%20{participant}/rating/",
        f"/ratings/{participant}~1/rating/",
        f"/ratings/{participant}/rating/?visit=week%204", f"/ratings/{participant}/rating/?request=1", "/?all=1",
        "/ratings/" + "P" * 300 + "/rating/", "/role", "/language", "/sign-in?next=/participants/P1/", "/keep-alive",
    ):  # fmt: skip
        yield Step(path=path)
    for sent in (b"\xff\xfe{", b"%", b"=" * 200, b"request=%00&answer.left=%ff", b'{"answer.left": 5}'):
        for path in ("/", *own_pages(participant)):
            yield Step(method="POST", path=path, sent=sent)


def languages() -> Iterator[Step]:
    """Yield a walk through the pages in the other language, and back."""
    for language in ("zh-hant", "xx", "en"):
        for participant in ("P1", "P3"):
            back = own_pages(participant)[0]
            yield Step(method="POST", path="/language", sent={"language": language, "next": back})
        for path in ("/", *own_pages("P1"), "/participants/"):
            yield Step(path=path)


def own_pages(participant: str) -> tuple[str, ...]:
    """Return the pages of a blind role that name a participant."""
    return (f"/ratings/{participant}/rating/", f"/alerts/{participant}/")


def whole_crawl(*participants: str) -> tuple[Step, ...]:
    """Return a crawl of the whole site in which nothing is recorded: every route, every way of asking."""
    return (
        *gets(*participants),
        *oddities(participants[0]),
        *languages(),
        *words(participants),
        *manners(*participants),
    )


LAST: Mapping[str, str] = {
    "items": "left right remark", "answer.left": "7", "answer.right": "8", "answer.remark": "None",
    "why.": "Typed wrongly",
}  # fmt: skip
"""A rating that closes the form."""


def rates(participant: str) -> tuple[Step, ...]:
    """Return a rating given with every mistake on the way, an alert, and a look at everything after each."""
    rating, alert = own_pages(participant)

    def sends(path: str = rating, page_id: str = PAGE_ID, **sent: str) -> Step:
        named = {name.replace("_", "."): text for name, text in sent.items()}
        return Step(method="POST", path=path, sent={"request": page_id, "items": "left right", **named})

    looks = (Step(path="/"), Step(path=rating), Step(path=rating), Step(path=alert))
    return (
        sends(answer_left="5", page_id="never-shown"),
        *looks,
        sends(),
        sends(answer_left="11", answer_right="x"),
        sends(answer_left="<0.5", answer_right="5,5"),
        Step(method="POST", path=rating, sent={"answer.left": "5"}),
        Step(method="POST", path=rating, sent={"request": "", "items": "ck left", "answer.ck": "3"}),
        sends(page_id="a\0b", answer_left="3"),
        sends(page_id="r-hidden-1", answer_left="4", visit="week 4", form="lab"),
        *looks,
        sends(answer_left="6"),
        sends(answer_left="6", answer_right="7", why_="Typed wrongly", why_left="Typed wrongly"),
        sends(path=alert, text=" "),
        sends(path=alert, text="A swollen arm"),
        sends(path=alert, text="A swollen arm"),
        *looks,
        sends(answer_left="7", answer_right="8", why_="Typed wrongly", why_left="Typed wrongly"),
        sends(answer_left="7", answer_right="8", why_="Typed wrongly"),
        Step(method="POST", path=rating, sent={**LAST, "request": PAGE_ID}),
        *looks,
        Step(method="POST", path=rating, sent={**LAST, "request": PAGE_ID}),
        *guesses(participant),
    )


def guesses(participant: str) -> Iterator[Step]:
    """Yield a guess of week and treatment, which opens after the rating, with mistakes on the way."""
    path = f"/ratings/{participant}/guess/"
    mistaken, last = {"answer.week": "201", "answer.arm": "none"}, {"answer.week": "30", "answer.arm": "dk"}
    for sent in (mistaken, {"answer.week": "12"}, last):
        yield from (Step(path="/"), Step(path=path))
        yield Step(method="POST", path=path, sent={"request": PAGE_ID, "items": "week arm", "why.": "A slip", **sent})
    yield from (Step(path="/"), Step(path=path))


def waits(participant: str, *, hours: int = 4) -> tuple[Step, ...]:
    """Return looks at the own pages as the day goes on, so that when something opens or closes is seen."""
    moments = [timedelta(minutes=minutes) for minutes in range(0, 60 * hours, 10)]
    paths = ("/", own_pages(participant)[0])
    return tuple(Step(path=path, late=late) for late in moments for path in paths)
