"""Scoring a file: every row, or nothing and every reason why.

Requirements:
SCORE-01: a file is scored as its rows would be by hand; the columns named as ids are carried through unchanged.
SCORE-02: a column that is no item, one that is missing or there twice, and an unknown id are told by name.
SCORE-03: a cell that cannot be taken is told with row, column and remedy; all at once, the first fifty and a count.
SCORE-04: units stand in the cell or at the head of the column; an unknown one is refused.
SCORE-05: the quick way of reading large plain files gives the same scores and the same refusals as the careful one.
SCORE-06: blank rows are no forms, and a file without forms is refused.
SCORE-07: the CSV says by what was scored, what classes mean, and why a score is not computable.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from trialbook.errors import ImportRefused, Problem
from trialbook.exchange.answer_table import read_answers
from trialbook.exchange.score_file import Scored, score_file, to_csv
from trialbook.instruments import CATALOG
from trialbook.instruments.catalogue import Scale, find_scale
from trialbook.wording import remedy, sentence

NEVER = 10**12
"""Bytes from which on a file is read the quick way: none is as large."""
MMT = [item.id for item in CATALOG["mmt-8"].items]
HEAD = ",".join(["who", *MMT])


def scale_of(name: str, **settings_: str) -> Scale:
    found = find_scale(name, settings_)
    assert not isinstance(found, tuple)
    return found


def written(folder: Path, text: str, name: str = "forms.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def refusals(path: Path, name: str = "mmt-8", *, ids: tuple[str, ...] = ("who",), large: int = NEVER) -> list[Problem]:
    """Return why a file is refused; each reason has a sentence and a remedy."""
    with pytest.raises(ImportRefused) as refused:
        score_file(path, scale_of(name), ids=ids, large=large)
    for problem in refused.value.problems:
        assert len(sentence(problem)) > 15
        assert len(remedy(problem)) > 10
    return list(refused.value.problems)


def places(problems: list[Problem]) -> list[tuple[str, int | None, str | None]]:
    return [(problem.code, problem.place.line, problem.place.header) for problem in problems]


def test_rows_are_scored_and_ids_carried_through(tmp_path: Path) -> None:
    """SCORE-01."""
    rows = f"{HEAD}\n007 ,1,2,3,4,5,6,7,8\né;,10,10,10,10,10,10,10,\n"
    scored = score_file(written(tmp_path, rows), scale_of("mmt-8"), ids=("who", "who"))
    assert scored.frame["who"].to_list() == ["007", "é;"]
    assert scored.frame["total"].to_list() == [36.0, None]
    assert scored.frame["answered"].to_list() == [8, 7]
    assert scored.frame["why"].to_list() == ["", "Not computable: total from 7 of 8 answers"]
    assert scored.lines.tolist() == [2, 3]


def test_columns_may_stand_in_any_order_and_in_a_workbook(tmp_path: Path) -> None:
    """SCORE-01."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*MMT[::-1], "who"])
    sheet.append([*range(8), "a"])
    book.save(tmp_path / "forms.xlsx")
    assert score_file(tmp_path / "forms.xlsx", scale_of("mmt-8"), ids=("who",)).frame["total"].to_list() == [28.0]


def test_wrong_columns_are_told_by_name(tmp_path: Path) -> None:
    """SCORE-02."""
    head = HEAD.replace("biceps", "bicep").replace("deltoid", "quadriceps [score]")
    problems = refusals(written(tmp_path, f"{head},note\n"), ids=("who", "site"))
    assert places(problems) == [
        ("SCORE-02", 1, "bicep"), ("SCORE-02", 1, "note"), ("SCORE-04", 1, None), ("TABLE-13", 1, None),
        ("SCORE-03", 1, None),
    ]  # fmt: skip
    assert remedy(problems[0]).startswith("Did you mean “biceps”?")
    assert sentence(problems[-1]) == "The file lacks 2 columns that mmt-8 asks for: deltoid, biceps."


def test_an_id_may_not_have_the_name_of_a_score(tmp_path: Path) -> None:
    """SCORE-02."""
    path = written(tmp_path, f"{HEAD.replace('who', 'total')}\nx,1,1,1,1,1,1,1,1\n")
    assert [problem.code for problem in refusals(path, ids=("total",))] == ["SCORE-11"]


