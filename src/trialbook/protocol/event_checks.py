"""What a form of adverse events is held to without being told: nothing is reported before it was known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trialbook.protocol.event_items import found_in
from trialbook.protocol.model import EditCheck, Item

ORDER = "known_before_reported"
SAYS = "The event is reported before the day on which it was known. Which of the two days is right?"
CHINESE = "事件的通報日早於得知日。哪一個日期才正確?"


def own_checks(form: str, items: Mapping[str, Item], languages: Sequence[str]) -> tuple[EditCheck, ...]:
    """Return the edit check of the two days, where a form of events asks for both."""
    known, reported = (found_in(items, meaning) for meaning in ("aware", "reported"))
    if known is None or reported is None:
        return ()
    say = {tag: CHINESE if tag.casefold().startswith("zh") else SAYS for tag in languages}
    return (EditCheck(id=ORDER, when=f"{form}.{reported.id} >= {form}.{known.id}", say=say),)
