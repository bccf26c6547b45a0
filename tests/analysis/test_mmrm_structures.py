"""Covariance structures.

MMRM-03: the derivatives of every structure are those of its matrix.
MMRM-04: a structure starts near an observed matrix, and gives it back where it is of its kind.
MMRM-05: structures follow one another from most to fewest parameters; with few visits, only those that differ.
"""

from __future__ import annotations

import numpy as np
import pytest

from trialbook.analysis.mmrm.structures import ORDER, TITLES, Floats, Name, Structure, after

SIZES: dict[Name, int] = {
    "us": 10, "toeph": 7, "adh": 7, "ar1h": 5, "csh": 5, "toep": 4, "ad": 4, "ar1": 2, "cs": 2,
}  # fmt: skip


def near(name: Name, visits: int) -> tuple[Structure, Floats]:
    """Return a structure and parameters of a matrix with unlike variances and correlations."""
    place = np.arange(visits)
    covariance = 0.7 ** np.abs(place[:, None] - place) * np.outer(1 + 0.3 * place, 1 + 0.3 * place) + 0.2
    structure = Structure(name=name, visits=visits)
    return structure, structure.start(covariance)


@pytest.mark.parametrize("visits", [1, 2, 4, 5])
@pytest.mark.parametrize("name", ORDER)
def test_mmrm_03_derivatives(name: Name, visits: int) -> None:
    structure, theta = near(name, visits)
    shape, step = structure.shape(theta), 1e-6
    assert len(theta) == structure.size == len(shape.first)
    second = shape.second if shape.second is not None else np.zeros((len(theta), len(theta), visits, visits))
    for place in range(len(theta)):
        move = step * np.eye(len(theta))[place]
        above, below = structure.shape(theta + move), structure.shape(theta - move)
        assert (above.sigma - below.sigma) / (2 * step) == pytest.approx(shape.first[place], abs=1e-8)
        assert (above.first - below.first) / (2 * step) == pytest.approx(second[place], abs=1e-7)
    assert shape.sigma == pytest.approx(shape.sigma.T)


@pytest.mark.parametrize("name", ["ar1", "ar1h", "ad", "adh"])
def test_mmrm_03_derivatives_where_a_correlation_is_zero(name: Name) -> None:
    structure = Structure(name=name, visits=4)
    theta = structure.start(np.eye(4))
    assert np.isfinite(structure.shape(theta).first).all()
    move = 1e-6 * np.eye(len(theta))[-1]
    slope = (structure.shape(theta + move).sigma - structure.shape(theta - move).sigma) / 2e-6
    assert slope == pytest.approx(structure.shape(theta).first[-1], abs=1e-9)


@pytest.mark.parametrize("name", ORDER)
def test_mmrm_04_a_start_is_a_point_of_rest(name: Name) -> None:
    structure, theta = near(name, 4)
    assert structure.start(structure.shape(theta).sigma) == pytest.approx(theta)
    assert structure.size == SIZES[name]


def test_mmrm_05_order() -> None:
    sizes = [SIZES[name] for name in ORDER]
    assert sizes == sorted(sizes, reverse=True)
    assert set(TITLES) == set(ORDER)
    assert after("ar1h", 4) == ("ar1h", "csh", "toep", "ad", "ar1", "cs")
    assert after("us", 2) == ("us", "cs")
    assert after("toeph", 2) == ("toeph", "cs")
    assert after("ar1", 2) == ("ar1",)
    assert after("us", 1) == ("us",)
    assert after("cs", 1) == ("cs",)
