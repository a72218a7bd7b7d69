"""What a forum's comments, scores and decisions were like in a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from classifiers.labels import DECIDING_LABELS
from moderation.domain.review import DecisionAction
from moderation.storage.tables import comments, decisions, forums, review_items, verdicts


@dataclass(frozen=True, slots=True)
class Sampled:
    """A comment of the sample: its words, its highest deciding score, and whose score it is."""

    body: str
    score: float | None
    model_version: str | None


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions of a period: of what was flagged, and of what was sampled unflagged."""

    flagged: int
    flagged_deserved: int
    audited: int
    missed: int


def first_verdict(connection: Connection, forum: str | None) -> datetime | None:
    """Return when the first comment was judged."""
    found: datetime | None = connection.scalar(
        select(func.min(verdicts.c.created_at))
        .join(comments, comments.c.id == verdicts.c.comment_id)
        .join(forums, forums.c.id == comments.c.forum_id)
        .where(_of(forum))
    )
    return found


def volume(
    connection: Connection, forum: str | None, since: datetime, until: datetime
) -> tuple[int, int]:
    """Return how many comments came, and how many were flagged."""
    row = connection.execute(
        select(func.count(comments.c.id), func.count(review_items.c.top_label))
        .select_from(comments)
        .join(forums, forums.c.id == comments.c.forum_id)
        .join(verdicts, verdicts.c.comment_id == comments.c.id)
        .outerjoin(review_items, review_items.c.comment_id == comments.c.id)
        .where(_of(forum), *_between(since, until))
    ).one()
    return row[0], row[1]


def sample(
    connection: Connection, forum: str | None, since: datetime, until: datetime, *, every: int
) -> Sequence[Sampled]:
    """Return every n-th comment of a period."""
    rows = connection.execute(
        select(comments.c.body, verdicts.c.scores, verdicts.c.model_version)
        .select_from(comments)
        .join(forums, forums.c.id == comments.c.forum_id)
        .join(verdicts, verdicts.c.comment_id == comments.c.id)
        .where(_of(forum), *_between(since, until), comments.c.id % every == 0)
        .order_by(comments.c.id)
    )
    return [Sampled(row.body, _highest(row.scores), row.model_version) for row in rows]


def decided(connection: Connection, forum: str | None, since: datetime, until: datetime) -> Decided:
    """Count the decisions in force on a period's comments."""
    rows = connection.execute(
        select(
            review_items.c.top_label,
            review_items.c.is_audit,
            decisions.c.action,
            decisions.c.labels,
        )
        .select_from(comments)
        .join(forums, forums.c.id == comments.c.forum_id)
        .join(verdicts, verdicts.c.comment_id == comments.c.id)
        .join(review_items, review_items.c.comment_id == comments.c.id)
        .join(decisions, decisions.c.id == review_items.c.decision_id)
        .where(_of(forum), *_between(since, until))
    )
    counts = [0, 0, 0, 0]
    for row in rows:
        is_deserved = _is_deserved(row.action, row.labels)
        if row.top_label is not None:
            counts[0] += 1
            counts[1] += is_deserved
        elif row.is_audit:
            counts[2] += 1
            counts[3] += is_deserved
    return Decided(*counts)


def _of(forum: str | None) -> ColumnElement[bool]:
    return forums.c.slug == forum if forum is not None else ~forums.c.is_demo


def _between(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return verdicts.c.created_at >= since, verdicts.c.created_at < until


def _highest(scores: Sequence[Sequence[Any]]) -> float | None:
    deciding = [float(score[1]) for score in scores if score[0] in set(DECIDING_LABELS)]
    return max(deciding, default=None)


def _is_deserved(action: str, labels: dict[str, bool]) -> bool:
    judged = [labels[label.value] for label in DECIDING_LABELS if label.value in labels]
    return any(judged) if judged else action == DecisionAction.REJECT
