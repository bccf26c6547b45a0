"""A site that keeps its study safe by itself, and says so where it does not.

SAFE-01: a backup and a head are made when they are due, by the settings of site.toml, while the site runs (R18).
SAFE-02: whoever keeps the study is told on the site, and by `doctor`, that a backup failed or did not come (R18).
SAFE-03: settings that are something else are refused with a sentence.
"""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from tests.web.conftest import CUSTODIAN, Served
from tests.web.running import running

from trialbook.folder import Doors, StudyFolder
from trialbook.keeping.log import read_runs
from trialbook.keeping.restoring import restore
from trialbook.keeping.schedule import do_what_is_due, what_is_wrong
from trialbook.web.accounts.policy import SiteFileError, read_policy
from trialbook.web.doctor import Patient, look_at_backups
from trialbook.web.site import close_sites, new_id, now

SITE = 'backup = { to = "../backups", every = "24 hours", keep = "daily=2" }\nheads = "../heads"\n'
PATIENCE = 60
"""Seconds."""


def settings(served: Served, text: str) -> None:
    """Write the settings of the site."""
    (served.folder / "site.toml").write_text(text, encoding="utf-8")


def test_a_running_site_backs_up(served: Served) -> None:
    """SAFE-01 (R18): the backup and the page with the head are there soon after the start."""
    settings(served, SITE)
    close_sites()
    connections.close_all()
    place = served.folder.parent
    with running(served.folder):
        end = time.monotonic() + PATIENCE
        while not (read_runs(served.folder) and list((place / "heads").glob("head-*.pdf"))) and time.monotonic() < end:
            time.sleep(0.1)
    (run,) = read_runs(served.folder)
    assert run.ok, run.problem
    assert list((place / "heads").glob("head-*.pdf"))
    done = restore(Path(run.to), place / "again", Doors(now=now, new_id=new_id, by="tester"))
    assert done.has_accounts


def test_whoever_keeps_the_study_is_told(served: Served) -> None:
    """SAFE-02 (R18): of a failure at once, of silence after two days; nobody else sees it; then it works again."""
    settings(served, SITE)
    where, doors = StudyFolder(served.folder), Doors(now=now, new_id=new_id, by="site")
    policy = read_policy(served.folder)
    (served.folder.parent / "backups").write_text("in the way")
    do_what_is_due(where, doors, policy.backup, policy.heads)
    page = served.browser(CUSTODIAN).get("/").content.decode()
    assert "not safely backed up" in page
    assert "could not be written" in page
    assert "not safely backed up" not in served.browser("ida").get("/").content.decode()
    patient = Patient(where=where, policy=policy, doors=doors)
    assert [problem.code for problem in look_at_backups(patient)] == ["KEEP-09", "KEEP-11"]
    (served.folder.parent / "backups").unlink()
    later = Doors(now=lambda: now() + timedelta(hours=2), new_id=new_id, by="site")
    do_what_is_due(where, later, policy.backup, policy.heads)
    assert "not safely backed up" not in served.browser(CUSTODIAN).get("/").content.decode()
    late = now() + timedelta(days=4)
    assert [problem.code for problem in what_is_wrong(where, late, policy.backup, policy.heads)] == [
        "KEEP-10",
        "KEEP-13",
    ]


@pytest.mark.parametrize(
    "text",
    [
        'backup = "daily"',
        "backup = { every = 24 }",
        'backup = { every = "often" }',
        'backup = { keep = "all" }',
        'backup = { where = "x" }',
        "heads = 1",
    ],
)
def test_settings_that_are_something_else(served: Served, text: str) -> None:
    """SAFE-03."""
    settings(served, text)
    with pytest.raises(SiteFileError) as refused:
        read_policy(served.folder)
    assert [problem.code for problem in refused.value.problems] == ["SERVE-03"]
