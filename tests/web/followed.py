"""Participants of the seed study as tests need them: screened, eligible, enrolled some days ago."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from html import unescape

from tests.web.conftest import Served

from trialbook.capture.acts import enrol, enter, save_form, screen

ELIGIBLE: Mapping[str, Mapping[str, str]] = {
    "screening": {
        "age": "54", "sex": "M", "duration": "3", "other_autoimmune": "no", "malignancy": "no", "last_surgery": "never",
        "last_live_vaccine": "never",
    },
    "activity": {"weakness": "yes", "ck": "1667", "ck_upper": "190", "emg_active": "yes", "since": "2019-08"},
    "bohan_peter": {
        "weakness": "yes", "enzymes": "yes", "emg": "yes", "biopsy": "yes", "rash": "no", "neurological": "no",
        "dystrophy": "no", "infection": "no", "metabolic": "no", "myasthenia": "no",
    },
    "biopsy": {"glycogen": "NEG", "lipid": "NORMAL", "inclusions": "ABSENT"},
    "eligibility": {"E3": "no"},
}  # fmt: skip
AGENTS = ("PRED", "AZA", "MTX")


def day(served: Served, *, ago: int = 0) -> str:
    """Return the day some days before today, as it is typed."""
    return (served.site.today() - timedelta(days=ago)).isoformat()


def fill(
    served: Served, code: str, form: str, *, by: str = "ida", visit: str = "", repeat: str = "", **answers: str
) -> None:
    """Save a form as it was typed."""
    act = save_form(code, form, answers, visit=visit, repeat=repeat, reasons="typed wrongly")
    served.site.record(act, by=by)


def begin(served: Served, code: str = "P01", *, site: str | None = None) -> str:
    """Begin the casebook of a participant."""
    served.site.record(screen(code, site=site), by="ida")
    return code


def consent(served: Served, code: str, *, ago: int = 60) -> None:
    """Record the day of consent."""
    fill(served, code, "consent", date=day(served, ago=ago))


def make_eligible(served: Served, code: str = "P01", *, ago: int = 60) -> str:
    """Screen a participant who fulfils every criterion, and record the consent."""
    begin(served, code)
    consent(served, code, ago=ago)
    for form, answers in ELIGIBLE.items():
        fill(served, code, form, **answers)
    for row, agent in enumerate(AGENTS, start=1):
        fill(served, code, "prior", repeat=str(row), agent=agent, failed="yes")
    return code


def treated(served: Served, code: str = "P01", *, ago: int = 30) -> str:
    """Enrol an eligible participant who got the first infusion some days ago; the baseline was on the day before."""
    make_eligible(served, code)
    served.site.record(enrol(code, on=day(served, ago=ago + 2)), by="ida")
    fill(served, code, "visit", visit="baseline", date=day(served, ago=ago + 1))
    fill(served, code, "body", visit="baseline", weight="60", height="165")
    fill(served, code, "enzymes", visit="baseline", ck="1500", ck_upper="190", ldh="600", sgot="80")
    fill(
        served, code, "infusion", repeat="1", start=day(served, ago=ago), paracetamol="yes", given="620", reaction="no"
    )
    return code


def rate(served: Served, code: str = "P01", *, visit: str = "baseline") -> None:
    """Record a rating by the assessor, on paper: one by one, whatever came before."""
    for item, text in (("global", "5.0"), ("proximal.biceps", "4")):
        served.site.record(enter(code, "rating", item, text, visit=visit), by="asa")


def status(served: Served, code: str = "P01") -> str:
    """Return where a participant stands."""
    return served.site.casebooks[code].status


def read(served: Served, person: str, path: str) -> str:
    """Return the text of a page that a person is shown, without its tags."""
    answer = served.browser(person).get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return plain(answer.content.decode())


def plain(page: str) -> str:
    """Return what a page says, in one line."""
    body = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", page)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())
