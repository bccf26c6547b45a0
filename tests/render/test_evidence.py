"""The evidence inside the page.

EVIDENCE-01: no text of a study can end the script element that holds the evidence.
EVIDENCE-02: what is read back is what was written: every fact, list and derived value.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trialbook.render.evidence import DerivedValue, Evidence, Fact, to_json


def fact(seq: int, text: str) -> Fact:
    """Return a fact with the same text everywhere, and that of some others of its neighbours."""
    text *= seq // 2 % 3
    return Fact(**{field.name: seq if field.name == "seq" else text for field in fields(Fact)})  # type: ignore[arg-type]


def evidence(text: str, seqs: tuple[int, ...]) -> Evidence:
    """Return evidence full of one text."""
    derived = {"power": (DerivedValue(participant=text, visit=text, text=text, entries=seqs),)}
    return Evidence(
        zone="UTC", facts=tuple(fact(seq, text) for seq in seqs), behind={text: seqs}, derived=derived,
        variables={text: "power"}, visits=("", text),
    )  # fmt: skip


def unfold(steps: list[int]) -> list[int]:
    """Return the numbers of steps, as the page's script does: a negative step is so many neighbours."""
    numbers = [0]
    for step in steps:
        numbers += [numbers[-1] + step] if step > 0 else [numbers[-1] + more for more in range(1, 1 - step)]
    return numbers[1:]


def spread(column: list[int]) -> list[int]:
    """Return the places of a column, as the page's script does: a negative number follows as the last time."""
    places, after = [-1], dict[int, int]()
    for place in column:
        for _ in range(max(1, -place)):
            last = places[-1]
            after[last] = place if place >= 0 else after.get(last, last)
            places.append(after[last])
    return places[1:]


def facts_of(read: dict[str, Any]) -> list[Fact]:
    """Return the facts that the page holds."""
    columns: dict[str, list[Any]] = {"seq": unfold(read["seqs"])}
    for group, (table, places) in zip(read["fields"], read["facts"], strict=True):
        columns |= {name: [texts[at] for at in spread(places)] for name, texts in zip(group, table, strict=False)}
    return [Fact(**dict(zip(columns, values, strict=True))) for values in zip(*columns.values(), strict=True)]


def test_it_cannot_end_its_element() -> None:
    """EVIDENCE-01: nor open a comment, nor break a line of a script."""
    written = to_json(evidence("</script><!-- &amp; \u2028", (1,)))
    assert not set("<>&\u2028\u2029") & set(written)


@given(st.text(), st.lists(st.integers(1, 60), unique=True).map(lambda found: tuple(sorted(found))))
def test_it_reads_back(text: str, seqs: tuple[int, ...]) -> None:
    """EVIDENCE-02: for any text and any entries."""
    written = evidence(text.encode(errors="ignore").decode(), seqs)
    read: dict[str, Any] = json.loads(to_json(written))
    assert facts_of(read) == (list(written.facts) if seqs else [])
    place, variable = read["results"][next(iter(written.behind))]
    assert (unfold(read["lists"][place]), variable) == (list(seqs), "power")
    assert unfold(read["derived"]["power"][0][3]) == list(seqs)
