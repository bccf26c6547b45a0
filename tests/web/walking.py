"""Real browsers of several people in front of one site, watched: nothing leaves the machine or is complained of."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PASSWORD = "four odd words here"  # noqa: S105 - of invented people
WATCH = "addEventListener('securitypolicyviolation', (e) => console.error('CSP', e.violatedDirective, e.blockedURI))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Several people with a browser each, before one site."""

    browser: Any
    address: str
    pictures: Path
    said: list[str] = field(default_factory=list)
    """What a browser complained of, and every request to another host."""
    taken: list[str] = field(default_factory=list)

    @property
    def participant(self) -> str:
        """The page of the one participant."""
        return f"{self.address}/participants/P01/"

    @property
    def today(self) -> str:
        """The day that it is at the site of the seed study, as it is typed."""
        now = datetime.now(ZoneInfo("Asia/Hong_Kong"))  # noqa: TID251 - the server's clock is real, too
        return now.date().isoformat()

    def page(self, **options: Any) -> Any:
        """Open a browser of its own for a person."""
        context = self.browser.new_context(locale="en-GB", **options)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("request", lambda asked: None if asked.url.startswith(self.address) else self.said.append(asked.url))
        page.on("console", lambda line: self.said.append(f"{page.url}: {line.text}") if line.type == "error" else None)
        page.on("pageerror", lambda error: self.said.append(f"{page.url}: {error}"))
        page.on("response", lambda told: self.said.append(f"{told.url}: {told.status}") if told.status > 499 else None)
        return page

    def picture(self, page: Any, name: str) -> None:
        """Keep a picture of the whole page; nothing on it is wider than the screen."""
        self.taken.append(name)
        page.wait_for_load_state("load")
        page.screenshot(path=self.pictures / f"{len(self.taken):02}-{name}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} ({page.url}) is {wide} px wider than the screen"


@contextmanager
def walk(executable: str, address: str, pictures: Path) -> Iterator[Walk]:
    """Open browsers before a site; whatever they complained of is an error at the end."""
    from playwright.sync_api import sync_playwright

    pictures.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        made = Walk(browser=browser, address=address, pictures=pictures)
        yield made
        browser.close()
    assert not made.said, "\n".join(made.said)


def pictures_in(made: Path, name: str) -> Path:
    """Return the folder for pictures: below the one that the environment names, else one that goes with the test."""
    return Path(os.environ.get("TRIALBOOK_PICTURES") or made) / name


# ---- what everybody does ----------------------------------------------------------------------------------------


def begin_site(page: Any, first_run: str, code: str, name: str) -> None:
    """Make the first account at the address that the terminal printed."""
    page.goto(first_run)
    page.fill("#id_code", code)
    page.fill("#id_name", name)
    choose_password(page)
    page.wait_for_url(re.compile(r":\d+/$"))


def choose_password(page: Any) -> None:
    """Type a new password twice, and go on."""
    page.fill("#id_new", PASSWORD)
    page.fill("#id_again", PASSWORD)
    page.click("main form.card button")


def make_account(page: Any, code: str, name: str, role: str) -> str:
    """Make an account with a role, as the custodian; return the one-time code."""
    page.click("ul.menu >> text=Accounts")
    page.click("text=New account")
    page.fill("#id_code", code)
    page.fill("#id_name", name)
    page.click("text=Make the account")
    one_time = str(page.inner_text("code.one-time"))
    page.click("text=Now grant a role")
    page.select_option("#id_grant-role", role)
    page.fill("#id_grant-reason", "Begins in the study")
    page.click("button:text-is('Grant')")
    return one_time


def enter_first(page: Any, address: str, code: str, one_time: str) -> None:
    """Sign in with a one-time code and choose a password."""
    page.goto(f"{address}/")
    page.fill("#id_code", code)
    page.fill("#id_password", one_time)
    page.click("main >> button:text-is('Sign in')")
    choose_password(page)
    page.wait_for_url(re.compile(r":\d+/$"))


# ---- forms ------------------------------------------------------------------------------------------------------


def answer(page: Any, **answers: str) -> None:
    """Fill in items of a form: a choice by its label, a date, a number or a text as it is typed."""
    for item, text in answers.items():
        box = page.locator(f"#item-{item}")
        if box.locator("input[type=radio]").count():
            box.get_by_label(text, exact=True).check()
        else:
            box.locator(f"#in-{item}").fill(text)


def save(page: Any) -> None:
    """Save a form and wait until it is told that it was saved."""
    with page.expect_navigation():
        page.click("button[value=save]")
    page.wait_for_selector("p.message strong:has-text('Saved at')")


def filled(page: Any, address: str, **answers: str) -> None:
    """Open a form, fill it in and save it."""
    page.goto(address)
    answer(page, **answers)
    save(page)


def sign_form(page: Any, title: str) -> None:
    """Look at a form or a visit that waits for a signature, and sign it with the password."""
    row = page.locator("tr").filter(has=page.get_by_role("link", name=title, exact=True))
    row.locator("text=look and sign").click()
    page.wait_for_url("**/sign/**")
    page.locator("input[name=meaning]").first.check()
    page.fill("#password", PASSWORD)
    page.click("main form button:text-is('Sign')")
    page.wait_for_selector("text=Signed.")


def sign_in_again(page: Any, address: str, code: str) -> None:
    """Sign in with the password that was chosen."""
    page.goto(f"{address}/sign-in")
    page.fill("#id_code", code)
    page.fill("#id_password", PASSWORD)
    page.click("main >> button:text-is('Sign in')")
    page.wait_for_url(re.compile(r":\d+/$"))
