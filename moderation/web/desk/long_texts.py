"""A long text, folded around what matters in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from moderation.pipeline.reduction.outline import Shape
from moderation.web.desk.highlight import Piece
from moderation.web.desk.shown_text import Shown

LONG = 1800
"""Characters up to which a text is shown whole."""

LONG_QUOTE = 800
"""Characters up to which a quote is: other people's words, not judged here."""

_CUT = 500
"""Characters after which a block of a long text is cut where its marks allow it."""

_LEAST = 120
"""Fewer characters are not folded away: the button would take as much room."""

_DIVISIBLE = frozenset({Shape.LIST, Shape.ITEM, Shape.SPOILER, Shape.TABLE, Shape.CODE_BLOCK})


def folded(blocks: Sequence[Shown], longest: int = LONG) -> tuple[Shown, ...]:
    """Fold a long text: its beginning and all that is marked stay, each with its neighbours.

    Nothing is left out: joined, the blocks give the same words, long ones cut into several.
    Quotes are folded on their own.
    """
    blocks = [_with_folded_quotes(block) for block in blocks]
    if sum(block.characters for block in blocks) <= longest:
        return tuple(blocks)
    parts = [part for block in blocks for part in _cut(block)]
    wanted = {0, 1}
    for place, part in enumerate(parts):
        if _matters(part):
            wanted |= {place - 1, place, place + 1}
    found: list[Shown] = []
    for is_hidden, places in groupby(range(len(parts)), key=lambda place: place not in wanted):
        group = tuple(parts[place] for place in places)
        hidden = sum(part.characters for part in group)
        if is_hidden and hidden >= _LEAST:
            found.append(Shown(None, children=group, hidden=hidden))
        else:
            found += group
    return tuple(found)


def _with_folded_quotes(block: Shown) -> Shown:
    if block.shape is Shape.QUOTE:
        return replace(block, children=folded(block.children, LONG_QUOTE))
    if block.children:
        return replace(block, children=tuple(_with_folded_quotes(one) for one in block.children))
    return block


def _matters(block: Shown) -> bool:
    if block.shape is Shape.QUOTE:
        return False
    return any(
        piece.marks or piece.is_rule or piece.odd or piece.placed for piece in block.pieces
    ) or any(_matters(child) for child in block.children)


def _cut(block: Shown) -> Iterator[Shown]:
    if block.characters <= _CUT:
        yield block
    elif block.pieces:
        for pieces in _cut_pieces(block.pieces):
            yield replace(block, pieces=pieces)
    elif block.shape in _DIVISIBLE:
        yield from _cut_children(block)
    else:
        yield block


def _cut_children(block: Shown) -> Iterator[Shown]:
    """Cut a block between its children, and those that are long themselves."""
    number = block.start
    group: list[Shown] = []
    length = 0
    for part in (part for child in block.children for part in _cut(child)):
        if group and length + part.characters > _CUT:
            yield replace(block, children=tuple(group), start=number)
            number = _number_after(block, number, group)
            group, length = [], 0
        group.append(part)
        length += part.characters
    if group:
        yield replace(block, children=tuple(group), start=number)


def _number_after(block: Shown, number: int, group: Sequence[Shown]) -> int:
    if block.shape is Shape.ITEM:
        return 0
    return number + sum(part.start > 0 for part in group)


def _cut_pieces(pieces: Iterable[Piece]) -> Iterator[tuple[Piece, ...]]:
    part: list[Piece] = []
    length = 0
    for piece in _short(pieces):
        if part and length + len(piece.text) > _CUT:
            yield tuple(part)
            part, length = [], 0
        part.append(piece)
        length += len(piece.text)
    if part:
        yield tuple(part)


def _short(pieces: Iterable[Piece]) -> Iterator[Piece]:
    for piece in pieces:
        rest = piece.text
        while len(rest) > _CUT:
            at = rest.rfind(" ", 1, _CUT) + 1 or _CUT
            yield replace(piece, text=rest[:at])
            rest = rest[at:]
        yield replace(piece, text=rest)
