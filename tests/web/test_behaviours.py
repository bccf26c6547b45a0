"""What is asked of the site: every behaviour has a test that names it, or a reason; and those that had none elsewhere.

BEHAVE-01: behaviours of accounts, forms, entering, questionnaires and signing have a test or a reason.
BEHAVE-02: the page of behaviours is what the tests say.
BEHAVE-03: a number that a test names is one of the page.
The rest of the tests name the behaviours that they show.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.citing import named_in
from tests.web.behaviours import BEHAVIOURS, NEEDED, NUMBER, PAGE, page, shown_by
from tests.web.conftest import CUSTODIAN, Served
from tests.web.followed import begin, day, fill, read, treated

from trialbook.capture.acts import adopt, grant, revoke
from trialbook.capture.verify import verify_place
from trialbook.errors import ActRefused
from trialbook.folder import StudyFolder, read_study
from trialbook.protocol.model import Study
from trialbook.web.routes import ROUTES
from trialbook.web.site import Site

# ---- the page ---------------------------------------------------------------------------------------------------


def test_every_behaviour_has_a_test_or_a_reason() -> None:
    """BEHAVE-01."""
    shown = shown_by()
    bare = [one.number for one in BEHAVIOURS if not one.reason and one.number not in shown]
    assert bare == []
    assert {one.number for one in BEHAVIOURS} >= NEEDED


def test_the_page_is_what_the_tests_say() -> None:
    """BEHAVE-02: else `PYTHONPATH=. python tests/web/behaviours.py` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_number_is_known() -> None:
    """BEHAVE-03."""
    assert set(shown_by()) - {one.number for one in BEHAVIOURS} == set()


@pytest.mark.parametrize(
    ("source", "numbers"),
    [
        (
            '"""Head.\n\nA-1: what is shown (EDC 5.2.3).\nA-2: other."""\ndef test_a() -> None:\n    """A-1: x."""',
            ["5.2.3"],
        ),
        ('"""Head.\n\nA-1: what is shown (EDC-3).\n"""\ndef test_a() -> None:\n    """A-2: x."""', []),
        ('def test_a() -> None:\n    """EDC-19, EDC-2: x."""', ["19", "2"]),
        ('def other() -> None:\n    """EDC-19."""', []),
    ],
)
def test_what_a_test_names(source: str, numbers: list[str]) -> None:
    """BEHAVE-01: a head that nobody cites, and a function that is no test, show nothing."""
    assert [number for _, number in named_in(source, NUMBER)] == numbers


# ---- behaviours that no other file shows --------------------------------------------------------------------------


def amended(served: Served, old: str, new: str) -> Study:
    """Adopt the study file with a change, as the custodian."""
    file = served.folder / "study.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    study = read_study(served.folder)
    served.site.record(adopt(study, reason="amendment 1"), by=CUSTODIAN)
    return study


def test_a_site_with_participants_stays(served: Served) -> None:
    """EDC-9: its last person may go; its participants keep it, and nothing of the site deletes anything."""
    served.site.record(grant("ida", "investigator", site="Basel"), by=CUSTODIAN)
    begin(served, site="Basel")
    served.site.record(revoke("ida", "investigator", site="Basel", reason="moved"), by=CUSTODIAN)
    assert "P01 Basel" in read(served, "nora", "/participants/P01/")
    assert [route.path for route in ROUTES if "delete" in route.path or "remove" in route.path] == []


def test_forms_belong_to_visits_and_changes_of_that_are_recorded(served: Served) -> None:
    """EDC-16: the schedule has the new day and window, and the ledger who changed it and why."""
    assert "Week 32" not in read(served, "nora", "/study/schedule/")
    weeks = ("weeks: [4, 8, 12, 16, 20, 24, 28]", "weeks: [4, 8, 12, 16, 20, 24, 28, 32]")
    study = amended(served, *weeks)
    assert "Week 32 day 224 221 – 227" in read(served, "nora", "/study/schedule/")
    (last,) = [entry for entry in served.site.history(participant="", item="") if entry.value == study.fingerprint]
    assert (last.act, last.by, last.reason) == ("adopt", CUSTODIAN, "amendment 1")


def test_only_the_custodian_drops_a_visit_and_nothing_is_lost(served: Served) -> None:
    """EDC-17: an investigator does not; what was recorded at it stays in the ledger."""
    treated(served, ago=80)
    fill(served, "P01", "visit", visit="week 8", date=day(served, ago=24))
    with pytest.raises(ActRefused):
        served.site.record(adopt(served.site.study, reason="x"), by="ida")
    entries = served.site.history(participant="P01", visit="week 8")
    amended(served, "weeks: [4, 8, 12,", "weeks: [4, 12,")
    assert "Week 8" not in read(served, "ida", "/study/schedule/")
    assert served.site.history(participant="P01", visit="week 8") == entries != ()


def test_an_amended_window_judges_anew(served: Served) -> None:
    """EDC 5.2.6: what was late is in its window, and the entry of the day is as it was."""
    treated(served, ago=40)
    fill(served, "P01", "visit", visit="week 4", date=day(served, ago=7))
    late = "took place after the last day of its window"
    assert late in read(served, "ida", "/participants/P01/")
    entries = served.site.history(participant="P01", visit="week 4")
    amended(served, "window: {is: 3 days either side", "window: {is: 9 days either side")
    assert late not in read(served, "ida", "/participants/P01/")
    assert served.site.history(participant="P01", visit="week 4") == entries


def test_a_copy_that_is_restored_is_the_same(served: Served, tmp_path: Path) -> None:
    """EDC 5.2.7: copied while the site runs, by the database's own way; what comes later is not in it."""
    treated(served)
    view, restored = served.site.view(), tmp_path / "restored"
    restored.mkdir()
    shutil.copy(served.folder / "study.yaml", restored)
    with (
        closing(sqlite3.connect(served.folder / "ledger.db")) as ledger,
        closing(sqlite3.connect(restored / "ledger.db")) as copy,
    ):
        ledger.backup(copy)
    fill(served, "P01", "body", visit="baseline", weight="61")
    assert verify_place(restored / "ledger.db", view.head).ok
    site = Site(StudyFolder(restored))
    try:
        assert (site.view().head, site.view().casebooks) == (view.head, view.casebooks)
    finally:
        site.close()
