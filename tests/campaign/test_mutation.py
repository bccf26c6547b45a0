"""How small faults are put into the core.

CAMP-01: a fault is put into every comparison, condition, constant, sum, call and result, and each is another program.
CAMP-02: one that the tests of a part notice is told from one that they do not, within functions and outside of them.
CAMP-04: a test that fails without a fault is told, and nothing that it would notice counts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from tests.campaign.faults_in_code import Part, faults, part_named, plant
from tests.campaign.mutation import CORE, ROOT, drawn

TEXT = """
from __future__ import annotations
SIZE = 3
def judge(a: Literal[1], b):
    check(a)
    if a < SIZE and b is None:
        return a + 2
    return True
class Box:
    @property
    def width(self):
        return [one for one in self.ones if one.is_wide]
TABLE = {"size": lambda box: box or 7}
"""
FAULTS = {
    "off by one: 3", "left out: check(a)", "turned round: if a < SIZE", "and for or: a < SIZE and b is None",
    "another comparison: a < SIZE", "another comparison: b is None", "nothing returned: return a + 2",
    "another sum: a + 2", "off by one: 2", "the other: True", "turned round:  for one in self.ones if one.is_wide",
    "and for or: box or 7", "off by one: 7",
    "nothing returned: return [one for one in self.ones if one.is_wide]",
}  # fmt: skip


def test_every_fault() -> None:
    """CAMP-01: what is not run, as an annotation, has none."""
    part = Part("x.py", TEXT)
    found = list(faults(part))
    assert {one.what.partition("\n")[0].removesuffix(" and b is None:") for one in found} == {
        what.removesuffix(" and b is None:") for what in FAULTS
    }
    assert all(one.whole != part.code for one in found)
    assert len({one.whole for one in found}) == len(found) == len(FAULTS)
    assert part.compiled() == part.code
    assert {one.path for one in found} == {(), ("judge",), ("Box", "width")}


def test_a_fault_in_a_module_that_is_loaded() -> None:
    """CAMP-02: in a function, and behind a property; what stands outside is imported anew."""
    part, module = Part("x.py", TEXT), ModuleType("x")
    exec(part.code, vars(module))  # noqa: S102 - the text above
    vars(module)["check"] = lambda _: None
    assert (module.judge(1, None), module.judge(3, None)) == (3, True)
    by_name = {one.what: one for one in faults(part)}
    assert plant(module, part, by_name["another comparison: a < SIZE"])
    assert module.judge(3, None) == 5
    assert plant(module, part, by_name["turned round:  for one in self.ones if one.is_wide"])
    assert not plant(module, part, by_name["off by one: 3"])


def test_a_share_of_each_part() -> None:
    """CAMP-01: and the same ones each time."""
    parts = [part_named(name) for name in ("conduct/rating_now.py", "conduct/regimen.py")]
    once, again = drawn(20, parts), drawn(20, parts)
    assert [str(one) for one in once] == [str(one) for one in again]
    assert {one.part for one in once} == {part.name for part in parts}
    assert 18 <= len(once) <= 22
    assert len(drawn(10_000, parts)) == sum(len(list(faults(part))) for part in parts)


def test_every_part_is_guarded() -> None:
    """CAMP-01: parts and tests that are there."""
    assert all((ROOT / "src" / "trialbook" / part).is_file() for part in CORE)
    assert all((ROOT / test).exists() for tests in CORE.values() for test in tests)


@pytest.mark.parametrize(
    ("test", "left", "broken"),
    [
        ("def test_it():\n    assert old(40) and not old(39)\n", {"off by one: 1"}, 0),
        (
            "def test_it():\n    assert old(41)\n",
            {"off by one: 1", "off by one: 40", "another comparison: day >= LIMIT"},
            0,
        ),
        ("def test_it():\n    assert old(40) and not old(40)\n", None, 1),
    ],
)
def test_what_is_noticed(tmp_path: Path, test: str, left: set[str] | None, broken: int) -> None:
    """CAMP-02, CAMP-04: a limit in a constant and a comparison; nobody looks at the other constant."""
    program, tests = tmp_path / "src" / "trialbook", tmp_path / "tests"
    program.mkdir(parents=True)
    tests.mkdir()
    (program / "__init__.py").touch()
    (program / "days.py").write_text(
        "LIMIT = 40\nUNUSED = 1\ndef old(day):\n    return day >= LIMIT\n", encoding="utf-8"
    )
    (tests / "test_days.py").write_text(f"from trialbook.days import old\n{test}", encoding="utf-8")
    told = (
        "import json, sys; from pathlib import Path; from tests.campaign import faults_in_code, mutation as m\n"
        "here = Path(sys.argv[1]); m.ROOT = here; faults_in_code.SOURCE = here / 'src'; m.LIBRARIES = ()\n"
        "m.CORE = {'days.py': ('tests/test_days.py',)}; sys.path.insert(0, str(here / 'src'))\n"
        "found = m.try_faults(99, ['days.py']); print(json.dumps([found.left, found.broken]))"
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path / 'src'}{os.pathsep}{ROOT}"}
    line = [sys.executable, "-c", told, str(tmp_path)]
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found, wrong = json.loads(done.stdout.splitlines()[-1])
    assert bool(wrong) == bool(broken)
    if left is not None:
        assert {one.partition(" ")[2] for one in found} == left
