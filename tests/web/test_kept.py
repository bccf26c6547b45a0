"""What is kept of a casebook.

KEPT-01: the same is given again as long as it was made from the very same, and made anew as soon as not.
KEPT-02: no more is kept than allowed: what was asked for longest ago goes first.
"""

from __future__ import annotations

from datetime import date

from trialbook.web.kept import Kept


def test_made_once() -> None:
    """KEPT-01: days that say the same are the same; values of other kinds have to be the very same."""
    kept, made, source = Kept(8), [], {"a": 1}
    for _ in range(2):
        kept.of("k", (source, date(2026, 1, 1)), lambda: made.append(1))
    kept.of("k", (dict(source), date(2026, 1, 1)), lambda: made.append(1))
    kept.of("k", (source, date(2026, 1, 2)), lambda: made.append(1))
    assert len(made) == 3


def test_limited() -> None:
    """KEPT-02."""
    kept = Kept(2)
    for key in ("a", "b", "a", "c"):
        kept.of(key, (), lambda key=key: key)  # type: ignore[misc]
    assert kept.of("a", (), lambda: "new") == "a"
    assert kept.of("b", (), lambda: "new") == "new"
