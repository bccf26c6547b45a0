"""A copy that was restored stays apart from its study, and no verb takes away or spoils what is not its own.

APART-01: the settings of the site are kept aside in what is restored; nobody else reads them.
APART-02: a folder with a ledger of its own is not worked on while another ledger is named, nor where two are named.
APART-03: a restored copy makes no backup where the backups of its study are; that one goes on, and so does the copy,
elsewhere.
APART-04: backups of two studies have no place in common; what is nobody's, or cannot be read, is never taken away.
APART-05: the list that ties codes to persons has a place of its own; two studies may share it, each rotates its own.
APART-06: as long as there is no such list nothing fails; where it is gone, or cannot be copied, the study is backed up
all the same, and both is told.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.conftest import STUDY, Clock
from tests.keeping.conftest import Kept, make
from tests.keeping.test_backup import code_of, make_database

from trialbook.capture.acts import note
from trialbook.capture.server import without_secret
from trialbook.capture.stores import has_secret, is_address, is_same
from trialbook.cli import main
from trialbook.errors import LedgerError
from trialbook.folder import StudyFolder
from trialbook.keeping.backup import take_backup
from trialbook.keeping.log import read_runs
from trialbook.keeping.restoring import restore
from trialbook.keeping.rotation import Keep, backups_in
from trialbook.keeping.schedule import Plan, do_what_is_due, what_is_wrong

LIVE = "postgresql://writer@db.example/live"
SETTINGS = f'store = "{LIVE}"\nbackup = {{ to = "/mnt/backups" }}\nheads = "/mnt/heads"\n'


def copied(kept: Kept, run: str, to: Path) -> Kept:
    """Return a study that was restored from a backup."""
    folder = restore(Path(run), to, kept.doors).folder
    site = type(kept.site)(folder, kept.site.study, kept.site.clock, kept.site.chance)
    return Kept(StudyFolder(folder), site, kept.doors)


def say(kept: Kept, words: str) -> None:
    """Record something."""
    with kept.open() as book:
        book.record(note(words), by="ines")


def another(folder: Path) -> Kept:
    """Make a second study, begun on another day."""
    text = STUDY.replace("id: invented-enzymes", "id: another-one").replace("an invented drug", "another drug")
    return make(folder, text, Clock(datetime(2026, 2, 2, tzinfo=UTC)))


def test_the_settings_are_kept_aside(kept: Kept, tmp_path: Path) -> None:
    """APART-01: they name the live ledger, its backups and its heads; those in force go before older ones."""
    (kept.where.path / "site.toml").write_text(SETTINGS, encoding="utf-8")
    done = restore(Path(take_backup(kept.where, kept.doors).to), tmp_path / "drill", kept.doors)
    assert done.aside == tmp_path / "drill" / "site.toml.restored"
    assert (done.aside.read_text(encoding="utf-8"), done.aside.stat().st_mode & 0o077) == (SETTINGS, 0)
    assert not (tmp_path / "drill" / "site.toml").exists()
    drill = StudyFolder(done.folder)
    again = restore(Path(take_backup(drill, kept.doors).to), tmp_path / "second", kept.doors)
    assert again.aside is not None
    assert again.aside.read_text(encoding="utf-8") == SETTINGS
    (drill.path / "site.toml").write_text("port = 8001\n", encoding="utf-8")
    last = restore(Path(take_backup(drill, kept.doors).to), tmp_path / "third", kept.doors)
    assert last.aside is not None
    assert last.aside.read_text(encoding="utf-8") == "port = 8001\n"


def test_what_the_verb_says(kept: Kept, tmp_path: Path) -> None:
    """APART-01, APART-02: on the command line, and what follows goes to the copy."""
    (kept.where.path / "site.toml").write_text(SETTINGS, encoding="utf-8")
    run, drill = take_backup(kept.where, kept.doors), str(tmp_path / "drill")
    said = CliRunner().invoke(main, ["restore", run.to, "--to", drill], env={"TRIALBOOK_STORE": ""})
    assert (said.exit_code, "site.toml.restored" in said.output) == (0, True), said.output
    done = CliRunner().invoke(main, ["verify", drill], env={"TRIALBOOK_STORE": ""})
    assert (done.exit_code, str(run.count) in done.output) == (0, True), done.output


@pytest.mark.parametrize("verb", [["status"], ["verify"], ["backup"], ["serve"], ["participant", "P9", "screen"]])
def test_a_ledger_of_its_own(kept: Kept, verb: list[str]) -> None:
    """APART-02: the environment leads to the live ledger, and nothing is asked of that."""
    words = [verb[0], str(kept.where.path), *verb[1:]]
    done = CliRunner().invoke(main, words, env={"TRIALBOOK_STORE": f"{LIVE}?password=hunter2"})
    assert (done.exit_code, "KEEP-23" in done.output, "hunter2" in done.output) == (5, True, False), done.output


def test_two_ledgers_are_named(kept: Kept) -> None:
    """APART-02: by the environment and by the folder."""
    kept.where.ledger.unlink()
    (kept.where.path / "site.toml").write_text(f'store = "{LIVE}"\n', encoding="utf-8")
    other = {"TRIALBOOK_STORE": "postgresql://writer:hunter2@db.example/drill"}
    done = CliRunner().invoke(main, ["status", str(kept.where.path)], env=other)
    assert (done.exit_code, "KEEP-22" in done.output, "hunter2" in done.output) == (5, True, False), done.output


def test_the_same_database() -> None:
    """APART-02: with a password, as another role, by another name of this machine; and what may be written down."""
    assert is_same(LIVE, "postgresql+psycopg://reader:hunter2@db.example:5432/live?sslmode=verify-full")
    assert is_same("postgresql://w@localhost/d", "postgresql://w@127.0.0.1/d")
    assert is_same("postgresql://w@localhost/d", "postgresql://w@/d?host=/var/run/postgresql")
    assert is_same(LIVE, LIVE.replace("db.example", "DB.Example"))
    assert not is_same(LIVE, LIVE.replace("db.example", "db2.example"))
    assert not is_same(LIVE, LIVE.replace("db.example", "db.example:5433"))
    for secret in (LIVE.replace("writer@", "writer:hunter2@"), f"{LIVE}?password=hunter2"):
        told = without_secret(secret)
        assert (is_address(told), has_secret(told), "hunter2" in told) == (True, False, False)
        assert is_same(told, LIVE)
    assert without_secret(LIVE) == LIVE


def test_a_copy_makes_no_backup_in_the_place_of_its_study(kept: Kept, tmp_path: Path) -> None:
    """APART-03: before and after something was recorded in it."""
    place = tmp_path / "backups"
    first = take_backup(kept.where, kept.doors, to=place)
    drill = copied(kept, first.to, tmp_path / "drill")
    for words in ("", "a drill"):
        if words:
            say(drill, words)
        with pytest.raises(LedgerError) as refused:
            take_backup(drill.where, kept.doors, to=place, keep=Keep(daily=1, weekly=0, monthly=0))
        assert code_of(refused) == "KEEP-18"
        assert list(backups_in(place)) == [Path(first.to).name]
    say(kept, "the study goes on")
    second = take_backup(kept.where, kept.doors, to=place)
    assert second.removed == (Path(first.to).name,)
    own = [take_backup(drill.where, kept.doors, to=tmp_path / "own") for _ in range(2)]
    assert own[1].removed == (Path(own[0].to).name,)
    with pytest.raises(LedgerError) as refused:
        take_backup(kept.where, kept.doors, to=tmp_path / "own")
    assert code_of(refused) == "KEEP-18"


def test_a_copy_of_a_copy(kept: Kept, tmp_path: Path) -> None:
    """APART-03: has a mark of its own; one whose mark cannot be read is no study that was never restored."""
    place = tmp_path / "backups"
    drill = copied(kept, take_backup(kept.where, kept.doors).to, tmp_path / "drill")
    second = copied(kept, take_backup(drill.where, kept.doors, to=place).to, tmp_path / "second")
    with pytest.raises(LedgerError) as refused:
        take_backup(second.where, kept.doors, to=place)
    assert code_of(refused) == "KEEP-18"
    (drill.where.path / "restored.json").write_text("[]")
    with pytest.raises(LedgerError) as refused:
        take_backup(drill.where, kept.doors, to=kept.where.path / "backups")
    assert code_of(refused) == "KEEP-18"


def test_two_studies(kept: Kept, tmp_path: Path) -> None:
    """APART-04: the second is refused; what has no manifest stays, however old."""
    place, other = tmp_path / "backups", another(tmp_path / "other")
    first = take_backup(kept.where, kept.doors, to=place)
    for name in ("2025-01-01T000000Z", "2025-01-01T010000Z"):
        (place / name).mkdir()
    with pytest.raises(LedgerError) as refused:
        take_backup(other.where, other.doors, to=place)
    assert code_of(refused) == "KEEP-18"
    second = take_backup(kept.where, kept.doors, to=place, keep=Keep(daily=1, weekly=0, monthly=0))
    assert second.removed == (Path(first.to).name,)
    assert set(backups_in(place)) == {"2025-01-01T000000Z", "2025-01-01T010000Z", Path(second.to).name}


def test_backups_of_an_earlier_version(kept: Kept, tmp_path: Path) -> None:
    """APART-03, APART-04: name no owner; they are the study's own, and not the copy's."""
    place = tmp_path / "backups"
    first = take_backup(kept.where, kept.doors, to=place)
    drill = copied(kept, first.to, tmp_path / "drill")
    manifest = Path(first.to) / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    start, end = text.index('"owner"'), text.index('"files"')
    manifest.write_text(text[:start] + text[end:], encoding="utf-8")
    with pytest.raises(LedgerError) as refused:
        take_backup(drill.where, kept.doors, to=place)
    assert code_of(refused) == "KEEP-18"
    assert take_backup(kept.where, kept.doors, to=place).removed == (Path(first.to).name,)


# ---- identities ---------------------------------------------------------------------------------------------------


def test_identities_with_the_backups(kept: Kept, tmp_path: Path) -> None:
    """APART-05: refused before anything is written, however the place is called."""
    make_database(kept.where.path / "identities.db", "Anna Example")
    place = tmp_path / "backups"
    first = take_backup(kept.where, kept.doors, to=place)
    with pytest.raises(LedgerError) as refused:
        take_backup(kept.where, kept.doors, to=place, identities=tmp_path / "other" / ".." / "backups")
    assert code_of(refused) == "KEEP-17"
    assert list(backups_in(place)) == [Path(first.to).name]


def test_a_place_that_had_both(kept: Kept, tmp_path: Path) -> None:
    """APART-04: copies of identities are no backups of the study, and are not rotated as such."""
    make_database(kept.where.path / "identities.db", "Anna Example")
    apart = tmp_path / "apart"
    take_backup(kept.where, kept.doors, identities=apart)
    (name,) = backups_in(apart)
    run = take_backup(kept.where, kept.doors, to=apart, keep=Keep(daily=1, weekly=0, monthly=0))
    assert set(backups_in(apart)) == {name, Path(run.to).name}


def test_two_lists_in_one_place(kept: Kept, tmp_path: Path) -> None:
    """APART-05: each study keeps its own newest; a copy says whose it is."""
    apart, other = tmp_path / "apart", another(tmp_path / "other")
    for one, word in ((kept, "Anna Example"), (other, "Bert Example")):
        make_database(one.where.path / "identities.db", word)
    for hour, one in enumerate((kept, other, kept, other)):
        one.site.clock.moment = datetime(2026, 3, 5, hour, tzinfo=UTC)
        take_backup(one.where, one.doors, identities=apart)
    found = {
        (apart / name / "identities.db").read_bytes().count(b"Anna Example"): (apart / name / "whose.json").read_text()
        for name in backups_in(apart)
    }
    assert len(list(backups_in(apart))) == 2
    assert ("Four weeks of an invented drug" in found[1], "Four weeks of another drug" in found[0]) == (True, True)


def test_no_list_yet(kept: Kept, tmp_path: Path) -> None:
    """APART-06: the site copies it once it is there."""
    plan = Plan(to=str(tmp_path / "backups"), identities=str(tmp_path / "apart"))
    do_what_is_due(kept.where, kept.doors, plan, "")
    (run,) = read_runs(kept.where.path)
    assert (run.ok, run.problem, (tmp_path / "apart").exists()) == (True, "", False)
    make_database(kept.where.path / "identities.db", "Anna Example")
    kept.site.clock.moment = datetime(2026, 3, 4, tzinfo=UTC)
    do_what_is_due(kept.where, kept.doors, plan, "")
    assert [run.ok for run in read_runs(kept.where.path)] == [True, True]
    (name,) = backups_in(tmp_path / "apart")
    assert name == Path(read_runs(kept.where.path)[1].to).name


def test_a_list_that_is_gone(kept: Kept, tmp_path: Path) -> None:
    """APART-06: a loss is told; the study is backed up and rotated, and no copy of the list is taken away."""
    keep = Keep(daily=1, weekly=0, monthly=0)
    plan = Plan(to=str(tmp_path / "backups"), identities=str(tmp_path / "apart"), keep=keep)
    make_database(kept.where.path / "identities.db", "Anna Example")
    do_what_is_due(kept.where, kept.doors, plan, "")
    (kept.where.path / "identities.db").unlink()
    kept.site.clock.moment = now = datetime(2026, 3, 4, tzinfo=UTC)
    do_what_is_due(kept.where, kept.doors, plan, "")
    first, second = read_runs(kept.where.path)
    assert (second.ok, "no list of identities" in second.problem) == (True, True)
    assert second.removed == (Path(first.to).name,)
    assert len(list(backups_in(tmp_path / "apart"))) == 1
    assert [one.code for one in what_is_wrong(kept.where, now, plan, "")] == ["KEEP-19"]


def test_a_list_that_is_gone_with_the_upgrade(kept: Kept, tmp_path: Path) -> None:
    """APART-06: copies of an earlier version of the program do not say whose they are, and tell of the loss."""
    plan = Plan(to=str(tmp_path / "backups"), identities=str(tmp_path / "apart"))
    make_database(kept.where.path / "identities.db", "Anna Example")
    do_what_is_due(kept.where, kept.doors, plan, "")
    (name,) = backups_in(tmp_path / "apart")
    (tmp_path / "apart" / name / "whose.json").unlink()
    (kept.where.path / "identities.db").unlink()
    kept.site.clock.moment = now = datetime(2026, 3, 4, tzinfo=UTC)
    do_what_is_due(kept.where, kept.doors, plan, "")
    assert [one.code for one in what_is_wrong(kept.where, now, plan, "")] == ["KEEP-19"]


def test_a_plan_with_one_place_for_both(kept: Kept, tmp_path: Path) -> None:
    """APART-04: the study is backed up, the list is not, and that is told."""
    plan = Plan(to=str(tmp_path / "both"), identities=str(tmp_path / "other" / ".." / "both"))
    make_database(kept.where.path / "identities.db", "Anna Example")
    do_what_is_due(kept.where, kept.doors, plan, "")
    (run,) = read_runs(kept.where.path)
    assert (run.ok, len(list(backups_in(tmp_path / "both")))) == (True, 1)
    assert [one.code for one in what_is_wrong(kept.where, kept.doors.now(), plan, "")] == ["KEEP-17"]


def test_a_list_that_cannot_be_copied(kept: Kept, tmp_path: Path) -> None:
    """APART-06: its place is in the way; the verb fails, and says that the backup stands."""
    make_database(kept.where.path / "identities.db", "Anna Example")
    (tmp_path / "apart").write_text("in the way")
    with pytest.raises(LedgerError) as refused:
        take_backup(kept.where, kept.doors, to=tmp_path / "backups", identities=tmp_path / "apart")
    problem = refused.value.problems[0]
    assert (problem.code, "apart" in problem.values["problem"]) == ("KEEP-19", True)
    (name,) = backups_in(tmp_path / "backups")
    assert str(problem.place) == str(tmp_path / "backups" / name)
