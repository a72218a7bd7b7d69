"""What a forum's comments, scores and decisions were like in a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from classifiers.labels import DECIDING_LABELS
from moderation.domain.review import DecisionAction
from moderation.storage import traffic
from moderation.storage.sampling import Sample, portions
from moderation.storage.tables import comments, decisions, forums, review_items, verdicts
from moderation.storage.traffic import Span


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


def forum_keys(connection: Connection, slug: str | None) -> Sequence[int]:
    """Return the key of a forum; those of all forums but demos for None."""
    is_meant = forums.c.slug == slug if slug is not None else ~forums.c.is_demo
    return connection.scalars(select(forums.c.id).where(is_meant)).all()


def first_received(connection: Connection, keys: Sequence[int]) -> datetime | None:
    """Return when the first comment of some forums came in."""
    found = [one for key in keys if (one := traffic.first_received(connection, key)) is not None]
    return min(found, default=None)


def volume(connection: Connection, keys: Sequence[int], span: Span) -> tuple[int, int]:
    """Return how many comments came, and how many were flagged."""
    came = select(func.count()).select_from(comments).where(*_came_in(keys, span))
    flagged = (
        select(func.count())
        .select_from(review_items)
        .where(*_queued(keys, span), review_items.c.top_label.is_not(None))
    )
    return connection.scalar(came) or 0, connection.scalar(flagged) or 0


def sample(
    connection: Connection, keys: Sequence[int], span: Span, *, taken: Sample
) -> list[Sampled]:
    """Return a sample of a period's comments."""
    sampled = connection.scalars(
        select(comments.c.id).where(*_came_in(keys, span), taken.takes(comments.c.id))
    ).all()
    query = select(comments.c.body, verdicts.c.scores, verdicts.c.model_version).join(
        verdicts, verdicts.c.comment_id == comments.c.id
    )
    return [
        Sampled(row.body, _highest(row.scores), row.model_version)
        for portion in portions(sampled)
        for row in connection.execute(query.where(comments.c.id.in_(portion)))
    ]


def decided(connection: Connection, keys: Sequence[int], span: Span, *, most: int) -> Decided:
    """Count the decisions in force on what was queued in a period.

    Of more than ``most`` decisions on flagged comments a sample is counted; what the audit sample
    queued is counted whole.
    """
    is_decided = (*_queued(keys, span), review_items.c.decision_id.is_not(None))
    is_flagged = and_(review_items.c.top_label.is_not(None), ~review_items.c.is_audit)
    number = connection.scalar(
        select(func.count()).select_from(review_items).where(*is_decided, is_flagged)
    )
    taken = Sample.of_most(number or 0, most).takes(review_items.c.decision_id)
    sampled = connection.scalars(
        select(review_items.c.decision_id).where(
            *is_decided, or_(review_items.c.is_audit, and_(is_flagged, taken))
        )
    ).all()
    query = select(review_items.c.top_label, decisions.c.action, decisions.c.labels).join(
        review_items, review_items.c.id == decisions.c.item_id
    )
    counts = [0, 0, 0, 0]
    for portion in portions(sampled):
        for row in connection.execute(query.where(decisions.c.id.in_(portion))):
            is_deserved = _is_deserved(row.action, row.labels)
            place = 0 if row.top_label is not None else 2
            counts[place] += 1
            counts[place + 1] += is_deserved
    return Decided(*counts)


def _came_in(keys: Sequence[int], span: Span) -> tuple[ColumnElement[bool], ...]:
    return comments.c.forum_id.in_(keys), *span.holds(comments.c.received_at)


def _queued(keys: Sequence[int], span: Span) -> tuple[ColumnElement[bool], ...]:
    return review_items.c.forum_id.in_(keys), *span.holds(review_items.c.created_at)


def _highest(scores: Sequence[Sequence[Any]]) -> float | None:
    deciding = [float(score[1]) for score in scores if score[0] in set(DECIDING_LABELS)]
    return max(deciding, default=None)


def _is_deserved(action: str, labels: dict[str, bool]) -> bool:
    judged = [labels[label.value] for label in DECIDING_LABELS if label.value in labels]
    return any(judged) if judged else action == DecisionAction.REJECT
