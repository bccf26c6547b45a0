"""The dose page: what was given and is planned, the next dose worked out, its check by a second person, the sheet.

DOSEPAGE-01: formula, inputs with day, visit, who and entry, unrounded and rounded dose, vials and what is left.
DOSEPAGE-02: a weight that has changed since an earlier dose is told with both values.
DOSEPAGE-03: the steps of the infusion stand by the clock from a start that is typed; nonsense is told, not failed.
DOSEPAGE-04: where no plan is possible every reason is told, with the form where it is mended.
DOSEPAGE-05: given doses stand beside the plan: late, differing, never given.
DOSEPAGE-06: a second person checks the numbers shown, not who recorded them; a correction makes the check void.
DOSEPAGE-07: the sheet for the pharmacy names who printed it; nothing of the page is for a blind role or another site.
DOSEPAGE-09: a dose that was given although the plan refused it says so in its row, and the condition in words.
DOSEPAGE-10: the check of a plan stands beside the dose that was given by it, whether it came to the same or not.
DOSEPAGE-11: once a dose of the day is recorded the next one is worked out; after the last all are said to be given.
DOSEPAGE-12: whoever saves a row that differs from the plan is told so at once; it is recorded all the same.
DOSEPAGE-08: no dose is worked out for a role that does not see all that it hangs on.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from tests.web.conftest import Served
from tests.web.treated import HOSTILE, day, dose, page, put, treat, words

from trialbook.capture.acts import clear, correct, restore_consent, withdraw_consent
from trialbook.conduct.dosing import Infusion
from trialbook.conduct.reporting_clock import WITHIN
from trialbook.conduct.reweighing import LIMIT
from trialbook.instruments.infusion_rate import infusion_steps, total_minutes
from trialbook.web.treatment.infusion_clock import clock, end_of, minutes_of

DOSES = "/participants/P01/doses/rituximab/"


@pytest.fixture
def treated(served: Served) -> Served:
    return treat(served)


def test_dosepage_01_the_next_dose_worked_out(treated: Served) -> None:
    """EDC 5.2.4: the dose form shows formula, inputs, their dates, unrounded and rounded dose."""
    said = words(page(treated.browser("nora"), DOSES))
    assert "Dose 3 of 4" in said
    assert "Body surface by Du Bois and Du Bois" in said
    assert "54.5 kg" in said
    assert f"Baseline, {day(treated, 15)} · recorded by nora, entry" in said
    assert "1.557119 m²" in said
    assert "583.919625 mg" in said
    assert "580 mg" in said
    assert "1 × 500 mg" in said
    assert "600 mg in them; 20 mg are left over." in said
    assert "paracetamol 1000 mg" in said
    assert "A pharmacist checks every dose" in said
    assert "antihistamine" in said  # of the labelling


def test_dosepage_01_links_lead_to_the_forms(treated: Served) -> None:
    html = page(treated.browser("nora"), DOSES)
    for address in ("/participants/P01/visits/baseline/forms/body/", "/participants/P01/forms/infusion/rows/3/"):
        assert f'href="{address}"' in html
        assert treated.browser("nora").get(address).status_code == 200


def test_dosepage_02_a_changed_weight(treated: Served) -> None:
    """EDC 5.2.4: a changed weight flags later doses, with both values."""
    assert "The weight has changed since" not in page(treated.browser("ida"), DOSES)
    put(treated, "nora", "visit", {"date": day(treated, 1)}, visit="unscheduled-1")
    put(treated, "nora", "body", {"weight": "62", "height": "160"}, visit="unscheduled-1")
    said = words(page(treated.browser("ida"), DOSES))
    assert f"Dose 1: 54.5 kg ({day(treated, 15)}). Now 62 kg ({day(treated, 1)}): +14 %." in said
    assert "620 mg" in said


def test_dosepage_03_the_infusion_by_the_clock(treated: Served) -> None:
    said = words(page(treated.browser("nora"), DOSES + "?start=22:50"))
    assert "22:50" in said
    assert "01:59 +1" in said  # 580 mg at the rates of a first infusion, since there was a reaction, are 189 minutes
    wrong = words(page(treated.browser("nora"), DOSES + "?start=25:99&on=yesterday&number=0"))
    assert "This is no time of day" in wrong
    assert "This is no day; today is shown" in wrong


@pytest.mark.parametrize(
    ("typed", "minutes"), [("09:30", 570), ("9.30", 570), ("0930", 570), ("24:00", None), ("", None)]
)
def test_dosepage_03_times_of_day(typed: str, minutes: int | None) -> None:
    assert minutes_of(typed) == minutes


def test_dosepage_03_steps_add_up() -> None:
    steps = infusion_steps(Decimal(580), start=Decimal(50), step=Decimal(50), every=30, most=Decimal(400))
    infusion = Infusion(speed="first", rate_unit="mg/h", steps=steps, minutes=total_minutes(steps))
    shown = clock(infusion, 600)
    assert shown[0].start == "10:00"
    assert shown[-1].so_far == Fraction(580)
    assert shown[-1].end == end_of(infusion, 600)
    assert all(one.end == after.start for one, after in pairwise(shown))


def test_dosepage_04_every_reason_and_where_to_mend_it(treated: Served) -> None:
    treated.site.record(clear("P01", "serology", "decision", reason="somebody else's"), by="ida")
    treated.site.record(clear("P01", "body", "height", visit="baseline", reason="misread"), by="nora")
    html = page(treated.browser("ida"), DOSES)
    said = words(html)
    assert "No plan is possible" in said
    assert "Somebody has to decide whether the dose is given" in said
    assert "There is no “Height”" in said
    assert 'href="/participants/P01/forms/serology/"' in html
    assert 'href="/participants/P01/visits/baseline/forms/body/"' in html
    assert str(treated.site.today().year) in said


def test_dosepage_05_given_beside_the_plan(treated: Served) -> None:
    said = words(page(treated.browser("nora"), DOSES))
    assert "given in time" in said
    assert "given 2 days late" in said
    assert "planned 580 mg differs" in said
    assert "reaction" in said
    later = date.fromisoformat(day(treated, 0)) + timedelta(days=400)
    assert "No plan is possible" in words(page(treated.browser("nora"), f"{DOSES}?number=2&on={later}"))


def test_dosepage_04_no_dose_after_the_end_of_treatment(treated: Served) -> None:
    """DOSEPAGE-04: neither page nor sheet nor list of work has one, until it is taken back; a given one is recorded."""
    treated.site.record(withdraw_consent("P01", "treatment", on=day(treated, 3), why="too far"), by="ida")
    html = page(treated.browser("nora"), DOSES)
    said = words(html)
    assert f"withdrew from treatment on {day(treated, 3)}: no dose is planned for {day(treated, 0)}." in said
    assert 'href="/participants/P01/"' in html
    assert "the next one" not in said
    for address in (DOSES, DOSES + "sheet/", f"{DOSES}?number=4"):
        assert "583.919625 mg" not in words(page(treated.browser("nora"), address))
    assert DOSES not in page(treated.browser("nora"), "/")
    treated.site.record(restore_consent("P01", "treatment", reason="recorded for the wrong person"), by="ida")
    assert "583.919625 mg" in words(page(treated.browser("nora"), DOSES))
    assert DOSES in page(treated.browser("nora"), "/")
    treated.site.record(withdraw_consent("P01", "treatment", on=day(treated, 3)), by="ida")
    put(treated, "nora", "infusion", dose(treated, 0, "580"), repeat="3")
    told = words(page(treated.browser("ida"), "/participants/P01/"))
    assert "given after the participant had withdrawn from treatment or left the study" in told


def check(served: Served, person: str, **sent: str) -> tuple[int, str]:
    client = served.browser(person)
    shown = client.get(DOSES).context
    answer = client.post(
        DOSES + "check",
        {"words": shown["check"].words, "agree": "yes", "row": "", "request": served.site.new_id(), **sent},
    )
    return answer.status_code, words(answer.content.decode())


def test_dosepage_06_a_second_person_checks(treated: Served) -> None:
    assert check(treated, "nora")[0] == 422  # she measured the weight
    assert "cannot be the second person" in check(treated, "nora")[1]
    assert check(treated, "iris") == (303, "")
    said = words(page(treated.browser("nora"), DOSES))
    assert "checked by a second person iris" in said
    treated.site.record(correct("P01", "body", "weight", "64.5", visit="baseline", reason="digit misread"), by="nora")
    said = words(page(treated.browser("nora"), DOSES))
    assert "numbers changed since the check iris: Dose 3 of Rituximab" in said
    assert "54.5 kg" in said


def test_dosepage_06_another_result_or_other_numbers(treated: Served) -> None:
    assert check(treated, "iris", agree="no")[0] == 422
    assert check(treated, "iris", words="Dose 3: 999 mg")[0] == 422
    assert check(treated, "iris", agree="no", other=f"600 mg {HOSTILE}") == (303, "")
    html = page(treated.browser("nora"), DOSES)
    assert "the second person came to something else" in html
    assert HOSTILE not in html


def test_dosepage_06_a_given_dose_is_checked(treated: Served) -> None:
    given = f"Dose 1 of Rituximab, given on {day(treated, 14)}: 580 mg; planned 580 mg."
    assert check(treated, "iris", row="1", words=given) == (303, "")
    assert check(treated, "iris", row="7", words=given)[0] == 422
    assert "checked by a second person iris" in words(page(treated.browser("nora"), DOSES))


def test_dosepage_09_given_against_the_plan(treated: Served) -> None:
    """DOSEPAGE-09: only to whoever is shown the result that speaks against it; in the reader's words."""
    wrong = "given although a result, as it stands, withheld it"
    assert wrong not in words(page(treated.browser("ida"), DOSES))
    treated.site.record(correct("P01", "serology", "hbsag", "POS", reason="misread"), by="ida")
    html = page(treated.browser("ida"), DOSES)
    assert words(html).count(wrong) == 2
    assert "The dose is withheld, since “HBsAg” = “Positive”." in words(html)
    assert "serology.hbsag" not in words(html)
    assert wrong in words(page(treated.browser("ida"), "/deviations/"))
    chinese = treated.browser("ida")
    chinese.cookies["language"] = "zh-hant"
    assert "“HBsAg” = “陽性”" in words(page(chinese, DOSES))


