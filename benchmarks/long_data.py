"""Invent a long table of 20 parameters at 8 visits: participant, visit, parameter, value; 4 % of the values missing.

Usage: long_data.py PARTICIPANTS FILE. The same number of participants gives the same file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl

VISITS, PARAMETERS = 8, 20


def invent(participants: int, file: Path) -> None:
    """Write the rows in the order in which they are recorded: participant, visit, parameter."""
    chance = np.random.default_rng(participants)
    shape = (participants, VISITS, PARAMETERS)
    usual = chance.uniform(5, 500, PARAMETERS)
    person = 1 + 0.25 * chance.standard_normal((participants, 1, PARAMETERS))
    drift = np.linspace(0, 1, VISITS)[:, None] * chance.uniform(-0.5, 0.3, PARAMETERS)
    values = (usual * (person + drift + 0.12 * chance.standard_normal(shape))).round(3)
    absent = chance.random(shape) < np.where(np.arange(VISITS) == 0, 0.01, 0.04)[:, None]
    who, visit, parameter = (index.ravel() for index in np.indices(shape, dtype=np.int32))
    pl.DataFrame(
        {
            "participant": pl.Series(who).cast(pl.String).str.pad_start(6, "0").str.replace("^", "S"),
            "visit": visit,
            "parameter": pl.Series(parameter + 1).cast(pl.String).str.pad_start(2, "0").str.replace("^", "P"),
            "value": pl.Series(np.where(absent, np.nan, values).ravel()).fill_nan(None),
        }
    ).write_csv(file)


if __name__ == "__main__":
    invent(int(sys.argv[1]), Path(sys.argv[2]))
