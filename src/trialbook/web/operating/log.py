"""Lines of the log: for people, or as JSON; without paths, texts of the study, people, addresses, tokens.

What Django says of a request names its path, and in paths stand codes of participants; what an exception says may hold
an answer. Both are left out: a line names the route, and of a failure its kind and where in the program it was.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
LONGEST = 1000


def message_of(record: logging.LogRecord) -> str:
    """Return what a line says: for a request, its route and status instead of what was asked."""
    if getattr(record, "request", None) is None:
        return safe(record.getMessage())
    status = getattr(record, "status_code", None)
    return f"{route_of(record) or 'no route'}: {status or 'refused'}"


def route_of(record: logging.LogRecord) -> str:
    """Return the name of the route of a line about a request."""
    match = getattr(getattr(record, "request", None), "resolver_match", None)
    return getattr(match, "url_name", None) or ""


def safe(text: str) -> str:
    """Return a text that stays within its line, and is read in the direction in which it was written."""
    return CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text[:LONGEST])


def failure_of(record: logging.LogRecord) -> Mapping[str, Any] | None:
    """Return the kind of an exception and the places that it passed; what it says stays out."""
    if not record.exc_info or record.exc_info[0] is None:
        return None
    frames = traceback.extract_tb(record.exc_info[2])
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return {"kind": record.exc_info[0].__name__, "at": places[-20:]}


def when(record: logging.LogRecord) -> str:
    """Return the time of a line, in UTC."""
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Lines:
    """A line for people."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the line; a failure stands behind it."""
        failure = failure_of(record)
        more = "" if failure is None else f" [{failure['kind']} at {' < '.join(reversed(failure['at']))}]"
        return f"{when(record)} {record.levelname} {record.name}: {message_of(record)}{more}"


class Json:
    """A line for programs: one object of JSON, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the line."""
        told = {"time": when(record), "level": record.levelname, "logger": record.name, "message": message_of(record)}
        if route_of(record):
            told["route"] = route_of(record)
        told |= getattr(record, "told", {})
        failure = failure_of(record)
        return json.dumps(told if failure is None else {**told, "failure": failure})


def catch_threads() -> None:
    """Write into the log, as any other, a failure that ends a thread; else it would be printed with all it says."""

    def told(failed: threading.ExceptHookArgs) -> None:
        if failed.exc_value is not None:
            info = (failed.exc_type, failed.exc_value, failed.exc_traceback)
            logging.getLogger("trialbook").error("a thread failed", exc_info=info)

    threading.excepthook = told
