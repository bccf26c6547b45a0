"""The page of an appraisal: what was found, the gravest first, each finding with its picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trialbook.analysis.appraisal.findings import Finding
from trialbook.analysis.appraisal.model import Paper
from trialbook.render.document import Block, Document, Facts, Figure, Notice, Paragraph, Section
from trialbook.render.evidence import Evidence
from trialbook.render.inline import Emphasis, Line, Reference
from trialbook.render.table import Column, Row, Table
from trialbook.report.appraisal_drawing import sheet_of, svg_of
from trialbook.report.appraisal_words import MEANINGS, advise, number, say, say_shortly
from trialbook.report.phrases import capital, counted, several
from trialbook.report.rasters import with_pictures

NOTICE = "Nothing here is data of a participant beyond what the paper prints; data sets are arithmetic."
RULES = {None: "any rule", "half up": "round half up", "half even": "round half even"}
DIVIDED = {None: "n − 1, or n where the paper’s own tables tell so", "n-1": "n − 1", "n": "n"}


def build_appraisal(
    paper: Paper, findings: Sequence[Finding], *, program: Mapping[str, str], raster: bool = False
) -> Document:
    """Return the page; with `raster` pictures are also drawn for documents that cannot hold a drawing."""
    version = program.get("trialbook", "")
    sections = (_short(findings), *_by_verdict(findings), _how(paper))
    return Document(
        study="appraisal",
        title=paper.title,
        subtitle="Appraisal of its printed numbers",
        language="en",
        notice=Notice(label="Published figures", invented=False, line=(NOTICE,)),
        sections=with_pictures(sections) if raster else sections,
        evidence=Evidence(zone="UTC", facts=(), behind={}, derived={}, variables={}),
        foot=f"Made by trialbook {version}.".replace(" .", "."),
        meta={"generator": f"trialbook {version}".strip()},
    )


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings by their verdict, the gravest first, else as they were found."""
    order = list(MEANINGS)
    return sorted(findings, key=lambda found: order.index(found.verdict))


def summed(findings: Sequence[Finding]) -> str:
    """Write how many findings there are of each verdict: `2 impossible, 3 contradiction`."""
    numbers = {verdict: sum(found.verdict == verdict for found in findings) for verdict in MEANINGS}
    return ", ".join(f"{count} {verdict}" for verdict, count in numbers.items() if count)


def _short(findings: Sequence[Finding]) -> Section:
    grave = [found for found in in_order(findings) if found.verdict != "consistent"]
    rows = tuple(Row(stub=(capital(found.verdict),), cells=((found.label,), (say_shortly(found),))) for found in grave)
    checked = sum(found.verdict == "consistent" for found in findings)
    said = (
        f"{capital(counted(len(findings)))} findings: {summed(findings)}." if findings else "Nothing could be checked."
    )
    columns = (Column(label="Figure", align="left"), Column(label="Finding", align="left"))
    blocks: tuple[Block, ...] = (Paragraph(line=(said,)),)
    if rows:
        blocks = (*blocks, Table(id="findings", title="What was found", stub="Verdict", columns=columns, body=rows))
    if checked:
        stand = several(checked, "check found nothing and stands", "checks found nothing and stand")
        line = f"{capital(counted(checked))} {stand} at the end."
        blocks = (*blocks, Paragraph(line=(line,), kind="note"))
    return Section(id="in-short", title="In short", blocks=blocks)


def _by_verdict(findings: Sequence[Finding]) -> list[Section]:
    """Return a section for each verdict that was found, with a part for each finding."""
    places = {id(found): place for place, found in enumerate(findings, 1)}
    sections = []
    for verdict, meaning in MEANINGS.items():
        own = [found for found in findings if found.verdict == verdict]
        if own:
            parts = tuple(_part(found, places[id(found)]) for found in own)
            intro = Paragraph(line=(capital(meaning) + ".",), kind="note")
            name = verdict.replace(" ", "-")
            sections.append(Section(id=f"v-{name}", title=capital(verdict), blocks=(intro,), sections=parts))
    return sections


def _part(found: Finding, place: int) -> Section:
    name = f"f{place}"
    blocks: list[Block] = [Paragraph(line=_sentence(found, name)), Paragraph(line=(advise(found),), kind="note")]
    figure = _figure(found, name)
    if figure is not None:
        blocks.append(figure)
    return Section(id=name, title=f"{found.label} ({found.code})", blocks=tuple(blocks))


def _sentence(found: Finding, name: str) -> Line:
    text: Line = (Emphasis(capital(found.verdict)), ". ", say_shortly(found))
    return (*text, " ", Reference(f"p-{name}"), ".") if sheet_of(found) is not None else text


def _figure(found: Finding, name: str) -> Figure | None:
    sheet = sheet_of(found)
    if sheet is None:
        return None
    return Figure(
        id=f"p-{name}",
        title=found.axis if found.axis == "p" else capital(found.axis or found.label),
        svg=svg_of(sheet),
        alt=say(found),
        caption=(_caption(found),),
        table=_table(found, name),
    )


def _caption(found: Finding) -> str:
    if found.rows is not None and found.rows.sets:
        return "Examples of data sets that have the printed figures; none of them is data of a participant."
    dark = any(bar.is_printed for bar in found.bars)
    return "Narrow, dark: as printed. Broad, blue: as computed." if dark else "As computed."


def _table(found: Finding, name: str) -> Table:
    rows = found.rows
    if rows is not None and rows.sets:
        columns = tuple(Column(label=f"{who}, {time}") for who in rows.participants for time in rows.times)
        body = tuple(
            Row(stub=(str(index),), cells=tuple((f"{value:g}",) for one in example for value in one))
            for index, example in enumerate(rows.sets, 1)
        )
        return _numbers(name, found, "Data set", columns, body)
    columns = (Column(label="From"), Column(label="To"))
    body = tuple(Row(stub=(bar.label,), cells=((number(bar.low),), (number(bar.high),))) for bar in found.bars)
    return _numbers(name, found, "Bar", columns, body)


def _numbers(name: str, found: Finding, stub: str, columns: tuple[Column, ...], body: tuple[Row, ...]) -> Table:
    return Table(
        id=f"t-{name}",
        title=found.axis if found.axis == "p" else capital(found.axis or found.label),
        stub=stub,
        columns=columns,
        body=body,
        numbered=False,
    )


def _how(paper: Paper) -> Section:
    """Return where the figures come from and how they were read."""
    pairs: tuple[tuple[str, Line], ...] = (
        ("Source", (paper.source,)),
        ("Licence", (paper.licence or "not said",)),
        ("Participants", (str(paper.n),)),
        ("Level", (f"p < {paper.alpha}, two-sided",)),
        ("Rounding", (RULES[paper.rounding],)),
        ("SD divided by", (DIVIDED[paper.divisor],)),
    )
    text = (
        "A printed figure stands for every value that would be printed like it, ends included, under either rule of "
        "rounding unless the file names one. Sums of single values are exact fractions. What follows from several "
        "figures together is taken at the ends of all intervals, so that nothing is called impossible that is not. On "
        "a grid, data sets are whole numbers; where there are too many to look at all, some are made on purpose and "
        "checked, and the text says so."
    )  # fmt: skip
    return Section(id="how", title="How this was done", blocks=(Facts(pairs=pairs), Paragraph(line=(text,))))