@pytest.mark.parametrize(
    ("cell", "code"),
    [("11", "VALUE-08"), ("-1", "VALUE-08"), ("strong", "VALUE-02"), ("4 mg/dL", "VALUE-07"), ("4,5", "VALUE-03"),
     ("<3", "VALUE-09"), ("4+", "VALUE-02")],
)  # fmt: skip
@pytest.mark.parametrize("large", [NEVER, 0])
def test_a_cell_that_cannot_be_taken(tmp_path: Path, cell: str, code: str, large: int) -> None:
    """SCORE-03."""
    path = written(
        tmp_path, f"{HEAD}\na,1,1,1,1,1,1,1,1\nb,1,1,{cell},1,1,1,1,1\n".replace(",", ";").replace("4;5", "4,5")
    )
    (problem,) = refusals(path, large=large)
    assert (problem.code, problem.place.line, problem.place.column, problem.place.header) == (code, 3, 4, "biceps")


def test_wrong_cells_come_all_at_once_by_row(tmp_path: Path) -> None:
    """SCORE-03."""
    path = written(tmp_path, HEAD + "\n" + "a,x,1,1,1,1,1,1,y\n" * 40)
    problems = refusals(path)
    assert len(problems) == 51
    assert places(problems[:3]) == [
        ("VALUE-02", 2, "neck_flexors"), ("VALUE-02", 2, "ankle_dorsiflexors"), ("VALUE-02", 3, "neck_flexors"),
    ]  # fmt: skip
    assert sentence(problems[-1]) == "30 more cells cannot be taken."


def test_a_limit_is_no_number(tmp_path: Path) -> None:
    """SCORE-03."""
    items = [item.id for item in scale_of("imacs-doi").items]
    cells = ["<20" if name == "enzyme_now" else "1" for name in items]
    (problem,) = refusals(written(tmp_path, f"{','.join(items)}\n{','.join(cells)}\n"), "imacs-doi", ids=())
    assert (problem.code, problem.place.line, problem.place.header) == ("SCORE-07", 2, "enzyme_now")


def test_a_grade_between_two_is_looked_at_and_gives_no_score(tmp_path: Path) -> None:
    """SCORE-03: it is no refusal."""
    scored = score_file(written(tmp_path, f"{HEAD}\na,5.5,1,1,1,1,1,1,1\n"), scale_of("mmt-8"), ids=("who",))
    assert places(list(scored.notes)) == [("VALUE-32", 2, "neck_flexors")]
    assert scored.frame["total"].to_list() == [None]


def response(folder: Path, **columns: str) -> Path:
    """Write one row of the Total Improvement Score."""
    cells = {
        "phga_base": "7", "phga_now": "3", "ptga_base": "6", "ptga_now": "4", "extramuscular_base": "2",
        "extramuscular_now": "1", "haq_base": "2", "haq_now": "1.25", "mmt_base": "60", "mmt_now": "75",
        "ck_upper": "200",
    } | columns  # fmt: skip
    return written(folder, f"{','.join(cells)}\n{','.join(cells.values())}\n")


@pytest.mark.parametrize(
    "enzymes",
    [
        {"ck_base": "2632", "ck_now": "661"}, {"ck_base [ukat/L]": "43.866666667", "ck_now": "11.016666667 ukat/L"},
        {"ck_base [U/L]": "2632 U/L", "ck_now": "661", "phga_base": "70 mm", "phga_now [mm]": "30", "phga_now": ""},
    ],
)  # fmt: skip
def test_units_stand_in_the_cell_or_in_the_header(tmp_path: Path, enzymes: dict[str, str]) -> None:
    """SCORE-04: and enzymes that were not measured need no column."""
    path = response(tmp_path, **enzymes)
    if "phga_now [mm]" in enzymes:
        text = path.read_text(encoding="utf-8").replace("phga_now,", "", 1).replace("70 mm,,", "70 mm,", 1)
        path.write_text(text, encoding="utf-8")
    scored = score_file(path, scale_of("tis-2016"))
    assert scored.frame["tis"].to_list() == [65.0]


@pytest.mark.parametrize(("unit", "code"), [("furlong", "VALUE-22"), ("mg/dL", "VALUE-07")])
def test_a_unit_that_the_item_does_not_take(tmp_path: Path, unit: str, code: str) -> None:
    """SCORE-04: told once, at the head of the column, or in the cell."""
    problems = refusals(response(tmp_path, **{f"ck_base [{unit}]": "2632", "ck_now": "661"}), "tis-2016", ids=())
    assert places(problems) == [(code, 1, f"ck_base [{unit}]")]
    (problem,) = refusals(response(tmp_path, ck_base=f"1 {unit}", ck_now="661"), "tis-2016", ids=())
    assert (problem.place.line, problem.place.header) == (2, "ck_base")


