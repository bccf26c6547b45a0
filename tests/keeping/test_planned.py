"""The plan of a site: what the verb takes from it, what counts for it, and failures that somebody has to hear of.

PLANNED-01: `trialbook backup` goes by the plan of the site where nothing else is asked, and never keeps less than it.
PLANNED-02: a backup that was made elsewhere is no reason to make none by the plan.
PLANNED-03: a log that cannot be read or written is told, and does not make a backup each minute.
PLANNED-04: whatever fails, who keeps the study safe goes on.
PLANNED-05: a folder for heads that could never be written is told.
PLANNED-06: a backup holds no earlier backup, wherever these are; nor does what was left of one stay for ever.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.conftest import CUSTODIAN
from tests.keeping.conftest import Kept
from tests.keeping.test_backup import files_in, make_database

from trialbook.cli import main
from trialbook.cli.keeping import as_planned
from trialbook.keeping.backup import take_backup
from trialbook.keeping.log import Run, is_due, log_of, read_runs, write_run
from trialbook.keeping.manifest import read_manifest
from trialbook.keeping.rotation import Keep, backups_in, rotate
from trialbook.keeping.schedule import Plan, do_what_is_due, runs_of, what_is_wrong

PLAN = 'backup = { to = "../planned", keep = "daily=90,weekly=2" }\n'
BEGUN = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def planned(kept: Kept) -> Kept:
    """Return a study whose site has a plan."""
    (kept.where.path / "site.toml").write_text(PLAN, encoding="utf-8")
    return kept


def test_the_verb_goes_by_the_plan(planned: Kept, tmp_path: Path) -> None:
    """PLANNED-01: where nothing is asked, and where its own place is named."""
    rule = Keep(daily=90, weekly=2)
    for to in (None, tmp_path / "planned", planned.where.path / ".." / "planned"):
        asked = as_planned(planned.where, to, "", None)
        assert (asked["to"].resolve(), asked["keep"], asked["identities"]) == (tmp_path / "planned", rule, None)
    assert as_planned(planned.where, tmp_path / "else", "", None)["keep"] == Keep(daily=90, weekly=4, monthly=12)
    assert as_planned(planned.where, None, "daily=1", None)["keep"] == Keep(daily=1)
    (planned.where.path / "site.toml").unlink()
    assert as_planned(planned.where, None, "", None) == {
        "to": planned.where.path / "backups", "keep": Keep(), "identities": None,
    }  # fmt: skip


def test_identities_of_the_plan(planned: Kept, tmp_path: Path) -> None:
    """PLANNED-01: go along to its own place alone, and once there are any."""
    told = PLAN.replace(" }", ', identities = "../apart" }')
    (planned.where.path / "site.toml").write_text(told, encoding="utf-8")
    assert as_planned(planned.where, None, "", None)["identities"] is None
    make_database(planned.where.path / "identities.db", "Anna Example")
    assert as_planned(planned.where, None, "", None)["identities"] == planned.where.path / "../apart"
    assert as_planned(planned.where, tmp_path / "else", "", None)["identities"] is None
    assert as_planned(planned.where, None, "", tmp_path / "mine")["identities"] == tmp_path / "mine"


def test_no_daily_is_lost(planned: Kept, tmp_path: Path) -> None:
    """PLANNED-01: twelve nights stay twelve, after the verb too, though the default would keep seven."""
    for day in range(12):
        planned.site.clock.moment = BEGUN + timedelta(days=day)
        take_backup(planned.where, planned.doors, to=tmp_path / "planned", keep=Keep(daily=90))
    for words in ([], ["--to", str(tmp_path / "planned")]):
        done = CliRunner().invoke(main, ["backup", str(planned.where.path), *words], env={"TRIALBOOK_STORE": ""})
        assert (done.exit_code, "on the disk of the study" in done.output) == (0, False), done.output
    nights = [f"{BEGUN + timedelta(days=day):%Y-%m-%d}" for day in range(12)]
    assert {name[:10] for name in backups_in(tmp_path / "planned")} >= set(nights)


def test_a_backup_elsewhere(planned: Kept, tmp_path: Path) -> None:
    """PLANNED-02: neither a good one nor one that failed; one by hand in its place counts."""
    plan = Plan(to="../planned")
    take_backup(planned.where, planned.doors, to=tmp_path / "planned")
    planned.site.clock.moment = now = BEGUN + timedelta(days=3)
    take_backup(planned.where, planned.doors, to=tmp_path / "else")
    write_run(planned.where.path, Run(at=now.isoformat(), to=str(tmp_path / "else"), ok=False, problem="no room"))
    runs = runs_of(planned.where.path, plan)
    assert [run.ok for run in runs] == [True]
    assert is_due(runs, now, plan.every)
    assert [one.code for one in what_is_wrong(planned.where, now, plan, "")] == ["KEEP-10"]
    assert len(runs_of(planned.where.path, None)) == 3
    take_backup(planned.where, planned.doors, to=planned.where.path / "../planned")
    assert list(what_is_wrong(planned.where, now, plan, "")) == []


def test_a_place_that_was_changed(planned: Kept, tmp_path: Path) -> None:
    """PLANNED-02: as long as nothing went to the new place, what became of the old one is told: the site goes by it."""
    run = Run(at=BEGUN.isoformat(), to=str(tmp_path / "old"), ok=False, problem="no room")
    write_run(planned.where.path, run)
    assert [one.code for one in what_is_wrong(planned.where, BEGUN, Plan(to="../new"), "")] == ["KEEP-09"]


# ---- what nobody was told of ----------------------------------------------------------------------------------------


def test_a_log_that_cannot_be_used(planned: Kept, tmp_path: Path) -> None:
    """PLANNED-03: one backup in an hour, not one a minute; told until the log works."""
    plan = Plan(to="../planned")
    log_of(planned.where.path).mkdir()
    tried, found = None, []
    for minute in range(5):
        planned.site.clock.moment = BEGUN + timedelta(minutes=minute)
        tried = do_what_is_due(planned.where, planned.doors, plan, "", tried=tried)
        found.append(tuple(backups_in(tmp_path / "planned")))
    assert len({*found}) == len(found[0]) == 1
    assert [one.code for one in what_is_wrong(planned.where, BEGUN, plan, "")] == ["KEEP-20"]
    log_of(planned.where.path).rmdir()
    planned.site.clock.moment = BEGUN + timedelta(hours=2)
    do_what_is_due(planned.where, planned.doors, plan, "", tried=tried)
    assert [run.ok for run in read_runs(planned.where.path)] == [True]
    assert list(what_is_wrong(planned.where, BEGUN, plan, "")) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root gives a file away")
def test_root_gives_the_log_away(kept: Kept) -> None:
    """PLANNED-03: to whom the folder belongs, so that the site goes on in it."""
    os.chown(kept.where.path, 4321, 4321)
    write_run(kept.where.path, Run(at="2026-03-02T08:00:00Z", to="x", ok=True))
    found = log_of(kept.where.path).stat()
    assert (found.st_uid, found.st_gid) == (4321, 4321)


def test_what_a_damaged_log_says(kept: Kept) -> None:
    """PLANNED-04: lines that are no backups are passed over, paths that are none lead nowhere."""
    log_of(kept.where.path).write_text('{"at": 5, "to": "x", "ok": true}\n{"at": "", "to": "a\\u0000b", "ok": false}\n')
    assert [run.to for run in read_runs(kept.where.path)] == ["a\0b"]
    assert runs_of(kept.where.path, Plan()) == ()


def test_it_goes_on(planned: Kept, tmp_path: Path) -> None:
    """PLANNED-04: what fails in a way that nobody thought of stands in the log, and the heads are written."""

    def broken(_to: Path) -> bool:
        raise RuntimeError

    where = type(planned.where)(planned.where.path, str(planned.where.ledger))
    (tmp_path / "heads").mkdir()
    do_what_is_due(where, planned.doors, Plan(to="../planned"), "../heads", broken)
    (run,) = read_runs(planned.where.path)
    assert (run.ok, "RuntimeError" in run.problem) == (False, True)
    assert list((tmp_path / "heads").glob("head-*.pdf"))


def test_heads_that_were_never_written(kept: Kept, tmp_path: Path) -> None:
    """PLANNED-05: not in the first days of a study; then also where the folder cannot be made."""
    (tmp_path / "file").write_text("in the way")
    for heads in ("../file/heads", "../none"):
        for days, codes in ((1, []), (3, ["KEEP-13"])):
            found = what_is_wrong(kept.where, BEGUN + timedelta(days=days), None, heads)
            assert [one.code for one in found] == codes
    kept.site.clock.moment = now = BEGUN + timedelta(days=3)
    do_what_is_due(kept.where, kept.doors, None, "../heads")
    assert list(what_is_wrong(kept.where, now, None, "../heads")) == []


# ---- what a backup holds of others ----------------------------------------------------------------------------------


def test_no_backup_in_a_backup(kept: Kept) -> None:
    """PLANNED-06: below the folder under another name, or in the folder itself; nor a copy of identities."""
    folder = kept.where.path
    make_database(folder / "identities.db", "Anna Example")
    first = take_backup(kept.where, kept.doors, to=folder / "copies", identities=folder / "lists")
    held = read_manifest(Path(first.to)).files.keys()
    for place in (folder / "copies", folder, folder / "deep" / "er"):
        run = take_backup(kept.where, kept.doors, to=place, identities=folder / "lists")
        assert read_manifest(Path(run.to)).files.keys() == held
    (folder / "2026-03-01T000000Z").mkdir()
    (folder / "2026-03-01T000000Z" / "notes.txt").write_text(CUSTODIAN)
    run = take_backup(kept.where, kept.doors, to=folder / "copies")
    assert "study/2026-03-01T000000Z/notes.txt" in read_manifest(Path(run.to)).files


def test_a_folder_that_is_named_like_a_backup(kept: Kept, tmp_path: Path) -> None:
    """PLANNED-06: a study that is worked on in such a folder is backed up whole."""
    folder = kept.where.path.rename(tmp_path / "2026-03-01T000000Z")
    make_database(folder / "identities.db", "Anna Example")
    run = take_backup(type(kept.where)(folder), kept.doors, to=tmp_path / "backups")
    assert "study/wordings/ours.yaml" in files_in(Path(run.to))


def test_what_a_trial_left_behind(kept: Kept, tmp_path: Path) -> None:
    """PLANNED-06: its name has two dots, and it holds accounts."""
    place = tmp_path / "backups"
    for name in ("..2026-03-01T000000Z.a.tried.b", "..2026-03-02T080000Z.c.tried.d", "..other"):
        (place / name).mkdir(parents=True)
    rotate(place, (), Keep(), kept.doors)
    assert {path.name for path in place.iterdir()} == {"..2026-03-02T080000Z.c.tried.d", "..other"}
