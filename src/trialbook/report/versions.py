"""Which versions of the study took effect when and where, and by which one the report judges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from trialbook.capture.ledger import ANSWERS, Entry
from trialbook.capture.versions import Adoption, Approval, Versions, fold_versions
from trialbook.protocol.amendments import compare_studies
from trialbook.render.document import Block, Paragraph
from trialbook.render.inline import Code, Line
from trialbook.render.numbers import ABSENT
from trialbook.render.table import Column, Row, Table
from trialbook.report.phrases import listed
from trialbook.report.run import Run

SHORT = 12
"""Characters of a fingerprint that are shown."""
NAMED = 20
"""Participants that are named; of more only the number is told."""
BY_OWN = "visits, windows, deviations, eligibility, doses, background drugs, limits of normal and derived numbers"
OF_WHOLE = ("endpoints", "analysis", "arms", "participants")
"""Parts of a study file that say what is analysed, and how."""


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
        told = "; ".join(_told(one, versions) for one in later)
        yield Paragraph(line=("The study file was amended: ", told, "."))
        yield Paragraph(line=_judged(run, versions), kind="note")
    yield from (Paragraph(line=line) for line in covered(run))
    differing = differences(run)
    if differing:
        told = f"Between these versions the analysis differs too, in {listed(differing)}: there the version of the "
        yield Paragraph(line=(told, "whole study holds, for everybody."), kind="warning")


def covered(run: Run) -> Iterator[Line]:
    """Yield for each version which sites and participants are judged by it; nothing where there is but one."""
    plans, who = run.datasets.plans, run.datasets.used.select("participant", "site").rows()
    if not plans:
        return
    for version in run.datasets.versions:
        is_whole = version.fingerprint == run.study.fingerprint
        people = [code for code, site in who if _of(run, site) == version.fingerprint]
        sites = [f"site {site}" for site, one in sorted(plans.items()) if one.fingerprint == version.fingerprint]
        where = "the version of the whole study" if is_whole else f"in force at {listed(sites)}"
        yield (
            "By version ", Code(version.fingerprint[:SHORT]), f", {where}, are judged the {BY_OWN} of {named(people)}.",
        )  # fmt: skip


def _of(run: Run, site: str | None) -> str:
    return run.datasets.plan_of(site).fingerprint


def named(people: Sequence[str]) -> str:
    """Count participants, and name them where they are few."""
    count = f"{len(people)} participant{'' if len(people) == 1 else 's'}"
    return f"{count} ({', '.join(people)})" if 0 < len(people) <= NAMED else count


def differences(run: Run) -> list[str]:
    """Return the parts of the analysis in which a version of a site differs from that of the whole study."""
    found = (
        change.where for plan in run.datasets.versions[1:] for change in compare_studies(run.study, plan)
    )  # fmt: skip
    return list(dict.fromkeys(".".join(where.split(".")[:2]) for where in found if where.split(".")[0] in OF_WHOLE))


def _told(one: Adoption, versions: Versions) -> str:
    """Tell of one adoption in a part of a sentence."""
    where = "everywhere" if one.site is None else f"at site {one.site}"
    found = versions.approvals_for(one)
    days = [f"on {each.on}{_where(each, one, ' at site {}')}" for each in found]
    approved = f", approved {listed(days)}" if days else ""
    reason = f" ({one.reason})" if one.reason else ""
    return f"version {one.fingerprint[:SHORT]} took effect {where} on {one.at[:10]}{approved}{reason}"


def _judged(run: Run, versions: Versions) -> Line:
    """Say by which version everything is judged, and how much of it was recorded by others."""
    counts, now = answers_by_version(run.entries.values()), run.study.fingerprint
    earlier = sum(count for (version, _), count in counts.items() if version != now)
    first = versions.adoptions[0].at[:10]
    but = ", but for the sites that are named below" if run.datasets.plans else ""
    return (
        "Everything in this report, deviations and what is missing too, is judged by version ", Code(now[:SHORT]),
        (f"{but}; also what was recorded before it took effect: {earlier} entries of answers since {first} were "
        "recorded by another version. No amendment changed a recorded value."),
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
    approval = "; ".join(
        f"{each.on} {each.said}".strip() + _where(each, one, " (site {})") for each in versions.approvals_for(one)
    )
    cells = (
        one.at[:16].replace("T", " "), "everywhere" if one.site is None else f"site {one.site}", approval or ABSENT,
        one.by, one.reason or ABSENT, str(reached) if is_first else ABSENT,
    )  # fmt: skip
    return Row(stub=(Code(one.fingerprint[:SHORT]),), cells=tuple((cell,) for cell in cells))


def _where(approval: Approval, one: Adoption, words: str) -> str:
    """Name the site of an approval, where the version took effect at others too."""
    return "" if approval.site is None or approval.site == one.site else words.format(approval.site)


def _place(one: Adoption) -> tuple[str, str | None]:
    return one.fingerprint, one.site


def _is_at(one: Adoption, site: str | None) -> bool:
    return one.site is None or one.site == site
