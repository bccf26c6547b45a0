"""What most people would write for the same study: pandas, scipy.stats, tableone, matplotlib.

Usage: peer_pandas.py TABLE OUT-FOLDER. Reads the published table of `infliximab_myositis`, describes each measure by
visit, compares after with before by paired t, makes Table 1 and one figure a measure, writes a CSV and a page.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd
from scipy import stats
from tableone import TableOne

MEASURES = {"MMT8": "MMT before/after", "CK": "CK before/after", "FI": "FI before/after"}


def main(table: Path, out: Path) -> None:
    wide = pd.read_csv(table)
    for name, column in MEASURES.items():
        parts = wide[column].str.split("/", expand=True)
        for visit, part in (("before", parts[0]), ("after", parts[1])):
            wide[f"{name}_{visit}"] = pd.to_numeric(part, errors="coerce")
    completers = wide[wide["clinical_outcome"] != "Dropped out"]
    rows = []
    for name in MEASURES:
        pair = completers[[f"{name}_before", f"{name}_after"]].dropna()
        change = pair[f"{name}_after"] - pair[f"{name}_before"]
        test = stats.ttest_rel(pair[f"{name}_after"], pair[f"{name}_before"])
        described = pair.agg(["count", "mean", "std", "median", "min", "max"])
        rows.append(
            (name, len(pair), change.mean(), change.std(), test.statistic, test.pvalue, *described.to_numpy().ravel())
        )
        figure, axes = plt.subplots(figsize=(6, 4))
        for _, one in pair.iterrows():
            axes.plot([0, 1], one.to_numpy(), color="0.7")
        axes.errorbar([0, 1], pair.mean(), yerr=pair.sem(), color="black", marker="o", capsize=3)
        axes.set_xticks([0, 1], ["before", "after"])
        axes.set_ylabel(name)
        figure.savefig(out / f"{name}.svg")
        plt.close(figure)
    columns = [*(f"{name}_before" for name in MEASURES), "diagnosis", "clinical_outcome"]
    first = TableOne(wide, columns=columns, categorical=["diagnosis", "clinical_outcome"])
    (out / "peer.html").write_text(first.to_html(), encoding="utf-8")
    pd.DataFrame(rows).to_csv(out / "peer.csv", index=False, float_format="%.17g")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
