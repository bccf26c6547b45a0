"""Elements of an SVG picture, escaped. Across it goes by percent, down it by pixels, so that text keeps its size."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString

EMPTY = SafeString("")


def tag(name: str, *inside: object, **attributes: object) -> SafeString:
    """Write an element; `class_` stands for `class`, an underline within a name for a hyphen; None is left out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_written(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return SafeString(f"<{name}{written}>{join(inside)}</{name}>")


def join(parts: Iterable[object]) -> SafeString:
    """Write several elements or texts one after the other; texts are escaped."""
    return SafeString("".join(map(_written, parts)))


def _written(part: object) -> str:
    return str(part if isinstance(part, SafeString) else escape(str(part)))


def percent(share: float) -> str:
    """Write a share of the width: `33.3%`."""
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"


def picture(label: str, told: str, *inside: object, height: int) -> SafeString:
    """Write a picture that is as wide as its place and so many pixels high, with its name and what it tells."""
    return tag(
        "svg",
        tag("title", label),
        tag("desc", told),
        *inside,
        class_="picture",
        width="100%",
        height=height,
        role="group",
        aria_label=label,
    )


def linked(address: str | None, label: str, *inside: object, class_: str = "mark") -> SafeString:
    """Write marks with their name, which lead to an address where there is one; the table beneath has it too."""
    named = (tag("title", label), *inside)
    if address is None:
        return tag("g", *named, class_=class_)
    return tag("a", *named, href=address, class_=class_, aria_label=label, tabindex="-1")
