"""Ratings from recordings: until when they are held, in which order they are offered, and by which code.

Order and codes follow from a seed that was made by chance when the recordings were released, and from nothing else
that a rater could know: a code is a hash, and the next recording is the one whose code comes first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trialbook.conduct.casebook import CLOSING, Casebook, Cell, Recording
from trialbook.conduct.completeness import Asked
from trialbook.protocol.model import Form, Study

ENDED = frozenset({"completed", "withdrawn", "screen failure"})
LETTERS = "2346789BCDFGHJKMPQRTVWXY"
"""Signs of a code: none that looks like another, and no vowels, so that no code is a word."""
LENGTH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A recording that is released, with the code by which a rater knows it."""

    code: str
    participant: str
    form: str
    recording: Recording

    @property
    def is_named(self) -> bool:
        """Tell whether the code names the participant."""
        return self.code.startswith(f"{self.participant}.")


def is_due_for_rating(form: Form, casebook: Casebook) -> bool:
    """Tell whether the recordings of a participant may be released by the rule of the study file.

    `after last visit`: the participant's end is recorded, or the recording of the last visit at which the form is due
    is registered: one that came after all others were released would be known to be of this visit.
    `at lock`: the participant's record, or the whole study, is locked.
    """
    if form.recordings is None:
        return False
    if form.recordings.rated == "at lock":
        return any(seal.kind == "lock" and seal.level in {"participant", "study"} for seal in casebook.seals.values())
    last = form.visits[-1] if form.visits else ""
    return casebook.status in ENDED or (last, form.id) in casebook.recordings


def recorded_forms(study: Study) -> tuple[Form, ...]:
    """Return the forms that are rated from recordings, in the order of the study file."""
    return tuple(form for form in study.forms.values() if form.recordings is not None)


def clips(form: Form, casebook: Casebook) -> tuple[Clip, ...]:
    """Return the released recordings of a participant, in the order of their codes: an order made by chance."""
    seed = casebook.releases.get(form.id)
    if seed is None:
        return ()
    made = (one for (_, name), one in casebook.recordings.items() if name == form.id)
    found = (
        Clip(code=code_of(form, seed, casebook.participant, one), participant=casebook.participant, form=form.id,
             recording=one)
        for one in made
    )  # fmt: skip
    return tuple(sorted(found, key=lambda clip: clip.code))


def code_of(form: Form, seed: str, participant: str, recording: Recording) -> str:
    """Return the code of a recording: 24**10 codes, from SHA-256 of the seed and of what is hidden."""
    told = f"{seed}\0{participant}\0{form.id}\0{recording.visit}"
    number = int.from_bytes(hashlib.sha256(told.encode()).digest(), "big")
    letters = "".join(LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in range(LENGTH))
    code = f"{letters[:5]}-{letters[5:]}"
    return f"{participant}.{code}" if form.recordings is not None and form.recordings.codes == "participant" else code


def next_clips(waiting: Iterable[Clip]) -> tuple[Clip, ...]:
    """Return which of a form's waiting recordings are offered now: the first, of each participant if codes name them.

    One at a time: how many wait would tell how many visits there were.
    """
    first: dict[str, Clip] = {}
    for clip in sorted(waiting, key=lambda clip: clip.code):
        first.setdefault(clip.participant if clip.is_named else "", clip)
    return tuple(first.values())


def waiting_clips(form: Form, casebook: Casebook, asked: Asked) -> Iterator[Clip]:
    """Yield the released recordings of a participant that can be rated: not rated whole, and not frozen or locked."""
    for clip in clips(form, casebook):
        if not is_shut(form, casebook, clip) and _lacks_something(form, casebook, clip, asked):
            yield clip


def is_shut(form: Form, casebook: Casebook, clip: Clip) -> bool:
    """Tell whether a freeze or lock keeps a recording from being rated.

    One that was held until the lock is kept by that of its form alone.
    """
    is_late = form.recordings is not None and form.recordings.rated == "at lock"
    cell = Cell(clip.recording.visit, form.id, "", "")
    closing = (seal for seal in casebook.seals.values() if seal.kind in CLOSING and seal.covers(cell))
    return any(seal.level == "form" or not is_late for seal in closing)


def _lacks_something(form: Form, casebook: Casebook, clip: Clip, asked: Asked) -> bool:
    """Tell whether an item that is asked has no answer yet."""
    visit = clip.recording.visit
    return any(
        Cell(visit, form.id, "", item) not in casebook.answers and asked.item(form, item, casebook, visit, "")
        for item in form.items
    )
