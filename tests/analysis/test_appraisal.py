"""What the appraisal finds in published papers.

APPR-A: of the seed paper exactly what a reader with much time found: each figure that cannot be, and each condition.
APPR-B: the page and the Word file hold every finding, with a picture where there is something to draw.
APPR-C: other shipped appraisals: a participant left out of a count, a p that no exact test gives.
APPR-D: every code of a finding comes from some file, and its sentence names nothing that is not there.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from trialbook.analysis.appraisal import ALARMS, Finding, appraise, parse_appraisal, read_appraisal
from trialbook.analysis.appraisal.printed import Printed
from trialbook.cli import main
from trialbook.render.to_html import to_html
from trialbook.report.appraisal import build_appraisal
from trialbook.report.appraisal_words import advise, say
from trialbook.wording.appraisal import FINDINGS

ROOT = Path(__file__).parents[2]
STUDIES = ROOT / "src" / "trialbook" / "studies"
SEED = STUDIES / "rituximab_polymyositis" / "published.yaml"
INFLIXIMAB = STUDIES / "infliximab_myositis" / "published.yaml"
TOFACITINIB = ROOT / "docs" / "examples" / "tofacitinib_dermatomyositis.yaml"


@pytest.fixture(scope="module")
def seed() -> tuple[Finding, ...]:
    return appraise(read_appraisal(SEED))


def one(findings: tuple[Finding, ...], code: str, label: str = "", **facts: object) -> Finding:
    found = [
        each
        for each in findings
        if each.code == code
        and each.label.startswith(label)
        and all(text(each.facts[name]) == value for name, value in facts.items())
    ]
    assert len(found) == 1
    return found[0]


def text(value: object) -> object:
    return value.text if isinstance(value, Printed) else value


def test_duration(seed: tuple[Finding, ...]) -> None:
    """APPR-A: the printed SD is 3.3, the table gives 2.5, and 2.99 is the most that rounding can make of it."""
    found = one(seed, "APPR-23", printed="3.3")
    assert found.verdict == "impossible"
    assert found.facts["exact"] == pytest.approx(2.5)
    assert found.facts["most"] == pytest.approx(2.98608, abs=1e-5)  # 3.5, 5.5, 1.5, 8.5
    assert one(seed, "APPR-26", "Duration").facts["who"] == ()


def test_duration_on_grids(seed: tuple[Finding, ...]) -> None:
    """APPR-A: nobody ill for less than two years leaves no set of whole years, and four of half years."""
    assert one(seed, "APPR-31", "Duration").facts["grid"] == "whole years"
    assert one(seed, "APPR-32", "Duration", count=4).rows is not None


def test_therapies(seed: tuple[Finding, ...]) -> None:
    """APPR-A: cyclophosphamide only in the table; mycophenolate in 3 or in 4."""
    absent = one(seed, "APPR-72")
    assert (absent.facts["name"], absent.facts["who"]) == ("cyclophosphamide", ("4",))
    counted = one(seed, "APPR-71")
    assert (counted.facts["name"], counted.facts["count"], counted.facts["own"]) == ("mycophenolate", 3, 4)


def test_creatine_kinase(seed: tuple[Finding, ...]) -> None:
    """APPR-A: p = 0.05 is attainable from 0.0484 to 0.136, and significant only with r of at least 0.965."""
    found = one(seed, "APPR-53", "Creatine")
    assert found.facts["attainable"] == pytest.approx((0.0484, 0.1356), abs=5e-5)
    assert found.facts["r"] == pytest.approx(0.9647, abs=1e-4)
    assert found.facts["r_at"] == pytest.approx(0.9682, abs=1e-4)
    assert one(seed, "APPR-52", "Creatine").facts["r"] == pytest.approx((0.8544, 1.0), abs=1e-4)
    made = one(seed, "APPR-63", "Creatine")
    assert made.rows is not None
    assert len(made.rows.sets) == 3


def test_power_implies(seed: tuple[Finding, ...]) -> None:
    """APPR-A: SD of the differences 0.392 (0.337 to 0.444), r 0.9947 (0.9930 to 0.9964), t 10.21 (9.46 to 11.27)."""
    facts = one(seed, "APPR-52", "Proximal").facts
    assert facts["sd"] == pytest.approx((0.337, 0.444), abs=5e-4)
    assert facts["r"] == pytest.approx((0.9930, 0.9964), abs=5e-5)
    assert facts["t"] == pytest.approx((9.465, 11.265), abs=5e-3)
    assert facts["sd_at"] == pytest.approx(0.3916, abs=5e-5)
    assert facts["r_at"] == pytest.approx(0.9947, abs=5e-5)


@pytest.mark.parametrize(("grid", "sets"), [("half points", 1), ("quarter points", 4), ("tenths", 550)])
def test_power_on_grids(seed: tuple[Finding, ...], grid: str, sets: int) -> None:
    """APPR-A: one set of half points, 550 of tenths, and in none do 2 and 3 gain more than 1 and 4."""
    found = next(each for each in seed if each.code == "APPR-62" and str(each.facts["grid"]).startswith(grid))
    claim = next(each for each in seed if each.code == "APPR-65" and each.facts["grid"] == found.facts["grid"])
    assert found.facts["found"] == sets == claim.facts["found"]
    assert (claim.facts["holds"], claim.verdict) == (0, "contradiction")


def test_power_on_whole_points(seed: tuple[Finding, ...]) -> None:
    """APPR-A: whole points have these means and SDs, and never this p; one of the sets has no t at all."""
    facts = one(seed, "APPR-61", "Proximal").facts
    assert (facts["grid"], facts["found"], facts["constant"]) == ("whole points", 0, 1)


def test_power_of_half_points(seed: tuple[Finding, ...]) -> None:
    """APPR-A: the set of half points is 0, 8.5, 7.5, 5 to 2, 10, 10, 7, and needs round half up."""
    found = one(seed, "APPR-62", "Proximal", grid="half points")
    assert found.rows is not None
    assert found.rows.sets == (((0.0, 2.0), (7.5, 10.0), (8.5, 10.0), (5.0, 7.0)),)
    assert (found.facts["half_up"], found.facts["half_even"]) == (1, 0)


def test_words(seed: tuple[Finding, ...]) -> None:
    """APPR-A: round half up for 5.3, well tolerated from 0 of 4, a trend of 0.29, no primary endpoint, no exact p."""
    assert one(seed, "APPR-28", printed="5.3").facts["rule"] == "half up"
    rare = one(seed, "APPR-76")
    assert rare.facts["low_percent"] == 0
    assert rare.facts["high_percent"] == pytest.approx(60.236, abs=1e-3)
    assert one(seed, "APPR-56", "HAQ").verdict == "overstated"
    assert one(seed, "APPR-90").facts["count"] == 3
    assert one(seed, "APPR-91").facts["least"] == 0.125


def test_nothing_else_is_alarming(seed: tuple[Finding, ...]) -> None:
    """APPR-A: what is right is not called wrong: the ages, the eight other therapies."""
    alarms = [found for found in seed if found.verdict in ALARMS]
    assert sorted(found.code for found in alarms) == ["APPR-23", "APPR-65", "APPR-65", "APPR-65", "APPR-71", "APPR-72"]
    assert one(seed, "APPR-70").facts["count"] == 7


def test_the_page(seed: tuple[Finding, ...]) -> None:
    """APPR-B."""
    page = to_html(build_appraisal(read_appraisal(SEED), seed, program={"trialbook": "1"}))
    assert page.count("<figure") == sum(bool(found.bars or found.rows) for found in seed)
    assert "0 to 60" in page
    assert "{" not in "".join(map(say, seed))


def test_the_verb_writes_page_and_word(tmp_path: Path) -> None:
    """APPR-B."""
    done = CliRunner().invoke(main, ["appraise", str(INFLIXIMAB), "--out", str(tmp_path), "--word"])
    assert done.exit_code == 0, done.output
    assert "participant 2 (+105 %)" in " ".join(done.output.split())
    assert {path.name for path in tmp_path.iterdir()} == {"appraisal.html", "appraisal.docx"}


def test_the_verb_needs_a_folder_for_word() -> None:
    """APPR-B."""
    assert CliRunner().invoke(main, ["appraise", str(INFLIXIMAB), "--word"]).exit_code == 2


def test_other_papers() -> None:
    """APPR-C."""
    infliximab, tofacitinib = (appraise(read_appraisal(path)) for path in (INFLIXIMAB, TOFACITINIB))
    assert one(infliximab, "APPR-80").facts["who"] == ("2",)
    assert [found.code for found in infliximab if found.verdict in ALARMS] == ["APPR-80"]
    assert one(tofacitinib, "APPR-42").facts["least"] == 2 / 2**10
    assert not [found for found in tofacitinib if found.verdict in ALARMS]


HEAD = "trialbook-appraisal: 1\ntitle: A paper\nsource: Here\nn: 4\n"
TABLE = "columns:\n  a: {values: {1: 46, 2: 51, 3: 69, 4: 47}}\n"
BOTH = "columns:\n  a: {values: {1: 1, 2: 2, 3: 3, 4: 5}}\n  b: {values: {1: 3, 2: 5, 3: 4, 4: 9}}\n"
ALIKE = "columns:\n  a: {values: {1: 1, 2: 2, 3: 3, 4: 5}}\n  b: {values: {1: 2, 2: 3, 3: 4, 4: 6}}\n"
CHANGE = "changes:\n  x: {before: {mean: 5.3, sd: 3.8}, after: {mean: 7.3, sd: 3.8}, "
EDGE = "changes:\n  x: {{before: {{mean: {}, sd: {}}}, after: {{mean: {}, sd: {}}}, p: 0.05, called: significant}}"
WHOLE = "scale: 0 to 10, grids: {1: whole points}"

FILES = {
    "APPR-20": TABLE + "summaries: {a: {column: a, mean: 53, sd: 11}}",
    "APPR-21": TABLE + "summaries: {a: {column: a, mean: 55}}",
    "APPR-22": "summaries: {a: {mean: {text: 5.3, table: 5.5}}}",
    "APPR-23": TABLE + "summaries: {a: {column: a, sd: 14}}",
    "APPR-24": TABLE + "summaries: {a: {column: a, sd: 9.28}}",
    "APPR-25": TABLE + "summaries: {a: {column: a, mean: 48.0, sd: 2.2}}",
    "APPR-26": TABLE + "summaries: {a: {column: a, mean: 53.25, sd: 30.00}}",
    "APPR-27": TABLE.replace("{values", "{values_are: rounded, values") + "summaries: {a: {column: a, mean: 53.5}}",
    "APPR-28": "summaries: {a: {mean: 5.3, scale: 0 to 10, grids: {1: whole points}}}",
    "APPR-30": "summaries: {a: {mean: 5.19, sd: 1, scale: 0 to 10, grids: {1: whole points}}}",
    "APPR-31": "summaries: {a: {mean: 5.25, sd: 9.00, scale: 0 to 10, grids: {1: whole points}}}",
    "APPR-32": "summaries: {a: {mean: 5.25, sd: 3.77, scale: 0 to 10, grids: {1: whole points}}}",
    "APPR-33": "summaries: {a: {mean: 2632, sd: 1583, scale: 0 to 30000, grids: {1: whole units}}}",
    "APPR-40": "changes: {x: {p: 0.29}}",
    "APPR-41": "changes: {x: {p: 0.05, test: signed rank}}",
    "APPR-42": "changes: {x: {p: 0.05, test: not stated}}",
    "APPR-43": BOTH + "changes: {x: {before: {column: a}, after: {column: b}, p: 0.03}}",
    "APPR-44": BOTH + "changes: {x: {before: {column: a}, after: {column: b}, p: 0.5}}",
    "APPR-45": ALIKE + "changes: {x: {before: {column: a}, after: {column: b}, p: 0.5}}",
    "APPR-50": CHANGE + "p: 0.4}",
    "APPR-51": CHANGE + "p: 0.9}",
    "APPR-52": CHANGE + "p: 0.002}",
    "APPR-53": EDGE.format(2632, 1583, 661, 359),
    "APPR-54": EDGE.format(2600, 1600, 661, 340),
    "APPR-55": "changes: {x: {p: 0.29, called: significant}}",
    "APPR-56": "changes: {x: {p: 0.29, called: trend}}",
    "APPR-57": "changes: {x: {p: 0.001, called: not significant}}",
    "APPR-60": CHANGE + "p: 0.4, statements: ['1, 2, 3 after = 10'], " + WHOLE + "}",
    "APPR-61": CHANGE + "p: 0.002, statements: ['2, 3 after = 10'], " + WHOLE + "}",
    "APPR-62": CHANGE + "p: 0.4, " + WHOLE + "}",
    "APPR-63": "changes: {x: {before: {mean: 900, sd: 90}, after: {mean: 700, sd: 80}, p: 0.02, "
    "scale: 0 to 30000, grids: {1: whole units}}}",
    "APPR-64": "changes: {x: {before: {mean: 900, sd: 90}, after: {mean: 700, sd: 80}, p: 0.02, "
    "statements: [each after > 2000], scale: 0 to 30000, grids: {1: whole units}}}",
    "APPR-65": CHANGE + "p: 0.4, claims: {'1 change > 2 change': more}, " + WHOLE + "}",
    "APPR-70": "lists: {a: {values: {1: [x], 2: [x]}, counted: {text: {x: 2}}}}",
    "APPR-71": "lists: {a: {values: {1: [x], 2: [x]}, counted: {text: {x: 3}}}}",
    "APPR-72": "lists: {a: {values: {1: [x], 2: [y]}, counted: {text: {x: 1}}}}",
    "APPR-73": "shares: {a: {count: 11, of: 16, percent: 68.8}}",
    "APPR-74": "shares: {a: {count: 11, of: 16, percent: 67.8}}",
    "APPR-75": "shares: {a: {count: 0, of: 400, words: rare}}",
    "APPR-76": "shares: {a: {count: 0, of: 4, words: rare}}",
    "APPR-77": "totals: {a: {of: 4, parts: {x: 3, y: 1}}}",
    "APPR-78": "totals: {a: {of: 4, parts: {x: 3, y: 2}}}",
    "APPR-80": BOTH + "thresholds: {a: {before: a, after: b, by: rise >= 100 %, named: [1]}}",
    "APPR-81": BOTH + "thresholds: {a: {before: a, after: b, by: rise >= 100 %, named: [1, 2, 3]}}",
    "APPR-82": BOTH + "thresholds: {a: {before: a, after: b, by: rise >= 100 %, named: [1, 2]}}",
    "APPR-90": "primary: none\nchanges: {x: {p: 0.29}}",
    "APPR-91": "changes: {x: {p: 0.29}}",
}


@pytest.mark.parametrize("code", FINDINGS)
def test_every_code(code: str) -> None:
    """APPR-D."""
    written = HEAD + FILES[code]
    paper, problems = parse_appraisal(written + "}" * (written.count("{") - written.count("}")), file="paper.yaml")
    assert paper is not None, [(problem.code, problem.values) for problem in problems]
    found = [each for each in appraise(paper) if each.code == code]
    assert found
    assert say(found[0]).startswith(found[0].label)
    assert advise(found[0])
    assert found[0].place.line
