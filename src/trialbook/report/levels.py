"""Tables of an endpoint with levels: how many at each visit, and how they shifted from the baseline."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.analysis.results import BASELINE
from trialbook.protocol.model import Endpoint, Item
from trialbook.render.inline import Line, join
from trialbook.render.table import Column, Row, Table
from trialbook.report.conditions import ranks_line
from trialbook.report.quote import Notes, cell, footnotes
from trialbook.report.run import Run, Stats

LEGEND = "n: participants with an answer; percent of these."
SHIFTED = (
    "Participants with an answer at both. Rows: level at the baseline; columns: level at the visit. Higher, lower: the "
    "level comes later, or before, in the order of the study file."
)
RANKED = "n: participants with a value at the baseline and at every later visit. These analyses decide nothing."
FRIEDMAN = "Friedman’s test over the baseline and all later visits"


def level_tables(run: Run, endpoint: Endpoint) -> tuple[Table, ...]:
    """Return the counts and the shifts of an endpoint with levels; none where nobody has an answer."""
    if not any(row.value for row in run.quotes.of("levels", endpoint.id) if row.stat == "n"):
        return ()
    return (_counts(run, endpoint), _shifts(run, endpoint))


def ranks_table(run: Run) -> Table | None:
    """Return Friedman's test of the endpoints that are numbers and ask for it; None where none does."""
    notes: Notes = {}
    names = ("n", "visits", "q", "df", "p", "p_chi2")
    body = [
        Row(
            stub=(f"{run.label(endpoint)}: {run.arm_label(group)}" if group else run.label(endpoint),),
            cells=tuple(cell(run.quotes, stats.get(name), notes) for name in names),
        )
        for endpoint in run.followed()
        for (group, _), stats in run.grouped("friedman", endpoint.id).items()
    ]
    if not body:
        return None
    labels = ("n", "Visits", "Q", "df", "p, exact", "p, chi-squared")
    return Table(
        id="table-ranks", title="All visits together: Friedman’s test by ranks within participants", stub="Endpoint",
        columns=tuple(Column(label=label) for label in labels), body=tuple(body),
        footnotes=((RANKED,), *footnotes(notes)),
    )  # fmt: skip


def level_line(run: Run, endpoint: Endpoint, visit: str) -> Line:
    """Say how many were at each level at a visit, and how many came higher or lower since the baseline; by arm."""
    said = [
        _told(run, group, levels, _by_level(run, "shift", endpoint).get((group, at), {}), names_of(run, endpoint))
        for (group, at), levels in _by_level(run, "levels", endpoint).items()
        if at == visit
    ]
    return join(said, " ") if said else (f"Nobody has an answer {run.at(visit)}.",)


def _told(run: Run, group: str, levels: dict[str, Stats], shifts: dict[str, Stats], names: dict[str, str]) -> Line:
    number = run.quotes.number
    each: list[Line] = [
        (f"{label} ", number(row))
        for code, label in names.items()
        if (row := levels.get(code, {}).get("n_participants"))
    ]
    lead = f"{run.arm_label(group)}, of " if group else "Of "
    moved = shifts.get("", {})
    since: Line = (
        "; since the baseline ", number(moved["n_higher"]), " are at a higher level, ", number(moved["n_lower"]),
        " at a lower one and ", number(moved["n_same"]), " at the same",
    ) if "n" in moved and moved["n"].value else ()  # fmt: skip
    return (lead, number(levels[""]["n"]), " participants: ", *join(each), *since, ".")


def names_of(run: Run, endpoint: Endpoint) -> dict[str, str]:
    """Return code -> label of the levels, in their order."""
    item = run.study.item(endpoint.levels or "")
    if isinstance(item, Item) and item.choices:
        return {code: run.say(label) or code for code, label in item.choices.items()}
    return {"no": "No", "yes": "Yes"}


def _by_level(run: Run, analysis: str, endpoint: Endpoint) -> dict[tuple[str, str], dict[str, Stats]]:
    """Return arm and visit -> level -> statistic -> result; the baseline stands under the name of its rule."""
    found: dict[tuple[str, str], dict[str, Stats]] = {}
    for row in run.quotes.of(analysis, endpoint.id):
        lead, is_base, rest = row.level.partition(BASELINE)
        visit, level = (BASELINE, rest.strip()) if is_base and not lead else (row.visit, row.level)
        found.setdefault((row.group, visit), {}).setdefault(level, {})[row.stat] = row
    return found


def _counts(run: Run, endpoint: Endpoint) -> Table:
    """Return how many are at each level at each visit."""
    notes: Notes = {}
    names = names_of(run, endpoint)
    body = []
    for (group, visit), levels in _by_level(run, "levels", endpoint).items():
        n = cell(run.quotes, levels[""].get("n"), notes)
        shares = tuple(_share(run, levels.get(code, {})) for code in names)
        body.append(Row(stub=(_stub(run, group, visit),), cells=(n, *shares)))
    return Table(
        id=f"table-levels-{endpoint.id}", title=f"{run.label(endpoint)}: levels over the visits", stub="Visit",
        columns=tuple(Column(label=label) for label in ("n", *names.values())), body=tuple(body),
        footnotes=((LEGEND,), *ranks_line(run, "friedman", endpoint, FRIEDMAN), *footnotes(notes)),
    )  # fmt: skip


def _stub(run: Run, group: str, visit: str) -> str:
    label = "Baseline used" if visit == BASELINE else run.visit_label(visit)
    return f"{label}: {run.arm_label(group)}" if group else label


def _share(run: Run, stats: Stats) -> Line:
    n, percent = stats.get("n_participants"), stats.get("percent")
    if n is None:
        return ()
    share: Line = (" (", run.quotes.number(percent), ")") if percent is not None and percent.value is not None else ()
    return (run.quotes.number(n), *share)


def _shifts(run: Run, endpoint: Endpoint) -> Table:
    """Return how many went from each level at the baseline to each level at each later visit."""
    names = names_of(run, endpoint)
    body = [
        row
        for (group, visit), levels in _by_level(run, "shift", endpoint).items()
        for row in _shift_rows(run, _stub(run, group, visit), levels, names)
    ]
    return Table(
        id=f"table-shift-{endpoint.id}", title=f"{run.label(endpoint)}: shifts from the baseline",
        stub="At the baseline", columns=tuple(Column(label=label) for label in names.values()), body=tuple(body),
        footnotes=((SHIFTED,),),
    )  # fmt: skip


def _shift_rows(run: Run, lead: str, levels: dict[str, Stats], names: dict[str, str]) -> Iterator[Row]:
    whole = levels[""]
    number = {name: run.quotes.number(row) for name, row in whole.items()}
    yield Row(
        stub=(
            f"{lead}: n = ", number["n"], ", higher ", number["n_higher"], ", lower ", number["n_lower"], ", the same ",
            number["n_same"],
        ),
        heading=True,
    )  # fmt: skip
    for code, label in names.items():
        cells = tuple(
            (run.quotes.number(row),) if (row := levels.get(f"{code} to {other}", {}).get("n_participants")) else ()
            for other in names
        )
        yield Row(stub=(label,), level=1, cells=cells)
