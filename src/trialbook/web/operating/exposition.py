"""Numbers as Prometheus reads them: its text format, version 0.0.4."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from trialbook.web.operating.counting import BOUNDS, REFUSED, Asked, Counted, Seconds

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Sample = tuple[Mapping[str, str], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What stands at the moment of asking."""

    waiting: int
    """Saves that wait for the writer."""
    is_writing: bool
    """The writer is alive."""
    sessions: int
    backup_age: float | None
    """Seconds since the last backup that was sound; None where there is none."""
    is_ready: bool


def exposition(counted: Counted, now: Now) -> str:
    """Return every number as text, each with its kind and what it means."""
    lines = [
        line for name, kind, words, samples in families(counted, now) for line in family(name, kind, words, samples)
    ]
    lines += histogram("request_seconds", "Seconds until a request was answered.", counted.seconds)
    lines += histogram("save_seconds", "Seconds until a save was on the disk or refused.", counted.save_seconds)
    return "\n".join(lines) + "\n"


def families(counted: Counted, now: Now) -> Iterator[tuple[str, str, str, Iterable[Sample]]]:
    """Yield name, kind, meaning and samples of each number but the histograms."""
    yield "requests_total", "counter", "Requests answered.", told(counted.requests)
    yield "refusals_total", "counter", "Requests refused, by status.", by_status(counted.requests, REFUSED.__contains__)
    yield "failures_total", "counter", "Requests on which the program failed.", failures(counted.requests)
    yield (
        "saves_total",
        "counter",
        "Saves, by what became of them.",
        [({"came": k}, n) for k, n in counted.saves.items()],
    )
    yield "requests_under_way", "gauge", "Requests that are being answered.", [({}, counted.under_way)]
    yield "save_queue", "gauge", "Saves that wait for the writer.", [({}, now.waiting)]
    yield "writer_alive", "gauge", "1 where the writer is alive.", [({}, now.is_writing)]
    yield "ready", "gauge", "1 where the site can serve; see /health.", [({}, now.is_ready)]
    yield "sessions", "gauge", "Sessions that have not ended.", [({}, now.sessions)]
    if now.backup_age is not None:
        yield "backup_age_seconds", "gauge", "Seconds since the last sound backup.", [({}, now.backup_age)]
    yield "began_seconds", "gauge", "When the process began, since 1970.", [({}, counted.began)]


def told(requests: Mapping[Asked, int]) -> Iterator[Sample]:
    """Yield the requests of each kind."""
    for asked, number in requests.items():
        yield {"route": asked.route, "method": asked.method, "status": str(asked.status)}, number


def by_status(requests: Mapping[Asked, int], which: Callable[[int], bool]) -> list[Sample]:
    """Return the requests of some status, by status."""
    found: Counter[int] = Counter()
    for asked, number in requests.items():
        if which(asked.status):
            found[asked.status] += number
    return [({"status": str(status)}, number) for status, number in sorted(found.items())]


def failures(requests: Mapping[Asked, int]) -> list[Sample]:
    """Return how many requests the program failed on, as one number that is there from the beginning."""
    return [({}, sum(number for asked, number in requests.items() if asked.status >= 500))]


def family(name: str, kind: str, words: str, samples: Iterable[Sample]) -> Iterator[str]:
    """Yield the lines of one number."""
    yield f"# HELP trialbook_{name} {words}"
    yield f"# TYPE trialbook_{name} {kind}"
    for labels, value in samples:
        yield f"trialbook_{name}{braced(labels)} {float(value):.15g}"


def histogram(name: str, words: str, seconds: Seconds) -> Iterator[str]:
    """Yield the lines of how long something took."""
    yield f"# HELP trialbook_{name} {words}"
    yield f"# TYPE trialbook_{name} histogram"
    below = 0
    for bound, number in zip((*map(str, BOUNDS), "+Inf"), seconds.classes, strict=True):
        below += number
        yield f'trialbook_{name}_bucket{{le="{bound}"}} {below}'
    yield f"trialbook_{name}_sum {seconds.sum:.15g}"
    yield f"trialbook_{name}_count {seconds.count}"


def braced(labels: Mapping[str, str]) -> str:
    """Write labels; every value is the name of a route or a word of our own, but for the method of a request."""
    if not labels:
        return ""
    quoted = (f'{name}="{escaped(value)}"' for name, value in labels.items())
    return "{" + ",".join(quoted) + "}"


def escaped(value: str) -> str:
    """Return the value of a label as the format wants it."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
