"""Which versions of the study took effect when and where, and by which one the report judges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from trialbook.capture.ledger import ANSWERS, Entry
from trialbook.capture.versions import Adoption, Versions, fold_versions
from trialbook.render.document import Block, Paragraph
from trialbook.render.inline import Code, Line
from trialbook.render.numbers import ABSENT
from trialbook.render.table import Column, Row, Table
from trialbook.report.run import Run

SHORT = 12
OTHER_VERSION = (
    ", which is not in force in the study as a whole. Its participants are judged here by the version of the "
    "whole, deviations and what is missing too; what only their own version asks is not analysed."
)
"""Characters of a fingerprint that are shown."""


def versions_of(run: Run) -> Versions:
    """Return what the entries of the report tell of versions."""
    return fold_versions(run.entries[seq] for seq in sorted(run.entries))


def is_amended(versions: Versions) -> bool:
    """Tell whether there is anything to say: a second version, or an approval."""
    return len({one.fingerprint for one in versions.adoptions}) > 1 or bool(versions.approvals)


def amended(run: Run) -> Iterator[Block]:
    """Yield for the Methods that the study was amended, and by which version everything is judged."""
    versions = versions_of(run)
    if not is_amended(versions):
        return
    later = versions.adoptions[1:]
    if later:
        told = "; ".join(_told(one) for one in later)
        yield Paragraph(line=("The study file was amended: ", told, "."))
        yield Paragraph(line=_judged(run, versions), kind="note")
    for site, fingerprint in sorted(versions.sites.items()):
        line: Line = (
            f"Site {site} works by version ", Code(fingerprint[:SHORT]),
            OTHER_VERSION,
        )  # fmt: skip
        yield Paragraph(line=line, kind="warning")


def _told(one: Adoption) -> str:
    """Tell of one adoption in a part of a sentence."""
    where = "everywhere" if one.site is None else f"at site {one.site}"
    approved = "" if one.approval is None else f", approved on {one.approval.on}"
    reason = f" ({one.reason})" if one.reason else ""
    return f"version {one.fingerprint[:SHORT]} took effect {where} on {one.at[:10]}{approved}{reason}"


def _judged(run: Run, versions: Versions) -> Line:
    """Say by which version everything is judged, and how much of it was recorded by others."""
    counts, now = answers_by_version(run.entries.values()), run.study.fingerprint
    earlier = sum(count for (version, _), count in counts.items() if version != now)
    first = versions.adoptions[0].at[:10]
    return (
        "Everything in this report, deviations and what is missing too, is judged by version ", Code(now[:SHORT]),
        (f", also what was recorded before it took effect: {earlier} entries of answers since {first} were recorded by "
        "another version. No amendment changed a recorded value."),
    )  # fmt: skip


def answers_by_version(entries: Iterable[Entry]) -> Mapping[tuple[str, str | None], int]:
    """Count the entries of answers by the version that judged them when they were recorded, and by site."""
    return Counter((entry.study, entry.site) for entry in entries if entry.act in ANSWERS)


def versions_table(run: Run) -> Table | None:
    """Return every version that took effect, with day, place, approval, person, reason; None where there is but one."""
    versions = versions_of(run)
    if not is_amended(versions):
        return None
    counts = answers_by_version(run.entries.values())
    labels = ("In force from (UTC)", "Where", "Approved", "By", "Reason", "Answers recorded by it")
    columns = tuple(Column(label=label, align="right" if label == labels[-1] else "left") for label in labels)
    return Table(
        id="table-versions", title="Versions of the study", stub="Version", columns=columns, numbered=False,
        body=tuple(_row(one, versions, counts) for one in versions.adoptions),
        source="Versions by the beginning of their fingerprint; the ledger keeps the full text of each.",
    )  # fmt: skip


def _row(one: Adoption, versions: Versions, counts: Mapping[tuple[str, str | None], int]) -> Row:
    """Return one adoption; answers are counted once a version and place."""
    is_first = next(other for other in versions.adoptions if _place(other) == _place(one)) is one
    reached = sum(
        count for (version, site), count in counts.items() if version == one.fingerprint and _is_at(one, site)
    )
    approval = "" if one.approval is None else f"{one.approval.on} {one.approval.said}".strip()
    cells = (
        one.at[:16].replace("T", " "), "everywhere" if one.site is None else f"site {one.site}", approval or ABSENT,
        one.by, one.reason or ABSENT, str(reached) if is_first else ABSENT,
    )  # fmt: skip
    return Row(stub=(Code(one.fingerprint[:SHORT]),), cells=tuple((cell,) for cell in cells))


def _place(one: Adoption) -> tuple[str, str | None]:
    return one.fingerprint, one.site


def _is_at(one: Adoption, site: str | None) -> bool:
    return one.site is None or one.site == site
