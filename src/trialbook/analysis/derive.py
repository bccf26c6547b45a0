"""Values that are followed over the visits, with their baselines and changes; paired by participant, never by row.

A value is recorded, or computed from the items of a form. A value that is only known to lie beyond a limit (`<0.2`)
is no number: it is kept with its limit and left out of every computation, which counts it in a warning.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from trialbook.analysis.results import BEYOND_LIMIT, SEVERAL
from trialbook.errors import Problem
from trialbook.protocol.model import BaselineRule, Derived, Form, Item, Study
from trialbook.protocol.typed_numbers import plain
from trialbook.protocol.units import line_between
from trialbook.protocol.values import limit_of, number_of

if TYPE_CHECKING:
    import polars as pl

    from trialbook.analysis.frames import Datasets

VALUE_FIELDS = ("participant", "visit", "visit_order", "day", "date", "value", "limit", "flaw", "seqs")
ENDPOINT_FIELDS = (
    "participant", "visit", "visit_order", "day", "date", "value", "limit", "flaw",
    "base", "base_visit", "base_limit", "base_flaw", "change", "seqs", "base_seqs",
)  # fmt: skip


def endpoint_values(study: Study, datasets: Datasets, endpoint_id: str) -> pl.DataFrame:
    """Return one row a participant and visit of an endpoint, with baseline and change: `ENDPOINT_FIELDS`.

    `change` is value minus baseline after the baseline, null at and before it. `seqs` and `base_seqs` are the entries.
    KeyError for an unknown endpoint, ValueError for one that is a condition.
    """
    source = study.endpoints[endpoint_id].source
    if source is None:
        raise ValueError(f"endpoint {endpoint_id!r} is a condition, not a number")
    values = derive_values(datasets, source, study.endpoints[endpoint_id].unit)
    return derive_change(datasets, values, derive_baseline(datasets, values, source))


def derive_values(datasets: Datasets, source: str, unit: str | None = None) -> pl.DataFrame:
    """Return the values of `form.item` or of a derived `form.number`, in the order of the datasets: `VALUE_FIELDS`.

    They stand in `unit`, or as recorded. ValueError for a unit to which they cannot be converted.
    """
    import polars as pl

    form_id, _, name = source.partition(".")
    form = datasets.study.forms[form_id]
    rows = datasets.observations.filter(pl.col("form") == form_id)
    found = _recorded(rows, name) if name in form.items else _derived(datasets, rows, form, name)
    usable = pl.col("flaw") == ""
    found = found.with_columns(pl.when(usable).then(pl.col("value").fill_nan(None)).alias("value"))
    found = found.filter(pl.col("value").is_not_null() | ~usable).select(VALUE_FIELDS)
    return _in_unit(found, datasets.study.item(source), unit) if unit else found


def _in_unit(found: pl.DataFrame, item: Item | Derived, unit: str) -> pl.DataFrame:
    """Convert values and limits; equal differences stay equal, since the line of the conversion is not rounded."""
    import polars as pl

    if unit == item.unit:
        return found
    line = line_between(item.unit or "", unit, molar_mass=item.molar_mass if isinstance(item, Item) else None)
    if isinstance(line, Problem):  # `check` refuses such a study
        raise ValueError(f"{item.id!r} is in {item.unit}, no {unit}")  # noqa: TRY004 - the value is wrong, not its type
    slope, intercept = line

    def converted(value: float) -> float:
        exact = Decimal(repr(value)) * slope + intercept
        return float(round(exact, 22) if abs(exact) < 1 and intercept else exact)

    def shown(limit: str) -> str:
        return f"{limit_of(limit)}{plain(Decimal(f'{converted(number_of(limit)):.12g}'))}" if limit else ""

    limits = [shown(limit) for limit in found["limit"]]
    values = [None if value is None else converted(value) for value in found["value"]]
    return found.with_columns(pl.Series("value", values, dtype=pl.Float64), pl.Series("limit", limits, dtype=pl.String))


def answers_of(datasets: Datasets, source: str) -> pl.DataFrame:
    """Return the canonical answers of `form.item` as text, whatever its kind: `VALUE_FIELDS`."""
    import polars as pl

    form, _, item = source.partition(".")
    rows = datasets.observations.filter((pl.col("form") == form) & (pl.col("item") == item))
    rows = rows.filter(pl.col("text").is_not_null())
    found = rows.group_by("participant", "visit", maintain_order=True).agg(
        *_where(),
        pl.when(pl.len() == 1).then(pl.col("text").first()).alias("value"),
        pl.lit("").alias("limit"),
        _flaw(several=pl.len() > 1, beyond=pl.lit(value=False)),
        pl.col("seq").alias("seqs"),
    )
    return found.select(VALUE_FIELDS)


def _recorded(rows: pl.DataFrame, item: str) -> pl.DataFrame:
    """Take the values of an item as they were recorded."""
    import polars as pl

    rows = rows.filter((pl.col("item") == item) & pl.col("value").is_not_null())
    return rows.group_by("participant", "visit", maintain_order=True).agg(
        *_where(),
        pl.col("value").first(),
        pl.when(pl.col("limit").first() != "").then(pl.col("text").first()).otherwise(pl.lit("")).alias("limit"),
        _flaw(several=pl.len() > 1, beyond=pl.col("limit").first() != ""),
        pl.col("seq").alias("seqs"),
    )


def _derived(datasets: Datasets, rows: pl.DataFrame, form: Form, name: str) -> pl.DataFrame:
    """Compute a derived number of everybody, by the formula of the version by which they are judged."""
    import polars as pl

    if not datasets.plans or datasets.participants.is_empty():
        return _computed(rows, form, form.derived[name])
    people = datasets.participants.select("participant", "site").with_row_index("place")
    formulas: list[tuple[Form, list[str | None]]] = []
    for site in people["site"].unique(maintain_order=True):
        found = formula_of(datasets, datasets.plan_of(site), form.id, name)
        known = next((sites for one, sites in formulas if one == found), None)
        if known is None:
            formulas.append((found, [site]))
        else:
            known.append(site)
    parts = [
        _computed(rows.join(_at(people, sites), on="participant", how="semi"), one, one.derived[name])
        for one, sites in formulas
    ]
    order = people.select("participant", "place")
    return pl.concat(parts).join(order, on="participant").sort("place", maintain_order=True).drop("place")


def _at(people: pl.DataFrame, sites: list[str | None]) -> pl.DataFrame:
    """Return the participants of these sites."""
    import polars as pl

    return people.filter(pl.col("site").is_in(sites, nulls_equal=True))


def formula_of(datasets: Datasets, plan: Study, form_id: str, name: str) -> Form:
    """Return the form by which a derived number is computed: that of a version, or of the whole study.

    The latter where the version has no such number, or computes it from other units than those of the frames.
    """
    form, own = datasets.study.forms[form_id], plan.forms.get(form_id)
    if own is None or name not in own.derived:
        return form
    units = [[one.items[item].unit for item in one.derived[name].of if item in one.items] for one in (form, own)]
    is_same = units[0] == units[1] and form.derived[name].unit == own.derived[name].unit
    return own if is_same else form


def _computed(rows: pl.DataFrame, form: Form, derived: Derived) -> pl.DataFrame:
    """Compute a derived number for each participant and visit from the items of its form."""
    import polars as pl

    needed = list(form.items) if derived.kind == "instrument" else list(derived.of)
    behind = pl.col("item").is_in(derived.of)
    answers = {
        item: pl.col("value").filter((pl.col("item") == item) & (pl.col("limit") == "")).first() for item in needed
    }
    rows = rows.filter(pl.col("item").is_in(needed) & pl.col("value").is_not_null())
    wide = rows.group_by("participant", "visit", maintain_order=True).agg(
        *_where(),
        *(answer.alias(f"item {item}") for item, answer in answers.items()),
        pl.lit("").alias("limit"),
        _flaw(several=pl.col("repeat").n_unique() > 1, beyond=((pl.col("limit") != "") & behind).any()),
        pl.col("seq").filter(behind).alias("seqs"),
    )
    return wide.with_columns(pl.Series("value", _score(wide, form, derived, needed), dtype=pl.Float64))


def _where() -> tuple[pl.Expr, ...]:
    """Take visit order, day and date of the group's visit."""
    import polars as pl

    return tuple(pl.col(name).first() for name in ("visit_order", "day", "date"))


