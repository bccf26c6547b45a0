"""From what was recorded to tidy frames: participants, observations and events, one row an answer, nothing derived.

Every frame has one order, whatever the order in which things were recorded: participants as a person would list them,
visits as planned, forms and items as in the study file. It depends on no locale.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from trialbook.conduct.casebook import (
    EVER_ENROLLED,
    NOTHING,
    VISIT_FORM,
    Answer,
    Casebook,
    Cell,
    ConsentEnd,
    EarlyLook,
    Override,
    Unblinding,
)
from trialbook.conduct.deviations import given_treatments
from trialbook.conduct.schedule import anchor_date, full_date
from trialbook.conduct.withdrawing import DATA_USE, kept_forms, read_scope, written
from trialbook.errors import Problem, TrialbookError
from trialbook.protocol.model import Study
from trialbook.protocol.typed_numbers import plain
from trialbook.protocol.units import convert
from trialbook.protocol.values import LIMITS, limit_of

if TYPE_CHECKING:
    import polars as pl

ANSWER_FIELDS = ("participant", "site", "visit", "form", "repeat", "item", "text", "value", "unit", "missing", "seq")
STATUS_FIELDS = ("participant", "site", "status", "enrolled_on", "ended_on", "end_reason", "seq")
FIRST_FIELDS = ("participant", "visit", "form", "repeat", "item", "at", "by", "first_seq", "first_by")
EXCEPTION_FIELDS = ("participant", "act", "visit", "form", "kind", "who", "reason", "seq")
OBSERVATION_FIELDS = (
    "participant", "visit", "visit_order", "day", "date", "form", "repeat", "item", "kind",
    "value", "limit", "text", "unit", "missing", "seq",
)  # fmt: skip
MEASURED = ("number", "vas", "choice")
"""Kinds of items whose canonical value may be a number: the code of a choice is one where it is written as one."""


class Columns(Protocol):
    """What a book gives: name of a field -> its values, all of one length."""

    @property
    def answers(self) -> Mapping[str, Sequence[object]]:
        """Return the current answers, by `ANSWER_FIELDS`."""

    @property
    def statuses(self) -> Mapping[str, Sequence[object]]:
        """Return one row a participant, by `STATUS_FIELDS`."""

    @property
    def firsts(self) -> Mapping[str, Sequence[object]]:
        """Return who answered, by `FIRST_FIELDS`, where it matters; no column where it does not."""

    @property
    def exceptions(self) -> Mapping[str, Sequence[object]]:
        """Return forms opened before their time and unblindings, by `EXCEPTION_FIELDS`; may have no column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns written by hand or made from casebooks."""

    answers: Mapping[str, Sequence[object]]
    statuses: Mapping[str, Sequence[object]]
    firsts: Mapping[str, Sequence[object]] = field(default_factory=lambda: NOTHING)
    exceptions: Mapping[str, Sequence[object]] = field(default_factory=lambda: NOTHING)


class First(NamedTuple):
    """Who gave the present answer of a cell and when, and who the first since it was last empty."""

    at: str
    by: str
    first_seq: int
    first_by: str


SAFETY_ONLY, NEVER_ENROLLED = "data use withdrawn", "data use withdrawn, never enrolled"
"""In the place of the status of somebody of whom nothing but adverse events is used: once enrolled, or never."""
NOBODY = First("", "", 0, "")
"""Where it does not matter who answered, or is not known."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Datasets:
    """The frames of a study. `study` says what they mean. Two are the same only if they are one."""

    study: Study
    participants: pl.DataFrame
    """participant, site, status, enrolled_on, ended_on, end_reason, seq, anchor (study day 0 as date, or null)."""
    observations: pl.DataFrame
    """Answers of forms that are filled in once or at visits: `OBSERVATION_FIELDS`."""
    events: pl.DataFrame
    """Answers of forms that are filled in at any time, with the same columns."""
    firsts: Mapping[tuple[str, Cell], First] = field(default_factory=lambda: NOTHING, repr=False)
    """Participant and cell -> who answered, in studies where it matters."""
    overrides: Mapping[str, tuple[Override, ...]] = field(default_factory=lambda: NOTHING, repr=False)
    """Participant -> the forms that were opened before their time."""
    unblindings: Mapping[str, tuple[Unblinding, ...]] = field(default_factory=lambda: NOTHING, repr=False)
    """Participant, or empty for the study -> who learned what was hidden."""
    looks: tuple[EarlyLook, ...] = ()
    """At the results of endpoints, before the planned cut."""
    alerts: tuple[tuple[str, int], ...] = ()
    """Participant and entry of each safety alert of a blind assessor."""
    plans: Mapping[str, Study] = field(default_factory=lambda: NOTHING, repr=False)
    """Site -> the version of the study in force there, where it is another one than `study`."""
    withdrawn: Mapping[str, Mapping[str, ConsentEnd]] = field(default_factory=lambda: NOTHING, repr=False)
    """Participant -> scope -> how they withdrew from treatment, or the consent to the use of their data."""
    own: Mapping[tuple[str, Cell], str] = field(default_factory=lambda: NOTHING, repr=False)
    """Participant and cell -> its value in the unit of the site's own version, where that differs."""

    def plan_of(self, site: str | None) -> Study:
        """Return the version by which the participants of a site are judged."""
        return self.study.version_at(site, self.plans)

    @property
    def safety_only(self) -> tuple[str, ...]:
        """Those who were enrolled, and of whom nothing but adverse events is used; in no analysis set."""
        is_one = self.participants["status"] == SAFETY_ONLY
        return tuple(self.participants.filter(is_one)["participant"])

    @property
    def used(self) -> pl.DataFrame:
        """The rows of `participants` without those of whom nothing but adverse events is used."""
        is_left = self.participants["status"].is_in([SAFETY_ONLY, NEVER_ENROLLED]).fill_null(value=False)
        return self.participants.filter(~is_left)

    @property
    def versions(self) -> tuple[Study, ...]:
        """Every version by which anybody is judged: the one of the whole study first."""
        found = {self.study.fingerprint: self.study}
        return tuple({**found, **{one.fingerprint: one for _, one in sorted(self.plans.items())}}.values())


