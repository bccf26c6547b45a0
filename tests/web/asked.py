"""A participant of the seed study whose questionnaires are open, and how a test answers them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.test import Client
from tests.web.conftest import CUSTODIAN, Served
from tests.web.filled import word_study

from trialbook.capture.acts import enrol, screen

HERE = "/participants/P01/visits/week%2012/questionnaires/"
FORMS = ("haq", "sf36")


def ready(served: Served, *, words: tuple[str, ...] = ("haq-di", "sf-36-v1")) -> Served:
    """Enrol P01, and load invented wordings."""
    served.site.record(screen("P01"), by=CUSTODIAN)
    served.site.record(enrol("P01", on="2026-01-10"), by=CUSTODIAN)
    word_study(served.folder, *words)
    return served


def sent(browser: Client, path: str, page: Any = None, **values: Any) -> Any:
    """Send a form with the hidden values of the page that showed it."""
    shown = page if page is not None else browser.get(path)
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', shown.content.decode()))
    hidden.pop("csrfmiddlewaretoken", None)
    return browser.post(path, {**{name: unescape(value) for name, value in hidden.items()}, **values})


def hand_over(served: Served, *forms: str, by: str = "nora", language: str = "en") -> Client:
    """Hand the tablet over in the browser of a person, and return that browser."""
    browser = served.browser(by)
    answer = browser.post(
        f"{HERE}hand-over", {"request": served.site.new_id(), "form": list(forms or FORMS), "language": language}
    )
    assert answer.status_code == 302, answer.content.decode()
    served.browsers.pop(by)
    return browser


def make_link(served: Served, *forms: str, by: str = "nora", language: str = "en", valid: str = "3") -> str:
    """Make a link, and return its code."""
    page = served.browser(by).post(
        f"{HERE}link",
        {"request": served.site.new_id(), "form": list(forms or FORMS), "language": language, "valid": valid},
    )
    found = re.search(r'class="code"><code>([^<]+)</code>', page.content.decode())
    assert found is not None, page.content.decode()
    return found[1]


def opened(code: str) -> Client:
    """Open a link on a phone of its own."""
    phone = Client()
    answer = phone.post("/q/begin", {"code": code})
    assert answer.status_code == 302, answer.content.decode()
    return phone


def answer_all(browser: Client, *, most: int = 200) -> int:
    """Answer every question with its first answer, up to the review; return how many steps were taken."""
    path = browser.get("/q/now").headers["Location"]
    for count in range(most):
        if path == "/q/review":
            return count
        page = browser.get(path)
        text = page.content.decode()
        values: dict[str, str | list[str]] = {"what": "next"}
        for name, value in re.findall(r'type="(?:radio|checkbox)" name="([^"]+)" value="([^"]*)"', text):
            values.setdefault(name, value)
        for name in re.findall(r'name="(typed-[^"]+)"', text):
            values[name] = "4.2"
        moved = sent(browser, path, page, **values)
        assert moved.status_code == 302, moved.content.decode()
        path = moved.headers["Location"]
    raise AssertionError("the questions do not end")


def finish(browser: Client) -> Any:
    """Send the answers off."""
    return sent(browser, "/q/finish", browser.get("/q/review"))
