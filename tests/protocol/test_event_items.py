"""Which items of an events form say what.

EVENT-ITEM-01: by any of the usual names, the first that the form has counts.
EVENT-ITEM-02: a day is told by a date only: an item `reported` that is a text is none.
EVENT-ITEM-03: the reference names all of them, and what makes an event serious.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from trialbook.conduct.safety import SIGNS
from trialbook.instruments import CATALOG
from trialbook.protocol.event_items import NAMES, item_for
from trialbook.protocol.model import Form
from trialbook.protocol.read import parse_study

TEXT = """\
trialbook: 1
study: {id: s, title: S, design: open-label single-arm, data: invented}
visits: {anchor: enrolment, window: 3 days either side, planned: {start: {day: 0}, week 4: {}}}
forms:
  harms:
    at: any time
    repeating: true
    events: true
    items:
      term: {text: line, required: true}
      onset: {date: partial}
      kind: {text: line}
      reported: {text: line}
      reported_on: {date: full}
analysis: {baseline: last before anchor, primary: none, test: paired t, missing: available cases}
"""


def form() -> Form:
    study, problems = parse_study(TEXT, file="s.yaml", catalog=CATALOG)
    assert study is not None, problems
    return study.forms["harms"]


def test_names() -> None:
    """EVENT-ITEM-01, EVENT-ITEM-02."""
    harms = form()
    found = {meaning: item.id for meaning in NAMES if (item := item_for(harms, meaning)) is not None}
    assert found == {"term": "term", "kind": "kind", "onset": "onset", "reported": "reported_on"}
    both = replace(harms, items={**harms.items, "start": harms.items["onset"]})
    assert item_for(both, "onset") is both.items["start"]


def test_the_reference() -> None:
    """EVENT-ITEM-03."""
    text = (Path(__file__).parents[2] / "docs" / "reference" / "events-form.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    for names in NAMES.values():
        assert any(line.split("|")[2].strip().startswith(", ".join(f"`{name}`" for name in names)) for line in rows), (
            names
        )
    assert {f"| `{item}` | {why} |" for item, why in SIGNS.items()} <= set(rows)
