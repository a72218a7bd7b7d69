"""A comment as its readers saw it: a tree of blocks, whose words are ranges of the reduced text.

The tree holds no markup. Whoever draws it chooses the elements.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from moderation.pipeline.reduction.outline import STYLES, Event, Outline, Shape, Step

MAX_DEPTH = 10
"""Blocks nested deeper are not told apart."""

_PLACED_IN_LINE = frozenset({Shape.PICTURE, Shape.EMBED})
_PARENT = {Shape.ITEM: Shape.LIST, Shape.ROW: Shape.TABLE, Shape.CELL: Shape.ROW}
_CHILD = {parent: child for child, parent in _PARENT.items()}
_WHITE = re.compile(r"\s++")
_MOST_LINK_WORDS = 2_000

MAX_PARAGRAPHS = 1_000
"""Of one text; what follows is one paragraph of many lines."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of one look, or something that stands between words.

    Attributes
    ----------
    start, end : int
        Code-point range of the text; empty for what has no words of its own.
    styles : tuple[Shape, ...]
        Each once.
    placed : Shape or None
        A picture, an embedded page, or a link that ends here.
    address, words : str
        Where it leads, and the words under a picture. Of a link, ``words`` are those that are
        pressed.
    """

    start: int
    end: int
    styles: tuple[Shape, ...] = ()
    placed: Shape | None = None
    address: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a comment.

    Attributes
    ----------
    shape : Shape or None
        None for a paragraph.
    stretches : tuple[Stretch, ...]
        The words of a paragraph or of a block of code; other blocks have children.
    detail : str
        A heading's level, ``ordered`` for a list, the person quoted.
    text : str
        Of a quote: the text that its stretches are ranges of.
    """

    shape: Shape | None
    stretches: tuple[Stretch, ...] = ()
    children: tuple[Block, ...] = ()
    detail: str = ""
    text: str = ""


def lay_out(outline: Outline) -> tuple[Block, ...]:
    """Return the blocks of a text.

    Outside of quotes their stretches come in the order of the text, never overlap, and leave out
    only white space.
    """
    return _Builder(outline).build()


def plain_outline(
    text: str, quotes: Iterable[tuple[str, str | None]] = (), links: Iterable[str] = ()
) -> Outline:
    """Return an outline for a text whose markup says nothing about it: quotes, text, links."""
    before = [
        Event(0, Step.PLACE, Shape.QUOTE, detail=person or "", quote=Outline(words))
        for words, person in quotes
    ]
    after = [Event(len(text), Step.PLACE, Shape.EMBED, detail=link) for link in links]
    return Outline(text, (*before, *after))


@dataclass(slots=True)
class _Open:
    shape: Shape | None
    number: int
    detail: str
    children: list[Block]


