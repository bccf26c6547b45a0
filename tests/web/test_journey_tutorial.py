"""The tutorial of the site, as `make site` begins it and as its page tells it, in a real browser.

TUTORIAL-01: `make site` begins a study of invented data with one participant who is half screened, by acts of whoever
    makes the first account; made again, it adds nothing, and what was interrupted is begun anew.
TUTORIAL-02: the page leads from the first account to an enrolled participant, a recorded visit and a questionnaire,
    without another role than it names; each button that is pressed here stands on it in bold.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.web.running import running
from tests.web.walking import DESKTOP, Walk, answer, choose_password, pictures_in, sign_in_again, walk

from trialbook.capture.people import Grant
from trialbook.folder import StudyFolder
from trialbook.web.site import Site

ROOT = Path(__file__).parents[2]
TOLD = (ROOT / "docs" / "tutorial" / "site.md").read_text(encoding="utf-8")


def made(folder: Path) -> Path:
    """Make the study of `make site` with the program under test, in a folder of its own."""
    tools = folder / "venv"
    (tools / "bin").mkdir(parents=True, exist_ok=True)
    program = tools / "bin" / "trialbook"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m trialbook "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (tools / "user").touch()
    place = folder / "site-demo"
    line = ["make", "-C", str(ROOT), f"{place}/study.yaml", f"SITE={place}", f"VENV={tools}"]
    subprocess.run(line, check=True, capture_output=True, timeout=120)
    return place


def test_a_participant_is_half_screened(tmp_path: Path) -> None:
    """TUTORIAL-01."""
    (tmp_path / "site-demo.part").mkdir()
    (tmp_path / "site-demo.part" / "ledger.db").write_text("what was interrupted", encoding="utf-8")
    site = Site(StudyFolder(made(tmp_path)))
    head, casebook = site.book.head(), site.casebooks["P01"]
    forms = {cell.form for cell in casebook.answers}
    assert site.study.identity.data == "invented"
    assert (casebook.status, forms) == ("screening", {"bohan_peter", "biopsy", "prior", "history", "serology"})
    assert {entry.by for entry in site.book.entries()} == {"carla"}
    assert site.people.of("carla") == {
        Grant(person="carla", role=role) for role in ("custodian", "investigator", "nurse")
    }
    site.close()
    assert Site(StudyFolder(made(tmp_path))).book.head() == head
    assert not (tmp_path / "site-demo.part").exists()


@pytest.mark.needs_chromium
def test_the_way_of_the_page(tmp_path: Path, chromium: str) -> None:
    """TUTORIAL-02."""
    with running(made(tmp_path)) as site, walk(chromium, site.address, pictures_in(tmp_path, "tutorial")) as seen:
        carla = seen.page(**DESKTOP)
        carla.goto(site.first_run)
        assert carla.evaluate("document.activeElement.name") == "name"
        carla.keyboard.type("Carla Invented")
        choose_password(carla)
        screened(seen, carla)
        visited(seen, carla)
        handed_over(seen, carla)


def press(page: Any, words: str) -> None:
    """Press a button or a link that the page of the tutorial names in bold."""
    assert f"**{words}**" in TOLD, words
    page.locator(f"main button:text-is('{words}'), main a:text-is('{words}')").first.click()


def screened(seen: Walk, page: Any) -> None:
    """Section 3: four forms, one after the other, then the verdict."""
    page.click("main a:text-is('Informed consent')")
    page.wait_for_url("**/forms/consent/")
    answer(page, date=seen.today)
    press(page, "Save and next form")
    page.wait_for_url("**/forms/screening/**")
    answer(page, age="54", sex="Male", other_autoimmune="No", malignancy="No")
    for item in ("last_surgery", "last_live_vaccine"):
        page.check(f"input[name='never.{item}']")
    press(page, "Save and next form")
    page.wait_for_url("**/forms/activity/**")
    answer(page, weakness="Yes", ck="1850", ck_upper="190", emg_active="Yes", since="2024")
    press(page, "Save and next form")
    page.wait_for_url("**/forms/eligibility/**")
    answer(page, E3="No")
    press(page, "Save and back to the screening")
    page.wait_for_url("**/screening/")
    assert page.inner_text("#t-verdict .badge") == "eligible"
    press(page, "Enrol")
    page.wait_for_selector("text=Recorded: Enrolment.")
    seen.picture(page, "enrolled")


def visited(seen: Walk, page: Any) -> None:
    """Section 4: by the investigator, too."""
    press(page, "Baseline")
    press(page, "Record the date")
    page.wait_for_selector("text=The day of the visit is recorded.")
    press(page, "Height and weight")
    answer(page, weight="68.5", height="170")
    press(page, "Save and next form")
    page.wait_for_url("**/forms/enzymes/**")
    answer(page, ck="1700", ck_upper="190", ldh="3200", sgot="85")
    press(page, "Save")
    page.wait_for_url("**of=enzymes**")
    assert "outside the range expected" in page.inner_text("#item-ldh")
    seen.picture(page, "visit")


def handed_over(seen: Walk, page: Any) -> None:
    """Section 5: as the nurse, who is the nurse again after the tablet came back."""
    page.click("details.who > summary")
    page.select_option("#grant", label="Nurse")
    page.click("details.who button:text-is('Change')")
    page.goto(f"{seen.participant}visits/baseline/")
    press(page, "Questionnaires of this visit")
    press(page, "Sign me out and hand over")
    page.wait_for_url("**/q/**")
    page.locator(".vas-track").click()
    press(page, "Next")
    press(page, "Send off")
    page.wait_for_url("**/q/thanks")
    sign_in_again(page, seen.address, "carla")
    assert re.search(r"carla\s*·\s*Nurse", page.inner_text("details.who > summary"))
