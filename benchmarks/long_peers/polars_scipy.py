"""The long table by polars, and scipy.special for p.  Usage: polars_scipy.py LONG.csv OUT.csv."""

from __future__ import annotations

import sys

import polars as pl
from scipy.special import stdtr


def main(source: str, out: str) -> None:
    long = pl.read_csv(source, schema_overrides={"value": pl.Float64})
    keys, value = ["parameter", "visit"], pl.col("value")
    described = long.group_by(keys).agg(value.count().alias("n"), value.mean().alias("mean"), value.std().alias("sd"))
    base = long.filter(pl.col("visit") == 0).select("participant", "parameter", value.alias("base"))
    d = pl.col("value") - pl.col("base")
    tested = (
        long.filter(pl.col("visit") > 0)
        .join(base, on=["participant", "parameter"])
        .group_by(keys)
        .agg(d.count().alias("n_pairs"), d.mean().alias("change"), d.std().alias("sd_change"))
        .with_columns(t=pl.col("change") / (pl.col("sd_change") / pl.col("n_pairs").sqrt()))
    )
    p = 2 * stdtr(tested["n_pairs"].to_numpy() - 1.0, -abs(tested["t"].to_numpy()))
    described.join(tested.with_columns(p=pl.Series(p)), on=keys, how="left").sort(keys).write_csv(out)


if __name__ == "__main__":
    main(*sys.argv[1:3])
