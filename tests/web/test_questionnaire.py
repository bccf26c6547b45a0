"""Questionnaires that a participant answers by themselves on a tablet.

EDC-12: branching gives the same items to participants as to staff. EDC-13: whoever would hide a given answer is asked.
EDC-24: answers appear as the participant's, corrections of staff under their own name. EDC-25: staff are told while a
questionnaire is being answered. EDC-26: not started, begun and finished differ. ASK-01: the tablet shows nothing but
the questions, and leads into the site only by a password. ASK-02: a half-finished questionnaire is kept and goes on
where it stopped. ASK-03: an answer that somebody prefers not to give is recorded as its missing code, where the
wording names one. ASK-04: what is sent twice is stored once. ASK-05: no score and no number of a line is shown.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client
from tests.web.asked import FORMS, HERE, answer_all, finish, hand_over, make_link, ready, sent
from tests.web.conftest import Served

from trialbook.capture.acts import correct, enter
from trialbook.cli import main
from trialbook.conduct.casebook import Answer, Cell


def answers(served: Served) -> dict[str, Answer]:
    """Return the answers of P01 at week 12, as `form.item`."""
    found = served.site.casebooks["P01"].answers.items()
    return {f"{cell.form}.{cell.item}": answer for cell, answer in found if cell.visit == "week 12"}


def states(served: Served) -> list[str]:
    """Return how the questionnaires of week 12 stand, as the page says it."""
    page = served.browser("nora").get(HERE).content.decode()
    words = ("not started", "begun", "finished")
    rows = [part.partition("</tr>")[0] for part in page.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")]
    return [word for row in rows for word in words if f">{word}</span>" in row]


def test_a_whole_questionnaire(served: Served) -> None:
    """EDC-24, EDC-26: from the tablet handed over to thanks, every answer the participant's, by touch."""
    ready(served)
    assert states(served) == ["not started"] * 4
    tablet = hand_over(served)
    answer_all(tablet)
    assert finish(tablet).headers["Location"] == "/q/thanks"
    assert len(answers(served)) == 35 + 36
    entry = served.site.history(participant="P01", visit="week 12", form="haq", item="dressing_hair")[0]
    assert (entry.by, entry.on_behalf_of, entry.mode, entry.value) == ("nora", "P01", "touch", "0")
    assert states(served) == ["finished", "finished", "not started", "not started"]
    notes = [entry.text for entry in served.site.history(participant="P01") if entry.act == "note"]
    assert [text.rpartition(") ")[2].partition(",")[0] for text in notes if text] == [
        "made",
        "finished by the participant.",
    ]


def test_the_terminal_tells_for_whom_it_was_handed_over(served: Served) -> None:
    """EDC-24: as the site and the report do."""
    tablet = hand_over(ready(served), "haq")
    answer_all(tablet)
    asked = ["history", str(served.folder), "P01", "haq.dressing_hair", "--visit", "week 12"]
    told = CliRunner().invoke(main, asked)
    assert told.exit_code == 0, told.output
    assert "nora, for P01" in told.output


def test_staff_correct_under_their_own_name(served: Served) -> None:
    """EDC-24: the history tells the respondent from the nurse, and a role without the right cannot."""
    tablet = hand_over(ready(served), "haq")
    answer_all(tablet)
    finish(tablet)
    served.site.record(
        correct("P01", "haq", "dressing_hair", "1", reason="read out wrongly", visit="week 12"), by="nora"
    )
    cell = served.site.history(participant="P01", form="haq", item="dressing_hair")
    assert [(entry.act, entry.on_behalf_of) for entry in cell] == [("enter", "P01"), ("correct", None)]


