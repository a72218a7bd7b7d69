"""What a scorer answers. Standard library only: the serving side depends on this file alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from classifiers.labels import Label


@dataclass(frozen=True, slots=True)
class ScoringInput:
    """One comment as the scorer sees it.

    Attributes
    ----------
    text : str
        The author's own words, reduced to plain text, quotes removed.
    title : str or None
        Title of the thread, if known. Context only.
    parent : str or None
        Text of the comment that is answered, if known. Context only.
    """

    text: str
    title: str | None = None
    parent: str | None = None


class Span(NamedTuple):
    """A character range of the scored text and how much it pushed one label's score.

    A tuple, because scoring makes dozens of them, and because they sort by place.

    Attributes
    ----------
    start, end : int
        Code-point offsets into ``ScoringInput.text``; ``end`` is exclusive.
    label : Label
        The score that was pushed.
    weight : float
        Contribution in log-odds; positive pushes the score up.
    """

    start: int
    end: int
    label: Label
    weight: float


@dataclass(frozen=True, slots=True)
class Scored:
    """The scorer's answer for one comment.

    Attributes
    ----------
    probabilities : Mapping[Label, float]
        Calibrated probability in [0, 1] for each label that the model has.
    spans : tuple[Span, ...]
        The strongest upward pushes, in text order; empty if not asked for.
    model_version : str
        Names the bundle that made the scores.
    """

    probabilities: Mapping[Label, float]
    spans: tuple[Span, ...]
    model_version: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """The score at or above which a label flags.

    Attributes
    ----------
    value : float
        In [0, 1].
    rule : str
        The sentence that chose it, for example ``maximum recall at precision >= 0.9``.
    """

    value: float
    rule: str


class Scorer(Protocol):
    """A loaded model. Implementations are immutable and safe to share between threads."""

    @property
    def model_version(self) -> str:
        """Name of the bundle, unique by its content."""
        ...

    @property
    def thresholds(self) -> Mapping[Label, Threshold]:
        """The bundle's threshold for each label."""
        ...

    def score(self, comment: ScoringInput, *, with_spans: bool = True) -> Scored:
        """Score one comment."""
        ...

    def score_many(
        self, comments: Sequence[ScoringInput], *, with_spans: bool = False
    ) -> list[Scored]:
        """Score many comments; same numbers as ``score``, in order."""
        ...
