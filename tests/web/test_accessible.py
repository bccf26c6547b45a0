"""Every page of the site, by everybody who is shown it: axe-core finds nothing, light and dark.

ACCESS-01: every address that answers a GET with a page is visited here; one that nobody visits fails the test.
ACCESS-02: axe-core finds no violation on any of them, light and dark, as investigator, nurse, custodian, assessor,
    participant with a link, and before sign-in.
ACCESS-03: on a phone of 390 px no page is wider than the screen, and no browser complains.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import Resolver404, resolve
from django_otp.plugins.otp_totp.models import TOTPDevice
from tests.web.asked import answer_all, finish, make_link, opened
from tests.web.browsing import at_an_address
from tests.web.conftest import PASSWORD, STUDIES, Served, account_of
from tests.web.filled import word_study
from tests.web.followed import fill
from tests.web.treated import day, treat
from tests.web.walking import PHONE, walk

from trialbook.capture.acts import adopt, enrol, propose, raise_query, screen, sign, withdraw
from trialbook.capture.asking import delegate, train
from trialbook.conduct.casebook import Cell
from trialbook.conduct.content import content_of
from trialbook.folder import read_kept
from trialbook.web.routes import ROUTES

NO_PAGE: Mapping[str, str] = {
    "sign-out": "only sent to", "keep-alive": "tells a script", "choose-role": "only sent to",
    "choose-language": "only sent to", "add-note": "only sent to", "form-check": "a part of a page",
    "form-presence": "a part of a page", "form-saved": "tells a script", "questionnaires-hand-over": "only sent to",
    "questionnaires-link": "only sent to", "invitation-withdraw": "only sent to", "wordings-switch": "only sent to",
    "questionnaire-begin": "only sent to", "questionnaire": "leads on", "questionnaire-here": "tells a script",
    "questionnaire-finish": "only sent to", "questionnaire-give-back": "only sent to", "dose-check": "only sent to",
    "laboratory-judge": "only sent to", "codebook-pdf": "a file", "annotated-pdf": "a file", "calendar-feed": "a file",
    "calendar-feed-make": "only sent to", "calendar-feed-withdraw": "only sent to", "audit-csv": "a file",
    "seal-study": "only sent to", "sealing-work": "stands for seconds only, while much is closed",
    "results-make": "only sent to", "results-work": "see test_out_live", "download": "a file",
    "recordings-release": "only sent to", "recording": "no such form in the seed study: see test_out_live",
    "recordings": "no such form in the seed study: see test_out_live",
    "quality-csv": "a file", "import-pattern": "a file", "import-csv": "a file", "import-away": "only sent to",
    "import-done": "stands behind a decision: see the journey of the monitor", "access-csv": "a file",
    "access-list": "a file", "amendment-propose": "only sent to", "amendment-adopt": "only sent to",
    "amendment-discard": "only sent to", "amendment-approve": "only sent to", "amendment-csv": "a file",
    "amendment-text": "a file",
    "amendment-effects": "shown in the page of its version", "delegation-pdf": "a file", "deviations-csv": "a file",
    "health": "tells a program", "health-live": "tells a program", "metrics": "tells a program",
}  # fmt: skip
"""Name of a route -> why no page of it is looked at."""
SEEDS: Mapping[str, Sequence[str]] = {
    "ida": (
        "/", "/?all=1", "/participants/P02/screening/", "/participants/P01/visits/baseline/forms/enzymes/",
        "/participants/P01/visits/baseline/forms/haq/", "/participants/P01/forms/infusion/rows/1/",
        "/participants/P01/sign/?place=baseline/enzymes/", "/queries/?show=all", "/signatures/?show=all",
        "/participants/P01/visits/baseline/", "/participants/P01/unscheduled/", "/events/terms/?q=fever",
        "/participants/P01/queries/new/?visit=baseline&form=enzymes&item=ck", "/participants/P01/laboratory/",
        "/participants/P01/form-history?visit=baseline&form=enzymes&repeat=&item=ck",
        "/participants/P01/doses/rituximab/",
        "/quality/", "/quality/?check=range", "/paper/", "/sealing/", "/amendments/", "/participants/P01/earlier/",
        "/participants/P01/move/", "/participants/P01/identity/", "/find/",
    ),
    "nora": ("/", "/participants/P01/", "/participants/P01/visits/baseline/questionnaires/", "/second-factor/set-up"),
    "dan": ("/imports/", "/deviations/"),
    "carla": ("/", "/erase/", "/amendments/", "/accounts", "/account/nora", "/access/?on=9999-12-30"),
    "asa": ("/", "/ratings/P01/rating/"), "stan": ("/", "/results/"),
    "link": ("/q/step/0", "/q/step/1", "/q/review"), "done": ("/q/thanks",), "waiting": ("/second-factor",),
    "nobody": ("/sign-in", "/q", "/nothing-here"),
}  # fmt: skip
"""Who comes -> where they begin; from there on every kind of page that a link leads to is looked at."""
FEW = frozenset({"today", "participant", "visit", "form", "grid", "questionnaires", "dose"})
"""Routes that are looked at as everybody who reaches them."""
ON_PAPER = frozenset({"paper-form", "paper-all", "paper-visit", "dose-sheet"})
"""Routes that show a sheet as wide as paper."""
MOST = 1
"""Pages of one route that are looked at beside those named above."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The seed study, whose investigators may also close."""
    made = Path(shutil.copytree(STUDIES / "rituximab_polymyositis", tmp_path / "study"))
    text = (
        (made / "study.yaml")
        .read_text(encoding="utf-8")
        .replace("rights: [enrol]", "rights: [enrol, freeze, lock]\n    identities: true")
    )
    (made / "study.yaml").write_text(text, encoding="utf-8")
    (made / "site.toml").write_text('identity_keys = "../keys/x.keys"\n', encoding="utf-8")
    return made


