"""What became of blinding: unblindings, earlier looks and alerts counted; guesses of blind raters against the truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from trialbook.analysis.allocation import arm_of, has_arms
from trialbook.analysis.blinding_index import Index, bang, james, matches, nearest, together
from trialbook.analysis.frames import Datasets, books
from trialbook.analysis.listings import listing
from trialbook.analysis.proportions import Interval, clopper_pearson, z_of
from trialbook.analysis.results import Listing, Result, Selector
from trialbook.analysis.rows import Heading, Stat

if TYPE_CHECKING:
    from trialbook.protocol.model import Form

NAME = "blinding"
COLUMNS = ("what", "kind", "participant", "who", "reason")
GUESSES = "guesses"
GUESS_COLUMNS = ("form", "what", "participant", "visit", "guess", "truth", "right")
UNBLINDINGS = ("planned", "emergency", "accidental")
LOOK, ALERT, UNBLINDING = "early look", "safety alert", "unblinding"
UNKNOWN = "not known"
CLUSTERED = "The interval takes the ratings as independent, which those of one participant are not."


FEW, MANY = "Few participants: the interval is that of large samples.", 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One guess of a blind rater, and the truth."""

    form: str
    what: str
    """`week` or `treatment`."""
    participant: str
    visit: str
    guess: str
    """The visit nearest to the guessed week, or an arm; `UNKNOWN` where the rater did not know."""
    truth: str
    seq: int

    @property
    def is_right(self) -> bool:
        """Tell whether the guess is the truth."""
        return self.guess == self.truth


# ---- what happened ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def list_blinding(datasets: Datasets) -> Listing:
    """List every unblinding, of a participant or of the study, every earlier look at results and every safety alert."""
    rows: list[tuple[tuple[str, ...], Sequence[int]]] = [
        ((UNBLINDING, one.kind, code, one.who, one.reason), (one.seq,))
        for code, found in sorted(datasets.unblindings.items())
        for one in found
    ]
    rows += [((LOOK, LOOK, "", one.what, one.reason), (one.seq,)) for one in datasets.looks]
    rows += [((ALERT, ALERT, code, "", ""), (seq,)) for code, seq in datasets.alerts]
    return listing(NAME, COLUMNS, [(tuple(row), seqs) for row, seqs in rows])


def count_blinding(datasets: Datasets) -> Iterator[Result]:
    """Count each kind of what happened, and the participants concerned; nothing where nothing did."""
    found = list_blinding(datasets).rows
    for kind in (*UNBLINDINGS, LOOK, ALERT):
        rows = [row for row in found if row[1] == kind]
        if rows:
            source = Selector(frame="listing", variable=NAME, analysis_set="", where=(("kind", kind),))
            heading = Heading(analysis=NAME, variable=kind, method="as recorded; counted", source=source)
            people = {row[2] for row in rows if row[2]}
            yield heading.row(Stat(name="n", value=len(rows)))
            yield heading.row(Stat(name="n_participants", value=len(people)))


# ---- guesses ----------------------------------------------------------------------------------------------------


def guesses_of(datasets: Datasets) -> Iterator[Guess]:
    """Yield every guess with its truth, by form, participant and visit; one without a truth is left out."""
    for form in datasets.study.forms.values():
        if form.guesses is not None and form.guesses.week is not None:
            yield from _weeks(datasets, form, form.guesses.week)
        if form.guesses is not None and form.guesses.treatment is not None and has_arms(datasets):
            yield from _treatments(datasets, form, form.guesses.treatment)


def _weeks(datasets: Datasets, form: Form, item: str) -> Iterator[Guess]:
    """Yield guessed weeks as the visit of the form whose planned day is nearest."""
    days = [(visit, datasets.study.schedule.visits[visit].day) for visit in form.visits]
    for code, book in books(datasets).items():
        for cell, answer in book.answers.items():
            if (cell.form, cell.item) == (form.id, item) and cell.visit in form.visits and answer.value is not None:
                yield Guess(
                    form=form.id, what="week", participant=code, visit=cell.visit, seq=answer.seq,
                    guess=nearest(float(answer.value.lstrip("<>=")), days), truth=cell.visit,
                )  # fmt: skip


def _treatments(datasets: Datasets, form: Form, item: str) -> Iterator[Guess]:
    arms = arm_of(datasets)
    for code, book in books(datasets).items():
        for cell, answer in book.answers.items():
            if (cell.form, cell.item) == (form.id, item) and answer.value is not None and code in arms:
                guess = answer.value if answer.value in datasets.study.arms else UNKNOWN
                yield Guess(
                    form=form.id, what="treatment", participant=code, visit=cell.visit, seq=answer.seq, guess=guess,
                    truth=arms[code],
                )  # fmt: skip


@lru_cache(maxsize=4)
def list_guesses(datasets: Datasets) -> Listing:
    """List every guess beside the truth; `right` is 1 where they are the same."""
    rows = [
        ((one.form, one.what, one.participant, one.visit, one.guess, one.truth, int(one.is_right)), (one.seq,))
        for one in guesses_of(datasets)
    ]
    return listing(GUESSES, GUESS_COLUMNS, rows)


