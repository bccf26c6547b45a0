"""Several sites at once, each under its own version of the study.

AMEND-16: whoever sees all sites is told of every participant what somebody of the participant's site is told:
    lists, grid, counts, calendar, queries, quality, deviations and seals go by the version in force there.
AMEND-17: an import is compared by the version of the site that it concerns; one of sites with different versions is
    refused beforehand, with what to do.
AMEND-19: a form that a single site has by its version has its lines in the codebook of the data files.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.web.conftest import CUSTODIAN, Served
from tests.web.test_amendments import DROPPED, NARROW, SHORTER, amended, running
from tests.web.test_results import made, rows

from trialbook.capture.acts import adopt, grant, save_form

__all__ = ["running"]
ADDED = ("      ldh: {label", "      aldolase: {number: U/L, required: true, expected: 1 to 9}\n      ldh: {label")
WIDE = (
    "window: {is: 3 days either side, assumed: the paper gives none}\n  planned",
    "window: 6 days either side\n  planned",
)
LISTS = (
    "/?all=1", "/participants/", "/grid/", "/calendar/", "/queries/?show=all", "/quality/", "/deviations/",
    "/signatures/?show=all", "/sealing/", "/compared/",
)  # fmt: skip
HIDDEN = re.compile(r"(?s)<(?:head|select|datalist|header|nav)\b.*?</(?:head|select|datalist|header|nav)>")


@pytest.fixture
def apart(running: Served) -> Served:
    """Site A has a version with a wider window, a further item and a narrower range; site B has the first one."""
    site = running.site
    for person, where in (("nina", "A"), ("bea", "B")):
        site.record(grant(person, "investigator", site=where), by=CUSTODIAN)
    site.record(adopt(amended(running, ADDED, WIDE, NARROW), reason="amendment 1", site="A"), by=CUSTODIAN)
    return running


def told(served: Served, person: str, path: str, code: str) -> Counter[str]:
    """Return what a page says of a participant: the rows, lines and boxes that name the code."""
    page = HIDDEN.sub("", served.browser(person).get(path).content.decode())
    assert "<main" in page, path
    kind = "a" if "calendar" in path else "tr|li|article|a"
    rows = (found[0] for found in re.finditer(rf"(?s)<({kind})\b.*?</\1>", page))
    plain = (re.sub(r'value="[^"]*"|for="[^"]*"|id="[^"]*"', "", row) for row in rows if code in row)
    return Counter(re.sub(r"\s+", " ", row) for row in plain)


@pytest.mark.parametrize("path", LISTS)
def test_amend_16_lists(apart: Served, path: str) -> None:
    for person, code in (("nina", "P01"), ("bea", "P02")):
        assert told(apart, "ida", path, code) == told(apart, person, path, code)


def test_amend_16_the_two_differ(apart: Served) -> None:
    """The window, the item and the range of site A are its own: what is told of the two differs where it should."""
    said = {code: str(told(apart, "ida", "/deviations/", code)) for code in ("P01", "P02")}
    assert ("late" in said["P01"], "late" in said["P02"]) == (False, True)
    for check, word in (("blank", "aldolase"), ("range", "900")):
        found = {code: str(told(apart, "ida", f"/quality/?check={check}", code)).lower() for code in ("P01", "P02")}
        assert (word in found["P01"], word in found["P02"]) == (True, False), check


def test_amend_16_counts(apart: Served) -> None:
    """The page of the study counts everybody by the version of their site: the sum of what the sites count."""
    counted = [apart.browser(person).get("/study/").context for person in ("ida", "nina", "bea")]
    every, first, second = ({row.label: row for row in one["visits"]} for one in counted)
    for label, row in every.items():
        mine: Counter[Any] = Counter({str(words): count for words, _, count in row.parts})
        theirs = (Counter({str(words): count for words, _, count in one[label].parts}) for one in (first, second))
        assert mine == sum(theirs, Counter()), label
        assert row.gaps == first[label].gaps + second[label].gaps
    assert counted[0]["missing"] == counted[1]["missing"] + counted[2]["missing"]


def test_amend_16_a_visit_that_only_one_site_has(apart: Served) -> None:
    """The grid has a column for it; who is at the other site stands there with a dash."""
    apart.site.record(adopt(amended(apart, DROPPED, SHORTER), reason="amendment 2", site="A"), by=CUSTODIAN)
    shown = apart.browser("ida").get("/grid/").content.decode()
    lines = {code: shown.split(f">{code}<")[1].split("</tr>")[0] for code in ("P01", "P02")}
    rows = {code: re.findall(r"(?s)<td.*?</td>", line) for code, line in lines.items()}
    assert len(rows["P01"]) == len(rows["P02"])
    assert [cell for cell in rows["P01"] if "–" in cell and "square" not in cell]
    assert not [cell for cell in rows["P02"] if "–" in cell and "square" not in cell]
    assert apart.browser("ida").get("/study/").status_code == 200


def sent(served: Served, text: str) -> str:
    """Send a file and return the page of its comparison, or what stands against it."""
    file = SimpleUploadedFile("more.csv", text.encode())
    answer = served.browser("dan").post("/imports/", {"files": file, "request": served.site.new_id()})
    where = answer.get("Location")
    return str((answer if where is None else served.browser("dan").get(where)).content.decode())


def test_amend_17_an_import_goes_by_the_site(apart: Served) -> None:
    fresh = "participant,visit,enzymes.aldolase\n"
    assert "aldolase" in sent(apart, fresh + "P01,week 4,4\n").lower()
    assert "forms.enzymes" not in sent(apart, fresh + "P01,week 4,4\n")
    assert "aldolase" in sent(apart, fresh + "P02,week 4,4\n").split("stands against it")[1].lower()
    both = sent(apart, "participant,visit,enzymes.sgot\nP01,week 4,31\nP02,week 4,31\n")
    assert "different versions" in both


def test_amend_19_a_form_that_only_one_site_has(apart: Served) -> None:
    """AMEND-19: its answers leave with the others, and the codebook says what they are and where; B alone has it."""
    smell = "forms:\n  smell: {at: once, items: {lost: {label: Smell lost, number: score, scale: 0 to 10}}}\n"
    recorded = ("records: [consent, screening", "records: [smell, consent, screening")
    later = amended(apart, ("forms:\n", smell), recorded)
    apart.site.record(adopt(later, reason="amendment 2", site="B"), by=CUSTODIAN)
    apart.site.record(save_form("P02", "smell", {"lost": "3"}), by="ida")
    archive = next(iter(made(apart.browser("stan"), "stan", "data").values()))
    told = [(row["participant"], row["value"]) for row in rows(archive, "answers.csv") if row["form"] == "smell"]
    assert told == [("P02", "3")]
    lines = [row for row in rows(archive, "codebook.csv") if row["form"] == "smell"]
    assert [(row["item"], row["label"]) for row in lines] == [("lost", "Smell lost")]
    assert lines[0]["in_these_files"] == "as recorded; at site B, by its own version"
    known = {(row["form"], row["item"]) for row in rows(archive, "codebook.csv")}
    assert {(row["form"], row["item"]) for row in rows(archive, "answers.csv")} <= known
