"""The evidence inside the page.

EVIDENCE-01: no text of a study can end the script element that holds the evidence.
EVIDENCE-02: what is read back is what was written: every fact, list and derived value.
"""

from __future__ import annotations

import json
from dataclasses import astuple, fields
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trialbook.render.evidence import DerivedValue, Evidence, Fact, to_json


def fact(seq: int, text: str) -> Fact:
    """Return a fact with the same text everywhere, and that of some others of its neighbours."""
    text *= seq % 3
    return Fact(**{field.name: seq if field.name == "seq" else text for field in fields(Fact)})  # type: ignore[arg-type]


def evidence(text: str, seqs: tuple[int, ...]) -> Evidence:
    """Return evidence full of one text."""
    derived = {"power": (DerivedValue(participant=text, visit=text, text=text, entries=seqs),)}
    return Evidence(
        zone="UTC", facts=tuple(fact(seq, text) for seq in seqs), behind={text: seqs}, derived=derived,
        variables={text: "power"}, visits=("", text),
    )  # fmt: skip


def unfold(runs: list[int]) -> list[int]:
    """Return the numbers of runs, as the page's script does."""
    return [first + more for first, many in zip(runs[::2], runs[1::2], strict=True) for more in range(many)]


def spread(column: list[int]) -> list[int]:
    """Return the places of a column, as the page's script does: a negative number repeats the one before it."""
    places: list[int] = []
    for place in column:
        places += [place] if place >= 0 else [places[-1]] * -place
    return places


def test_it_cannot_end_its_element() -> None:
    """EVIDENCE-01: nor open a comment, nor break a line of a script."""
    written = to_json(evidence("</script><!-- &amp; \u2028", (1,)))
    assert not set("<>&\u2028\u2029") & set(written)


@given(st.text(), st.lists(st.integers(1, 60), unique=True).map(lambda found: tuple(sorted(found))))
def test_it_reads_back(text: str, seqs: tuple[int, ...]) -> None:
    """EVIDENCE-02: for any text and any entries."""
    written = evidence(text.encode(errors="ignore").decode(), seqs)
    read: dict[str, Any] = json.loads(to_json(written))
    columns = [[read["texts"][place] for place in spread(column)] for column in read["facts"]]
    assert list(zip(unfold(read["seqs"]), *columns, strict=True)) == [astuple(one) for one in written.facts]
    place, variable = read["results"][next(iter(written.behind))]
    assert (unfold(read["lists"][place]), variable) == (list(seqs), "power")
    assert unfold(read["derived"]["power"][0][3]) == list(seqs)