def test_dosepage_10_the_check_of_the_plan_stays(treated: Served) -> None:
    """DOSEPAGE-10: of the same dose and day; a correction of its weight since is told."""
    assert check(treated, "iris") == (303, "")
    put(treated, "nora", "infusion", dose(treated, 0, "580"), repeat="3")
    said = words(page(treated.browser("nora"), DOSES))
    assert said.count("its plan was checked before by a second person iris") == 1
    assert "what was given is not checked by a second person yet" in said
    treated.site.record(correct("P01", "body", "weight", "64.5", visit="baseline", reason="digit misread"), by="nora")
    said = words(page(treated.browser("nora"), DOSES))
    assert "its plan was checked before by a second person iris the numbers of the plan were changed since" in said


def test_dosepage_10_a_check_that_came_to_something_else(treated: Served) -> None:
    """DOSEPAGE-10."""
    assert check(treated, "iris", agree="no", other="600 mg") == (303, "")
    put(treated, "nora", "infusion", dose(treated, 0, "960"), repeat="3")
    said = words(page(treated.browser("nora"), DOSES))
    assert "the second person came to something else than the plan iris: Dose 3 of Rituximab" in said
    assert "The second person came to: 600 mg" in said
    assert "planned 580 mg differs" in said


def test_dosepage_11_after_the_dose_of_the_day(treated: Served) -> None:
    """DOSEPAGE-11."""
    put(treated, "nora", "infusion", dose(treated, 0, "580"), repeat="3")
    said = words(page(treated.browser("nora"), DOSES))
    assert f"Dose 4 of 4, on {day(treated, -7)}" in said
    assert "No plan is possible" not in said
    put(treated, "nora", "infusion", dose(treated, -7, "580"), repeat="4")
    said = words(page(treated.browser("nora"), DOSES))
    assert "All planned doses are recorded as given." in said
    assert "No plan is possible" not in said


