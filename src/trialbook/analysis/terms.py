"""What a comparison goes by: the plan of a study, or what was asked of a bare table, which has no study to load."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol


class Terms(Protocol):
    """How a change is tested; `PlannedAnalysis` is one of these."""

    @property
    def set(self) -> str:
        """Return the id of the analysis set; empty for everybody."""

    @property
    def test(self) -> str:
        """Return the test that was chosen beforehand."""

    @property
    def sensitivity(self) -> Sequence[str]:
        """Return the tests beside it."""

    @property
    def alpha(self) -> Decimal:
        """Return the level of the test."""

    @property
    def confidence(self) -> Decimal:
        """Return the confidence of the intervals."""

    @property
    def multiplicity(self) -> str:
        """Return how p is adjusted for other tests; `none` where it is not."""

    @property
    def primary_endpoint(self) -> str | None:
        """Return the id of the primary endpoint."""

    @property
    def primary_visit(self) -> str | None:
        """Return the visit of the primary comparison."""


class Followed(Protocol):
    """What is compared; `Endpoint` is one of these."""

    @property
    def id(self) -> str:
        """Return its id."""

    @property
    def log(self) -> bool:
        """Tell whether ratios of geometric means stand beside the mean change."""
