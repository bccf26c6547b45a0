"""The examples of the documents.

MMRM-26: the example in docs/explanation/mmrm.md runs, and prints what stands below it; so do those of imputation.md,
bayes.md and pooling.md.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[2] / "docs" / "explanation"
NUMBER = re.compile(r"-?\d+\.?\d*(?:e[+-]\d+)?")


@pytest.mark.parametrize("name", ["mmrm", "imputation", "bayes", "pooling"])
def test_mmrm_26_the_example_runs(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```\s+```text\n(.*?)```", page, re.DOTALL)
    assert found is not None
    exec(compile(found[1], f"{name}.md", "exec"), {})  # noqa: S102 - our own page
    printed, stands = capsys.readouterr().out.splitlines(), found[2].splitlines()
    for line, expected in zip(printed, stands, strict=True):
        if "gradient" not in line:
            assert NUMBER.sub("", line) == NUMBER.sub("", expected)
            told = [[float(number) for number in NUMBER.findall(text)] for text in (line, expected)]
            assert told[0] == pytest.approx(told[1], rel=1e-6, abs=1e-9)
