"""Reduce a comment's source to its author's own words, offsets kept, quotes set apart.

What is kept: words, text of links and mentions, code, spoilers, alternative text of emoji. What
is dropped: marks, tags, comments, scripts, pictures, frames, and what forum software writes
around quotes. Addresses are recorded. Each reader is linear in the source, accepts every string
and never raises.

A mark without its partner stays text: readers of the forum may see it so, and nothing that they
see may go unjudged. For the same reason an unclosed BBCode quote hides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from moderation.domain.text_format import TextFormat
from moderation.pipeline.reduction.bbcode import reduce_bbcode
from moderation.pipeline.reduction.html import reduce_html
from moderation.pipeline.reduction.markdown import reduce_markdown
from moderation.pipeline.reduction.outline import Outline
from moderation.pipeline.reduction.plain import reduce_plain
from moderation.pipeline.reduction.reduced import Quote, Reduced, Segment

__all__ = ["Outline", "Quote", "Reduced", "Segment", "TextFormat", "outline_of", "reduce"]


class _Reader(Protocol):
    def __call__(self, source: str, *, keeps_outline: bool = False) -> Reduced: ...


_READERS: Mapping[TextFormat, _Reader] = {
    TextFormat.PLAIN: reduce_plain,
    TextFormat.HTML: reduce_html,
    TextFormat.MARKDOWN: reduce_markdown,
    TextFormat.BBCODE: reduce_bbcode,
}


def reduce(source: str, text_format: TextFormat) -> Reduced:
    """Reduce a comment's source to the author's own words.

    Parameters
    ----------
    source : str
        Any string; NUL and lone surrogates are kept as they are, and none are added.
    text_format : TextFormat

    Returns
    -------
    Reduced
    """
    return _READERS[text_format](source)


def outline_of(source: str, text_format: TextFormat) -> Outline:
    """Reduce a comment's source, and keep what its markup says of the words.

    Parameters
    ----------
    source : str
    text_format : TextFormat

    Returns
    -------
    Outline
        Of the same text as `reduce` gives.
    """
    return _READERS[text_format](source, keeps_outline=True).outline or Outline("")
