"""Run a small open-label clinical study from one file: plan, record, compute, report."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from trialbook.errors import TrialbookError

if TYPE_CHECKING:
    from trialbook.capture.book import Book
    from trialbook.folder import open_book, read_study
    from trialbook.protocol.model import Study

__all__ = ["Book", "Study", "TrialbookError", "__version__", "open_book", "read_study"]

__version__ = "0.1.0"

HOMES = {
    "Book": "trialbook.capture.book",
    "Study": "trialbook.protocol.model",
    "open_book": "trialbook.folder",
    "read_study": "trialbook.folder",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the names of HOMES, typed above for checkers
    """Import a public name when it is first asked for, so that `trialbook --help` stays quick."""
    if name in HOMES:
        return getattr(import_module(HOMES[name]), name)
    raise AttributeError(f"module 'trialbook' has no attribute {name!r}")
