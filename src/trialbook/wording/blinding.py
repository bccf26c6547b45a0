"""Problems of looks at results before their time, and of ratings from recordings."""

from __future__ import annotations

from trialbook.wording.base import Wording

BLINDING: dict[str, Wording] = {
    "BLIND-10": Wording(
        "A blind role rates “{form}”, of which no item is required: it counts as complete after its first answer.",
        "Write `complete: all`, or `required: true` beside the items without which it is no rating.",
    ),
    "BLIND-11": Wording(
        "“{form}” cannot be rated from recordings.",
        "Take `recordings` away, or let a blind role record the form at visits, without rows.",
    ),
    "BLIND-12": Wording(
        "“{form}” holds guesses, and no blind role makes them at visits.",
        "Take `guesses` away, or let a blind role record the form at visits, without rows.",
    ),
    "BLIND-13": Wording(
        "“{item}” cannot hold a guess of the week: “{form}” has no such number in weeks.",
        "Name an item with `number: week`.",
    ),
    "BLIND-14": Wording(
        "“{item}” cannot hold a guess of the treatment: it is no choice of “{form}” with every arm ({arms}) as a code.",
        "Give it the id of each arm as a code, and one more for “not known”; a study with one arm asks for the week.",
    ),
    "LOOK-01": Wording(
        "The results of endpoints stay closed until the planned cut of the data: {cut}.",
        "{waits}Wait for it; or, if they have to be seen earlier, look with --reason TEXT: the look is recorded, and "
        "counted in the report.",
    ),
    "LOOK-02": Wording("It is not said which results are looked at.", "Name them: the report, or one of its tables."),
    "LOOK-03": Wording(
        "The results are closed until a cut, and yet looked at at any time.",
        "Remove `looks`, or write `looks: at database cut`; or remove `cut`.",
    ),
    "LOOK-04": Wording(
        "The data are cut after “{visit}”, at which no form is due: it is never completed.", "Name another visit."
    ),
    "LOOK-05": Wording(
        "The data are cut when everybody is through “{visit}”, and it is not said how many participants are planned.",
        "Until it is, results stay closed until the lock. Write the number as `planned` under `study`; or cut at a "
        "date, or `at lock`.",
    ),
    "CLIP-01": Wording(
        "“{form}” is not rated from recordings.", "The forms that are, by `recordings` in the study file: {known}."
    ),
    "CLIP-02": Wording("“{form}” is not due at “{visit}”.", "It is due at: {known}."),
    "CLIP-03": Wording(
        "A recording needs its day and the name of its file; the day was “{on}”.", "Write the day as 2026-03-14."
    ),
    "CLIP-04": Wording(
        "The recording of this visit is registered already: {on}, {file}.", "Give a reason where this was a mistake."
    ),
    "CLIP-05": Wording(
        "The recordings of this participant are held: {rule}.",
        "Release them when this is so. After the last visit means: when its recording is registered, or the "
        "participant's end is recorded. Nothing is lost meanwhile.",
    ),
    "CLIP-06": Wording("The order of the recordings needs a seed made by chance.", "Release them through the site."),
}
"""Looks and recordings: BLIND from 10 on, LOOK, CLIP (`protocol.check_guesses`, `capture`, `folder`)."""
