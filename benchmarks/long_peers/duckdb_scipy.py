"""The long table by SQL in duckdb, and scipy.special for p.  Usage: duckdb_scipy.py LONG.csv OUT.csv."""

from __future__ import annotations

import csv
import sys

import duckdb
from scipy.special import stdtr

READ = """
    CREATE TABLE long AS SELECT * FROM read_csv(?, header = true,
    columns = {'participant': 'VARCHAR', 'visit': 'INTEGER', 'parameter': 'VARCHAR', 'value': 'DOUBLE'})
"""
DESCRIBE = """
    SELECT parameter, visit, count(value), avg(value), stddev_samp(value) FROM long GROUP BY ALL ORDER BY ALL
"""
CHANGE = """
    SELECT later.parameter, later.visit, count(d), avg(d), stddev_samp(d)
    FROM (SELECT a.parameter, a.visit, a.value - b.value AS d FROM long a
          JOIN long b USING (participant, parameter) WHERE b.visit = 0 AND a.visit > 0) AS later
    GROUP BY ALL
"""


def main(source: str, out: str) -> None:
    base = duckdb.connect()
    base.execute(READ, [source])
    described = base.execute(DESCRIBE).fetchall()
    tested = {}
    for parameter, visit, n, mean, sd in base.execute(CHANGE).fetchall():
        t = mean / (sd / n**0.5)
        tested[parameter, visit] = (n, mean, sd, t, 2 * stdtr(n - 1, -abs(t)))
    with open(out, "w", newline="", encoding="utf-8") as file:  # noqa: PTH123 - a path on the command line
        rows = csv.writer(file)
        rows.writerow(("parameter", "visit", "n", "mean", "sd", "n_pairs", "change", "sd_change", "t", "p"))
        rows.writerows((*row, *tested.get((row[0], row[1]), ("",) * 5)) for row in described)


if __name__ == "__main__":
    main(*sys.argv[1:3])
