"""The desk's work over some days: what came, what was queued, what was decided and how fast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, select

from moderation.domain.review import NO_TARGET_MINUTES, time_target
from moderation.storage import sampling
from moderation.storage.sampling import Sample
from moderation.storage.tables import comments, decisions, review_items, users, verdicts


@dataclass(frozen=True, slots=True)
class DayCounts:
    """What came and what was done on one day.

    Attributes
    ----------
    received : int
        Comments, with edits as often as they came.
    queued, flagged : int
        Items; flagged are those that the audit sample did not queue.
    closed : int
        Items that were closed, by a decision or by the host's deleting.
    decided, had_target, kept_target : int
        Of the closed ones: those that were decided, those that had a time target, and kept it.
    """

    received: int
    queued: int
    flagged: int
    closed: int
    decided: int
    had_target: int
    kept_target: int


def count_day(connection: Connection, forum_id: int, start: datetime, end: datetime) -> DayCounts:
    """Count one day's work."""
    received = connection.scalar(
        select(func.count())
        .select_from(comments)
        .where(
            comments.c.forum_id == forum_id,
            comments.c.received_at >= start,
            comments.c.received_at < end,
        )
    )
    queued = connection.execute(
        select(func.count(), func.count().filter(~review_items.c.is_audit)).where(
            review_items.c.forum_id == forum_id,
            review_items.c.created_at >= start,
            review_items.c.created_at < end,
        )
    ).one()
    is_decided = review_items.c.decision_id.is_not(None)
    # Without a target an item is due in ten years: one that waited for five is taken to have one.
    has_target = and_(
        is_decided, review_items.c.due_at < end + timedelta(minutes=NO_TARGET_MINUTES / 2)
    )
    closed = connection.execute(
        select(
            func.count(),
            func.count().filter(is_decided),
            func.count().filter(has_target),
            func.count().filter(has_target, review_items.c.closed_at <= review_items.c.due_at),
        ).where(
            review_items.c.forum_id == forum_id,
            review_items.c.closed_at >= start,
            review_items.c.closed_at < end,
        )
    ).one()
    return DayCounts(received or 0, *queued, *closed)


def count_open(connection: Connection, forum_id: int) -> int:
    """Return how many of a forum's items are open."""
    return (
        connection.scalar(
            select(func.count(review_items.c.id)).where(
                review_items.c.forum_id == forum_id, review_items.c.closed_at.is_(None)
            )
        )
        or 0
    )


@dataclass(frozen=True, slots=True)
class Wait:
    """How long an item waited for its decision.

    Attributes
    ----------
    moderator : str
        Of the decision in force.
    """

    queued_at: datetime
    decided_at: datetime
    moderator: str


def waits_since(
    connection: Connection, forum_id: int, since: datetime, *, sample: Sample
) -> list[Wait]:
    """Return the waits of a sample of the items that were decided since a moment."""
    found = connection.execute(
        select(
            review_items.c.decision_id, review_items.c.created_at, review_items.c.closed_at
        ).where(
            review_items.c.forum_id == forum_id,
            review_items.c.closed_at >= since,
            review_items.c.decision_id.is_not(None),
            sample.takes(review_items.c.decision_id),
        )
    ).all()
    by_decision: dict[int, str] = {}
    for keys in sampling.portions([row.decision_id for row in found]):
        names = (
            select(decisions.c.id, users.c.username)
            .join(users, users.c.id == decisions.c.moderator_id)
            .where(decisions.c.id.in_(keys))
        )
        by_decision |= {row.id: row.username for row in connection.execute(names)}
    return [Wait(row.created_at, row.closed_at, by_decision[row.decision_id]) for row in found]


def model_changes(
    connection: Connection, forum_id: int, since: datetime, *, sample: Sample
) -> list[tuple[str, datetime]]:
    """Return when each model that decided since a moment is first seen deciding, oldest first.

    Looked for in a sample of the comments: of a large forum the moment is late by some comments.
    """
    sampled = connection.scalars(
        select(comments.c.id).where(
            comments.c.forum_id == forum_id,
            comments.c.received_at >= since,
            sample.takes(comments.c.id),
        )
    ).all()
    found: dict[str, datetime] = {}
    for keys in sampling.portions(sampled):
        first = (
            select(verdicts.c.model_version, func.min(verdicts.c.created_at))
            .where(verdicts.c.comment_id.in_(keys), verdicts.c.model_version.is_not(None))
            .group_by(verdicts.c.model_version)
        )
        for version, at in connection.execute(first):
            found[version] = min(at, found.get(version, at))
    return sorted(found.items(), key=lambda one: one[1])


@dataclass(frozen=True, slots=True)
class Targets:
    """How a forum's open items stand to its time target.

    Attributes
    ----------
    next_at : datetime or None
        The nearest target that is not broken yet; None without one.
    """

    overdue: int
    next_at: datetime | None


def targets(connection: Connection, forum_id: int, *, now: datetime) -> Targets:
    """Return how many open items are overdue and when the next one will be."""
    waits = (review_items.c.forum_id == forum_id, review_items.c.closed_at.is_(None))
    overdue = connection.scalar(
        select(func.count()).select_from(review_items).where(*waits, review_items.c.due_at <= now)
    )
    nearest = connection.execute(
        select(review_items.c.created_at, review_items.c.due_at)
        .where(*waits, review_items.c.due_at > now)
        .order_by(review_items.c.due_at, review_items.c.id)
        .limit(1)
    ).first()
    return Targets(overdue or 0, time_target(*nearest) if nearest is not None else None)