def test_the_tablet_is_signed_out(served: Served) -> None:
    """ASK-01: whatever address is typed, the site asks for the password; nothing of the study is on the pages."""
    tablet = hand_over(ready(served))
    for path in ("/", HERE, "/participants/P01/", "/invitations/", "/wordings/"):
        assert tablet.get(path).status_code in {302, 404}
        assert tablet.get(path).headers.get("Location", "/sign-in").startswith("/sign-in")
    step = tablet.get(tablet.get("/q/now").headers["Location"]).content.decode()
    for hidden in ("P01", "nora", "polymyositis", "Rituximab", "week 12", "menu", 'href="/"'):
        assert hidden not in step
    answer_all(tablet)
    finish(tablet)
    thanks = tablet.get("/q/thanks").content.decode()
    assert "href=" not in thanks.partition("<main")[2]
    back = tablet.post("/q/give-back")
    assert tablet.get(back.headers["Location"]).headers["Location"].startswith("/sign-in")
    assert tablet.get("/q/now").headers["Location"] == "/q"


def test_it_goes_on_where_it_stopped(served: Served) -> None:
    """ASK-02, EDC-26: half-finished and given back, it is begun; handed over anew, it goes on."""
    tablet = hand_over(ready(served), "haq")
    path = tablet.get("/q/now").headers["Location"]
    opening = tablet.get(path).content.decode()
    assert "Invented words of instructions" in opening
    path = sent(tablet, path, what="next").headers["Location"]
    sent(tablet, path, what="next", **{"a-dressing_clothes": "2"})
    tablet.post("/q/give-back")
    assert states(served)[0] == "begun"
    again = hand_over(served, "haq")
    path = again.get("/q/now").headers["Location"]
    assert "Invented words of dressing_hair" in again.get(path).content.decode() or path.endswith("/0")
    assert answers(served)["haq.dressing_clothes"].value == "2"


def first_question(served: Served, *forms: str) -> tuple[Client, str]:
    """Hand the tablet over, and return it with the address of the first question."""
    tablet = hand_over(ready(served), *forms)
    return tablet, sent(tablet, tablet.get("/q/now").headers["Location"], what="next").headers["Location"]


def test_back_and_another_answer(served: Served) -> None:
    """EDC-24: a change before the end is a correction by the participant, with the reason said by the program."""
    tablet, path = first_question(served, "haq")
    sent(tablet, path, what="next", **{"a-dressing_clothes": "2"})
    assert 'value="2" checked' in tablet.get(path).content.decode()
    sent(tablet, path, what="next", **{"a-dressing_clothes": "1", "mode-dressing_clothes": "keyboard"})
    entries = served.site.history(participant="P01", form="haq", item="dressing_clothes")
    assert [(entry.act, entry.value, entry.mode) for entry in entries] == [
        ("enter", "2", "touch"),
        ("correct", "1", "keyboard"),
    ]
    assert entries[1].on_behalf_of == "P01"
    assert "changed by the participant" in (entries[1].reason or "")


def test_an_answer_that_is_not_given(served: Served) -> None:
    """ASK-03: asked once more, then left open, or recorded as the code that the wording names."""
    tablet, path = first_question(served, "haq")
    asked = sent(tablet, path, what="next").headers["Location"]
    assert asked == f"{path}?open"
    assert "Go on without an answer" in tablet.get(asked).content.decode()
    assert "Go on without an answer" not in tablet.get(path).content.decode()
    following = sent(tablet, path, what="leave").headers["Location"]
    assert "haq.dressing_clothes" not in answers(served)
    after = sent(tablet, following, what="decline").headers["Location"]
    assert answers(served)["haq.dressing_hair"].missing == "NK"
    assert after != following
    assert "You preferred not to answer." in tablet.get(following).content.decode()
    review = tablet.get("/q/review").content.decode()
    assert "No answer, as you wish" in review
    finish(tablet)
    assert states(served)[0] == "finished"


def test_an_answer_taken_in_place_of_none(served: Served) -> None:
    """ASK-03: whoever preferred not to answer may think again."""
    tablet, path = first_question(served, "haq")
    sent(tablet, path, what="decline")
    sent(tablet, path, what="next", **{"a-dressing_clothes": "3"})
    answer = answers(served)["haq.dressing_clothes"]
    assert (answer.value, answer.missing) == ("3", None)


