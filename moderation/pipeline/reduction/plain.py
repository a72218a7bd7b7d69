"""Reduces plain text: lines that begin with ">" are quotes, as mail and news have it."""

from __future__ import annotations

import re

from moderation.pipeline.reduction.attribution import is_attribution, quoted_person
from moderation.pipeline.reduction.outline import Outline
from moderation.pipeline.reduction.reduced import Reduced, Segment
from moderation.pipeline.reduction.writer import Writer

_LINE = re.compile(r"[^\n]*+(?:\n|\Z)")
_MARKS = re.compile(r"[ \t]{0,3}+(?P<marks>>(?:[ \t]?+>)*+)")
# ">:(" and ">_<" are faces, ">50 %" is a number: none of them quotes anybody.
MAX_DEPTH = 100
"""Deeper quotes count as part of the deepest: nobody nests so far in earnest."""

_NOT_A_QUOTE = frozenset(":;=._-<0123456789")


def reduce_plain(source: str, *, keeps_outline: bool = False) -> Reduced:
    """Reduce plain text to the author's own words; see the package for what is kept."""
    if ">" not in source:  # no quote: all of it is the author's own
        segments = (Segment(0, len(source), 0, len(source)),) if source else ()
        outline = Outline(source) if keeps_outline else None
        return Reduced(source, segments, outline=outline)
    return _PlainReader(source, keeps_outline=keeps_outline).read()


class _PlainReader:
    """Walks through lines; holds back a line that the next one may make an attribution."""

    def __init__(self, source: str, *, keeps_outline: bool) -> None:
        self._source = source
        self._writer = Writer(source, keeps_outline=keeps_outline)
        self._held: tuple[int, int] | None = None

    def read(self) -> Reduced:
        position = 0
        while position < len(self._source):
            match = _LINE.match(self._source, position)
            if match is None:  # a line matches anywhere; this only ends the loop for certain
                break
            self._line(position, match.end())
            position = match.end()
        self._release()
        return self._writer.finish()

    def _line(self, start: int, end: int) -> None:
        depth, text_start = _quote_marks(self._source, start, end)
        if depth:
            self._quoted(depth, start, text_start, end)
            return
        self._writer.close_to(0, start)
        line = self._source[start:end]
        if self._held is not None and not line.strip():
            self._held = (self._held[0], end)  # a blank line may stand before the quote
            return
        self._release()
        if is_attribution(line):
            self._held = (start, end)
        else:
            self._writer.verbatim(start, end)

    def _quoted(self, depth: int, start: int, text_start: int, end: int) -> None:
        person, quote_start = None, start
        if self._held is not None:
            quote_start = self._held[0]
            person = quoted_person(self._source[quote_start : self._held[1]])
            self._held = None
        self._writer.close_to(depth, start)
        while self._writer.depth < depth:
            self._writer.open_quote(quote_start, person)
            person, quote_start = None, start
        self._writer.verbatim(text_start, end)

    def _release(self) -> None:
        if self._held is not None:
            self._writer.verbatim(*self._held)
            self._held = None


def _quote_marks(source: str, start: int, end: int) -> tuple[int, int]:
    match = _MARKS.match(source, start, end)
    if match is None or source[match.end() : match.end() + 1] in _NOT_A_QUOTE:
        return 0, start
    text_start = match.end()
    if source[text_start : text_start + 1] in {" ", "\t"}:
        text_start += 1
    return min(match["marks"].count(">"), MAX_DEPTH), text_start
