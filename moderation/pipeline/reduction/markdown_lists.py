"""Follows the bullets of Markdown: which line begins an item, and where a list ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

from moderation.pipeline.reduction.markdown_inline import ItemKind
from moderation.pipeline.reduction.outline import Shape

MAX_LISTS = 5
"""Lists nested deeper go on in the deepest."""

_BULLET = re.compile(r"(?P<indent>[ \t>]*+)(?:[-*+][ \t]|[-*+]$)", re.MULTILINE)
_INDENT = re.compile(r"[ \t]{2,}|\t")

Change = tuple[ItemKind, Shape]


class ListReader:
    """Knows the lists that are open, by how far their bullets are indented."""

    def __init__(self) -> None:
        self._indents: list[int] = []
        self._was_blank = False

    def blank_line(self) -> None:
        """Read a line without words: what follows goes on in the list only when indented."""
        self._was_blank = True

    def line(self, source: str, start: int, words_at: int, end: int) -> Iterator[Change]:
        """Yield what a line opens and closes.

        Parameters
        ----------
        source : str
        start, end : int
            The line.
        words_at : int
            Where its words begin, marks passed over.
        """
        was_blank, self._was_blank = self._was_blank, False
        bullet = _BULLET.match(source, start, words_at) if words_at > start else None
        if bullet is not None:
            yield from self._item(len(bullet["indent"].expandtabs(4)))
        elif self._indents and was_blank and not _INDENT.match(source, start, end):
            yield from self.end()

    def end(self) -> Iterator[Change]:
        """Yield what ends with all lists."""
        while self._indents:
            self._indents.pop()
            yield ItemKind.CLOSE, Shape.ITEM
            yield ItemKind.CLOSE, Shape.LIST

    def _item(self, indent: int) -> Iterator[Change]:
        while len(self._indents) > 1 and indent < self._indents[-1]:
            self._indents.pop()
            yield ItemKind.CLOSE, Shape.ITEM
            yield ItemKind.CLOSE, Shape.LIST
        is_nested = not self._indents or indent > self._indents[-1] + 1
        if is_nested and len(self._indents) < MAX_LISTS:
            self._indents.append(indent)
            yield ItemKind.OPEN, Shape.LIST
        else:
            yield ItemKind.CLOSE, Shape.ITEM
        yield ItemKind.OPEN, Shape.ITEM
