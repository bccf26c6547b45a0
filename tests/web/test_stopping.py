"""The site asked to stop while eight people save one form after the other, as systemd asks (SIGTERM).

STOP-01: every save that was answered stands in the ledger, whole; nothing stands there in part (R03, R20).
STOP-02: no request is cut: whatever was saved was answered, too; the process leaves with 0 and leaves nothing open.
STOP-03: what was refused at the end is sent again after the next start, and stands there once (R21).
"""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

from tests.web.running import running
from tests.web.test_killed import ANSWERS, PEOPLE, Nurse, peopled, recorded, send_again

__all__ = ["peopled"]
EACH = 3
"""Saves of each, before the site is asked to stop."""


def test_stopped_while_everybody_saves(peopled: Path) -> None:
    """STOP-01, -02, -03 (R03, R20, R21)."""
    nurses = [Nurse(person=person) for person in PEOPLE]
    with running(peopled) as site:
        for nurse in nurses:
            nurse.sign_in(site)
        threads = [threading.Thread(target=nurse.save_on, args=(site, threading.Event())) for nurse in nurses]
        for thread in threads:
            thread.start()
        while any(
            thread.is_alive() and len(nurse.answered) < EACH for thread, nurse in zip(threads, nurses, strict=True)
        ):
            time.sleep(0.01)
        site.process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join()
        assert site.process.wait(60) == 0
    kept = recorded(peopled)
    assert set(kept.values()) == {len(ANSWERS)}
    answered = [(save.participant, save.row) for nurse in nurses for save in nurse.answered]
    assert set(answered) == set(kept)
    assert len(answered) >= EACH * len(PEOPLE)
    assert not list(peopled.glob("ledger.db-*"))
    with running(peopled) as site:
        send_again(site, nurses)
    assert set(recorded(peopled).values()) == {len(ANSWERS)}
    assert len(recorded(peopled)) == len(kept) + len(PEOPLE)
