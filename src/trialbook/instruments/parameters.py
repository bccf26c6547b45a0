"""What may be set about an instrument: numbers and words on which published sources disagree, each with its default.

The parameters of an instrument are a frozen dataclass of its own; every field says by `stated` what it may be. So the
catalogue can list them, a person can set them by name, and a result can carry what was used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from trialbook.errors import Problem
from trialbook.protocol.suggest import listed, suggest

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Chosen = TypeVar("Chosen", bound=DataclassInstance)

Setting = int | float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoParameters:
    """Nothing may be set: the sources agree."""


NONE = NoParameters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One thing that may be set, its default, and what it is set to."""

    name: str
    label: str
    why: str
    """Why it may be set: what sources say, or do not say."""
    default: Setting
    value: Setting
    low: float
    high: float
    choices: tuple[Setting, ...]
    """The only values there are; empty where any number from `low` to `high` may stand."""

    @property
    def may_be(self) -> str:
        """Say what it may be set to."""
        if self.choices:
            return ", ".join(map(str, self.choices))
        return f"{self.low:g} to {self.high:g}"


def stated(
    default: Setting,
    label: str,
    *,
    why: str,
    between: tuple[float, float] = (0, 0),
    choices: tuple[Setting, ...] = (),
) -> Any:  # noqa: ANN401 - stands for the value of the field, as dataclasses.field does
    """Declare a field of parameters: its default, what it is, why it may be set, and what it may be set to."""
    metadata = {"label": label, "why": why, "low": between[0], "high": between[1], "choices": choices}
    return field(default=default, metadata=metadata)


def parameters_of(chosen: DataclassInstance) -> Iterator[Parameter]:
    """Yield each parameter with its default and its value."""
    for one in fields(chosen):
        default: Any = one.default
        yield Parameter(name=one.name, default=default, value=getattr(chosen, one.name), **one.metadata)


def written(chosen: DataclassInstance) -> str:
    """Write all parameters on one line: `least_categories=6`."""
    return "; ".join(f"{one.name}={one.value}" for one in parameters_of(chosen))


def changed(chosen: Chosen, settings: Mapping[str, str], *, of: str) -> Chosen | tuple[Problem, ...]:
    """Return the parameters of an instrument with settings as somebody typed them; the problems where one cannot be."""
    known = {one.name: one for one in parameters_of(chosen)}
    read = {name: _read(known, of, name, text.strip()) for name, text in settings.items()}
    problems = tuple(value for value in read.values() if isinstance(value, Problem))
    return problems or replace(chosen, **read)


def _read(known: Mapping[str, Parameter], instrument: str, name: str, text: str) -> Setting | Problem:
    if name not in known:
        values = {"name": name, "instrument": instrument, "did_you_mean": suggest(name, known), "known": listed(known)}
        return Problem(code="SCORE-05", values=values)
    parameter = known[name]
    if parameter.choices:
        found = next((choice for choice in parameter.choices if str(choice) == text), None)
    else:
        found = _number(parameter, text)
    if found is None:
        return Problem(code="SCORE-06", values={"name": name, "text": text, "may_be": parameter.may_be})
    return found


def _number(parameter: Parameter, text: str) -> Setting | None:
    """Return a number in the range of a parameter, whole where its default is."""
    try:
        value: Setting = int(text) if isinstance(parameter.default, int) else float(text)
    except ValueError:
        return None
    return value if parameter.low <= float(value) <= parameter.high else None