def _flaw(*, several: pl.Expr, beyond: pl.Expr) -> pl.Expr:
    """Say why a group has no number."""
    import polars as pl

    why = pl.when(several).then(pl.lit(SEVERAL)).when(beyond).then(pl.lit(BEYOND_LIMIT))
    return why.otherwise(pl.lit("")).alias("flaw")


def _score(wide: pl.DataFrame, form: Form, derived: Derived, items: list[str]) -> list[float]:
    """Compute the number of each row; not-a-number where too few items are answered."""
    from trialbook.instruments import CATALOG
    from trialbook.instruments.base import derive

    columns = {item: wide[f"item {item}"].cast(float).fill_null(float("nan")).to_numpy() for item in items}
    if derived.kind == "instrument":
        scores: list[float] = CATALOG[form.instrument or ""].score(columns)[derived.id].tolist()
        return scores
    numbers: list[float] = derive(derived, columns).tolist()
    return numbers


def derive_baseline(
    datasets: Datasets, values: pl.DataFrame, source: str, rule: BaselineRule | None = None
) -> pl.DataFrame:
    """Choose each participant's baseline by the plan's rule, or by `rule`: participant, base, base_visit, base_day ...

    `last before anchor` takes the last value dated on or before day 0, by date and then by visit order, unscheduled
    visits included; a value without a study day counts where its visit is planned on or before day 0, and one without a
    date comes before all that have one. Of several flagged records the last. A value beyond a limit is a baseline
    without a number: no earlier value takes its place.
    """
    import polars as pl

    rule = rule or datasets.study.analysis.baseline
    if rule.kind == "visit":
        chosen = values.filter(pl.col("visit") == rule.visit)
    elif rule.kind == "last before anchor":
        early = [visit.id for visit in datasets.study.schedule.visits.values() if visit.day <= 0]
        is_early = pl.coalesce(pl.col("day") <= 0, pl.col("visit").is_in(early))
        chosen = values.filter(is_early).sort("date", nulls_last=False, maintain_order=True)
    else:
        chosen = values.join(
            flagged(datasets, source, rule.flag or ""), on=["participant", "visit"], how="semi", maintain_order="left"
        )
        chosen = chosen.sort("date", nulls_last=False, maintain_order=True)
    names = {"value": "base", **{name: f"base_{name}" for name in ("visit", "day", "limit", "flaw", "seqs")}}
    last = chosen.group_by("participant").last()
    bases = last.select("participant", *(pl.col(name).alias(to) for name, to in names.items()))
    order = datasets.participants.select("participant")
    return order.join(bases, on="participant", maintain_order="left")


