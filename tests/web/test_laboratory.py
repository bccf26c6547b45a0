"""Laboratory values against the limits of normal, their course, and what an investigator makes of them.

LABPAGE-01: low, high, how many times the upper limit, CTCAE grade, and where each limit comes from.
LABPAGE-02: a value that is only known to lie beyond a limit of measurement is low or high where that is certain.
LABPAGE-03: whether a value is significant is recorded about its entry; a correction makes the judgement one of another.
LABPAGE-04: only a role that signs judges; blind roles get 404; hostile texts are text.
LABPAGE-05: where the form has an item for it, that item says what is significant, and no note does; a note only says
    that its answer holds for what was changed since.
LABPAGE-07: units stand as in forms; a converted value is rounded to the decimals of its item, with what was typed.
LABPAGE-08: a judgement falls when what it judged is changed: the value, the limits of its day, those of the study file.
LABPAGE-06: the course is drawn with the limits as a band, for two values and more.
"""

from __future__ import annotations

import pytest
from tests.web.conftest import Served
from tests.web.treated import HOSTILE, day, page, put, treat, words

from trialbook.capture.acts import adopt, correct, save_form
from trialbook.conduct.casebook import Cell
from trialbook.conduct.flags import Flag, flag_of
from trialbook.folder import read_study
from trialbook.web.veil import veiled

LAB = "/participants/P01/laboratory/"


@pytest.fixture
def treated(served: Served) -> Served:
    treat(served)
    put(served, "nora", "enzymes", {"ck": "4000", "ck_upper": "200", "ldh": "600"}, visit="baseline")
    put(served, "nora", "blood", {"haemoglobin": "110", "lymphocytes": "0.7", "platelets": "200"}, visit="baseline")
    return served


def test_labpage_01_against_the_limits(treated: Served) -> None:
    said = words(page(treated.browser("nora"), LAB))
    assert "4000 U/L up to 200 of this day’s laboratory high 20.0 × upper limit grade 4, CPK increased" in said
    assert "110 g/L from 115 of the study file low grade 1, Anemia" in said
    assert "200 10⁹/L from 150 of the study file normal" in said
    assert "in force since" in said
    beyond = words(page(treated.browser("nora"), LAB + "?show=beyond"))
    assert "Platelets" not in beyond
    assert "Haemoglobin" in beyond


def test_labpage_07_a_converted_value_is_rounded(treated: Served) -> None:
    act = save_form("P01", "blood", {"creatinine": "0.41"}, visit="week 4", units={"creatinine": "mg/dL"})
    treated.site.record(act, by="nora")
    assert treated.site.casebooks["P01"].value("blood", "creatinine", visit="week 4") == "36.2446958982"
    shown = "36 µmol/L (typed: 0.41 mg/dL)"
    assert shown in words(page(treated.browser("nora"), LAB))
    assert shown in words(page(treated.browser("ida"), "/participants/P01/sign/?place=week 4/blood/"))


@pytest.mark.parametrize(
    ("value", "lower", "upper", "flag"),
    [
        ("5", 1.0, 4.0, "high"),
        ("4", 1.0, 4.0, "normal"),
        ("0.9", 1.0, None, "low"),
        ("<0.5", 1.0, None, "low"),
        ("<1", 1.0, None, "low"),
        ("<=1", 1.0, None, "unknown"),
        ("<3", 1.0, 4.0, "unknown"),
        (">4", None, 4.0, "high"),
        ("3", None, None, "no limits"),
    ],
)
def test_labpage_02_flags(value: str, lower: float | None, upper: float | None, flag: Flag) -> None:
    assert flag_of(value, lower, upper) == flag


def judge(served: Served, person: str, meaning: str, text: str, seq: int | None = None, **place: str) -> int:
    where = {"visit": "baseline", "form": "enzymes", "repeat": "", "item": "ck", **place}
    cell = Cell(where["visit"], where["form"], where["repeat"], where["item"])
    standing = served.site.casebooks["P01"].answers.get(cell)
    sent = {**where, "seq": veiled(seq or (standing.seq if standing else 0)), "meaning": meaning, "words": text}
    return served.browser(person).post(LAB + "judge", {**sent, "request": served.site.new_id()}).status_code


def test_labpage_03_judged_and_outdated(treated: Served) -> None:
    assert judge(treated, "ida", "significant", "") == 422  # what is done about it has to be said
    assert judge(treated, "ida", "perhaps", "x") == 422
    assert judge(treated, "ida", "not significant", "", seq=1) == 422
    assert judge(treated, "ida", "significant", f"known myositis {HOSTILE}") == 303
    html = page(treated.browser("nora"), LAB)
    assert HOSTILE not in html
    assert "significant ida" in words(html)
    note = treated.site.history(participant="P01", form="enzymes", item="ck")[-1]
    assert (note.act, note.value, note.visit) == ("note", "significant", "baseline")
    treated.site.record(correct("P01", "enzymes", "ck", "400", visit="baseline", reason="a digit too many"), by="nora")
    said = words(page(treated.browser("ida"), LAB + "?show=open"))
    assert "judged before it was corrected significant ida" in said


def test_labpage_04_who_judges(treated: Served) -> None:
    assert judge(treated, "nora", "not significant", "") == 404
    assert judge(treated, "asa", "not significant", "") == 404
    assert judge(treated, "ida", "not significant", "", item="nothing") == 404
    assert judge(treated, "ida", "not significant", "", form="rating", item="global") == 404
    assert treated.browser("asa").get(LAB).status_code == 404
    assert "Say it" not in page(treated.browser("nora"), LAB)


