"""The machine's answer and the reasons it gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from classifiers.labels import Label
from classifiers.scorer import Span


class Verdict(StrEnum):
    """What the forum should do with a comment until a person has decided."""

    PUBLISH = "publish"
    FLAG = "flag"
    HOLD = "hold"


_SEVERITY = {Verdict.PUBLISH: 0, Verdict.FLAG: 1, Verdict.HOLD: 2}


def strictest(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the strictest of the verdicts, ``publish`` when there is none."""
    return max(verdicts, key=_SEVERITY.__getitem__, default=Verdict.PUBLISH)


class ReasonKind(StrEnum):
    """Why a comment got its verdict, or why it is in the queue.

    A reason is written ``kind`` or ``kind:detail``, for example ``over_threshold:abusive`` or
    ``word_rule:viagra``.
    """

    OVER_THRESHOLD = "over_threshold"
    WORD_RULE = "word_rule"
    REPEAT_REJECTED = "repeat_rejected"
    REPEAT_APPROVED = "repeat_approved"
    TRUSTED_AUTHOR = "trusted_author"
    SCORER_FAILED = "scorer_failed"
    AUDIT_SAMPLE = "audit_sample"
    USER_REPORT = "user_report"


class Source(StrEnum):
    """Why a person looks at an item: the provenance that an export carries."""

    MODEL = "model"
    WORD_RULE = "word_rule"
    REPORT = "report"
    AUDIT_SAMPLE = "audit_sample"
    SCORER_FAILED = "scorer_failed"
    REPEAT = "repeat"


_SOURCE_BY_REASON = {
    ReasonKind.SCORER_FAILED: Source.SCORER_FAILED,
    ReasonKind.OVER_THRESHOLD: Source.MODEL,
    ReasonKind.WORD_RULE: Source.WORD_RULE,
    ReasonKind.REPEAT_REJECTED: Source.REPEAT,
    ReasonKind.USER_REPORT: Source.REPORT,
    ReasonKind.AUDIT_SAMPLE: Source.AUDIT_SAMPLE,
}


def reason_kind(reason: str) -> ReasonKind:
    """Return the kind of a written reason."""
    return ReasonKind(reason.partition(":")[0])


def source_of(reasons: Iterable[str]) -> Source:
    """Return the source of an item: its first reason that queues."""
    for reason in reasons:
        source = _SOURCE_BY_REASON.get(reason_kind(reason))
        if source is not None:
            return source
    return Source.MODEL


class LabelScore(NamedTuple):
    """One label's score beside its threshold.

    A tuple, because every comment makes six of them.

    Attributes
    ----------
    label : Label
    score : float
        Calibrated probability in [0, 1].
    threshold : float
        Score at or above which the label flags, in [0, 1].
    rule : str
        The sentence that chose the threshold.
    flags : bool
        Whether ``score >= threshold`` and the policy acts on the label.
    """

    label: Label
    score: float
    threshold: float
    rule: str
    flags: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that the pipeline makes of one comment.

    Attributes
    ----------
    verdict : Verdict
    reasons : tuple[str, ...]
        Written reasons, strongest first; empty when nothing was found.
    scores : tuple[LabelScore, ...]
        Empty when the scorer failed.
    spans : tuple[Span, ...]
        Offsets into the reduced text.
    rule_spans : tuple[RuleSpan, ...]
        What the word rules matched.
    model_version : str or None
        None when the scorer failed.
    policy_version : int
    is_queued : bool
        Whether a person shall look at it.
    is_audit : bool
        Queued only as a random sample: its scores stay hidden until decided.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    scores: tuple[LabelScore, ...]
    spans: tuple[Span, ...]
    rule_spans: tuple[RuleSpan, ...]
    model_version: str | None
    policy_version: int
    is_queued: bool
    is_audit: bool

    @property
    def top_label(self) -> Label | None:
        """The label with the highest score of those that flag; None if none does."""
        flagged = [row for row in self.scores if row.flags]
        return max(flagged, key=lambda row: row.score).label if flagged else None


@dataclass(frozen=True, slots=True)
class RuleSpan:
    """A word rule's match.

    Attributes
    ----------
    start, end : int
        Code-point offsets into the reduced text, end exclusive.
    source_start, source_end : int
        Code-point offsets into the text as sent, end exclusive.
    """

    start: int
    end: int
    rule_id: str
    source_start: int = 0
    source_end: int = 0
