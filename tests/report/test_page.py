"""The page that the small study gives.

HTML-01: hostile texts of a study stay text: in the page, in figures, in the style sheet and in the evidence.
HTML-02: the page asks nothing of any other address, and only its own script may run.
HTML-03: every link inside the page leads somewhere, every id stands once, headings come in order.
HTML-04: it can be used without a script, by keyboard, on paper, on a phone and in the dark.
HTML-05: in a browser, a number opens its result, its cells and their entries with their history.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from trialbook.folder import write_whole
from trialbook.render.document import Document
from trialbook.render.to_html import to_html

OPENED = (
    "Behind it: 5 entries", "Participant 3 · Baseline · Serum enzymes · Creatine kinase", "corrected", "“95”",
    "ines (nurse)", "Read again from the paper", "Earlier entry", "“90”", "forms.csv, row 4, column “ck”",
    "2026-03-01 23:30:00 UTC (2026-03-02 00:30:00 Europe/Stockholm)",
)  # fmt: skip
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--dump-dom",
)  # fmt: skip


class Page(HTMLParser):
    """What stands in a page: elements with their attributes, and scripts with their content."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        """Keep what stands in scripts."""
        if self.found and self.found[-1][0] == "script":
            self.scripts.append(data)

    def all(self, name: str) -> Iterator[str]:
        """Yield the values of an attribute wherever it stands."""
        return (attributes[name] for _, attributes in self.found if name in attributes)


@pytest.fixture(scope="module")
def read(page: str) -> Page:
    """Return the page taken apart."""
    return Page(page)


def test_hostile_texts_stay_text(page: str, read: Page) -> None:
    """HTML-01: no element, no attribute that acts, no template evaluated."""
    assert "<svg onload" not in page
    assert not [name for _, attributes in read.found for name in attributes if name.startswith("on")]
    assert "{{7*7}}" in page
    assert page.count("</script>") == 2
    assert [tag for tag, _ in read.found].count("script") == 2
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert "onload=alert" in style
    assert "<" not in style.rpartition("@page")[2]


def test_nothing_is_fetched(page: str, read: Page) -> None:
    """HTML-02: no address in the page, not even the names of SVG; the policy names the script by its hash."""
    bare = re.sub(r"url\(data:font/woff2;base64,[\w+/=]+\)", "", page)
    assert not re.findall(r"https?:|//[a-z]|url\((?!#)|@import", bare)
    assert set(read.all("href")) == {"data:,"} | {link for link in read.all("href") if link.startswith("#")}
    assert not list(read.all("src"))
    script = page.rpartition("<script>")[2].partition("</script>")[0]
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = (one["content"] for _, one in read.found if one.get("http-equiv") == "Content-Security-Policy")
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_links_and_ids(read: Page) -> None:
    """HTML-03: those in figures too."""
    ids = list(read.all("id"))
    assert len(ids) == len(set(ids))
    links = {unquote(link[1:]) for link in read.all("href") if link.startswith("#")}
    assert links <= set(ids)
    assert sum(attributes.get("class") == "n" for tag, attributes in read.found if tag == "a") > 200


def test_headings_in_order(read: Page) -> None:
    """HTML-03: one first heading, and no level left out below it."""
    levels = [
        int(tag[1])
        for tag, attributes in read.found
        if re.fullmatch("h[1-6]", tag) and "trace" not in attributes.get("id", "")
    ]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_it_is_made_for_everybody(page: str, read: Page) -> None:
    """HTML-04: language, skip link, words for figures, scrolling tables by keyboard, print and dark styles."""
    assert ("html", {"lang": "en"}) in read.found
    assert ("a", {"class": "skip", "href": "#main"}) in read.found
    drawings = [attributes for _, attributes in read.found if attributes.get("role") == "img"]
    assert len(drawings) == page.count("<figure ")
    assert all(one["aria-label"] for one in drawings)
    assert all(one["tabindex"] == "0" for _, one in read.found if one.get("role") == "region")
    for words in ("@media print", "size: A4", "table-header-group", "prefers-color-scheme: dark", "max-width: 40rem"):
        assert words in page


def test_without_a_script_the_rows_name_their_entries(page: str) -> None:
    """HTML-04: the row of a result in the appendix, with value, method and entry numbers."""
    row = re.search(r'<tr id="change.power.week_8.enrolled.mean">.*?(?=<tr)', page, re.DOTALL)
    assert row is not None
    assert "3.25" in row[0]
    assert "visit minus baseline, paired by participant" in row[0]
    assert re.search(r"\d+–\d+, \d+", row[0])


def opened(chromium: str, page: str, folder: Path, click: str = "", address: str = "") -> str:
    """Return the page as a browser shows it after a click; the policy is taken away to let the click in."""
    if click:
        page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        page = page.replace("</body>", f"<script>addEventListener('load', () => {{ {click} }})</script></body>")
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    command = [chromium, *OPTIONS, f"--user-data-dir={folder / 'profile'}", file.as_uri() + address]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    return done.stdout.decode()


@pytest.mark.needs_chromium
def test_the_policy_lets_the_script_run(chromium: str, page: str, tmp_path: Path) -> None:
    """HTML-02: the hash is that of the script as a browser reads it; nothing of the study was made an element."""
    shown = opened(chromium, page, tmp_path)
    assert '<html lang="en" class="scripted">' in shown
    assert "onload=" not in re.sub(r">[^<]*<", "><", shown.partition("<body")[2])


@pytest.mark.needs_chromium
def test_a_link_opens_the_appendix_without_a_script(chromium: str, page: str, tmp_path: Path) -> None:
    """HTML-04: the browser itself opens what is folded around the row."""
    bare = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert '<details class="folded">' in opened(chromium, bare, tmp_path)
    assert '<details class="folded" open="">' in opened(
        chromium, bare, tmp_path, address="#change.power.week_8.enrolled.p"
    )


@pytest.mark.needs_chromium
def test_a_number_opens_its_entries(chromium: str, page: str, tmp_path: Path) -> None:
    """HTML-05: the corrected value of participant 3 at baseline, with who, when, why and from where."""
    link = 'document.querySelector("a.n[href=\\"#describe.ck.baseline.enrolled.mean\\"]").click();'
    cell = '[...document.querySelectorAll(".grid button")].find((one) => one.textContent.startsWith("95")).click()'
    shown = opened(chromium, page, tmp_path, link + cell)
    panel = shown.partition('<aside id="trace"')[2].partition("</aside>")[0]
    text = re.sub(r"<[^>]*>", " ", panel)
    for words in OPENED:
        assert words in text, words


def test_the_file_is_written_whole(document: Document, page: str, tmp_path: Path) -> None:
    """HTML-02: one file, UTF-8 with LF."""
    write_whole(tmp_path / "report.html", to_html(document).encode())
    assert (tmp_path / "report.html").read_bytes() == page.encode()
    assert b"\r" not in page.encode()
    assert len(page) < 400_000
