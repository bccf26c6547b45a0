"""What a form of adverse events is held to without being told: nothing is reported before it was known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trialbook.protocol.model import EditCheck, Item

AWARE, REPORTED = ("aware", "awareness"), ("reported", "reported_on")
"""Items of the day on which an event was known, and of that on which it was reported; the first of each counts."""
ORDER = "known_before_reported"
SAYS = "The event is reported before the day on which it was known. Which of the two days is right?"
CHINESE = "事件的通報日早於得知日。哪一個日期才正確?"


def own_checks(form: str, items: Mapping[str, Item], languages: Sequence[str]) -> tuple[EditCheck, ...]:
    """Return the edit check of the two days, where a form of events asks for both."""
    days = [next((name for name in names if name in items), "") for names in (AWARE, REPORTED)]
    if not all(name and items[name].kind == "date" for name in days):
        return ()
    say = {tag: CHINESE if tag.casefold().startswith("zh") else SAYS for tag in languages}
    return (EditCheck(id=ORDER, when=f"{form}.{days[1]} >= {form}.{days[0]}", say=say),)
