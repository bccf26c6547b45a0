"""The wording of one problem."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """What is wrong, and what to do about it; `{name}` stands for an entry of `Problem.values`."""

    sentence: str
    remedy: str
