"""The schedule of assessments, the fingerprint of a study file, and what an amendment changes.

Requirements:
OUTL-01: the grid shows each form at each visit, grouped by who answers it, with order and blinding.
OUTL-02: the page is one file, speaks its language, and can be read by a screen reader and printed.
OUTL-03: the fingerprint changes with what the file says, and with nothing else.
OUTL-04: comparing two versions names every difference and no other.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.instruments import CATALOG
from trialbook.protocol.model import Study
from trialbook.protocol.outline import Change, compare_studies, fingerprint, grid, to_html, to_text
from trialbook.protocol.read import parse_study
from trialbook.wording import sentence

TEXT = """\
trialbook: 1
study:
  id: pilot
  title: {en: Drug <A> & power, zh-Hant: 藥物}
  design: open-label single-arm
  data: invented
  languages: [en, zh-Hant]
  timezone: UTC
roles:
  nurse: {sees: everything, records: everything}
  rater: {blind: true, records: [rating]}
visits:
  anchor: enrolment
  window: 3 days either side
  planned:
    baseline: {day: -7 to 0}
    week 4: {}
    week 8: {optional: true}
forms:
  background:
    label: Background
    at: once
    by: nurse
    items:
      age: {label: Age, number: year, scale: 0 to 120}
  questions:
    label: Questions
    at: [baseline, week 8]
    by: nurse
    items:
      pain: {label: Pain, vas: 0 to 10}
  rating:
    label: Rating
    at: [baseline, week 4, week 8]
    by: rater
    after: [questions]
    items:
      power: {label: Power, number: score, scale: 0 to 10}
  extra:
    label: Extra
    at: [week 8]
    by: nurse
    when: 'background.age > 60'
    items:
      note: {label: Note, text: line}
  adverse_events:
    label: Adverse events
    at: any time
    by: nurse
    repeating: true
    events: true
    items:
      term: {label: Event, text: line, required: true}
endpoints:
  power: {from: rating.power, better: higher}
analysis:
  baseline: visit baseline
  set: enrolled
  sets:
    enrolled: {label: Enrolled, who: enrolled}
  primary: {endpoint: power, at: week 8}
  compare: each visit with baseline
  test: paired t
  significant: p < 0.05, two-sided
  missing: available cases
"""


def read(text: str) -> Study:
    study, problems = parse_study(text, file="study.yaml", catalog=CATALOG)
    assert study is not None, [sentence(problem) for problem in problems]
    return study


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new)


STUDY = read(TEXT)


def test_grid_has_visits_as_columns_and_forms_by_role() -> None:
    """OUTL-01."""
    drawn = grid(STUDY)
    assert [(visit.label, visit.day, visit.window, visit.optional) for visit in drawn.visits] == [
        ("Baseline", 0, "-7 to 0", False),
        ("Week 4", 28, "25 to 31", False),
        ("Week 8", 56, "53 to 59", True),
    ]
    assert [(group.label.casefold(), group.blind, [row.id for row in group.rows]) for group in drawn.at_visits] == [
        ("nurse", False, ["questions", "extra"]),
        ("rater", True, ["rating"]),
    ]
    assert [time for time, _ in drawn.apart] == ["Once", "At any time"]


def test_grid_marks_visits_order_and_condition() -> None:
    """OUTL-01."""
    rows = {row.id: row for group in grid(STUDY).at_visits for row in group.rows}
    assert rows["questions"].marks == ("due", "", "due")
    assert rows["rating"].marks == ("due", "due", "due")
    assert rows["rating"].notes == ("after Questions",)
    assert rows["extra"].marks == ("", "", "conditional")
    assert rows["extra"].notes == ("where background.age > 60",)


def test_text_has_a_line_for_each_form_with_marks_under_their_visits() -> None:
    """OUTL-01."""
    lines = to_text(grid(STUDY))
    heads = next(line for line in lines if "Week 4" in line)
    rating = next(line for line in lines if line.strip().startswith("Rating "))
    places = [match.start() for match in re.finditer("●", rating)]
    starts = [heads.index(visit) for visit in ("Baseline", "Week 4", "Week 8")]
    assert all(start <= place < start + 8 for start, place in zip(starts, places, strict=True))
    assert "Rater, blinded" in lines
    assert any("Adverse events (Nurse)" in line for line in lines)


class Page(HTMLParser):
    """Gather what a screen reader needs of a page."""

    VOID = frozenset({"meta"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.scopes: list[str] = []
        self.seen: dict[str, dict[str, str | None]] = {}
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that begins."""
        self.seen.setdefault(tag, dict(attrs))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "th":
            self.scopes.append(str(dict(attrs).get("scope")))

    def handle_endtag(self, tag: str) -> None:
        """Check that the innermost element ends."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Gather the words."""
        self.words += data


