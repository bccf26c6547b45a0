"""One participant from the first run to a signed visit, by everybody who has a part in it, in real browsers.

JOURNEY-01: the whole way on a desktop: first run, accounts, screening, enrolment, the visit of the day, questionnaires
    by the participant's own phone and from paper, the blind rating, the dose, an adverse event, a query, signatures.
JOURNEY-02: the half of a nurse on a phone, with touch: visit, laboratory, tablet handed over, event.
JOURNEY-03: nothing is asked of another host, no browser complains (console, content security policy, scripts), no
    answer of the server is a failure, and no page is wider than its screen.
Pictures of every step go to the folder that TRIALBOOK_PICTURES names.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import STUDIES
from tests.web.running import Running, running
from tests.web.walking import (
    DESKTOP,
    PHONE,
    Walk,
    answer,
    begin_site,
    enter_first,
    filled,
    make_account,
    pictures_in,
    save,
    sign_form,
    sign_in_again,
    walk,
)

from trialbook.capture.shelf import View
from trialbook.folder import StudyFolder
from trialbook.web.site import Site

pytestmark = pytest.mark.needs_chromium
ROLES = {
    "ida": ("Ida Invented", "investigator"),
    "nora": ("Nora Invented", "nurse"),
    "asa": ("Asa Invented", "assessor"),
}
SCREENING = {
    "activity": {"weakness": "Yes", "ck": "1850", "ck_upper": "190", "emg_active": "Yes", "since": "2019-02"},
    "bohan_peter": {
        "weakness": "Yes", "enzymes": "Yes", "emg": "Yes", "biopsy": "Yes", "rash": "No", "neurological": "No",
        "dystrophy": "No", "infection": "No", "metabolic": "No", "myasthenia": "No",
    },
    "biopsy": {"glycogen": "Negative", "lipid": "Not increased", "inclusions": "Absent"},
    "serology": {"hbsag": "Negative", "anti_hbc": "Negative"},
    "eligibility": {"E3": "No"},
}  # fmt: skip
WOMAN = {
    "age": "52", "sex": "Female", "duration": "3", "other_autoimmune": "No", "malignancy": "No", "pregnant": "No",
    "lactating": "No",
}  # fmt: skip
AGENTS = ("High-dose corticosteroid", "Azathioprine", "Methotrexate")


@pytest.fixture
def started(tmp_path: Path) -> Path:
    """A folder of the seed study that nobody has opened yet."""
    return Path(shutil.copytree(STUDIES / "rituximab_polymyositis", tmp_path / "study"))


def test_the_whole_way(started: Path, tmp_path: Path, chromium: str) -> None:
    """JOURNEY-01, JOURNEY-03, EDC 5.2.2, EDC 5.2.4: every part by whoever has it."""
    with running(started) as site, walk(chromium, site.address, pictures_in(tmp_path, "desktop")) as seen:
        codes = first_day(seen, site, **DESKTOP)
        ida = arrive(seen, codes, "ida", **DESKTOP)
        screened(seen, ida)
        nora = arrive(seen, codes, "nora", **DESKTOP)
        asa = arrive(seen, codes, "asa", **DESKTOP)
        assert "Nobody can be rated now" in asa.inner_text("main")
        visited(seen, nora)
        on_own_phone(seen, nora)
        from_paper(seen, nora)
        rated(seen, asa)
        dosed(seen, ida)
        queried(seen, ida)
        signed(seen, ida)
    view = stands(started)
    casebook = view.casebooks["P01"]
    assert (casebook.status, casebook.value("patient_global", "global", visit="baseline")) == ("withdrawn", "7.0")
    assert casebook.value("rating", "global", visit="baseline") == "7"
    assert {(seal.kind, seal.level, seal.is_valid) for seal in casebook.seals.values()} == {
        ("sign", "form", True),
        ("sign", "visit", True),
    }


def stands(folder: Path) -> View:
    """Return what the ledger of a stopped site tells."""
    site = Site(StudyFolder(folder))
    try:
        return site.view()
    finally:
        site.close()


def first_day(seen: Walk, site: Running, **size: Any) -> dict[str, str]:
    """Make the first account and those of the others; return the one-time codes."""
    carla = seen.page(**size)
    begin_site(carla, site.first_run, "carla", "Carla Invented")
    seen.picture(carla, "first-run-done")
    codes = {code: make_account(carla, code, name, role) for code, (name, role) in ROLES.items()}
    seen.picture(carla, "role-granted")
    carla.goto(f"{seen.address}/accounts")
    seen.picture(carla, "accounts")
    return codes


def arrive(seen: Walk, codes: dict[str, str], code: str, **size: Any) -> Any:
    """Let a person sign in for the first time in a browser of their own; return its page."""
    page = seen.page(**size)
    enter_first(page, seen.address, code, codes[code])
    seen.picture(page, f"today-of-{code}")
    return page


def screened(seen: Walk, ida: Any) -> None:
    """Screen a participant, look at a verdict that is not decided yet, and enrol."""
    ida.click("a.button >> text=Screen the first participant")
    ida.fill("#code", "P01")
    seen.picture(ida, "screen-a-participant")
    ida.click("text=Begin the screening")
    ida.wait_for_url("**/screening/")
    seen.picture(ida, "screening-begun")
    ida.click("a.button >> text=Record the consent")
    ida.wait_for_url("**/forms/consent/")
    ida.fill("#in-date", "2026-01-05")
    save(ida)
    seen.picture(ida, "consent")
    filled(ida, f"{seen.participant}forms/screening/", **WOMAN)
    for item in ("last_surgery", "last_live_vaccine"):
        ida.check(f"input[name='never.{item}']")
    save(ida)
    for form, answers in SCREENING.items():
        filled(ida, f"{seen.participant}forms/{form}/", **answers)
    ida.goto(f"{seen.participant}screening/")
    assert "not decided yet" in ida.inner_text("#t-verdict")
    assert "I5" in ida.inner_text("section[aria-labelledby=t-verdict]")
    seen.picture(ida, "one-criterion-open")
    for row, agent in enumerate(AGENTS, 1):
        filled(ida, f"{seen.participant}forms/prior/rows/{row}/", agent=agent, failed="Yes")
    ida.goto(f"{seen.participant}screening/")
    assert ida.inner_text("#t-verdict .badge") == "eligible"
    seen.picture(ida, "eligible")
    ida.click("button:text-is('Enrol')")
    ida.wait_for_selector("text=Recorded: Enrolment.")
    seen.picture(ida, "enrolled")


def visited(seen: Walk, nora: Any) -> None:
    """Record the day of the visit, body measurements and enzymes; one of these is out of its range."""
    nora.goto(f"{seen.participant}visits/baseline/")
    nora.click("text=Record the date")
    nora.wait_for_selector("text=The day of the visit is recorded.")
    seen.picture(nora, "visit")
    filled(nora, f"{seen.participant}visits/baseline/forms/body/", weight="54.5", height="158")
    seen.picture(nora, "body")
    nora.goto(f"{seen.participant}visits/baseline/forms/enzymes/")
    answer(nora, ck="1850", ck_upper="190", ldh="3200", sgot="85")
    nora.wait_for_selector("#said-ldh .look")
    seen.picture(nora, "out-of-range")
    save(nora)
    seen.picture(nora, "query-raised")
    haemoglobin = {"haemoglobin": "128", "lymphocytes": "1.2", "platelets": "240"}
    filled(nora, f"{seen.participant}visits/baseline/forms/blood/", **haemoglobin)


def on_own_phone(seen: Walk, nora: Any) -> None:
    """Make a one-time link, and let the participant answer by touch."""
    nora.goto(f"{seen.participant}visits/baseline/questionnaires/")
    seen.picture(nora, "questionnaires")
    nora.click("text=Make the link")
    link = nora.inner_text(".address code")
    seen.picture(nora, "link")
    phone = seen.page(**PHONE)
    phone.goto(link)
    seen.picture(phone, "phone-begin")
    phone.tap("text=Begin")
    answered_by_touch(seen, phone)
    again = seen.page(**PHONE)
    again.goto(link)
    again.tap("text=Begin")
    again.wait_for_selector("text=This does not open")
    assert seen.said.pop().endswith("status of 410 (Gone)")
    seen.picture(again, "phone-dead-link")


def answered_by_touch(seen: Walk, phone: Any) -> None:
    """Put a mark on the line and send the answers off."""
    phone.wait_for_url("**/q/step/0")
    seen.picture(phone, "phone-opening")
    with phone.expect_navigation():  # without a mark it asks once more
        phone.tap("button:text-is('Next')")
    phone.wait_for_selector(".vas-track")
    seen.picture(phone, "phone-line")
    box = phone.locator(".vas-track").bounding_box()
    phone.touchscreen.tap(box["x"] + 0.7 * box["width"], box["y"] + box["height"] / 2)
    seen.picture(phone, "phone-mark")
    phone.tap("button:text-is('Next')")
    phone.wait_for_url("**/q/review")
    seen.picture(phone, "phone-review")
    phone.tap("text=Send off")
    phone.wait_for_url("**/q/thanks")
    seen.picture(phone, "phone-thanks")


def from_paper(seen: Walk, nora: Any) -> None:
    """Type both licensed questionnaires from paper: every first answer, by script, as a hand would be slow."""
    for form in ("haq", "sf36"):
        nora.goto(f"{seen.participant}visits/baseline/forms/{form}/")
        nora.click("text=Typed from paper?")
        nora.check("input[name=paper]")
        nora.fill("#paper-day", seen.today)
        nora.evaluate(FIRST_ANSWERS)
        seen.picture(nora, f"{form}-from-paper")
        save(nora)
    nora.goto(f"{seen.participant}visits/baseline/")
    seen.picture(nora, "visit-filled-in")


FIRST_ANSWERS = """() => {
  const seen = new Set(), form = document.getElementById('entry');
  for (const one of form.querySelectorAll("input[type=radio][name^='answer.']"))
    if (one.value && !seen.has(one.name) && !one.closest('[data-not-asked]')) { seen.add(one.name);
      one.checked = true; }
  form.dispatchEvent(new Event('change', { bubbles: true }));
}"""


def rated(seen: Walk, asa: Any) -> None:
    """Rate, as the blind assessor, what is open now."""
    asa.goto(f"{seen.address}/")
    seen.picture(asa, "ratings")
    asa.click("a.button:has-text('P01:')")
    asa.wait_for_url("**/ratings/**")
    for box in asa.locator("input[name^='answer.']").all():
        box.fill("7")
    seen.picture(asa, "rating")
    asa.click("text=Save the rating")
    asa.wait_for_selector("text=Nobody can be rated now")


def dosed(seen: Walk, ida: Any) -> None:
    """Look at the dose with its inputs, record the infusion and an adverse event."""
    ida.goto(f"{seen.participant}doses/rituximab/")
    told = ida.inner_text("main")
    assert all(part in told for part in ("580 mg", "54.5", "158", "Du Bois", seen.today))
    seen.picture(ida, "dose")
    ida.click("a.button >> text=Record a dose")
    ida.wait_for_url("**/forms/infusion/rows/1/")
    answer(ida, start=seen.today, paracetamol="Yes", given="580", interrupted="No", incomplete="No", reaction="No")
    save(ida)
    seen.picture(ida, "infusion")
    ida.goto(f"{seen.participant}events/")
    ida.click("a.button >> text=Record an event")
    ida.wait_for_url("**/forms/adverse_events/rows/1/")
    answer(ida, term="Headache", start=seen.today, grade="Mild", serious="No", related="Yes", **{"class": "Other"})
    save(ida)
    ida.goto(f"{seen.participant}events/")
    seen.picture(ida, "events")


def queried(seen: Walk, ida: Any) -> None:
    """Answer the query that the value out of its range raised."""
    ida.goto(f"{seen.address}/queries/")
    seen.picture(ida, "queries")
    ida.click("main a[href*='/queries/']:not([href*='?'])")
    ida.wait_for_url("**/queries/*/")
    ida.locator("input[name=reason]").first.check()
    ida.fill("#words", "Compared with the laboratory's sheet")
    seen.picture(ida, "query")
    ida.click("button[value=answer]")
    ida.wait_for_selector("text=Compared with the laboratory's sheet")


def signed(seen: Walk, ida: Any) -> None:
    """Sign a form; then, released from the blind part by the end of the participation, the visit as a whole."""
    ida.goto(f"{seen.address}/signatures/")
    seen.picture(ida, "signatures")
    sign_form(ida, "Baseline · Muscle enzymes")
    seen.picture(ida, "form-signed")
    ida.goto(f"{seen.participant}status/")
    seen.picture(ida, "status")
    ida.locator("#why-withdraw").fill("Moved away")
    ida.click("text=Record the withdrawal")
    ida.wait_for_selector("text=Recorded: Left the study early.")
    ida.goto(f"{seen.address}/signatures/")
    sign_form(ida, "Baseline")
    seen.picture(ida, "visit-signed")
    ida.goto(seen.participant)
    seen.picture(ida, "participant")


def test_the_half_on_a_phone(started: Path, tmp_path: Path, chromium: str) -> None:
    """JOURNEY-02, JOURNEY-03."""
    with running(started) as site, walk(chromium, site.address, pictures_in(tmp_path, "phone")) as seen:
        codes = first_day(seen, site, **PHONE)
        ida = arrive(seen, codes, "ida", **PHONE)
        screened(seen, ida)
        nora = arrive(seen, codes, "nora", **PHONE)
        visited(seen, nora)
        nora.goto(f"{seen.participant}visits/baseline/questionnaires/")
        seen.picture(nora, "questionnaires")
        nora.tap("text=Sign me out and hand over")
        answered_by_touch(seen, nora)
        with nora.expect_navigation():
            nora.tap("text=Study staff: sign in")
        seen.picture(nora, "tablet-given-back")
        sign_in_again(nora, seen.address, "nora")
        dosed(seen, nora)
        for place in ("participants/", "grid/", "study/", "calendar/", "queries/", "events/", "study/schedule/"):
            nora.goto(f"{seen.address}/{place}")
            seen.picture(nora, place.strip("/").replace("/", "-"))
        nora.goto(seen.participant)
        seen.picture(nora, "participant")
    assert stands(started).casebooks["P01"].value("patient_global", "global", visit="baseline") == "7.0"
