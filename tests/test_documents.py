"""The documents: what they name is there, and what is there is named.

DOC-01: every link between documents leads to a file.
DOC-02: every verb of the command line is in the README, the tutorial or a guide, and in the reference.
DOC-03: every document is reached from the index.
DOC-04: the commands of the tutorial run as they stand there.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from trialbook.cli import main

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("SOURCE.md")])
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    """DOC-01."""
    text = document.read_text(encoding="utf-8")
    assert [link for link in LINK.findall(text) if not (document.parent / link).exists()] == []


def test_every_verb_is_told() -> None:
    """DOC-02."""
    reference = (ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    docs = ROOT / "docs"
    guides = [ROOT / "README.md", docs / "tutorial" / "first-study.md", *(docs / "how-to").glob("*.md")]
    shown = "".join(guide.read_text(encoding="utf-8") for guide in guides)
    for verb in main.commands:
        assert f"## {verb}\n" in reference
        assert f"trialbook {verb}" in shown or f"make {verb}" in shown or verb == "schema"


def test_every_document_is_reached() -> None:
    """DOC-03."""
    index = ROOT / "docs" / "README.md"
    reached = {(index.parent / link).resolve() for link in LINK.findall(index.read_text(encoding="utf-8"))}
    assert [
        str(path) for path in (ROOT / "docs").rglob("*.md") if path != index and path.resolve() not in reached
    ] == []


def test_the_tutorial_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DOC-04."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRIALBOOK_BY", "tester")
    run = CliRunner().invoke
    assert run(main, ["demo", "."]).exit_code == 0
    text = (ROOT / "docs" / "tutorial" / "first-study.md").read_text(encoding="utf-8")
    commands = re.findall(r"^trialbook (.+)$", text, flags=re.MULTILINE)
    assert len(commands) >= 8
    for command in commands:
        done = run(main, shlex.split(command))
        assert done.exit_code == 0, f"trialbook {command}: {done.output}"
