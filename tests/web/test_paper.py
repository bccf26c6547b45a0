"""Paper forms.

PAPER-01: every form of a visit has a sheet of its own with study, participant, visit, date and the missing codes.
PAPER-02: a line is 100 mm long. PAPER-03: the sheet of an instrument whose wording is not loaded is for staff only.
PAPER-04: a role's paper has the forms that it is shown, and a blind role has none.
"""

from __future__ import annotations

from tests.web.asked import ready
from tests.web.conftest import Served

PAGE = "/participants/P01/visits/week%2012/paper/"


def sheets(page: str) -> list[str]:
    """Return the parts of a page that are printed, one a form."""
    return [part.partition("</section>")[0] for part in page.split('<section class="sheet"')[1:]]


def test_the_forms_of_a_visit(served: Served) -> None:
    """PAPER-01: in the order of the study file, each with its head."""
    ready(served)
    printed = sheets(served.browser("nora").get(PAGE).content.decode())
    names = [sheet.partition('id="sheet-')[2].partition('"')[0] for sheet in printed]
    assert names == ["haq", "sf36", "patient_global", "enzymes", "blood"]
    for sheet in printed:
        for shown in ("rituximab-polymyositis", "P01", "Week 12", "Not done", "Filled in by"):
            assert shown in sheet, shown


def test_blank_forms(served: Served) -> None:
    """PAPER-01: without a participant the code is left to the pen; all forms, or those of a visit."""
    ready(served)
    every = served.browser("nora").get("/paper/").content.decode()
    assert "P01" not in every
    assert 'id="sheet-infusion"' in every
    assert every.count("<h3>Row ") % 3 == 0
    one = served.browser("nora").get("/paper/week%2024/").content.decode()
    assert len(sheets(one)) == 1
    assert served.browser("nora").get("/paper/week%2099/").status_code == 404


def test_licensed_wording_is_printed_where_it_is_loaded(served: Served) -> None:
    """PAPER-03."""
    ready(served, words=("haq-di",))
    haq, sf36 = sheets(served.browser("nora").get(PAGE).content.decode())[:2]
    assert "Invented words of dressing_hair" in haq
    assert "For staff only" not in haq
    assert "For staff only" in sf36
    assert "Health at large" in sf36


def test_a_line_is_measured(served: Served) -> None:
    """PAPER-02: the line and its ends; its length is in the style sheet."""
    ready(served)
    page = served.browser("nora").get(PAGE).content.decode()
    assert page.count('<div class="vas-line">') == 1
    assert "very badly" in page


def test_who_prints_what(served: Served) -> None:
    """PAPER-04: the nurse is not shown the rating, and the assessor has no participants."""
    ready(served)
    assert "sheet-rating" not in served.browser("nora").get("/paper/").content.decode()
    assert "sheet-rating" in served.browser("ida").get("/paper/").content.decode()
    for path in (PAGE, "/paper/", "/paper/week%2012/"):
        assert served.browser("asa").get(path).status_code == 404


def test_another_language(served: Served) -> None:
    """PAPER-01."""
    ready(served)
    page = served.browser("nora").get(f"{PAGE}?language=zh-Hant").content.decode()
    assert "肌肉酵素" in page
