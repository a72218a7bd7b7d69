"""The desk's work over some days: what came, what was queued, what was decided and how fast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from moderation.domain.review import DecisionAction, time_target
from moderation.storage.tables import comments, decisions, review_items, users, verdicts


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One review item's times.

    Attributes
    ----------
    closed_at : datetime or None
        None while it is open.
    decided_at, moderator : datetime, str or None
        Of the decision in force.
    target_at : datetime or None
        When it breaks the forum's time target, if there is one.
    """

    created_at: datetime
    closed_at: datetime | None
    is_audit: bool
    decided_at: datetime | None
    moderator: str | None
    is_rejected: bool
    target_at: datetime | None


def count_received(
    connection: Connection, forum_id: int, days: Sequence[tuple[datetime, datetime]]
) -> list[int]:
    """Return how many comments came in on each day."""
    return [
        connection.scalar(
            select(func.count(comments.c.id)).where(
                comments.c.forum_id == forum_id,
                comments.c.received_at >= start,
                comments.c.received_at < end,
            )
        )
        or 0
        for start, end in days
    ]


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


def items_since(
    connection: Connection, forum_id: int, since: datetime, *, limit: int
) -> list[WorkItem]:
    """Return the items that were queued or closed since a moment, newest first."""
    rows = connection.execute(
        select(
            review_items.c.created_at,
            review_items.c.closed_at,
            review_items.c.is_audit,
            review_items.c.due_at,
            decisions.c.created_at.label("decided_at"),
            decisions.c.action,
            users.c.username,
        )
        .outerjoin(decisions, decisions.c.id == review_items.c.decision_id)
        .outerjoin(users, users.c.id == decisions.c.moderator_id)
        .where(
            review_items.c.forum_id == forum_id,
            or_(review_items.c.created_at >= since, review_items.c.closed_at >= since),
        )
        .order_by(review_items.c.id.desc())
        .limit(limit)
    )
    return [
        WorkItem(
            row.created_at,
            row.closed_at,
            row.is_audit,
            row.decided_at,
            row.username,
            row.action == DecisionAction.REJECT.value,
            time_target(row.created_at, row.due_at),
        )
        for row in rows
    ]


def model_changes(
    connection: Connection, forum_id: int, since: datetime
) -> list[tuple[str, datetime]]:
    """Return when each model that decided since a moment was first seen deciding, oldest first."""
    first = func.min(verdicts.c.created_at)
    rows = connection.execute(
        select(verdicts.c.model_version, first.label("first"))
        .join(comments, comments.c.id == verdicts.c.comment_id)
        .where(
            comments.c.forum_id == forum_id,
            comments.c.received_at >= since,
            verdicts.c.model_version.is_not(None),
        )
        .group_by(verdicts.c.model_version)
        .order_by(first)
    )
    return [(row.model_version, row.first) for row in rows]


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


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """What was queued for one label, and what became of it.

    Attributes
    ----------
    label : str or None
        None for what no label flagged: a report, a word rule, an audit sample.
    decided, rejected : int
        Decisions made, undoing aside.
    settled, overturned : int
        Those whose item is decided now, and of them those where the other answer stands.
    """

    label: str | None
    queued: int
    decided: int
    rejected: int
    settled: int
    overturned: int


def label_counts(connection: Connection, forum_id: int, since: datetime) -> list[LabelCounts]:
    """Return by label what was queued and decided since a moment, the most frequent first."""
    label = review_items.c.top_label
    queued = connection.execute(
        select(label, func.count())
        .where(review_items.c.forum_id == forum_id, review_items.c.created_at >= since)
        .group_by(label)
    )
    stands = decisions.alias()
    is_rejected = decisions.c.action == DecisionAction.REJECT.value
    made = connection.execute(
        select(
            label,
            func.count(),
            func.count().filter(is_rejected),
            func.count(stands.c.id),
            func.count().filter(stands.c.action != decisions.c.action),
        )
        .select_from(decisions)
        .join(review_items, review_items.c.id == decisions.c.item_id)
        .outerjoin(stands, stands.c.id == review_items.c.decision_id)
        .where(
            decisions.c.forum_id == forum_id,
            decisions.c.created_at >= since,
            decisions.c.action != DecisionAction.UNDO.value,
        )
        .group_by(label)
    )
    numbers: dict[str | None, list[int]] = {name: [count, 0, 0, 0, 0] for name, count in queued}
    for name, *counts in made:
        numbers[name] = [numbers.get(name, [0])[0], *counts]
    found = [LabelCounts(name, *counts) for name, counts in numbers.items()]
    return sorted(found, key=lambda one: (-one.queued, one.label or ""))
