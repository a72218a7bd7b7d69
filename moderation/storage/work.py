"""The desk's work over some days: what came, what was queued, what was decided and how fast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from moderation.domain.review import DecisionAction
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
    """

    created_at: datetime
    closed_at: datetime | None
    is_audit: bool
    decided_at: datetime | None
    moderator: str | None
    is_rejected: bool


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
