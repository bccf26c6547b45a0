"""Did you mean.

MEAN-01: what differs in case, blanks, dashes or a letter is found; what is far is not.
MEAN-02: long lists are cut, not by one. MEAN-03: what begins several alike is none of them.
"""

from __future__ import annotations

import pytest

from trialbook.protocol.suggest import listed, nearest, suggest

KNOWN = ("window", "week 4", "vital_signs", "adas-cog-11")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("windw", "window"),
        ("Window", "window"),
        ("week4", "week 4"),
        ("vital signs", "vital_signs"),
        ("adas cog 11", "adas-cog-11"),
        ("zebra", None),
        ("w", None),
        ("", None),
        ("x" * 10_000, None),
    ],
)
def test_nearest(name: str, meant: str | None) -> None:
    """MEAN-01."""
    assert nearest(name, KNOWN) == meant
    assert suggest(name, KNOWN) == ("" if meant is None else f"Did you mean “{meant}”? ")


def test_what_begins_several_is_none_of_them() -> None:
    """MEAN-03."""
    known = ("open-label single-arm", "open-label parallel", "open")
    assert nearest("open label", known) is None
    assert nearest("Open", known) == "open"


def test_listed() -> None:
    """MEAN-02."""
    assert listed(()) == "none"
    assert listed(["a", "b"]) == "a, b"
    assert listed(map(str, range(20)), most=3) == "0, 1, 2 and 17 more"
    assert listed(["a", "b", "c"], most=2) == "a, b, c"
