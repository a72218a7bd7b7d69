"""What was decided over some days, counted by moderator and by label in one reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from moderation.domain.review import DecisionAction
from moderation.storage.tables import decisions, review_items, users


@dataclass(frozen=True, slots=True)
class ModeratorCounts:
    """What one moderator decided, of the decisions in force."""

    name: str
    decided: int
    rejected: int


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


@dataclass(frozen=True, slots=True)
class DecisionCounts:
    """What was decided.

    Attributes
    ----------
    moderators : tuple[ModeratorCounts, ...]
        By name.
    labels : tuple[LabelCounts, ...]
        The most frequent first.
    """

    moderators: tuple[ModeratorCounts, ...]
    labels: tuple[LabelCounts, ...]


def decision_counts(connection: Connection, forum_id: int, since: datetime) -> DecisionCounts:
    """Count a forum's decisions since a moment."""
    made_here = (
        decisions.c.forum_id == forum_id,
        decisions.c.created_at >= since,
        decisions.c.action != DecisionAction.UNDO.value,
    )
    label = review_items.c.top_label
    is_rejected = (decisions.c.action == DecisionAction.REJECT.value).label("is_rejected")
    is_settled = review_items.c.decision_id.is_not(None).label("is_settled")
    is_in_force = (review_items.c.decision_id == decisions.c.id).label("is_in_force")
    keys: tuple[ColumnElement[Any], ...] = (
        label,
        decisions.c.moderator_id,
        is_rejected,
        is_settled,
        is_in_force,
    )
    made = connection.execute(
        select(*keys, func.count().label("number"))
        .join(review_items, review_items.c.id == decisions.c.item_id)
        .where(*made_here)
        .group_by(*keys)
    ).all()
    stands = decisions.alias()
    overturned = connection.execute(
        select(label, func.count())
        .select_from(decisions)
        .join(review_items, review_items.c.id == decisions.c.item_id)
        .join(stands, stands.c.id == review_items.c.decision_id)
        .where(
            *made_here,
            review_items.c.decision_id != decisions.c.id,
            stands.c.action != decisions.c.action,
        )
        .group_by(label)
    )
    queued = connection.execute(
        select(label, func.count())
        .where(review_items.c.forum_id == forum_id, review_items.c.created_at >= since)
        .group_by(label)
    )
    return DecisionCounts(
        _by_moderator(connection, made),
        _by_label(
            made,
            queued={row[0]: row[1] for row in queued},
            overturned={row[0]: row[1] for row in overturned},
        ),
    )


def _by_moderator(
    connection: Connection, made: Sequence[Row[*tuple[Any, ...]]]
) -> tuple[ModeratorCounts, ...]:
    decided: Counter[int] = Counter()
    rejected: Counter[int] = Counter()
    for row in made:
        if row.is_in_force:
            decided[row.moderator_id] += row.number
            rejected[row.moderator_id] += row.number if row.is_rejected else 0
    named = connection.execute(
        select(users.c.id, users.c.username)
        .where(users.c.id.in_(list(decided)))
        .order_by(users.c.username)
    )
    return tuple(ModeratorCounts(row.username, decided[row.id], rejected[row.id]) for row in named)


def _by_label(
    made: Sequence[Row[*tuple[Any, ...]]],
    *,
    queued: dict[str | None, int],
    overturned: dict[str | None, int],
) -> tuple[LabelCounts, ...]:
    decided: Counter[str | None] = Counter()
    rejected: Counter[str | None] = Counter()
    settled: Counter[str | None] = Counter()
    for row in made:
        decided[row.top_label] += row.number
        rejected[row.top_label] += row.number if row.is_rejected else 0
        settled[row.top_label] += row.number if row.is_settled else 0
    found = [
        LabelCounts(
            label,
            queued.get(label, 0),
            decided[label],
            rejected[label],
            settled[label],
            overturned.get(label, 0),
        )
        for label in queued.keys() | decided.keys()
    ]
    return tuple(sorted(found, key=lambda one: (-one.queued, one.label or "")))