def natural_key(code: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Return what sorts codes as people do: `2` before `10`, `A-9` before `A-10`; `07` and `7` by their text."""
    parts = re.split(r"([0-9]+)", code)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part), code


def columns_of(casebooks: Iterable[Casebook]) -> Table:
    """Return the columns that a book with these casebooks would give."""
    answers: list[tuple[object, ...]] = []
    statuses: list[tuple[object, ...]] = []
    firsts: list[tuple[object, ...]] = []
    exceptions: list[tuple[object, ...]] = []
    for book in casebooks:
        who = (book.participant, book.site)
        exceptions += [
            (book.participant, "override", one.visit, one.form, "", "", one.reason, one.seq)
            for one in book.overrides.values()
        ]
        exceptions += [
            (book.participant, "unblind", "", "", one.kind, one.who, one.reason, one.seq) for one in book.unblindings
        ]
        exceptions += [
            (book.participant, "withdraw_consent", "", "", written(one.on, scope), one.why, "", one.seq)
            for scope, one in book.withdrawn_from.items()
        ]
        statuses.append((*who, book.status, book.enrolled_on, book.ended_on, book.end_reason, book.status_seq))
        for cell, a in book.answers.items():
            answers.append((*who, *cell, a.text, a.value, a.unit, a.missing, a.seq))
            if a.by or a.first_by or a.first_seq:
                firsts.append((book.participant, *cell, a.at, a.by, a.first_seq, a.first_by))
    return Table(
        answers=_turned(ANSWER_FIELDS, answers),
        statuses=_turned(STATUS_FIELDS, statuses),
        firsts=_turned(FIRST_FIELDS, firsts),
        exceptions=_turned(EXCEPTION_FIELDS, exceptions),
    )


def _turned(names: Sequence[str], rows: Sequence[Sequence[object]]) -> dict[str, Sequence[object]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def from_casebooks(study: Study, casebooks: Mapping[str, Casebook], plans: Mapping[str, Study] = NOTHING) -> Datasets:
    """Collect the frames of casebooks that were written by hand or folded."""
    return collect(study, columns_of(casebooks.values()), plans)


def collect(study: Study, columns: Columns, plans: Mapping[str, Study] = NOTHING) -> Datasets:
    """Collect what was recorded into frames: answers that are values or missing-data codes, cleared ones left out.

    Numbers stand in the units of `study`, which is analysed; `plans` are the versions of single sites, by which their
    participants are judged.
    TrialbookError where a number stands in a unit that its item had once, and that does not convert to the present one.
    """
    import polars as pl

    answers = _frame(columns.answers, ANSWER_FIELDS).with_columns(pl.col("visit", "repeat").fill_null(""))
    answers = answers.filter(pl.col("value").is_not_null() | pl.col("missing").is_not_null())
    withdrawn, statuses = _withdrawn(columns.exceptions), _frame(columns.statuses, STATUS_FIELDS)
    unused = [code for code, found in withdrawn.items() if DATA_USE in found]
    if unused:
        answers, statuses = _left_out(study, answers, statuses, unused)
        withdrawn |= {code: {DATA_USE: withdrawn[code][DATA_USE]} for code in unused}
    exceptions = _of_others(columns.exceptions, unused)
    recorded, answers = answers, _in_present_units(study, answers)
    participants = _participants(study, statuses, answers, plans)
    rows = _placed((study, *plans.values()), participants, answers)
    forms = {form.id: form for plan in (*plans.values(), study) for form in plan.forms.values()}
    any_time = [form.id for form in forms.values() if form.timing == "any time"]
    is_event = pl.col("form").is_in(any_time)
    return Datasets(
        study=study, participants=participants, observations=rows.filter(~is_event), events=rows.filter(is_event),
        firsts=_firsts(columns.firsts), overrides=_overrides(exceptions),
        unblindings=_unblindings(exceptions), looks=_looks(exceptions),
        alerts=tuple((row["participant"], row["seq"]) for row in _exceptions(exceptions, "note")),
        withdrawn=withdrawn, plans=plans, own=dict(_in_own_units(plans, recorded, answers)) if plans else NOTHING,
    )  # fmt: skip


def _in_own_units(
    plans: Mapping[str, Study], recorded: pl.DataFrame, answers: pl.DataFrame
) -> Iterator[tuple[tuple[str, Cell], str]]:
    """Yield the values that stand in another unit by the version of their site than in the frames."""
    import polars as pl

    place = ("participant", "visit", "form", "repeat", "item", "value")
    for site, plan in plans.items():
        mine = _in_present_units(plan, recorded.filter(pl.col("site") == site)).select(place)
        whole = answers.filter(pl.col("site") == site)["value"]
        for (code, *cell, value), other in zip(mine.iter_rows(), whole, strict=True):
            if value != other:
                yield (code, Cell(*cell)), value


def _exceptions(columns: Mapping[str, Sequence[object]], act: str) -> Iterator[dict[str, Any]]:
    """Yield the exceptions of one act, by `EXCEPTION_FIELDS`."""
    rows = zip(*(columns[name] for name in EXCEPTION_FIELDS), strict=True) if columns else ()
    return (found for row in rows if (found := dict(zip(EXCEPTION_FIELDS, row, strict=True)))["act"] == act)


def _withdrawn(columns: Mapping[str, Sequence[object]]) -> dict[str, dict[str, ConsentEnd]]:
    """Return who withdrew from treatment, or the consent to the use of data."""
    found: dict[str, dict[str, ConsentEnd]] = {}
    for row in _exceptions(columns, "withdraw_consent"):
        on, scope = read_scope(row["kind"])
        end = ConsentEnd(seq=row["seq"], on=on or None, why=row["who"])
        found[row["participant"]] = {**found.get(row["participant"], {}), scope or "": end}
    return found


def _of_others(columns: Mapping[str, Sequence[object]], people: Sequence[str]) -> Mapping[str, Sequence[object]]:
    """Return the exceptions without those of some people; those of the whole study stay."""
    kept = [place for place, code in enumerate(columns.get("participant", ())) if code not in people]
    return {name: [values[place] for place in kept] for name, values in columns.items()}


def _left_out(
    study: Study, answers: pl.DataFrame, statuses: pl.DataFrame, unused: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Leave out what may not be used any more: everything, or everything but adverse events."""
    import polars as pl

    is_unused, safety = pl.col("participant").is_in(list(unused)), sorted(kept_forms(study))
    if not safety:
        return answers.filter(~is_unused), statuses.filter(~is_unused)
    was_in = pl.col("status").is_in(EVER_ENROLLED)
    put = pl.when(was_in).then(pl.lit(SAFETY_ONLY)).otherwise(pl.lit(NEVER_ENROLLED))
    status = pl.when(is_unused).then(put).otherwise(pl.col("status")).alias("status")
    reason = pl.when(~is_unused).then(pl.col("end_reason")).alias("end_reason")
    return answers.filter(~is_unused | pl.col("form").is_in(safety)), statuses.with_columns(status, reason)


def _overrides(columns: Mapping[str, Sequence[object]]) -> dict[str, tuple[Override, ...]]:
    found: dict[str, tuple[Override, ...]] = {}
    for row in _exceptions(columns, "override"):
        one = Override(seq=row["seq"], visit=row["visit"], form=row["form"], reason=row["reason"])
        found[row["participant"]] = (*found.get(row["participant"], ()), one)
    return found


def _unblindings(columns: Mapping[str, Sequence[object]]) -> dict[str, tuple[Unblinding, ...]]:
    found: dict[str, tuple[Unblinding, ...]] = {}
    for row in _exceptions(columns, "unblind"):
        one = Unblinding(seq=row["seq"], kind=row["kind"], who=row["who"], reason=row["reason"])
        found[row["participant"]] = (*found.get(row["participant"], ()), one)
    return found


def _looks(columns: Mapping[str, Sequence[object]]) -> tuple[EarlyLook, ...]:
    rows = _exceptions(columns, "look")
    return tuple(EarlyLook(seq=row["seq"], what=row["who"], reason=row["reason"]) for row in rows)


def _firsts(columns: Mapping[str, Sequence[object]]) -> dict[tuple[str, Cell], First]:
    """Index who answered by participant and cell."""
    rows: Iterable[tuple[Any, ...]] = zip(*(columns[name] for name in FIRST_FIELDS), strict=True) if columns else ()
    return {
        (code, Cell(visit or "", form, repeat or "", item)): First(*first)
        for code, visit, form, repeat, item, *first in rows
    }


def _frame(columns: Mapping[str, Sequence[object]], names: Sequence[str]) -> pl.DataFrame:
    """Return the named columns as text, `seq` as whole numbers: null for what was written by hand without an entry."""
    import polars as pl

    frame = pl.DataFrame({name: columns[name] for name in names}, schema=_schema(names))
    return frame.with_columns(pl.when(pl.col("seq") > 0).then(pl.col("seq")))


def _in_present_units(study: Study, answers: pl.DataFrame) -> pl.DataFrame:
    """Restate numbers that were recorded before a version of the study file gave their item another unit."""
    import polars as pl

    items = {(form.id, item.id): item for form in study.forms.values() for item in form.items.values() if item.unit}
    values, units = answers["value"].to_list(), answers["unit"].to_list()
    problems: dict[tuple[str, str, str], Problem] = {}
    for place, (form, name, unit) in enumerate(answers.select("form", "item", "unit").iter_rows()):
        item = items.get((form, name))
        if item is None or item.unit is None or unit in {None, item.unit} or values[place] is None:
            continue
        limit = limit_of(values[place])
        amount = convert(Decimal(values[place].removeprefix(limit)), unit, item.unit, molar_mass=item.molar_mass)
        if isinstance(amount, Problem):
            told = {"item": f"{form}.{name}", "unit": unit, "wanted": item.unit}
            problems[form, name, unit] = Problem(code="LEDGER-22", values=told)
        else:
            values[place], units[place] = limit + plain(amount), item.unit
    if problems:
        raise TrialbookError(tuple(problems.values()))
    restated = pl.Series("value", values, dtype=pl.String), pl.Series("unit", units, dtype=pl.String)
    return answers.with_columns(*restated)


def _schema(names: Sequence[str]) -> dict[str, type[pl.DataType]]:
    import polars as pl

    return {name: pl.Int64 if name == "seq" else pl.String for name in names}


def _participants(
    study: Study, statuses: pl.DataFrame, answers: pl.DataFrame, plans: Mapping[str, Study]
) -> pl.DataFrame:
    """Order the participants and add the anchor; whoever has answers but no status is being screened."""
    import polars as pl

    known = set(statuses["participant"])
    others = [code for code in answers["participant"].unique() if code not in known]
    extra = pl.DataFrame({"participant": others}, schema={"participant": pl.String})
    whole = pl.concat([statuses, extra.with_columns(status=pl.lit("screening"))], how="diagonal")
    ordered = (
        whole.join(_ranks(whole["participant"]), on="participant").sort("participant_rank").drop("participant_rank")
    )
    return ordered.with_columns(pl.Series("anchor", _anchors(study, ordered, answers, plans), dtype=pl.Date))


def _anchors(
    study: Study, participants: pl.DataFrame, answers: pl.DataFrame, plans: Mapping[str, Study]
) -> list[date | None]:
    """Find study day 0 of each participant from the answers that can give it, by the version of their site."""
    import polars as pl

    names = sorted({plan.schedule.anchor.name for plan in (study, *plans.values())})
    rows = answers.filter(pl.concat_str("form", "item", separator=".").is_in(names))
    found: dict[str, dict[Cell, Answer]] = {}
    for row in rows.select("participant", "visit", "form", "repeat", "item", "text", "value").iter_rows():
        found.setdefault(row[0], {})[Cell(*row[1:5])] = Answer(text=row[5] or "", value=row[6])
    return [
        anchor_date(
            study.version_at(site, plans), Casebook(participant=code, enrolled_on=on, answers=found.get(code, {}))
        )
        for code, site, on in participants.select("participant", "site", "enrolled_on").iter_rows()
    ]


def _placed(versions: Sequence[Study], participants: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """Give each answer its number, visit order, date and study day, and put all in the one order.

    Order is that of the first version; what only another one has comes after.
    """
    import polars as pl

    people = participants.select("participant", "anchor").with_row_index("participant_rank")
    visits = list(versions[0].schedule.visits)
    orders = {"visit": pl.String, "visit_order": pl.Int32}
    planned = pl.DataFrame({"visit": visits, "visit_order": list(range(len(visits)))}, schema=orders)
    rows = (
        answers.join(people, on="participant")
        .join(planned, on="visit", how="left")
        .join(_visit_dates(answers), on=["participant", "visit"], how="left")
        .join(_items(versions), on=["form", "item"], how="left")
        .join(_ranks(answers["visit"]), on="visit")
        .join(_ranks(answers["repeat"]), on="repeat")
    )
    order = ["participant_rank", "visit_order", "visit_rank", "form_rank", "form", "repeat_rank", "item_rank", "item"]
    day = (pl.col("on") - pl.col("anchor")).dt.total_days().cast(pl.Int32).alias("day")
    text, on = pl.col("value").alias("text"), pl.col("on").dt.to_string("iso:strict").alias("date")
    return rows.with_columns(*_numbers(), day, text, on).sort(order, nulls_last=True).select(OBSERVATION_FIELDS)


def _numbers() -> tuple[pl.Expr, pl.Expr]:
    """Return the number of a canonical value and its limit sign."""
    import polars as pl

    sign = f"^({'|'.join(LIMITS)})"
    is_measured, is_yes_no = pl.col("kind").is_in(MEASURED), pl.col("kind") == "yes_no"
    number = pl.col("value").str.replace(sign, "").cast(pl.Float64, strict=False)
    yes = pl.col("value").replace_strict({"yes": 1.0, "no": 0.0}, default=None, return_dtype=pl.Float64)
    return (
        pl.when(is_measured & number.is_finite()).then(number).when(is_yes_no).then(yes).alias("value"),
        pl.when(is_measured).then(pl.col("value").str.extract(sign)).fill_null("").alias("limit"),
    )


def _visit_dates(answers: pl.DataFrame) -> pl.DataFrame:
    """Return the day of each visit where it is recorded in full: participant, visit, on."""
    import polars as pl

    rows = answers.filter((pl.col("form") == VISIT_FORM) & (pl.col("item") == "date"))
    return rows.select("participant", "visit", pl.col("value").str.to_date("%Y-%m-%d", strict=False).alias("on"))


def _items(versions: Sequence[Study]) -> pl.DataFrame:
    """Return kind and place in the study file of every item; of several versions the first that has it."""
    import polars as pl

    places = {form: place for place, form in enumerate(dict.fromkeys(form for one in versions for form in one.forms))}
    found: dict[tuple[str, str], tuple[str, int, int]] = {(VISIT_FORM, "date"): ("date", -1, 0)}
    for form in (form for one in versions for form in one.forms.values()):
        for nth, item in enumerate(form.items.values()):
            found.setdefault((form.id, item.id), (item.kind, places[form.id], nth))
    rows = [(*name, *place) for name, place in found.items()]
    text = dict.fromkeys(("form", "item", "kind"), pl.String)
    return pl.DataFrame(rows, schema={**text, "form_rank": pl.Int32, "item_rank": pl.Int32}, orient="row")


def _ranks(values: pl.Series) -> pl.DataFrame:
    """Return the distinct values of a column with their place in natural order."""
    import polars as pl

    distinct = sorted(values.unique().to_list(), key=natural_key)
    return pl.DataFrame({values.name: distinct}, schema={values.name: pl.String}).with_row_index(f"{values.name}_rank")


@lru_cache(maxsize=4)
def books(datasets: Datasets) -> Mapping[str, Casebook]:
    """Return the casebook of every participant, with all answers; made once for the same datasets."""
    return casebooks(datasets)


@lru_cache(maxsize=4)
def judged_books(datasets: Datasets) -> Mapping[str, Casebook]:
    """Return the casebook of every participant with values in the units of the version by which they are judged."""
    return casebooks(datasets, own=datasets.own) if datasets.own else books(datasets)


def last_day(datasets: Datasets) -> date | None:
    """Return the last day that the data tell of: of a visit, a dose, an enrolment or an end."""
    import polars as pl

    texts = [*datasets.observations["date"], *datasets.participants["enrolled_on"], *datasets.participants["ended_on"]]
    given = (one for plan in datasets.versions for one in given_treatments(plan))
    for record in dict.fromkeys(one.recorded for one in given if one.recorded is not None):
        is_start = (pl.col("form") == record.form) & (pl.col("item") == record.start)
        texts += [*datasets.events.filter(is_start)["text"], *datasets.observations.filter(is_start)["text"]]
    return max((day for text in set(texts) if text and (day := full_date(text))), default=None)


def casebooks(
    datasets: Datasets, rows: Iterable[pl.DataFrame] | None = None, own: Mapping[tuple[str, Cell], str] = NOTHING
) -> dict[str, Casebook]:
    """Return the casebook of every participant, with all answers or those in `rows` of the frames.

    `own` are values to be taken in the place of those of the frames.
    """
    found: dict[str, dict[Cell, Answer]] = {}
    firsts = datasets.firsts
    columns = ("participant", "visit", "form", "repeat", "item", "text", "missing", "seq")
    for frame in rows if rows is not None else (datasets.observations, datasets.events):
        for code, visit, form, repeat, item, value, missing, seq in frame.select(columns).iter_rows():
            cell = Cell(visit, form, repeat, item)
            at, by, first_seq, first_by = firsts.get((code, cell), NOBODY) if firsts else NOBODY
            text = own.get((code, cell), value) if own else value
            found.setdefault(code, {})[cell] = Answer(
                text=text or "", value=text, missing=missing, seq=seq or 0,
                at=at, by=by, first_seq=first_seq, first_by=first_by,
            )  # fmt: skip
    return {
        row["participant"]: Casebook(
            participant=row["participant"], site=row["site"], status=row["status"], enrolled_on=row["enrolled_on"],
            ended_on=row["ended_on"], end_reason=row["end_reason"], status_seq=row["seq"],
            answers=found.get(row["participant"], {}),
            overrides={(one.visit, one.form): one for one in datasets.overrides.get(row["participant"], ())},
            unblindings=datasets.unblindings.get(row["participant"], ()),
            withdrawn_from=datasets.withdrawn.get(row["participant"], NOTHING),
        )
        for row in datasets.used.iter_rows(named=True)
    }  # fmt: skip