def flagged(datasets: Datasets, source: str, flag: str) -> pl.DataFrame:
    """Return participant and visit of the records of the source's form whose flag is yes."""
    import polars as pl

    form = source.partition(".")[0]
    is_flag = (pl.col("form") == form) & (pl.col("item") == flag) & (pl.col("text") == "yes")
    return datasets.observations.filter(is_flag).select("participant", "visit").unique(maintain_order=True)


def derive_change(datasets: Datasets, values: pl.DataFrame, baselines: pl.DataFrame) -> pl.DataFrame:
    """Add baseline and change to values: `ENDPOINT_FIELDS`."""
    import polars as pl

    paired = values.join(baselines, on="participant", how="left", maintain_order="left").with_columns(
        pl.col("base_visit", "base_limit", "base_flaw").fill_null("")
    )
    change = pl.when(_is_after(datasets.study)).then(pl.col("value") - pl.col("base"))
    return paired.with_columns(change.alias("change")).select(ENDPOINT_FIELDS)


def _is_after(study: Study) -> pl.Expr:
    """Tell whether a value lies after the baseline: by the plan where it has no date, not when nothing says so.

    A flag may stand after day 0; then what lies between is before the baseline.
    """
    import polars as pl

    rule = study.analysis.baseline
    if rule.kind == "visit":
        later = pl.col("visit_order") > _order(study, rule)
        return pl.coalesce(later, pl.col("day") > pl.col("base_day"), pl.lit(value=False))
    planned = [visit.id for visit in study.schedule.visits.values() if visit.day > 0]
    after = pl.coalesce(pl.col("day") > 0, pl.col("visit").is_in(planned))
    if rule.kind != "flagged":
        return after
    orders = {visit.id: visit.order for visit in study.schedule.visits.values()}
    order = pl.col("base_visit").replace_strict(orders, default=None, return_dtype=pl.Int32)
    later = pl.coalesce(pl.col("day") > pl.col("base_day"), pl.col("visit_order") > order, pl.lit(value=False))
    return after & later


def _order(study: Study, rule: BaselineRule) -> int:
    """Return the place in the schedule of the visit that is the baseline."""
    return study.schedule.visits[rule.visit or ""].order


def followed_visits(study: Study, endpoint_id: str) -> tuple[str, ...]:
    """Return the planned visits at which an endpoint's form is due, in order."""
    endpoint = study.endpoints[endpoint_id]
    source = endpoint.source or endpoint.levels or ""
    return study.forms[source.partition(".")[0]].visits


def compared_visits(study: Study, endpoint_id: str) -> tuple[str, ...]:
    """Return the visits that are compared with the baseline: those due after it by the plan."""
    rule, visits = study.analysis.baseline, study.schedule.visits
    due = followed_visits(study, endpoint_id)
    if rule.kind == "visit":
        return tuple(visit for visit in due if visits[visit].order > _order(study, rule))
    return tuple(visit for visit in due if visits[visit].day > 0)