class _Builder:
    """Follows the events of one outline."""

    def __init__(self, outline: Outline) -> None:
        self._text = outline.text
        self._events = outline.events
        self._root = _Open(None, -1, "", [])
        self._blocks = [self._root]
        self._styles: dict[int, Event] = {}
        self._covering: Counter[Shape] = Counter()
        self._stretches: list[Stretch] = []
        self._at = 0
        self._paragraphs_left = MAX_PARAGRAPHS

    def build(self) -> tuple[Block, ...]:
        for event in self._events:
            self._advance(event.at)
            if event.step is Step.OPEN:
                self._open(event)
            elif event.step is Step.CLOSE:
                self._close(event)
            else:
                self._place(event)
        self._advance(len(self._text))
        self._close_down_to(1)
        self._end_words()
        return tuple(self._root.children)

    def _advance(self, at: int) -> None:
        if at > self._at:
            styles = (shape for shape, count in self._covering.items() if count)
            self._stretches.append(Stretch(self._at, at, tuple(styles)))
            self._at = at

    def _open(self, event: Event) -> None:
        if event.shape in STYLES:
            self._styles[event.number] = event
            if self._text[event.at : event.at + 1].isspace():
                self._advance(event.at + 1)  # the space was written before the first word
            self._covering[event.shape] += 1
            return
        self._end_words()
        parent = _PARENT.get(event.shape)
        if parent is not None and not self._make_room(parent):
            return
        if len(self._blocks) <= MAX_DEPTH:
            self._blocks.append(_Open(event.shape, event.number, event.detail, []))

    def _make_room(self, parent: Shape) -> bool:
        """Close what a new item, row or cell ends; tell whether there is a place for it."""
        depth = len(self._blocks)
        while depth > 1 and self._blocks[depth - 1].shape not in {parent, _PARENT.get(parent)}:
            depth -= 1
        if self._blocks[depth - 1].shape is not parent:
            return False
        self._close_down_to(depth)
        return True

    def _close(self, event: Event) -> None:
        style = self._styles.pop(event.number, None)
        if style is not None:
            self._covering[style.shape] -= 1
            if style.shape is Shape.LINK and style.detail:
                words = self._text[style.at : min(event.at, style.at + _MOST_LINK_WORDS)]
                self._stretches.append(
                    Stretch(event.at, event.at, (), Shape.LINK, style.detail, words)
                )
            return
        for depth in range(len(self._blocks) - 1, 0, -1):
            if self._blocks[depth].number == event.number:
                self._close_down_to(depth)
                return

    def _close_down_to(self, depth: int) -> None:
        self._end_words()
        while len(self._blocks) > depth:
            block = self._blocks.pop()
            children = tuple(_fitting(block.shape, block.children))
            if children or block.shape is Shape.CELL:
                made = Block(block.shape, children=children, detail=block.detail)
                self._blocks[-1].children.append(made)

    def _place(self, event: Event) -> None:
        if event.shape in _PLACED_IN_LINE:
            self._stretches.append(
                Stretch(event.at, event.at, (), event.shape, event.detail, event.words)
            )
            return
        if event.shape is Shape.BREAK and not self._paragraphs_left:
            return
        self._end_words()
        if event.quote is not None:
            children = lay_out(event.quote)
            if children:
                quote = Block(Shape.QUOTE, (), children, event.detail, event.quote.text)
                self._blocks[-1].children.append(quote)
        elif event.shape is not Shape.BREAK:
            self._blocks[-1].children.append(Block(event.shape))

    def _end_words(self) -> None:
        """Make paragraphs, or a block of code, of the words so far."""
        stretches, self._stretches = self._stretches, []
        if not stretches:
            return
        block = self._blocks[-1]
        if block.shape is Shape.CODE_BLOCK:
            kept = _trimmed(self._text, stretches, "\r\n")
            if kept:
                block.children.append(Block(None, kept))
            return
        for part in _paragraphs(self._text, stretches, self._paragraphs_left):
            kept = _trimmed(self._text, part, None)
            if kept:
                self._paragraphs_left = max(0, self._paragraphs_left - 1)
                block.children.append(Block(None, kept))


def _fitting(shape: Shape | None, children: list[Block]) -> Iterator[Block]:
    """Yield the children; what stands between items, rows or cells becomes one."""
    wanted = _CHILD.get(shape) if shape is not None else None
    for child in children:
        if wanted is None or child.shape is wanted:
            yield child
        else:
            yield Block(wanted, children=tuple(_fitting(wanted, [child])))


def _paragraphs(text: str, stretches: list[Stretch], most: int) -> Iterator[list[Stretch]]:
    """Cut words where a line is blank, ``most`` times."""
    start, end = stretches[0].start, stretches[-1].end
    part: list[Stretch] = []
    white = (run.span() for run in _WHITE.finditer(text, start, end))
    cuts = list(islice((span for span in white if text.count("\n", *span) > 1), most))
    at = 0
    for stretch in stretches:
        rest = stretch
        while at < len(cuts) and cuts[at][0] < rest.end and rest.start < rest.end:
            before, after = cuts[at]
            if before > rest.start:
                part.append(replace(rest, end=before))
            if part:
                yield part
                part = []
            if after > rest.end:
                rest = replace(rest, start=rest.end)
                break
            rest = replace(rest, start=after)
            at += 1
        if rest.end > rest.start or rest.placed:
            part.append(rest)
    if part:
        yield part


def _trimmed(text: str, stretches: list[Stretch], blank: str | None) -> tuple[Stretch, ...]:
    """Return the stretches without white space at both ends; nothing when nothing is left."""
    first, last = 0, len(stretches)
    kept = list(stretches)
    while first < last and not kept[first].placed:
        words = text[kept[first].start : kept[first].end]
        left = words.lstrip(blank)
        if left:
            kept[first] = replace(kept[first], start=kept[first].end - len(left))
            break
        first += 1
    while last > first and not kept[last - 1].placed:
        words = text[kept[last - 1].start : kept[last - 1].end]
        left = words.rstrip(blank)
        if left:
            kept[last - 1] = replace(kept[last - 1], end=kept[last - 1].start + len(left))
            break
        last -= 1
    return tuple(kept[first:last])