@pytest.mark.parametrize("large", [NEVER, 0])
@pytest.mark.parametrize("text", [f"{HEAD}\n", f"{HEAD}\n,,,,,,,,\n , ,,,,,,,\n"])
def test_a_file_without_forms_is_refused(tmp_path: Path, text: str, large: int) -> None:
    """SCORE-06."""
    assert [problem.code for problem in refusals(written(tmp_path, text), large=large)] == ["SCORE-09"]


def test_blank_rows_are_no_forms(tmp_path: Path) -> None:
    """SCORE-06: a row with an id and no answer is one."""
    path = written(tmp_path, f"{HEAD}\n,,,,,,,,\na,,,,,,,,\n\n , ,,,,,,,\nb,1,1,1,1,1,1,1,1\n")
    for large in (NEVER, 0):
        scored = score_file(path, scale_of("mmt-8"), ids=("who",), large=large)
        assert scored.frame["who"].to_list() == ["a", "b"]
        assert scored.lines.tolist() == [3, 6]


def test_the_csv_says_by_what_and_why(tmp_path: Path) -> None:
    """SCORE-07."""
    scored = score_file(response(tmp_path, ck_base="2632", ck_now="661"), scale_of("tis-2016", ck_range="12"))
    (row,) = csv.DictReader(io.StringIO(to_csv(scored).decode()))
    assert (row["tis"], row["category"], row["category_means"], row["why"]) == ("65.0", "3.0", "Major", "")
    assert (row["instrument"], row["version"]) == ("tis-2016", "2016, adults")
    assert row["parameters"].startswith("mmt_highest=80; ck_range=12.0; ")


def both_ways(path: Path) -> list[Scored | list[tuple[str, int | None, str | None]]]:
    """Score a file the careful way and the quick way."""
    found: list[Scored | list[tuple[str, int | None, str | None]]] = []
    for large in (NEVER, 0):
        try:
            found.append(score_file(path, scale_of("mmt-8"), ids=("who",), large=large))
        except ImportRefused as refused:
            found.append(places(list(refused.problems)))
    return found


CELLS = st.sampled_from(["", "", "0", "7", "10", "5.5", " 3", "3 ", "11", "x", "'", '""', '"4"', '"', " ", "a\rb", "é"])
LINES = st.lists(st.lists(CELLS, min_size=8, max_size=10).map(",".join), min_size=1, max_size=4)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, end=st.sampled_from(["\n", "\r\n", "\r"]), last=st.booleans())
def test_the_quick_way_is_the_careful_way(tmp_path: Path, lines: list[str], end: str, *, last: bool) -> None:
    """SCORE-05."""
    path = tmp_path / "forms.csv"
    path.write_bytes((end.join([HEAD, *lines]) + (end if last else "")).encode())
    careful, quick = both_ways(path)
    if isinstance(careful, Scored) and isinstance(quick, Scored):
        assert careful.frame.equals(quick.frame)
        assert careful.lines.tolist() == quick.lines.tolist()
        assert careful.notes == quick.notes
    else:
        assert careful == quick


def test_the_quick_way_is_taken(tmp_path: Path) -> None:
    """SCORE-05: for a plain file, whatever its line ends; not where rows are short or long, or cells quoted."""
    plain = "\n".join([HEAD, *["a,1,2,3,4,5,6,7,8"] * 3])
    for text, is_taken in (
        (plain, True), (plain.replace("\n", "\r\n"), True), (plain.replace(",", ";"), True), (f"{plain}\n", True),
        (plain[:-2], False), (f"{plain},9", False), (plain.replace("8", '"8"'), False), (f"{plain}\n\n", False),
        (plain.replace("\n", "\r"), False), (plain.replace("a,", "é,"), False),
    ):  # fmt: skip
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("trialbook.exchange.answer_table.read_table", lambda *_, **__: (None, ()))
            table, _ = read_answers(written(tmp_path, text), large=0)
        assert (table is not None) == is_taken, text


@pytest.mark.parametrize("name", ["absent.csv", "."])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    """SCORE-02."""
    assert refusals(tmp_path / name, large=0)[0].code in {"TABLE-01", "TABLE-02"}