def test_page_is_whole_and_accessible() -> None:
    """OUTL-02."""
    text = to_html(grid(STUDY))
    page = Page(text)
    assert page.open == []
    assert page.seen["html"]["lang"] == "en"
    assert {"caption", "main", "h1", "title"} <= set(page.seen)
    assert page.scopes.count("col") == 4
    assert page.scopes.count("row") == 3
    assert page.scopes.count("rowgroup") == 2
    assert page.seen["div"]["tabindex"] == "0"
    assert "due where its condition holds" in page.words
    assert "Invented data" in page.words


def test_page_fetches_nothing_and_runs_nothing() -> None:
    """OUTL-02."""
    text = to_html(grid(STUDY))
    assert not re.search(r"<script|<link|<img|https?:|url\(|@import", text)
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_page_shows_texts_as_they_are() -> None:
    """OUTL-02."""
    text = to_html(grid(STUDY))
    assert "Drug &lt;A&gt; &amp; power" in text
    assert "background.age &gt; 60" in text


def test_real_data_carry_no_notice() -> None:
    """OUTL-02."""
    assert "Invented data" not in to_html(grid(read(changed("data: invented", "data: real"))))


def test_fingerprint_ignores_comments_layout_quotes_and_order() -> None:
    """OUTL-03."""
    same = changed(
        "  design: open-label single-arm\n  data: invented\n",
        "  data: 'invented'  # no one real\n  design: open-label single-arm\n",
    )
    assert fingerprint(same) == fingerprint(TEXT) == fingerprint(TEXT.replace("\n", "\r\n"))
    assert re.fullmatch("[0-9a-f]{64}", fingerprint(TEXT))


def test_fingerprint_never_changes_between_versions_of_the_program() -> None:
    """OUTL-03: a ledger names the study in force by it."""
    assert fingerprint("b: [1, no]  # comment\na: {c: 'x'}\n") == (
        "6acb6becf0457af636096c66373a513a8f7391c86ee1482c35daea861ec7e630"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [("scale: 0 to 120", "scale: 0 to 110"), ("by: rater", "by: nurse"), ("[baseline, week 8]", "[week 8, baseline]")],
)
def test_fingerprint_changes_with_what_is_said(old: str, new: str) -> None:
    """OUTL-03."""
    assert fingerprint(changed(old, new)) != fingerprint(TEXT)


@pytest.mark.parametrize("text", ["", "a: [1", "- 1\n- 2\n", "a: 1\na: 2\n", "\x00"])
def test_fingerprint_of_what_is_no_study_file(text: str) -> None:
    """OUTL-03."""
    with pytest.raises(ValueError, match="not a study file"):
        fingerprint(text)


WORDS = st.text("abc", min_size=1, max_size=4)


@settings(deadline=None)
@given(pairs=st.dictionaries(WORDS, WORDS, min_size=1), order=st.randoms(use_true_random=False))
def test_fingerprint_is_free_of_the_order_of_keys(pairs: dict[str, str], order: object) -> None:
    """OUTL-03."""
    lines = [f"{key}: {value}\n" for key, value in pairs.items()]
    first = fingerprint("".join(lines))
    order.shuffle(lines)  # type: ignore[attr-defined]
    assert fingerprint("".join(lines)) == first


def test_equal_studies_have_no_differences() -> None:
    """OUTL-04."""
    assert compare_studies(STUDY, read(TEXT + "# a comment\n")) == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "scale: 0 to 120", "scale: 0 to 110",
            [Change(kind="changed", where="forms.background.items.age.maximum", before="120", after="110")],
        ),
        (
            "    after: [questions]\n", "",
            [Change(kind="removed", where="forms.rating.after", before="questions", after="")],
        ),
        (
            "    when: 'background.age > 60'\n", "    when: 'background.age > 65'\n",
            [
                Change(
                    kind="changed", where="forms.extra.when",
                    before="background.age > 60", after="background.age > 65",
                )
            ],
        ),
        (
            "week 8: {optional: true}", "week 8: {optional: false}",
            [Change(kind="changed", where="schedule.visits.week 8.optional", before="yes", after="no")],
        ),
        (
            "{en: Drug <A> & power, zh-Hant: 藥物}", "{en: Drug B, zh-Hant: 藥物}",
            [Change(kind="changed", where="identity.title", before="Drug <A> & power, 藥物", after="Drug B, 藥物")],
        ),
    ],
)  # fmt: skip
def test_difference_is_named_with_before_and_after(old: str, new: str, expected: list[Change]) -> None:
    """OUTL-04."""
    assert list(compare_studies(STUDY, read(changed(old, new)))) == expected


def test_added_part_is_one_difference() -> None:
    """OUTL-04."""
    new = read(
        changed(
            "      pain: {label: Pain, vas: 0 to 10}\n",
            "      pain: {label: Pain, vas: 0 to 10}\n      sleep: {label: Sleep, vas: 0 to 10}\n",
        )
    )
    (change,) = compare_studies(STUDY, new)
    assert (change.kind, change.where, change.before) == ("added", "forms.questions.items.sleep", "")
    assert "Sleep" in change.after
    (back,) = compare_studies(new, STUDY)
    assert (back.kind, back.where, back.after) == ("removed", "forms.questions.items.sleep", "")
