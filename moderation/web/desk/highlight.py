"""A comment's text cut into paragraphs and pieces, each with the marks that lie on it.

Nothing here is HTML: the template escapes each piece and draws the marks around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from classifiers.labels import DECIDING_LABELS, Label
from moderation.domain.judgement import PlacedSpan
from moderation.domain.verdict import LabelScore, RuleSpan
from moderation.web.desk.oddities import Oddity, OddityKind, oddities

STRONG_SHARE = 2 / 3
MIDDLE_SHARE = 1 / 3
"""Shares of a label's strongest push from which a mark is drawn at level 3 and at level 2."""

QUIET_SHARE = 1 / 3
"""A label whose score is below this share of its threshold gets no marks: they would be noise."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One underline.

    Attributes
    ----------
    label : Label
    level : int
        How strongly the words pushed: 1 to 3.
    """

    label: Label
    level: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters under the same marks.

    Attributes
    ----------
    marks : tuple[Mark, ...]
        Strongest first; empty for plain text.
    is_rule : bool
        Whether a word rule matched here.
    is_swear : bool
        Whether the words pushed ``profanity``: they can be covered.
    odd : OddityKind or None
        What eyes would miss here.
    note : str
        That in words.
    """

    text: str
    marks: tuple[Mark, ...] = ()
    is_rule: bool = False
    is_swear: bool = False
    odd: OddityKind | None = None
    note: str = ""

    @property
    def looks(self) -> tuple[object, ...]:
        """All but the text: neighbours that look the same are one piece."""
        return self.marks, self.is_rule, self.is_swear, self.odd, self.note


Paragraph = tuple[Piece, ...]


def shown_spans(
    spans: Iterable[PlacedSpan], scores: Iterable[LabelScore]
) -> tuple[PlacedSpan, ...]:
    """Return the spans worth a mark: upward pushes on a deciding label that is not far below."""
    loud = {
        row.label
        for row in scores
        if row.label in DECIDING_LABELS and (row.flags or row.score >= row.threshold * QUIET_SHARE)
    }
    return tuple(span for span in spans if span.label in loud and span.weight > 0)


def swearing_spans(spans: Iterable[PlacedSpan]) -> tuple[PlacedSpan, ...]:
    """Return the words that pushed ``profanity`` up, which a reader may want covered."""
    return tuple(span for span in spans if span.label is Label.PROFANITY and span.weight > 0)


def paragraphs(
    text: str, spans: Sequence[PlacedSpan] = (), rule_spans: Sequence[RuleSpan] = ()
) -> tuple[Paragraph, ...]:
    """Cut a text into paragraphs of pieces.

    Parameters
    ----------
    text : str
    spans : Sequence[PlacedSpan]
        May overlap; what lies outside of the text is cut off. Those of ``profanity`` are no marks:
        they say which words a reader may want covered.
    rule_spans : Sequence[RuleSpan]
        Word-rule matches; may overlap with spans.

    Returns
    -------
    tuple[Paragraph, ...]
        One for each line that is not blank. Joined, their pieces give those lines unchanged.
    """
    levels = _levels([span for span in spans if span.label is not Label.PROFANITY])
    swears = [span for span in spans if span.label is Label.PROFANITY]
    strange = oddities(text)
    found: list[Paragraph] = []
    start = 0
    for line in text.splitlines(keepends=True):
        body = line.strip()
        if body:
            offset = start + line.index(body[0])
            found.append(
                _pieces(text, (offset, offset + len(body)), levels, (rule_spans, swears), strange)
            )
        start += len(line)
    return tuple(found)


def _levels(spans: Sequence[PlacedSpan]) -> list[tuple[PlacedSpan, Mark]]:
    strongest: dict[Label, float] = {}
    for span in spans:
        strongest[span.label] = max(span.weight, strongest.get(span.label, 0.0))
    ranked = sorted(spans, key=lambda span: -span.weight)
    return [
        (span, Mark(span.label, _level(span.weight, strongest[span.label])))
        for span in ranked
        if span.weight > 0
    ]


def _level(weight: float, strongest: float) -> int:
    share = weight / strongest
    if share >= STRONG_SHARE:
        return 3
    return 2 if share >= MIDDLE_SHARE else 1


def _pieces(
    text: str,
    line: tuple[int, int],
    levels: Sequence[tuple[PlacedSpan, Mark]],
    others: tuple[Sequence[RuleSpan], Sequence[PlacedSpan]],
    strange: Sequence[Oddity],
) -> Paragraph:
    start, end = line
    near = [(span, mark) for span, mark in levels if span.start < end and span.end > start]
    rules, swears = (
        [span for span in spans if span.start < end and span.end > start] for spans in others
    )
    edges = {start, end}
    ranges = [(span.start, span.end) for span, _ in near]
    ranges += [(span.start, span.end) for span in (*rules, *swears)]
    odd = [one for one in strange if one.start < end and one.end > start]
    ranges += [(one.start, one.end) for one in odd]
    for left, right in ranges:
        edges |= {max(start, left), min(end, right)}
    pieces: list[Piece] = []
    for left, right in pairwise(sorted(edges)):
        here = next((one for one in reversed(odd) if one.start <= left and right <= one.end), None)
        piece = Piece(
            text=text[left:right],
            marks=_marks_on(near, left, right),
            is_rule=any(rule.start <= left and right <= rule.end for rule in rules),
            is_swear=any(span.start <= left and right <= span.end for span in swears),
            odd=here.kind if here else None,
            note=here.note if here else "",
        )
        if pieces and here is None and pieces[-1].looks == piece.looks:
            pieces[-1] = replace(pieces[-1], text=pieces[-1].text + piece.text)
        else:
            pieces.append(piece)
    return tuple(pieces)


def _marks_on(near: Sequence[tuple[PlacedSpan, Mark]], left: int, right: int) -> tuple[Mark, ...]:
    marks: dict[Label, Mark] = {}
    for span, mark in near:
        if span.start <= left and right <= span.end:
            marks.setdefault(mark.label, mark)
    return tuple(marks.values())


def pushing_words(
    text: str, spans: Iterable[PlacedSpan], label: Label, *, most: int = 2, longest: int = 40
) -> tuple[str, ...]:
    """Return the words that pushed one label most, strongest first, each once.

    Parameters
    ----------
    most : int
        How many.
    longest : int
        Characters kept of each; a cut is shown by an ellipsis.
    """
    words: dict[str, str] = {}
    ranked = sorted(
        (s for s in spans if s.label is label and s.weight > 0), key=lambda s: -s.weight
    )
    for span in ranked:
        phrase = " ".join(text[span.start : span.end].split()).strip(".,;:!?\"'()“”„»«")
        if phrase:
            cut = phrase if len(phrase) <= longest else f"{phrase[: longest - 1].rstrip()}…"
            words.setdefault(phrase.casefold(), cut)
        if len(words) == most:
            break
    return tuple(words.values())
