"""A participant of the seed study who is in the middle of treatment: enrolled, two doses given, the third due today."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from django.test import Client
from tests.web.conftest import CUSTODIAN, Served

from trialbook.capture.acts import enrol, grant, save_form, screen

HOSTILE = '<script>alert("1")</script>'
ONCE: Mapping[str, dict[str, str]] = {
    "screening": {
        "age": "45", "sex": "F", "other_autoimmune": "no", "malignancy": "no", "last_surgery": "never",
        "last_live_vaccine": "never", "pregnant": "no", "lactating": "no",
    },
    "activity": {"weakness": "yes", "ck": "4000", "ck_upper": "200", "emg_active": "yes"},
    "biopsy": {"glycogen": "NEG", "lipid": "NORMAL", "inclusions": "ABSENT"},
    "bohan_peter": {
        "weakness": "yes", "enzymes": "yes", "emg": "yes", "biopsy": "yes", "rash": "no", "neurological": "no",
        "dystrophy": "no", "infection": "no", "metabolic": "no", "myasthenia": "no",
    },
    "serology": {"hbsag": "NEG", "anti_hbc": "POS", "decision": "yes"},
    "eligibility": {"E3": "no"},
}  # fmt: skip


def day(served: Served, ago: int) -> str:
    """Return the day some days before the study's today."""
    return (served.site.today() - timedelta(days=ago)).isoformat()


def put(served: Served, by: str, form: str, answers: Mapping[str, str], *, visit: str = "", repeat: str = "") -> None:
    """Record the answers of a form of P01."""
    served.site.record(save_form("P01", form, answers, visit=visit, repeat=repeat), by=by)


def treat(served: Served) -> Served:
    """Record P01 up to the day of the third dose; Iris is a second investigator."""
    served.site.record(grant("iris", "investigator"), by=CUSTODIAN)
    served.site.record(screen("P01"), by=CUSTODIAN)
    put(served, "ida", "consent", {"date": day(served, 30)})
    for form, answers in ONCE.items():
        put(served, "ida", form, answers | ({"since": day(served, 400)} if form == "activity" else {}))
    for number, agent in enumerate(("PRED", "AZA", "MTX"), 1):
        put(served, "ida", "prior", {"agent": agent, "failed": "yes"}, repeat=str(number))
    served.site.record(enrol("P01", on=day(served, 16)), by=CUSTODIAN)
    put(served, "nora", "visit", {"date": day(served, 15)}, visit="baseline")
    put(served, "nora", "body", {"weight": "54.5", "height": "160"}, visit="baseline")
    put(served, "nora", "infusion", dose(served, 14, "580"), repeat="1")
    put(served, "nora", "infusion", {**dose(served, 4, "500"), "reaction": "yes"}, repeat="2")
    return served


def dose(served: Served, ago: int, given: str) -> dict[str, str]:
    """Return the answers of an infusion some days ago."""
    return {"start": day(served, ago), "paracetamol": "yes", "given": given, "reaction": "no"}


def page(client: Client, address: str, status: int = 200) -> str:
    """Return what a page says, its tags kept and its blanks made single."""
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return re.sub(r"\s+", " ", answer.content.decode())


def words(html: str) -> str:
    """Return what a reader reads."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
