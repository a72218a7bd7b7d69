"""What a reduction yields: the author's own words, and where each of them came from."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

from moderation.pipeline.reduction.outline import Outline


class Segment(NamedTuple):
    """A run of reduced text and the run of source that it came from.

    When both are equally long, they match code point by code point. Otherwise the whole source
    run stands for each code point of the text run: an entity, collapsed white space, or a line
    break that a tag made.
    """

    text_start: int
    length: int
    source_start: int
    source_end: int

    @property
    def is_verbatim(self) -> bool:
        """Whether text and source match code point by code point."""
        return self.source_end - self.source_start == self.length


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody else's words.

    Attributes
    ----------
    text : str
        The quoted words without those of quotes inside it, which are quotes of their own.
    attribution : str or None
        The person quoted, as the source names them.
    start, end : int
        Code-point range of the whole quote in the source. Ranges nest but never cross.
    """

    text: str
    attribution: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reduced:
    """A comment's source reduced to its author's own words.

    Attributes
    ----------
    text : str
        Plain text; blocks are separated by line breaks.
    segments : tuple[Segment, ...]
        Ordered and gapless over ``text``.
    quotes : tuple[Quote, ...]
        Ordered by their start in the source.
    links : tuple[str, ...]
        Addresses of links, pictures and frames, in order, each once.
    outline : Outline or None
        What the markup said of the text, and where the quotes stood; if that was asked for.
    """

    text: str
    segments: tuple[Segment, ...]
    quotes: tuple[Quote, ...] = ()
    links: tuple[str, ...] = ()
    outline: Outline | None = field(default=None, compare=False, repr=False)

    @property
    def origins(self) -> array[int]:
        """Return the source offset of each code point of ``text``, never decreasing."""
        origins = array("I")
        for segment in self.segments:
            if segment.is_verbatim:
                origins.extend(range(segment.source_start, segment.source_end))
            else:
                origins.extend([segment.source_start] * segment.length)
        return origins

    def source_range(self, start: int, end: int) -> tuple[int, int]:
        """Return the source range behind a range of ``text``.

        Parameters
        ----------
        start, end : int
            Code-point range of ``text``, ``0 <= start <= end <= len(text)``.

        Returns
        -------
        tuple[int, int]
            Code-point range of the source. Markup between the words is included, markup around
            them is not. An empty range gives an empty range.

        Raises
        ------
        IndexError
            When the range lies outside the text.
        """
        if not 0 <= start <= end <= len(self.text):
            raise IndexError(f"range {start}..{end} lies outside of 0..{len(self.text)}")
        if len(self.segments) == 1 and self.segments[0].is_verbatim:  # plain text, most of all
            shift = self.segments[0].source_start
            return start + shift, end + shift
        if start == end:
            position = self._position(start)
            return position, position
        return self._position(start), self._position_after(end - 1)

    def _position(self, index: int) -> int:
        if not self.segments:
            return 0
        if index >= len(self.text):
            return self.segments[-1].source_end
        segment = self._segment(index)
        return segment.source_start + (index - segment.text_start if segment.is_verbatim else 0)

    def _position_after(self, index: int) -> int:
        segment = self._segment(index)
        if segment.is_verbatim:
            return segment.source_start + index - segment.text_start + 1
        return segment.source_end

    def _segment(self, index: int) -> Segment:
        at = bisect_right(self.segments, index, key=lambda segment: segment.text_start)
        return self.segments[at - 1]
