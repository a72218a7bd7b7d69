"""Collects the author's words and the quotes while a reader walks through the source."""

from __future__ import annotations

from dataclasses import dataclass, field

from moderation.pipeline.reduction.attribution import quoted_person
from moderation.pipeline.reduction.reduced import Quote, Reduced, Segment

_BLANK = " \t\r\n\f\v"


@dataclass(slots=True)
class _Sink:
    """Text under way: the author's own, a quote's, or an attribution's."""

    start: int = 0
    attribution: str | None = None
    pieces: list[str] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    length: int = 0
    break_at: int | None = None
    space_at: tuple[int, int] | None = None
    is_quote: bool = False
    has_attribution_only: bool = False

    def put(self, piece: str, source_start: int, source_end: int) -> None:
        if not piece:
            return
        if self.break_at is not None:
            position, self.break_at = self.break_at, None
            if self.pieces and not self.pieces[-1].endswith("\n"):
                self._append("\n", position, position)
        elif self.space_at is not None:
            self._append(" ", *self.space_at)
        self.space_at = None
        self._append(piece, source_start, source_end)

    def _append(self, piece: str, source_start: int, source_end: int) -> None:
        self._extend(len(piece), source_start, source_end)
        self.pieces.append(piece)
        self.length += len(piece)

    def _extend(self, length: int, source_start: int, source_end: int) -> None:
        segment = Segment(self.length, length, source_start, source_end)
        if self.segments and segment.is_verbatim:
            last = self.segments[-1]
            if last.is_verbatim and last.source_end == source_start:
                merged = last.length + length
                segment = Segment(last.text_start, merged, last.source_start, source_end)
                self.segments[-1] = segment
                return
        self.segments.append(segment)


class Writer:
    """Keeps the author's words apart from quotes, however deep they nest.

    Parameters
    ----------
    source : str
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._own = _Sink()
        self._open = [self._own]
        self._quotes: list[Quote] = []
        self._links: dict[str, None] = {}
        self._announced: str | None = None

    @property
    def depth(self) -> int:
        """Return how many quotes and attributions are open."""
        return len(self._open) - 1

    def verbatim(self, start: int, end: int) -> None:
        """Keep a range of the source as it is."""
        sink = self._open[-1]
        if sink.break_at is not None:
            # A quote or a block left a line break behind: more of them would only be a gap.
            while start < end and self.source[start] in _BLANK:
                start += 1
        sink.put(self.source[start:end], start, end)

    def replaced(self, text: str, start: int, end: int) -> None:
        """Keep ``text`` in place of a range of the source."""
        self._open[-1].put(text, start, end)

    def space(self, start: int, end: int) -> None:
        """Keep one space for a run of white space, none at the start of a line."""
        sink = self._open[-1]
        if sink.space_at is None and sink.pieces and sink.pieces[-1][-1] not in " \n":
            sink.space_at = start, end

    def line_break(self, position: int) -> None:
        """Break the line before whatever follows."""
        sink = self._open[-1]
        sink.space_at = None
        if sink.break_at is None:
            sink.break_at = position

    def link(self, address: str) -> None:
        """Record an address."""
        if address := address.strip():
            self._links[address] = None

    def open_quote(self, position: int, attribution: str | None = None) -> None:
        """Set what follows apart as a quote."""
        self.line_break(position)
        person, self._announced = attribution or self._announced, None
        self._open.append(_Sink(start=position, attribution=person, is_quote=True))

    def open_attribution(self) -> None:
        """Take what follows as the line that names the person quoted."""
        self._open.append(_Sink(has_attribution_only=True))

    def open_furniture(self) -> None:
        """Drop what follows: words that the forum's software wrote."""
        self._open.append(_Sink())

    def close(self, position: int) -> None:
        """Close the innermost quote or attribution; harmless when there is none."""
        if len(self._open) == 1:
            return
        sink = self._open.pop()
        text = "".join(sink.pieces).strip()
        if sink.has_attribution_only:
            self._attribute(text)
        elif sink.is_quote:
            self.line_break(position)
            if text:
                self._quotes.append(Quote(text, sink.attribution, sink.start, position))

    def close_to(self, depth: int, position: int) -> None:
        """Close until only ``depth`` quotes and attributions are open."""
        while self.depth > depth:
            self.close(position)

    def quote_has_text(self) -> bool:
        """Tell whether the innermost open quote holds words already."""
        sink = self._open[-1]
        return sink.is_quote and bool(sink.pieces)

    def is_in_quote(self) -> bool:
        """Tell whether what follows belongs to a quote."""
        return self._open[-1].is_quote

    def finish(self) -> Reduced:
        """Close everything and return the reduction."""
        self.close_to(0, len(self.source))
        own = self._own
        text = "".join(own.pieces)
        segments = own.segments
        if self._quotes:
            kept = len(text.rstrip(_BLANK))
            text, segments = text[:kept], _cut(segments, kept)
        quotes = sorted(self._quotes, key=lambda quote: (quote.start, -quote.end))
        return Reduced(text, tuple(segments), tuple(quotes), tuple(self._links))

    def _attribute(self, line: str) -> None:
        sink = self._open[-1]
        if not sink.is_quote or sink.pieces:
            self._announced = quoted_person(line)  # some boards name the person above the quote
        elif sink.attribution is None:
            sink.attribution = quoted_person(line)


def _cut(segments: list[Segment], length: int) -> list[Segment]:
    kept = [segment for segment in segments if segment.text_start < length]
    if kept:
        last = kept[-1]
        shorter = length - last.text_start
        end = last.source_start + shorter if last.is_verbatim else last.source_end
        kept[-1] = Segment(last.text_start, shorter, last.source_start, end)
    return kept