def amend(served: Served) -> None:
    """Adopt a version that drops an item with an answer, and let another one wait that touches much."""
    fill(served, "P01", "blood", by="nora", visit="baseline", albumin="41")
    text = served.site.study.text
    dropped = text.replace("      albumin: {loinc", "      serum_albumin: {loinc")
    served.site.record(adopt(read_kept(dropped), reason="amendment 1", approved="2026-11-01"), by="carla")
    waiting = dropped.replace("3 days either side", "5 days either side").replace("50 to 3000", "50 to 300")
    served.site.record(propose(read_kept(waiting), reason="amendment 2"), by="carla")


@pytest.fixture
def full(served: Served) -> Served:
    """A study in the middle: a participant under treatment, one in screening, one who left; a query, a signature."""
    treat(served)
    word_study(served.folder, "haq-di")
    fill(served, "P01", "enzymes", by="nora", visit="baseline", ck="30000", ck_upper="200", ldh="500")
    fill(served, "P01", "adverse_events", by="nora", repeat="1", term="Fever", start=day(served, 3), grade="3")
    at = {"visit": "baseline", "form": "enzymes"}
    served.site.record(raise_query("P01", "Please look again.", **at, item="ck"), by="ida")
    seen = content_of(served.site.study, served.site.casebooks["P01"], Cell("", "biopsy", "", ""))
    served.site.record(sign("P01", "form", "I have looked.", content=seen, form="biopsy"), by="ida")
    served.site.record(screen("P02"), by="ida")
    served.site.record(screen("P03"), by="ida")
    served.site.record(enrol("P03", on=day(served, 40)), by="ida")
    served.site.record(withdraw("P03", on=day(served, 2), why="moved"), by="ida")
    for form in ("haq", "sf36", "patient_global"):
        answered(served, form)
    amend(served)
    served.site.record(delegate("nora", "nurse", "blood samples", since=day(served, 20)), by="ida")
    served.site.record(train("nora", "GCP", on=day(served, 30), version="E6(R3)"), by="ida")
    return served


def answered(served: Served, form: str) -> None:
    """Let the nurse type a questionnaire of the baseline as a whole, so that the rating opens."""
    items = served.site.study.forms[form].items.values()
    fill(served, "P01", form, by="nora", visit="baseline", **{item.id: first_answer(item) for item in items})


def first_answer(item: Any) -> str:
    """Return an answer that an item takes."""
    return "no" if item.kind == "yes_no" else next(iter(item.choices), "5")


def visitors(full: Served) -> dict[str, Client]:
    """Return a browser for everybody who comes; one with a link is at its questions, another has sent them off."""
    found = {person: full.browser(person) for person in ("ida", "nora", "dan", "carla", "asa", "stan")}
    import_waits(found["dan"])
    waiting = Client()
    TOTPDevice.objects.create(user=account_of("wanda"), confirmed=True)
    waiting.post("/sign-in", {"code": "wanda", "password": PASSWORD})
    done = opened(make_link(full, "patient_global", by="nora"))
    answer_all(done)
    finish(done)
    return {**found, "link": opened(week_4(full)), "done": done, "waiting": waiting, "nobody": Client()}


def import_waits(client: Client) -> None:
    """Send a file with something new, something changed, and a column that is not read."""
    text = "participant,visit,enzymes.ck,enzymes.sgot,other\nP01,baseline,29000,80,x\n"
    assert client.post("/imports/", {"files": SimpleUploadedFile("labs.csv", text.encode())}).status_code == 303


