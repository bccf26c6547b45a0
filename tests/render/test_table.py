"""Tables, lines and documents as values.

TABLE-01: a row has as many cells as the table has columns.
TABLE-02: the results that a table or a document shows are found in order.
TABLE-03: tables and figures are counted in the order in which they stand; those without a number are not.
"""

from __future__ import annotations

import pytest

from trialbook.render.document import Document, Facts, Figure, Items, Notice, Paragraph, Section
from trialbook.render.evidence import Evidence
from trialbook.render.inline import Emphasis, Line, Number, Recorded, Reference, join, plain
from trialbook.render.table import Column, Row, Table


def table(name: str, *, numbered: bool = True) -> Table:
    """Return a table with one number."""
    body = (Row(stub=("All",), heading=True), Row(stub=("x",), cells=((Number("a.n", "9"), "/", Number("b.n", "13")),)))
    return Table(
        id=name,
        title="T",
        stub="S",
        columns=(Column(label="n"),),
        body=body,
        footnotes=((Number("a.n", "9"),),),
        numbered=numbered,
    )


def test_a_row_fits_its_table() -> None:
    """TABLE-01: too few cells would shift every number below its heading."""
    with pytest.raises(ValueError, match="2 cells for 1 columns"):
        Table(
            id="t", title="T", stub="S", columns=(Column(label="n"),), body=(Row(stub=("x",), cells=(("1",), ("2",))),)
        )


def test_results_of_a_table() -> None:
    """TABLE-02: each once, in order, footnotes too."""
    assert table("t").result_ids == ("a.n", "b.n")


def test_results_and_labels_of_a_document() -> None:
    """TABLE-02, TABLE-03: every kind of block is walked."""
    figure = Figure(
        id="f",
        title="F",
        svg="<svg></svg>",
        alt="",
        caption=(Number("c", "1"),),
        table=table("numbers", numbered=False),
    )
    blocks = (
        Paragraph(line=("see ", Reference("t2"), Number("d", "2"))),
        table("t0", numbered=False), table("t1"), table("t2"), figure,
        Items(lines=((Number("e", "3"),),)), Facts(pairs=(("f", (Recorded((1, 2), "4"),)),)),
    )  # fmt: skip
    document = Document(
        study="s", title="D", subtitle="", language="en", notice=Notice(label="L", invented=False, line=("words",)),
        sections=(Section(id="s", title="Section", sections=(Section(id="below", title="Below", blocks=blocks),)),),
        evidence=Evidence(zone="UTC", facts=(), behind={}, derived={}, variables={}),
    )  # fmt: skip
    names = document.labels()
    assert [names.get(name) for name in ("t0", "t1", "t2", "f", "below")] == [
        None,
        "Table 1",
        "Table 2",
        "Figure 1",
        "Below",
    ]
    assert {number.result_id for number in document.numbers()} == {"a.n", "b.n", "c", "d", "e"}
    assert [value.entries for value in document.recorded()] == [(1, 2)]


def test_words_of_a_line() -> None:
    """TABLE-02: joined as people list things."""
    lines: list[Line] = [("a",), (Number("x", "1"),), (Emphasis("c"),)]
    assert plain(join(lines, last=" and ")) == "a, 1 and c"
    assert join([]) == ()
