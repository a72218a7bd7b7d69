"""A comment as its readers saw it, ready to be drawn: blocks of marked pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from moderation.domain.judgement import Judgement, PlacedSpan, QuoteText
from moderation.domain.text_format import TextFormat
from moderation.domain.verdict import RuleSpan
from moderation.pipeline.reduction import Outline, outline_of, reduce
from moderation.pipeline.reduction.layout import Block, Stretch, lay_out, plain_outline
from moderation.pipeline.reduction.outline import Shape
from moderation.web.desk import highlight, oddities
from moderation.web.desk.highlight import MarkedText, Piece


@dataclass(frozen=True, slots=True)
class Shown:
    """A part of a comment, ready to be drawn.

    Attributes
    ----------
    shape : Shape or None
        None for a paragraph, and for what is folded away.
    pieces : tuple[Piece, ...]
        Of a paragraph; other blocks have children.
    detail : str
        A heading's level, ``ordered`` for a list, the person quoted.
    start : int
        The number of a list's first item; 0 for an item that goes on.
    hidden : int
        How many characters are folded away here.
    """

    shape: Shape | None
    pieces: tuple[Piece, ...] = ()
    children: tuple[Shown, ...] = ()
    detail: str = ""
    start: int = 1
    hidden: int = 0

    @property
    def characters(self) -> int:
        """How long it is."""
        own = sum(len(piece.text) for piece in self.pieces)
        return own + sum(child.characters for child in self.children)


def shown_text(
    outline: Outline, spans: Sequence[PlacedSpan] = (), rule_spans: Sequence[RuleSpan] = ()
) -> tuple[Shown, ...]:
    """Return a text ready to be drawn.

    Parameters
    ----------
    outline : Outline
    spans : Sequence[PlacedSpan]
    rule_spans : Sequence[RuleSpan]
        Both in offsets of the outline's text; quotes have no marks.
    """
    marked = MarkedText(outline.text, spans, rule_spans)
    return tuple(_shown(block, marked) for block in lay_out(outline))


def plain_text(words: str) -> tuple[Shown, ...]:
    """Return words without markup ready to be drawn."""
    return shown_text(Outline(words))


def comment_text(judgement: Judgement, *, is_marked: bool = False) -> tuple[Shown, ...]:
    """Return a judged comment ready to be drawn.

    Parameters
    ----------
    judgement : Judgement
    is_marked : bool
        Whether to show which words pushed a score.
    """
    outline = outline_for(judgement.source, judgement.text_format, judgement.body, judgement.quotes)
    if not is_marked:
        return shown_text(outline)
    loud = highlight.shown_spans(judgement.spans, judgement.scores)
    swears = highlight.swearing_spans(judgement.spans)
    return shown_text(outline, (*loud, *swears), judgement.rule_spans)


def outline_for(
    source: str, text_format: TextFormat, body: str, quotes: Sequence[QuoteText]
) -> Outline:
    """Return what the markup of a stored comment says of its body.

    Spans are offsets of the body. Where the source is reduced to another text today, they would
    mark other words: then the body is shown as it is, its quotes before it and its links behind.
    """
    outline = outline_of(source, text_format)
    if outline.text == body:
        return outline
    links = reduce(source, text_format).links
    return plain_outline(body, [(quote.text, quote.attribution) for quote in quotes], links)


def _shown(block: Block, marked: MarkedText) -> Shown:
    inside = MarkedText(block.text) if block.shape is Shape.QUOTE else marked
    return Shown(
        block.shape,
        pieces=tuple(piece for one in block.stretches for piece in _pieces(one, inside)),
        children=tuple(_shown(child, inside) for child in block.children),
        detail=block.detail,
    )


def _pieces(stretch: Stretch, marked: MarkedText) -> Iterator[Piece]:
    if stretch.placed is None:
        yield from marked.pieces(stretch.start, stretch.end, stretch.styles)
        return
    host = oddities.destination(stretch.address)
    if stretch.placed is not Shape.LINK:
        words = " ".join(stretch.words.split())
        yield Piece("", placed=stretch.placed, host=host, note=words)
    elif host and not _names(stretch.words, host):
        yield Piece("", placed=Shape.LINK, host=host)


def _names(words: str, host: str) -> bool:
    """Tell whether words name a host, and not one that only begins or ends like it."""
    return (
        re.search(rf"(?<![\w.@-]){re.escape(host)}(?![\w-]|\.\w|[^\s/]*@)", words.lower())
        is not None
    )
