"""Results of endpoints before the planned cut: closed, unless the look is recorded with its reason."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from trialbook.errors import Problem, TrialbookError

if TYPE_CHECKING:
    from trialbook.capture.book import Book
    from trialbook.conduct.looks import CutState


class ResultsClosedError(TrialbookError):
    """The results of endpoints stay closed until the planned cut of the data."""

    exit_code = 7


def look_at_results(book: Book, what: str, *, by: str, reason: str | None, today: date) -> bool:
    """Make sure that results may be seen now; return whether an earlier look was recorded for it.

    ResultsClosedError where the cut is not reached and no reason is given; ActRefused where the person may not look.
    """
    from trialbook.capture.acts import look
    from trialbook.conduct.looks import assess_cut

    if book.study.analysis.cut is None:
        return False
    state = assess_cut(book.study, book.casebooks(), today)
    if state.is_open:
        return False
    if reason is None or not reason.strip():
        raise ResultsClosedError([closed_problem(book, state)])
    book.record(look(what, reason=reason), by=by)
    return True


def closed_problem(book: Book, state: CutState) -> Problem:
    """Say until when results are closed, and what is waited for."""
    from trialbook.protocol.phrases import write_cut

    cut = book.study.analysis.cut
    waits = "How many participants are planned is not said. " if state.is_uncounted else ""
    waits += f"Still to be enrolled: {state.to_enrol}. " if state.to_enrol else ""
    waits += f"Not yet through: {len(state.still_out)} participants. " if state.still_out else ""
    return Problem(code="LOOK-01", values={"cut": "" if cut is None else write_cut(cut), "waits": waits})
