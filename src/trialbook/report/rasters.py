"""Pictures of all figures of a document, for files that cannot hold a drawing: 300 dots an inch as printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from trialbook.render.document import Figure, Section
from trialbook.render.drawing.to_png import to_pngs


def with_pictures(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Return the sections with the picture of every figure beside its drawing; all are set in one go."""
    drawn = {figure.svg: b"" for section in sections for figure in _figures(section)}
    pictures = dict(zip(drawn, to_pngs(tuple(drawn)), strict=True))
    return tuple(_filled(section, pictures) for section in sections)


def _figures(section: Section) -> Iterator[Figure]:
    for part in section.walk():
        yield from (block for block in part.blocks if isinstance(block, Figure))
        if part.paper is not None:
            yield from _figures(part.paper)


def _filled(section: Section, pictures: Mapping[str, bytes]) -> Section:
    blocks = tuple(
        replace(block, png=pictures[block.svg]) if isinstance(block, Figure) else block for block in section.blocks
    )
    return replace(
        section, blocks=blocks, sections=tuple(_filled(part, pictures) for part in section.sections),
        paper=_filled(section.paper, pictures) if section.paper is not None else None,
    )  # fmt: skip