def week_4(full: Served) -> str:
    """Make a link for another visit, whose questions nobody has answered; return its code."""
    path = "/participants/P01/visits/week%204/questionnaires/link"
    asked = {"request": full.site.new_id(), "form": ["patient_global"], "language": "en", "valid": "3"}
    page = full.browser("nora").post(path, asked)
    found = re.search(r'class="code"><code>([^<]+)</code>', page.content.decode())
    assert found is not None
    return found[1]


def reached(client: Client, seeds: Sequence[str], seen: Counter[str]) -> Iterator[tuple[str, str]]:
    """Yield route and address of the pages that somebody is shown, going on from where they begin.

    `seen` counts the pages of each route that are looked at already.
    """
    waiting, asked = deque((seed, True) for seed in seeds), set(seeds)
    while waiting:
        path, is_seed = waiting.popleft()
        route = route_of(path)
        if route in NO_PAGE or not (is_seed or (route and seen[route] < MOST)):
            continue
        answer = client.get(path)
        page = answer.content.decode() if "text/html" in answer.headers.get("Content-Type", "") else ""
        if answer.status_code != (200 if route else 404) or "<html" not in page:
            continue
        seen[route] += 1
        yield route, path
        links = [urljoin(path, unescape(link).partition("#")[0]) for link in re.findall(r'href="([^"]+)"', page)]
        new = [link for link in dict.fromkeys(links) if link not in asked and link.startswith("/")]
        asked.update(new)
        waiting.extend((link, False) for link in new)


def route_of(path: str) -> str:
    """Return the name of the route that an address leads to; empty where none does."""
    try:
        return resolve(urlsplit(path).path).url_name or ""
    except Resolver404:
        return ""


def looked_at(full: Served) -> dict[str, tuple[Client, list[tuple[str, str]]]]:
    """Return, for everybody who comes, their browser and the pages that are looked at as them."""
    found, seen = {}, Counter[str]()
    for who, client in visitors(full).items():
        mine = Counter({name: count for name, count in seen.items() if name not in FEW})
        pages = list(reached(client, SEEDS[who], mine))
        found[who] = (client, pages)
        seen.update(name for name, _ in pages)
    return found


def violations(page: Any, options: dict[str, Any]) -> list[str]:
    """Return what axe-core finds on a page: the rule, and the first place that breaks it."""
    from axe_core_python.sync_playwright import Axe

    found = Axe().run(page, options=options)["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]


LIGHT: dict[str, Any] = {"resultTypes": ["violations"]}
DARK: dict[str, Any] = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
"""Of all that axe-core knows, colours alone change in the dark."""


def look(page: Any, address: str, path: str) -> list[str]:
    """Return what is wrong with one page, light and dark, on a phone."""
    page.emulate_media(color_scheme="light")
    page.goto(address + path, wait_until="load")
    page.evaluate(OPEN)
    found = violations(page, LIGHT)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.emulate_media(color_scheme="dark")
    if wide > 0 and route_of(path) not in ON_PAPER:
        found.append(f"{wide} px too wide")
    return [*found, *(f"dark {one}" for one in violations(page, DARK))]


OPEN = "() => { for (const one of document.querySelectorAll('main details')) one.open = true; }"
"""What is folded is looked at, too."""


@pytest.mark.needs_chromium
def test_every_page_is_accessible(full: Served, chromium: str, tmp_path: Path) -> None:
    """ACCESS-01, ACCESS-02, ACCESS-03."""
    coming = looked_at(full)
    named = {name for _, pages in coming.values() for name, _ in pages}
    assert {route.name for route in ROUTES} - named - set(NO_PAGE) - {"first-run"} == set()
    assert set(NO_PAGE) - {route.name for route in ROUTES} == set()
    wrong: dict[tuple[str, str], Any] = {}
    with at_an_address() as address, walk(chromium, address, tmp_path) as seen:
        for who, (client, pages) in coming.items():
            page = seen.page(**PHONE, reduced_motion="reduce")
            cookies = [
                {"name": name, "value": one.value, "url": address} for name, one in client.cookies.items() if one.value
            ]
            page.context.add_cookies(cookies)
            wrong |= {(who, path): found for _, path in pages if (found := look(page, address, path))}
        seen.said[:] = [line for line in seen.said if "404 (Not Found)" not in line]
    assert not wrong, "\n".join(f"{who} {path}: {found}" for (who, path), found in wrong.items())


@pytest.mark.needs_chromium
def test_the_first_run_is_accessible(unopened: Served, chromium: str, tmp_path: Path) -> None:
    """ACCESS-01, ACCESS-02: before anybody has an account."""
    assert not unopened.site.is_open
    with at_an_address() as address, walk(chromium, address, tmp_path) as seen:
        assert look(seen.page(**PHONE, reduced_motion="reduce"), address, "/first-run") == []