def test_a_line_that_nobody_touched_is_no_answer(served: Served) -> None:
    """ASK-05: never 50; a mark comes from touch or keys, a typed number counts as typed, and the review hides it."""
    tablet = hand_over(ready(served), "patient_global")
    path = tablet.get("/q/now").headers["Location"]
    page = tablet.get(path).content.decode()
    assert 'name="a-global" value=""' in page
    sent(tablet, path, what="next")
    assert "patient_global.global" not in answers(served)
    sent(tablet, path, what="next", **{"a-global": "6.3", "mode-global": "touch"})
    sent(tablet, path, what="next", **{"a-global": "6.3", "typed-global": "7.1"})
    entries = served.site.history(participant="P01", form="patient_global", item="global")
    assert [(entry.value, entry.mode) for entry in entries] == [("6.3", "touch"), ("7.1", "keyboard")]
    review = tablet.get("/q/review").content.decode()
    assert "Marked on the line" in review
    assert "7.1" not in review


def test_what_cannot_be_an_answer(served: Served) -> None:
    """ASK-05: the sentence says why, without the code of the participant; nothing is stored."""
    tablet = hand_over(ready(served), "patient_global")
    path = tablet.get("/q/now").headers["Location"]
    refused = sent(tablet, path, what="next", **{"typed-global": "11"})
    assert refused.status_code == 422
    assert "P01" not in refused.content.decode()
    assert "patient_global.global" not in answers(served)


def test_a_refusal_says_what_to_do_and_names_the_question_as_it_was_read(served: Served) -> None:
    """ASK-05: digits of another width with how to type them, a number beyond the line with its question."""
    tablet = hand_over(ready(served), "patient_global")
    path = tablet.get("/q/now").headers["Location"]
    wide = sent(tablet, path, what="next", **{"typed-global": "\N{FULLWIDTH DIGIT THREE}"}).content.decode()
    assert "Type it again with the digits 0 to 9." in wide
    beyond = sent(tablet, path, what="next", **{"typed-global": "11"}).content.decode()
    assert "outside the scale of “Thinking of everything that your muscle disease does to you," in beyond


def test_sent_twice_is_stored_once(served: Served) -> None:
    """ASK-04: the same page sent again by a shaky line."""
    tablet, path = first_question(served, "haq")
    page = tablet.get(path)
    for _ in range(2):
        assert sent(tablet, path, page, what="next", **{"a-dressing_clothes": "1"}).status_code == 302
    assert len(served.site.history(participant="P01", form="haq", item="dressing_clothes")) == 1


def test_staff_changed_it_meanwhile(served: Served) -> None:
    """EDC-25: an answer that stands by now is not overwritten by a page that did not show it."""
    tablet, path = first_question(served, "haq")
    page = tablet.get(path)
    served.site.record(enter("P01", "haq", "dressing_clothes", "3", visit="week 12", mode="paper"), by="nora")
    refused = sent(tablet, path, page, what="next", **{"a-dressing_clothes": "1"})
    assert refused.status_code == 503
    assert answers(served)["haq.dressing_clothes"].value == "3"


def test_staff_are_told_that_it_is_being_answered(served: Served) -> None:
    """EDC-25: on the page of the questionnaires, and to whoever opens the same form."""
    tablet, path = first_question(served, "haq")
    sent(tablet, path, what="next", **{"a-dressing_clothes": "1"})
    page = served.browser("nora").get(HERE).content.decode()
    assert "being answered now" in page
    assert tablet.get(f"{path}/here").status_code == 204
    presence = served.browser("nora").get("/participants/P01/form-presence", {"visit": "week 12", "form": "haq"})
    assert "P01 has this form open" in presence.content.decode()
    finish(tablet)
    presence = served.browser("nora").get("/participants/P01/form-presence", {"visit": "week 12", "form": "haq"})
    assert "P01 has this form open" not in presence.content.decode()


def test_a_blind_role_sees_none_of_it(served: Served) -> None:
    """ASK-01: neither how they stand nor that there are any."""
    ready(served)
    make_link(served)
    for path in (HERE, "/invitations/", f"{HERE}link", "/wordings/"):
        assert served.browser("asa").get(path).status_code == 404