def test_dosepage_12_told_at_the_save(treated: Served) -> None:
    """DOSEPAGE-12: in the row that was saved, and in no other."""
    row = "/participants/P01/forms/infusion/rows/3/"
    nora = treated.browser("nora")
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page(nora, row)))
    answers = {f"answer.{item}": value for item, value in dose(treated, 0, "960").items()}
    answer = nora.post(row, {**fields, **answers, "do": "save"})
    assert answer.status_code == 303, words(answer.content.decode())
    said = words(page(nora, answer.headers["Location"]))
    assert "What stands here differs from the plan." in said
    assert "differs by more than 5 %" in said
    assert "planned: 580 mg recorded: 960 mg" in said
    assert "differs from the plan" not in words(page(nora, row))


def test_dosepage_12_told_in_each_part_of_a_dose(treated: Served) -> None:
    """DOSEPAGE-12: a second row of the same day makes it too much, and is told where it is saved."""
    put(treated, "nora", "infusion", dose(treated, 0, "580"), repeat="3")
    row, nora = "/participants/P01/forms/infusion/rows/4/", treated.browser("nora")
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page(nora, row)))
    answers = {f"answer.{item}": value for item, value in dose(treated, 0, "380").items()}
    answer = nora.post(row, {**fields, **answers, "do": "save"})
    assert "planned: 580 mg recorded: 960 mg" in words(page(nora, answer.headers["Location"]))


