"""A comment's text cut into pieces, each with the marks that lie on it.

Nothing here is HTML: the template escapes each piece and draws the marks around it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from classifiers.labels import DECIDING_LABELS, Label
from moderation.domain.judgement import PlacedSpan
from moderation.domain.verdict import LabelScore, RuleSpan
from moderation.pipeline.reduction.outline import Shape
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
        That in words; or the words under a picture.
    styles : tuple[Shape, ...]
        What the author's markup makes of it.
    placed : Shape or None
        A picture, an embedded page, or a link that ends here; such a piece has no text.
    host : str
        Where that leads.
    """

    text: str
    marks: tuple[Mark, ...] = ()
    is_rule: bool = False
    is_swear: bool = False
    odd: OddityKind | None = None
    note: str = ""
    styles: tuple[Shape, ...] = ()
    placed: Shape | None = None
    host: str = ""


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


class MarkedText:
    """A text whose marks are known at each place, cut where any of them begins or ends.

    Parameters
    ----------
    text : str
    spans : Sequence[PlacedSpan]
        May overlap; what lies outside of the text is cut off. Those of ``profanity`` are no marks:
        they say which words a reader may want covered.
    rule_spans : Sequence[RuleSpan]
        Word-rule matches; may overlap with spans.
    """

    def __init__(
        self, text: str, spans: Sequence[PlacedSpan] = (), rule_spans: Sequence[RuleSpan] = ()
    ) -> None:
        self.text = text
        self._starts: list[int] = []
        self._looks: list[Piece] = []
        levels = _levels([span for span in spans if span.label is not Label.PROFANITY])
        swears = [span for span in spans if span.label is Label.PROFANITY]
        covers: list[_Cover] = [(span.start, span.end, mark) for span, mark in levels]
        covers += [(rule.start, rule.end, _Other.RULE) for rule in rule_spans]
        covers += [(span.start, span.end, _Other.SWEAR) for span in swears]
        covers += [(odd.start, odd.end, odd) for odd in oddities(text)]
        self._cut(covers)

    def pieces(self, start: int, end: int, styles: tuple[Shape, ...] = ()) -> Iterator[Piece]:
        """Yield the pieces of a range; joined, they give its text unchanged."""
        place = bisect_right(self._starts, start) - 1
        while start < end:
            look = self._looks[place]
            place += 1
            after = min(end, self._starts[place]) if place < len(self._starts) else end
            yield replace(look, text=self.text[start:after], styles=styles)
            start = after

    def _cut(self, covers: Sequence[_Cover]) -> None:
        """Walk once from edge to edge and write down what lies on the text between them."""
        edges: dict[int, list[tuple[int, bool]]] = {0: []}
        for number, (start, end, _) in enumerate(covers):
            first, last = max(start, 0), min(end, len(self.text))
            if first < last:
                edges.setdefault(first, []).append((number, True))
                edges.setdefault(last, []).append((number, False))
        here: dict[int, None] = {}
        for place in sorted(edges):
            for number, begins in edges[place]:
                if begins:
                    here[number] = None
                else:
                    del here[number]
            look = _look([covers[number][2] for number in sorted(here)])
            if not self._looks or look.odd or self._looks[-1] != look:
                self._starts.append(place)
                self._looks.append(look)


class _Other(StrEnum):
    RULE = "rule"
    SWEAR = "swear"


_Cover = tuple[int, int, Mark | _Other | Oddity]


def _look(covers: Sequence[Mark | _Other | Oddity]) -> Piece:
    """Return what covers make of the text under them: strongest marks and outer oddities first."""
    marks: dict[Label, Mark] = {}
    odd: Oddity | None = None
    for cover in covers:
        if isinstance(cover, Mark):
            marks.setdefault(cover.label, cover)
        elif isinstance(cover, Oddity):
            odd = cover
    return Piece(
        text="",
        marks=tuple(marks.values()),
        is_rule=_Other.RULE in covers,
        is_swear=_Other.SWEAR in covers,
        odd=odd.kind if odd else None,
        note=odd.note if odd else "",
    )


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