def judge_guesses(datasets: Datasets) -> Iterator[Result]:
    """Compare guesses with the truth, form by form."""
    every = tuple(guesses_of(datasets))
    for form in dict.fromkeys(one.form for one in every):
        weeks = [one for one in every if (one.form, one.what) == (form, "week")]
        arms = [one for one in every if (one.form, one.what) == (form, "treatment")]
        yield from _judge_weeks(datasets, form, weeks) if weeks else ()
        yield from _judge_arms(datasets, form, arms) if arms else ()


def _heading(form: str, what: str, level: str = "", method: str = "", warning: str = "") -> Heading:
    where = (("form", form), ("what", what))
    return Heading(
        analysis=GUESSES, variable=form, level=f"{what} {level}".strip(), method=method, warning=warning,
        source=Selector(frame="listing", variable=GUESSES, analysis_set="", where=where),
    )  # fmt: skip


def _judge_weeks(datasets: Datasets, form: str, weeks: Sequence[Guess]) -> Iterator[Result]:
    """Count right guesses of the week; against chance by dealing each participant's guesses to their visits at random.

    A participant with one rating tells nothing: dealt anew, their guess is where it was.
    """
    right, n = sum(one.is_right for one in weeks), len(weeks)
    people = _by_participant(weeks)
    dealt = together(matches([one.guess for one in found], [one.truth for one in found]) for found in people.values())
    expected = sum(k * p for k, p in enumerate(dealt))
    method = "guessed weeks as the nearest planned visit of the form"
    yield from _share(_heading(form, "week", method=method), right, n, float(datasets.study.analysis.confidence))
    by_deal = f"{method}; against chance: guesses of each participant dealt to their visits at random, exact, one-sided"
    yield from _heading(form, "week", method=by_deal).rows(
        [
            Stat(name="expected", value=expected, decimals=1, n=n),
            Stat(name="p", value=min(1.0, sum(dealt[right:])), n=n),
        ]
    )


def _by_participant(guesses: Sequence[Guess]) -> Mapping[str, list[Guess]]:
    found: dict[str, list[Guess]] = {}
    for one in guesses:
        found.setdefault(one.participant, []).append(one)
    return found


def _share(heading: Heading, right: int, n: int, confidence: float) -> Iterator[Result]:
    found = clopper_pearson(right, n, confidence=confidence)
    yield from heading.rows(
        [
            Stat(name="n", value=n),
            Stat(name="n_right", value=right, n=n),
            Stat(name="percent", value=100 * right / n, unit="%", decimals=0, n=n),
            *(_end(name, end, found, heading, n) for name, end in (("ci_low", found.low), ("ci_high", found.high))),
        ]
    )  # fmt: skip


def _end(name: str, end: float | None, found: Interval, heading: Heading, n: int) -> Stat:
    """Return one end of an interval, in percent."""
    method = f"{heading.method}; interval of Clopper and Pearson"
    if end is None:
        return Stat(name=name, value=None, n=n, method=method, error=found.reason)
    return Stat(name=name, value=100 * end, unit="%", decimals=0, n=n, method=method, warning=CLUSTERED)


def _judge_arms(datasets: Datasets, form: str, guesses: Sequence[Guess]) -> Iterator[Result]:
    """Give the index of Bang in each arm and, of two arms, that of James; of each participant the last guess."""
    last = list({one.participant: one for one in _in_order(datasets, guesses)}.values())
    arms, z = tuple(datasets.study.arms), z_of(float(datasets.study.analysis.confidence))
    for arm in arms:
        mine = [one for one in last if one.truth == arm]
        right, unknown = sum(one.is_right for one in mine), sum(one.guess == UNKNOWN for one in mine)
        method = "index of Bang, Ni and Davis 2004, of the last guess of each participant; -1 all wrong, 1 all right"
        found = bang(right, len(mine) - right - unknown, unknown)
        yield from _index(_heading(form, "treatment", arm, method), found, "bang", z, len(mine))
    if len(arms) == 2:
        counts = [_guessed(last, arm, arms) for arm in arms]
        method = "index of James et al. 1996, of the last guess of each participant; 0 all right, 1 nobody knows"
        yield from _index(
            _heading(form, "treatment", method=method), james(counts[0], counts[1]), "james", z, len(last)
        )


def _in_order(datasets: Datasets, guesses: Sequence[Guess]) -> list[Guess]:
    """Return guesses in the order of the visits."""
    visits = list(datasets.study.schedule.visits)
    return sorted(guesses, key=lambda one: visits.index(one.visit) if one.visit in visits else len(visits))


def _guessed(guesses: Sequence[Guess], arm: str, arms: tuple[str, ...]) -> tuple[int, int, int]:
    mine = [one.guess for one in guesses if one.truth == arm]
    return mine.count(arms[0]), mine.count(arms[1]), mine.count(UNKNOWN)


def _index(heading: Heading, found: Index, name: str, z: float, n: int) -> list[Result]:
    """Write an index with its interval, kept within its scale."""
    least = -1.0 if name == "bang" else 0.0
    ends = (None, None) if found.value is None or found.se is None else (
        max(least, found.value - z * found.se), min(1.0, found.value + z * found.se)
    )  # fmt: skip
    warning = FEW if 0 < n < MANY and found.value is not None else ""
    return heading.rows(
        [
            Stat(name=name, value=found.value, decimals=2, n=n, error=found.error),
            *(
                Stat(name=f"{name}_{side}", value=end, decimals=2, n=n, error=found.error, warning=warning)
                for side, end in zip(("low", "high"), ends, strict=True)
            ),
        ]
    )
