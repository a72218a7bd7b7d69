"""Collects the author's words and the quotes while a reader walks through the source."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from moderation.pipeline.reduction.attribution import quoted_person
from moderation.pipeline.reduction.outline import (
    MAX_DETAIL,
    MAX_EVENTS,
    MAX_QUOTE_DEPTH,
    Event,
    Outline,
    Shape,
    Step,
)
from moderation.pipeline.reduction.reduced import Quote, Reduced, Segment

_BLANK = " \t\r\n\f\v"


class _SinkRole(StrEnum):
    OWN = "own"
    QUOTE = "quote"
    ATTRIBUTION = "attribution"
    FURNITURE = "furniture"


class _Sink:
    """Text under way: the author's own, a quote's, or an attribution's.

    A run of source that is kept as it is stays a pair of offsets until something else follows:
    readers hand it over in small pieces.
    """

    __slots__ = (
        "attribution",
        "break_at",
        "events",
        "host",
        "length",
        "pieces",
        "role",
        "run_end",
        "run_start",
        "segments",
        "source",
        "space_at",
        "start",
    )

    def __init__(
        self, source: str, role: _SinkRole, start: int = 0, attribution: str | None = None
    ) -> None:
        self.source = source
        self.role = role
        self.start = start
        self.attribution = attribution
        self.pieces: list[str] = []
        self.segments: list[Segment] = []
        self.length = 0
        self.break_at: int | None = None
        self.space_at: tuple[int, int] | None = None
        self.run_start = self.run_end = -1
        self.events: list[Event | _PlacedQuote] = []
        self.host = self

    @property
    def now_at(self) -> int:
        """How many code points were kept so far."""
        return self.length + max(0, self.run_end - self.run_start)

    def outline(self, words: str) -> Outline:
        """Return what the markup said of the text, of which ``words`` were kept."""
        lead = self.text().index(words[0]) if words else 0
        most = len(words)
        return Outline(
            words,
            tuple(_as_event(event, min(max(event.at - lead, 0), most)) for event in self.events),
        )

    def keep(self, start: int, end: int) -> None:
        """Keep a range of the source as it is."""
        if start == self.run_end and self.break_at is None and self.space_at is None:
            self.run_end = max(end, start)
        elif start < end:
            self.separate()
            if start != self.run_end:
                self.end_run()
                self.run_start = start
            self.run_end = end

    def put(self, piece: str, source_start: int, source_end: int) -> None:
        """Keep ``piece`` for a range of the source."""
        if piece:
            self.separate()
            self.end_run()
            self._append(piece, source_start, source_end)

    def separate(self) -> None:
        """Write the line break or the space that waits for a word to follow."""
        if self.break_at is not None:
            if self.last_char() not in {"", "\n"}:
                self.end_run()
                self._append("\n", self.break_at, self.break_at)
        elif self.space_at is not None:
            self.end_run()
            self._append(" ", *self.space_at)
        self.break_at = self.space_at = None

    def last_char(self) -> str:
        """Return the last code point kept, or an empty string."""
        if self.run_end > self.run_start:
            return self.source[self.run_end - 1]
        return self.pieces[-1][-1] if self.pieces else ""

    def end_run(self) -> None:
        """Write the run of source that is under way."""
        if self.run_end > self.run_start:
            self._append(self.source[self.run_start : self.run_end], self.run_start, self.run_end)
        self.run_start = self.run_end = -1

    def _append(self, piece: str, source_start: int, source_end: int) -> None:
        self.segments.append(Segment(self.length, len(piece), source_start, source_end))
        self.pieces.append(piece)
        self.length += len(piece)

    def text(self) -> str:
        """Return what was kept."""
        self.end_run()
        return "".join(self.pieces)


class _PlacedQuote(NamedTuple):
    """A quote whose words are still to come."""

    at: int
    sink: _Sink


class Writer:
    """Keeps the author's words apart from quotes, however deep they nest.

    Parameters
    ----------
    source : str
    keeps_outline : bool
        Whether to remember what the markup says of the words: costs half as much again.
    """

    def __init__(self, source: str, *, keeps_outline: bool = False) -> None:
        self.source = source
        self.keeps_outline = keeps_outline
        self._own = _Sink(source, _SinkRole.OWN)
        self._open = [self._own]
        self._quotes: list[Quote] = []
        self._links: dict[str, None] = {}
        self._announced: str | None = None
        self._shapes: dict[int, _Sink] = {}
        self._event_count = 0

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
        sink.keep(start, end)

    def replaced(self, text: str, start: int, end: int) -> None:
        """Keep ``text`` in place of a range of the source."""
        self._open[-1].put(text, start, end)

    def space(self, start: int, end: int) -> None:
        """Keep one space for a run of white space, none at the start of a line."""
        sink = self._open[-1]
        if sink.space_at is None and sink.last_char() not in {"", " ", "\n"}:
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

    def blank_line(self, position: int) -> None:
        """Break the line before whatever follows, and begin a paragraph."""
        self.line_break(position)
        if not self.keeps_outline:
            return
        sink = self._open[-1]
        last = sink.events[-1] if sink.events else None
        if last is None or last.at != sink.now_at or not _is_break(last):
            sink.events.append(Event(sink.now_at, Step.PLACE, Shape.BREAK))

    def break_waits(self) -> bool:
        """Tell whether a line break waits for words to follow."""
        return self._open[-1].break_at is not None

    def open_shape(self, shape: Shape, detail: str = "") -> int:
        """Say that what follows has a shape; return the number that closes it."""
        if not self._may_say_more():
            return -1
        number = self._event_count
        sink = self._open[-1]
        sink.events.append(Event(sink.now_at, Step.OPEN, shape, number, detail[:MAX_DETAIL]))
        self._shapes[number] = sink
        return number

    def close_shape(self, number: int) -> None:
        """Say that a shape ends here; harmless when it has ended."""
        sink = self._shapes.pop(number, None)
        if sink is not None:
            sink.events.append(Event(sink.now_at, Step.CLOSE, Shape.BREAK, number))

    def place(self, shape: Shape, detail: str = "", words: str = "") -> None:
        """Say that something stands here that has no words of the author's."""
        if self._may_say_more():
            sink = self._open[-1]
            sink.events.append(
                Event(sink.now_at, Step.PLACE, shape, 0, detail[:MAX_DETAIL], words[:MAX_DETAIL])
            )

    def _may_say_more(self) -> bool:
        if not self.keeps_outline:
            return False
        self._event_count += 1
        if self._event_count == MAX_EVENTS:
            sink = self._open[-1]
            sink.events.append(Event(sink.now_at, Step.PLACE, Shape.CUT))
        return self._event_count < MAX_EVENTS

    def open_quote(self, position: int, attribution: str | None = None) -> None:
        """Set what follows apart as a quote."""
        self.line_break(position)
        person, self._announced = attribution or self._announced, None
        sink = _Sink(self.source, _SinkRole.QUOTE, position, person)
        host = self._open[-1].host
        if self._may_say_more():
            host.events.append(_PlacedQuote(host.now_at, sink))
        if self.depth >= MAX_QUOTE_DEPTH:
            sink.host = host
        self._open.append(sink)

    def open_attribution(self) -> None:
        """Take what follows as the line that names the person quoted."""
        self._open_aside(_SinkRole.ATTRIBUTION)

    def open_furniture(self) -> None:
        """Drop what follows: words that the forum's software wrote."""
        self._open_aside(_SinkRole.FURNITURE)

    def _open_aside(self, role: _SinkRole) -> None:
        sink = _Sink(self.source, role)
        sink.host = self._open[-1].host
        self._open.append(sink)

    def close(self, position: int) -> None:
        """Close the innermost quote or attribution; harmless when there is none."""
        if len(self._open) == 1:
            return
        sink = self._open.pop()
        text = sink.text().strip()
        if sink.role is _SinkRole.ATTRIBUTION:
            self._attribute(text)
        elif sink.role is _SinkRole.QUOTE:
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
        return sink.role is _SinkRole.QUOTE and sink.last_char() != ""

    def is_in_quote(self) -> bool:
        """Tell whether what follows belongs to a quote."""
        return self._open[-1].role is _SinkRole.QUOTE

    def finish(self) -> Reduced:
        """Close everything and return the reduction."""
        self.close_to(0, len(self.source))
        own = self._own
        text = own.text()
        segments = own.segments
        if self._quotes:
            kept = len(text.rstrip(_BLANK))
            text, segments = text[:kept], _cut(segments, kept)
        quotes = sorted(self._quotes, key=lambda quote: (quote.start, -quote.end))
        outline = own.outline(text) if self.keeps_outline else None
        return Reduced(text, tuple(segments), tuple(quotes), tuple(self._links), outline)

    def _attribute(self, line: str) -> None:
        sink = self._open[-1]
        if sink.role is not _SinkRole.QUOTE or sink.last_char():
            self._announced = quoted_person(line)  # some boards name the person above the quote
        elif sink.attribution is None:
            sink.attribution = quoted_person(line)


def _as_event(event: Event | _PlacedQuote, at: int) -> Event:
    if isinstance(event, Event):
        return Event(at, *event[1:])
    sink = event.sink
    person = (sink.attribution or "")[:MAX_DETAIL]
    outline = sink.outline(sink.text().strip())
    return Event(at, Step.PLACE, Shape.QUOTE, 0, person, "", outline)


def _is_break(event: Event | _PlacedQuote) -> bool:
    return isinstance(event, Event) and event.shape is Shape.BREAK and event.step is Step.PLACE


def _cut(segments: list[Segment], length: int) -> list[Segment]:
    kept = [segment for segment in segments if segment.text_start < length]
    if kept:
        last = kept[-1]
        shorter = length - last.text_start
        end = last.source_start + shorter if last.is_verbatim else last.source_end
        kept[-1] = Segment(last.text_start, shorter, last.source_start, end)
    return kept
