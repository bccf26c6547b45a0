"""The long table by pandas and scipy.stats, as most would write it.  Usage: pandas_scipy.py LONG.csv OUT.csv."""

from __future__ import annotations

import sys

import pandas as pd
from scipy import stats


def main(source: str, out: str) -> None:
    long = pd.read_csv(source, dtype={"participant": "category", "parameter": "category"})
    keys = ["parameter", "visit"]
    described = long.groupby(keys, observed=True)["value"].agg(n="count", mean="mean", sd="std").reset_index()
    base = long.loc[long["visit"] == 0, ["participant", "parameter", "value"]].rename(columns={"value": "base"})
    pairs = long[long["visit"] > 0].merge(base, on=["participant", "parameter"]).dropna(subset=["value", "base"])
    rows = []
    for key, group in pairs.groupby(keys, observed=True):
        change, test = group["value"] - group["base"], stats.ttest_rel(group["value"], group["base"])
        rows.append((*key, len(group), change.mean(), change.std(), test.statistic, test.pvalue))
    tested = pd.DataFrame(rows, columns=[*keys, "n_pairs", "change", "sd_change", "t", "p"])
    for frame in (described, tested):
        frame["parameter"] = frame["parameter"].astype(str)
    described.merge(tested, on=keys, how="left").to_csv(out, index=False, float_format="%.17g")


if __name__ == "__main__":
    main(*sys.argv[1:3])
