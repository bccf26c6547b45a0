"""The restricted likelihood and its derivatives against slow obvious versions, which build the whole matrix V.

MMRM-06: likelihood, score and both informations, for any data and structure.
MMRM-07: the linear adjustment of Kenward and Roger, from its definition.
MMRM-08: many participants of one pattern count as the few layers that stand for them.
MMRM-09: no result depends on how the covariance matrix is parameterised.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.mmrm.inference import Inference, infer
from trialbook.analysis.mmrm.likelihood import Point, Slopes, point_at, slopes_at
from trialbook.analysis.mmrm.panel import Panel, panel_of
from trialbook.analysis.mmrm.structures import ORDER, Floats, Name, Structure


@dataclass(frozen=True, slots=True, kw_only=True)
class Dense:
    """Invented rows and the model in matrices of the size of the data."""

    x: Floats
    y: Floats
    participant: np.ndarray[tuple[int], np.dtype[np.intp]]
    visit: np.ndarray[tuple[int], np.dtype[np.intp]]
    structure: Structure

    @property
    def panel(self) -> Panel:
        """Arrange the rows by participant."""
        return panel_of(self.x, self.y, self.participant, self.visit, self.structure.visits)

    def spread(self, matrix: Floats) -> Floats:
        """Put a matrix of visits where two rows are of one participant."""
        same = self.participant[:, None] == self.participant
        return np.where(same, matrix[self.visit[:, None], self.visit], 0.0)

    def loglik(self, theta: Floats) -> float:
        """Write the restricted likelihood down as it is defined."""
        v = self.spread(self.structure.shape(theta).sigma)
        inverse = np.linalg.inv(v)
        xvx = self.x.T @ inverse @ self.x
        r = self.y - self.x @ np.linalg.solve(xvx, self.x.T @ inverse @ self.y)
        rest = (len(self.y) - self.x.shape[1]) * np.log(2 * np.pi)
        return float(-0.5 * (rest + np.linalg.slogdet(v)[1] + np.linalg.slogdet(xvx)[1] + r @ inverse @ r))


def invented(name: Name, visits: int, people: int, seed: int, *, missing: float = 0.3) -> Dense:
    rng = np.random.default_rng(seed)
    seen = rng.random((people, visits)) > missing
    seen[:5] = True
    participant, visit = np.nonzero(seen[seen.any(axis=1)])
    x = np.column_stack([np.ones(len(visit)), visit + rng.normal(size=len(visit)), rng.normal(size=len(visit))])
    structure = Structure(name=name, visits=visits)
    return Dense(x=x, y=rng.normal(size=len(visit)), participant=participant, visit=visit, structure=structure)


def inside(structure: Structure, seed: int) -> Floats:
    """Return parameters of a positive definite matrix of the structure."""
    rng = np.random.default_rng(seed)
    place = np.arange(structure.visits)
    sd = rng.uniform(0.7, 1.5, size=structure.visits)
    return structure.start(0.5 ** np.abs(place[:, None] - place) * np.outer(sd, sd))


cases = st.tuples(
    st.sampled_from(ORDER), st.integers(1, 4), st.integers(6, 12), st.integers(0, 10_000)
)  # fmt: skip


def slopes(dense: Dense, theta: Floats) -> tuple[Point, Slopes]:
    point = point_at(dense.panel, dense.structure, theta)
    assert point is not None
    found = slopes_at(dense.panel, point)
    assert found is not None
    return point, found


def by_parameters(found: Slopes) -> Floats:
    """Return the score by the parameters: the chain rule."""
    return found.turn.T @ found.score


@settings(max_examples=40, deadline=None)
@given(cases)
def test_mmrm_06_likelihood_and_score(case: tuple[Name, int, int, int]) -> None:
    dense = invented(*case)
    theta, step = inside(dense.structure, case[3]), 1e-5
    point, found = slopes(dense, theta)
    assert point.loglik == pytest.approx(dense.loglik(theta), rel=1e-10)
    moves = step * np.eye(len(theta))
    score = [(dense.loglik(theta + move) - dense.loglik(theta - move)) / (2 * step) for move in moves]
    assert by_parameters(found) == pytest.approx(np.array(score), abs=1e-5)


@settings(max_examples=25, deadline=None)
@given(cases)
def test_mmrm_06_observed_information_is_minus_the_slope_of_the_score(case: tuple[Name, int, int, int]) -> None:
    dense = invented(*case)
    theta, step = inside(dense.structure, case[3]), 1e-6
    _, found = slopes(dense, theta)
    observed = found.turn.T @ found.observed @ found.turn
    for place, move in enumerate(step * np.eye(len(theta))):
        above, below = (by_parameters(slopes(dense, theta + sign * move)[1]) for sign in (1, -1))
        assert observed[place] == pytest.approx(-(above - below) / (2 * step), abs=1e-4, rel=1e-5)


@settings(max_examples=25, deadline=None)
@given(cases)
def test_mmrm_06_and_07_expected_information_and_adjustment(case: tuple[Name, int, int, int]) -> None:
    dense = invented(*case)
    theta = inside(dense.structure, case[3])
    point, mine = slopes(dense, theta)
    shape = dense.structure.shape(theta)
    inverse, x = np.linalg.inv(dense.spread(shape.sigma)), dense.x
    phi = np.linalg.inv(x.T @ inverse @ x)
    projection = inverse - inverse @ x @ phi @ x.T @ inverse
    d = [dense.spread(first) for first in shape.first]
    expected = np.array([[0.5 * np.trace(projection @ a @ projection @ b) for b in d] for a in d])
    assert mine.turn.T @ mine.expected @ mine.turn == pytest.approx(expected, rel=1e-8, abs=1e-9)
    found = infer(
        dense.panel, point, mine, offset=np.zeros(3), unit=1.0, method="kenward-roger", information="expected"
    )
    assert isinstance(found, Inference)
    w = np.linalg.inv(expected)
    p = [-x.T @ inverse @ a @ inverse @ x for a in d]
    total = sum(
        w[i, j] * (x.T @ inverse @ d[i] @ inverse @ d[j] @ inverse @ x - p[i] @ phi @ p[j])
        for i in range(len(d)) for j in range(len(d))
    )  # fmt: skip
    assert found.root @ found.inflation @ found.root.T == pytest.approx(phi + 2 * phi @ total @ phi, rel=1e-7, abs=1e-9)


def test_mmrm_08_layers_stand_for_participants() -> None:
    dense = invented("us", 3, 400, 5)
    panel = dense.panel
    assert len(panel.z) < 100
    assert panel.count.sum() == len(set(dense.participant.tolist())) > 350
    theta = inside(dense.structure, 1)
    point = point_at(panel, dense.structure, theta)
    assert point is not None
    assert point.loglik == pytest.approx(dense.loglik(theta), rel=1e-11)


def test_mmrm_09_parameters_do_not_matter() -> None:
    """MMRM-09: with two visits us, toeph, adh, ar1h and csh are one model in two parameterisations."""
    from trialbook.analysis import mmrm

    dense = invented("us", 2, 12, 7)
    frame = {"y": dense.y.tolist(), "id": dense.participant.tolist(), "visit": dense.visit.tolist()}
    names: tuple[Name, ...] = ("us", "toeph", "adh", "ar1h", "csh")
    fits = [mmrm.fit("y ~ visit", frame, participant="id", visit="visit", structure=name) for name in names]
    told = [fit.change_from(0)[0] for fit in fits]
    assert [one.se for one in told] == pytest.approx([told[0].se] * 5, rel=1e-9)
    assert [one.df for one in told] == pytest.approx([told[0].df] * 5, rel=1e-7)