def test_who_may_not_record_a_form_hands_nothing_over(served: Served) -> None:
    """EDC-24: the investigator of the seed study sees the questionnaires and does not record them."""
    ready(served)
    page = served.browser("ida").get(HERE).content.decode()
    assert "Sign me out" not in page
    answer = served.browser("ida").post(
        f"{HERE}hand-over", {"request": served.site.new_id(), "form": list(FORMS), "language": "en"}
    )
    assert "Nothing was made" in answer.content.decode()
    assert answers(served) == {}


def test_without_a_wording_nothing_opens(served: Served) -> None:
    """WORD-03: only the form in the study's own words is open; for the others the page says which file is missing."""
    ready(served, words=())
    page = served.browser("nora").get(HERE).content.decode()
    assert "haq-di.en.yaml" in page
    answer = served.browser("nora").post(
        f"{HERE}hand-over", {"request": served.site.new_id(), "form": "haq", "language": "en"}
    )
    assert "Nothing was made" in answer.content.decode()


def test_the_questions_are_in_the_language_of_the_wording(served: Served) -> None:
    """ASK-01: words of the program and of the questionnaire in one language, whatever the tablet is set to."""
    tablet = hand_over(ready(served), "patient_global", language="zh-Hant")
    page = tablet.get(tablet.get("/q/now").headers["Location"]).content.decode()
    assert '<html lang="zh-Hant">' in page
    assert "過去一星期您的狀況如何" in page


SLEEP = """\
  sleep:
    label: Sleep
    at: full
    by: [participant, nurse]
    items:
      woke: {label: Did you wake up at night, choice: yes/no}
      times: {label: How often, number: count, scale: 0 to 20, decimals: 0, when: sleep.woke}
      why: {label: Why, choice: [Pain, Thirst, Noise], several: true, when: sleep.woke}
  rating:  """


@pytest.fixture
def folder(folder: Path) -> Path:
    """The seed study with a questionnaire of its own in which one answer opens others."""
    text = (folder / "study.yaml").read_text(encoding="utf-8")
    text = text.replace("sf36, patient_global, adverse_events]", "sf36, patient_global, sleep, adverse_events]")
    (folder / "study.yaml").write_text(text.replace("  rating:  ", SLEEP, 1), encoding="utf-8")
    return folder


def test_branching_is_that_of_staff(served: Served) -> None:
    """EDC-12: the items that one answer opens are asked then and only then, by the rule of the form of staff."""
    tablet = hand_over(ready(served), "sleep")
    path = tablet.get("/q/now").headers["Location"]
    assert "1 of 3" in tablet.get(path).content.decode()
    following = sent(tablet, path, what="next", **{"a-woke": "no"}).headers["Location"]
    assert following == "/q/review"
    assert "How often" not in tablet.get(following).content.decode()
    following = sent(tablet, path, what="next", **{"a-woke": "yes"}).headers["Location"]
    assert "How often" in tablet.get(following).content.decode()


def test_whoever_would_hide_an_answer_is_asked(served: Served) -> None:
    """EDC-13: the answers that are not asked any more are taken away only after a yes to that."""
    tablet = hand_over(ready(served), "sleep")
    path = tablet.get("/q/now").headers["Location"]
    times = sent(tablet, path, what="next", **{"a-woke": "yes"}).headers["Location"]
    why = sent(tablet, times, what="next", **{"a-times": "3"}).headers["Location"]
    sent(tablet, why, what="next", **{"a-why": ["Pain", "Noise"]})
    assert answers(served)["sleep.why"].value == "Pain;Noise"
    asked = sent(tablet, path, what="next", **{"a-woke": "no"})
    assert asked.status_code == 422
    assert "would be taken away" in asked.content.decode()
    assert answers(served)["sleep.times"].value == "3"
    assert sent(tablet, path, asked, what="clear", **{"a-woke": "no"}).status_code == 302
    assert set(answers(served)) == {"sleep.woke"}


def test_answers_address_cells_of_the_visit(served: Served) -> None:
    """EDC-24: every answer stands at its visit, in its form, and nowhere else."""
    tablet = hand_over(ready(served), "patient_global")
    answer_all(tablet)
    cells = set(served.site.casebooks["P01"].answers)
    assert cells == {Cell("week 12", "patient_global", "", "global")}
