"""A long text, folded around what matters in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from moderation.web.desk.highlight import Paragraph, Piece

LONG = 1800
"""Characters up to which a text is shown whole."""

_CUT = 500
"""Characters after which a paragraph of a long text is cut where its marks allow it."""


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring paragraphs, all shown or all folded away."""

    is_folded: bool
    paragraphs: tuple[Paragraph, ...]

    @property
    def characters(self) -> int:
        """How long it is."""
        return sum(_length(one) for one in self.paragraphs)


def folded(paragraphs: Sequence[Paragraph]) -> tuple[Run, ...]:
    """Fold a long text: its beginning and all that is marked stay, each with its neighbours.

    Nothing is left out: joined, the runs give the paragraphs, long ones cut into several.
    """
    if sum(_length(one) for one in paragraphs) <= LONG:
        return (Run(is_folded=False, paragraphs=tuple(paragraphs)),) if paragraphs else ()
    parts = [part for one in paragraphs for part in _cut(one)]
    wanted = {0, 1}
    for place, part in enumerate(parts):
        if any(piece.marks or piece.is_rule or piece.odd for piece in part):
            wanted |= {place - 1, place, place + 1}
    places = groupby(range(len(parts)), key=lambda place: place not in wanted)
    return tuple(Run(is_folded, tuple(parts[at] for at in group)) for is_folded, group in places)


def _cut(paragraph: Paragraph) -> Iterator[Paragraph]:
    part: list[Piece] = []
    length = 0
    for piece in _short(paragraph):
        if part and length + len(piece.text) > _CUT:
            yield tuple(part)
            part, length = [], 0
        part.append(piece)
        length += len(piece.text)
    if part:
        yield tuple(part)


def _short(paragraph: Iterable[Piece]) -> Iterator[Piece]:
    for piece in paragraph:
        rest = piece.text
        while len(rest) > _CUT:
            at = rest.rfind(" ", 1, _CUT) + 1 or _CUT
            yield replace(piece, text=rest[:at])
            rest = rest[at:]
        yield replace(piece, text=rest)


def _length(paragraph: Paragraph) -> int:
    return sum(len(piece.text) for piece in paragraph)