def test_dosepage_11_a_day_mistyped(treated: Served) -> None:
    """DOSEPAGE-11: a dose of a later day moves nothing: it stands against the plan, here and on the list of today."""
    put(treated, "nora", "infusion", dose(treated, -300, "580"), repeat="3")
    said = words(page(treated.browser("nora"), DOSES))
    assert f"A dose of Rituximab is recorded for {day(treated, -300)}, on or after {day(treated, 0)}." in said


def test_dosepage_10_whichever_number_it_has_now(treated: Served) -> None:
    """DOSEPAGE-10: a dose before it was recorded late."""
    assert check(treated, "iris") == (303, "")
    put(treated, "nora", "infusion", dose(treated, 0, "580"), repeat="3")
    put(treated, "nora", "infusion", dose(treated, 9, "580"), repeat="4")
    said = words(page(treated.browser("nora"), DOSES))
    assert said.count("its plan was checked before by a second person iris") == 1


def test_dosepage_13_a_weight_in_pounds(treated: Served) -> None:
    """DOSEPAGE-01: three decimals of what was converted, beside what was typed; the dose is worked out from all."""
    act = correct("P01", "body", "weight", "209.4", visit="baseline", reason="scale in pounds", unit="lb")
    treated.site.record(act, by="nora")
    said = words(page(treated.browser("nora"), DOSES))
    assert "94.982 kg (typed as 209.4" in said
    assert "94.98224" not in said.partition("Check it as the second person")[0]


def test_dosepage_07_the_sheet_and_who_may_see_it(treated: Served) -> None:
    said = words(page(treated.browser("nora"), DOSES + "sheet/?start=09:30"))
    assert "Made by nora (Nurse) on" in said
    assert "Batch" in said
    assert "09:30" in said
    for person in ("asa", "carla"):
        for address in (DOSES, DOSES + "sheet/"):
            assert treated.browser(person).get(address).status_code == 404
        assert treated.browser(person).post(DOSES + "check").status_code == 404
    for address in ("/participants/P99/doses/rituximab/", "/participants/P01/doses/background/"):
        assert treated.browser("nora").get(address).status_code == 404


def test_dosepage_08_not_for_who_does_not_see_what_it_hangs_on(treated: Served) -> None:
    study = treated.folder / "study.yaml"
    text = study.read_text(encoding="utf-8").replace("except: [rating]", "except: [rating, serology]")
    from trialbook.capture.acts import adopt
    from trialbook.folder import read_study

    study.write_text(text, encoding="utf-8")
    treated.site.record(adopt(read_study(study), reason="the nurse needs no serology"), by="carla")
    said = words(page(treated.browser("nora"), DOSES))
    assert "Your role does not see everything that this dose hangs on" in said
    assert "620 mg" not in said
    assert "HBsAg" not in said


def test_the_named_defaults() -> None:
    assert WITHIN.total_seconds() == 24 * 3600
    assert Decimal("0.1") == LIMIT