def test_labpage_05_the_forms_own_item(treated: Served) -> None:
    study = treated.folder / "study.yaml"
    text = study.read_text(encoding="utf-8")
    asked = "\n      ck_significant: {label: CK significant, choice: yes/no}\n      ldh: "
    study.write_text(text.replace("\n      ldh: ", asked, 1), encoding="utf-8")
    treated.site.record(adopt(read_study(study), reason="asked now"), by="carla")
    assert "answer “CK significant”" in words(page(treated.browser("ida"), LAB))
    assert judge(treated, "ida", "not significant", "") == 404
    put(treated, "nora", "enzymes", {"ck_significant": "no"}, visit="baseline")
    assert "not significant nora" in words(page(treated.browser("ida"), LAB))


def test_labpage_06_the_course(treated: Served) -> None:
    assert "<svg" not in page(treated.browser("nora"), LAB)
    put(treated, "nora", "visit", {"date": day(treated, 1)}, visit="week 4")
    put(treated, "nora", "enzymes", {"ck": "900", "ck_upper": "180"}, visit="week 4")
    html = page(treated.browser("nora"), LAB)
    assert html.count("<svg") == 1
    assert 'class="band"' in html
    assert " style=" not in html
    assert "900 U/L" in html


JUDGED = "not significant ida"
FALLEN = f"judged by other limits of normal {JUDGED}"


def said_of(served: Served) -> str:
    return words(page(served.browser("ida"), LAB))


def change(served: Served, form: str, item: str, text: str, visit: str = "") -> None:
    served.site.record(correct("P01", form, item, text, reason="misread", visit=visit), by="ida")


def test_labpage_08_the_limit_of_the_day_is_corrected(treated: Served) -> None:
    """LABPAGE-08: 1.1 times the limit is not 11 times; the limit of another day is none of it."""
    change(treated, "enzymes", "ck_upper", "1500", visit="baseline")
    change(treated, "enzymes", "ck", "1700", visit="baseline")
    assert judge(treated, "ida", "not significant", "") == 303
    put(treated, "nora", "enzymes", {"ck": "900", "ck_upper": "180"}, visit="week 4")
    change(treated, "enzymes", "ck_upper", "180.5", visit="week 4")
    assert "limits of normal not significant" not in said_of(treated)
    change(treated, "enzymes", "ck_upper", "150", visit="baseline")
    said = said_of(treated)
    assert FALLEN in said
    assert "2 to be judged" in said
    assert judge(treated, "ida", "not significant", "known myositis") == 303
    assert FALLEN not in said_of(treated)


def test_labpage_08_limits_that_come_later_change_nothing(treated: Served) -> None:
    """LABPAGE-08: a limit that was not typed yet, with the form's own item before the value in one save."""
    put(treated, "nora", "enzymes", {"ck": "900"}, visit="week 4")
    assert judge(treated, "ida", "not significant", "", visit="week 4") == 303
    put(treated, "nora", "enzymes", {"ck_upper": "180"}, visit="week 4")
    assert FALLEN not in said_of(treated)


def test_labpage_08_the_limit_of_the_study_file_is_amended(treated: Served) -> None:
    """LABPAGE-08: and falls no more when it is said again; an amendment of anything else changes nothing."""
    assert judge(treated, "ida", "not significant", "", form="blood", item="haemoglobin") == 303
    study = treated.folder / "study.yaml"
    text = study.read_text(encoding="utf-8")
    study.write_text(text.replace("platelets:", "platelets :", 1), encoding="utf-8")
    treated.site.record(adopt(read_study(treated.folder), reason="a blank"), by="carla")
    assert JUDGED in said_of(treated)
    assert FALLEN not in said_of(treated)
    amended = text.replace("115", "140")
    assert amended != text
    study.write_text(amended, encoding="utf-8")
    treated.site.record(adopt(read_study(treated.folder), reason="new limits"), by="carla")
    assert FALLEN in said_of(treated)
    assert judge(treated, "ida", "not significant", "", form="blood", item="haemoglobin") == 303
    assert FALLEN not in said_of(treated)
    change(treated, "screening", "sex", "M")
    assert FALLEN in said_of(treated)


def test_labpage_08_the_answer_of_the_form(treated: Served) -> None:
    """LABPAGE-05, LABPAGE-08: it falls, too; that it holds is said on the page, anything else in the form."""
    study = treated.folder / "study.yaml"
    asked = "      ck_significant: {label: CK significant, choice: yes/no}\n      ck: "
    text = study.read_text(encoding="utf-8")
    before, after = text.split("  enzymes:\n", 1)
    study.write_text(f"{before}  enzymes:\n{after.replace('      ck: ', asked, 1)}", encoding="utf-8")
    treated.site.record(adopt(read_study(treated.folder), reason="asked now"), by="carla")
    put(treated, "nora", "enzymes", {"ck_significant": "no", "ck": "45", "ck_upper": "40"}, visit="week 4")
    assert "not significant nora" in said_of(treated)
    assert judge(treated, "ida", "not significant", "", visit="week 4") == 404
    change(treated, "enzymes", "ck", "950", visit="week 4")
    said = said_of(treated)
    assert "judged before it was corrected not significant nora" in said
    assert "It still holds" in said
    assert "It still holds" not in words(page(treated.browser("nora"), LAB))
    assert judge(treated, "ida", "significant", "he was ill", visit="week 4") == 422
    assert judge(treated, "ida", "not significant", "raised for years", visit="week 4") == 303
    said = said_of(treated)
    assert "not significant ida" in said
    assert "before it was corrected" not in said
    change(treated, "enzymes", "ck_significant", "yes", visit="week 4")
    said = said_of(treated)
    assert "significant ida" in said
    assert "raised for years" not in said
