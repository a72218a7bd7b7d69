"""A stored comment with the machine's judgement of it: what answers are built from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from classifiers.labels import Label
from moderation.domain.comment import Author, Parent, Thread
from moderation.domain.review import DecisionAction, ItemState
from moderation.domain.text_format import TextFormat
from moderation.domain.verdict import LabelScore, RuleSpan, Verdict


class PlacedSpan(NamedTuple):
    """A span with its place in the reduced text and in the text as sent.

    A tuple, because a flagged comment makes up to dozens of them.

    Attributes
    ----------
    start, end : int
        Code-point offsets into the reduced text (``Judgement.body``), end exclusive.
    source_start, source_end : int
        Code-point offsets into the text as sent (``Judgement.source``), end exclusive.
    weight : float
        Contribution in log-odds.
    """

    label: Label
    start: int
    end: int
    source_start: int
    source_end: int
    weight: float


@dataclass(frozen=True, slots=True)
class QuoteText:
    """Somebody else's words that stood in the comment."""

    text: str
    attribution: str | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """One stored revision of a comment and its verdict.

    Attributes
    ----------
    comment_pk : int
        Our own key of the revision.
    source, body : str
        As sent; and reduced to the author's own words.
    item_id : int or None
        The review item, if it was queued.
    request_id : str
        The request that was answered with this verdict.
    """

    comment_pk: int
    forum_id: int
    external_id: str
    revision: str
    is_latest: bool
    source: str
    text_format: TextFormat
    body: str
    quotes: tuple[QuoteText, ...]
    author: Author | None
    thread: Thread | None
    parent: Parent | None
    permalink: str | None
    language: str | None
    posted_at: datetime | None
    received_at: datetime
    deleted_at: datetime | None
    verdict: Verdict
    reasons: tuple[str, ...]
    scores: tuple[LabelScore, ...]
    spans: tuple[PlacedSpan, ...]
    rule_spans: tuple[RuleSpan, ...]
    model_version: str | None
    policy_version: int
    request_id: str
    judged_at: datetime
    item_id: int | None
    item_state: ItemState | None


@dataclass(frozen=True, slots=True)
class Decision:
    """A moderator's decision as stored.

    Attributes
    ----------
    labels : dict[Label, bool]
        Judged labels; absent is unknown.
    undoes_id : int or None
        The decision that this one takes back.
    """

    id: int
    item_id: int
    comment_pk: int
    action: DecisionAction
    labels: dict[Label, bool]
    reason: str | None
    note: str
    moderator: str
    revision: str
    model_version: str | None
    policy_version: int
    created_at: datetime
    undoes_id: int | None


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One thing that happened to a comment, in order.

    Attributes
    ----------
    kind : str
        For example ``verdict``, ``claimed``, ``decided``, ``reported``, ``delivered``.
    actor : str
        A moderator's name, ``model``, ``forum`` or ``operator``.
    details : dict[str, object]
        Never holds comment text.
    """

    at: datetime
    kind: str
    actor: str
    details: dict[str, object]
