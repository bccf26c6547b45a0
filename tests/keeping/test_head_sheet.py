"""The head of a ledger, to be kept elsewhere: on paper, in a mail, in a file.

HEAD-01: the square on the sheet holds what `verify --head` reads, and shows a ledger that was rewritten (R06).
HEAD-02: the sheet says which study it is of, how far it reaches, when it was written, and that data are invented.
HEAD-03: a file of another kind is refused.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.keeping.conftest import Kept
from tests.keeping.test_backup import code_of, spoil

from trialbook.cli import main
from trialbook.errors import LedgerError
from trialbook.folder import read_head, verify_ledger
from trialbook.keeping.head_sheet import keep_head


def test_a_sheet_as_text(kept: Kept, tmp_path: Path) -> None:
    """HEAD-01 (R06), HEAD-02: whoever types or scans what the sheet holds can verify with it."""
    head = keep_head(kept.where, tmp_path / "head.txt", kept.doors)
    text = (tmp_path / "head.txt").read_text(encoding="utf-8")
    (line,) = (line for line in text.splitlines() if line.startswith('{"count"'))
    (tmp_path / "typed.json").write_text(line, encoding="utf-8")
    assert read_head(tmp_path / "typed.json") == head
    assert ("Four weeks of an invented drug" in text, "INVENTED DATA" in text, "█" in text) == (True, True, True)
    assert verify_ledger(kept.where, head).ok
    spoil(kept.where.ledger, "DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)")
    assert [problem.code for problem in verify_ledger(kept.where, head).problems] == ["LEDGER-39"]


def test_a_page_to_print(kept: Kept, tmp_path: Path) -> None:
    """HEAD-02: one page of PDF; the file for the program beside it."""
    keep_head(kept.where, tmp_path / "head.pdf", kept.doors)
    assert (tmp_path / "head.pdf").read_bytes().startswith(b"%PDF")
    head = keep_head(kept.where, tmp_path / "head.json", kept.doors)
    assert read_head(tmp_path / "head.json") == head


def test_another_kind(kept: Kept, tmp_path: Path) -> None:
    """HEAD-03."""
    with pytest.raises(LedgerError) as refused:
        keep_head(kept.where, tmp_path / "head.docx", kept.doors)
    assert code_of(refused) == "KEEP-12"


def test_the_verbs(kept: Kept, tmp_path: Path) -> None:
    """HEAD-01 (R06): head, backup, restore, archive and verify, one after the other, at the command line."""
    run, study = CliRunner().invoke, str(kept.where.path)
    place, new, packed = tmp_path / "backups", tmp_path / "new", tmp_path / "all.zip"
    printed = run(main, ["head", study])
    assert json.loads(printed.stdout) == json.loads(json.dumps({"count": 37, **json.loads(printed.stdout)}))
    for line in (
        ["head", study, "--out", str(tmp_path / "head.json")],
        ["backup", study, "--to", str(place), "--keep", "daily=2"],
        ["restore", "BACKUP", "--to", str(new)],
        ["archive", study, str(packed)],
    ):
        newest = [str(next(place.iterdir())) if one == "BACKUP" else one for one in line]
        done = run(main, newest)
        assert (done.exit_code, done.exception) == (0, None), done.output
    assert run(main, ["verify", str(new), "--head", str(tmp_path / "head.json")]).exit_code == 0
    assert run(main, ["restore", str(packed), "--to", str(new)]).exit_code == 5
    assert run(main, ["backup", study, "--keep", "weekly"]).exit_code == 5
