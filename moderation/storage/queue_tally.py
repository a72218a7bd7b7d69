"""How much waits: one reading of the queue answers the counts of every view at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from moderation.domain.reach import ForumKeys
from moderation.domain.review import ItemState
from moderation.storage.queue_filters import QueueFilter, is_open, narrowed
from moderation.storage.tables import NARROWING, forums, review_items, users

GROUPED = (*NARROWING, "is_audit")
_GROUPS = [review_items.c[name] for name in GROUPED]


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How much work there is. Ages in seconds are left to the reader of ``oldest_at``."""

    waiting: int
    held: int
    reported: int
    escalated: int
    audit: int
    claimed: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class AtWork:
    """A moderator with claims in force.

    Attributes
    ----------
    items : tuple[int, ...]
        Keys of the items that they hold.
    """

    username: str
    items: tuple[int, ...]


Tally = Sequence[Mapping[str, Any]]
"""How many open items there are of each kind: `GROUPED` with ``items`` and ``oldest_at``."""


def tally_of(connection: Connection) -> Tally:
    """Read all open items once, by an index alone."""
    return _rows(connection, _tally())


def count_open(tally: Tally, within: ForumKeys) -> int:
    """Return how many items are open in some forums."""
    return sum(row["items"] for row in tally if within is None or row["forum_id"] in within)


def queue_counts(connection: Connection, wanted: QueueFilter, *, now: datetime) -> QueueCounts:
    """Count the open items that match."""
    return count_views(connection, tally_of(connection), [wanted], now=now)[0]


def count_views(
    connection: Connection, tally: Tally, views: Sequence[QueueFilter], *, now: datetime
) -> list[QueueCounts]:
    """Count the open items of several filters, in their order.

    The tally answers all of them; a filter by author or thread is counted by itself, because their
    indexes find few.
    """
    slugs = {row.id: row.slug for row in connection.execute(select(forums.c.id, forums.c.slug))}
    claims = _claims(connection, now)
    counts = []
    for wanted in views:
        if wanted.author is None and wanted.thread is None:
            groups: Tally = [row for row in tally if _matches(wanted, row, slugs)]
        else:
            groups = _rows(connection, narrowed(connection, _tally(), wanted))
        claimed = sum(1 for row in claims if _matches(wanted, row, slugs))
        counts.append(_counts(groups, claimed))
    return counts


def at_work(connection: Connection, *, now: datetime, within: ForumKeys) -> list[AtWork]:
    """Return who holds claims in force, by name."""
    holders: dict[str, list[int]] = {}
    for row in _claims(connection, now):
        if within is not None and row["forum_id"] not in within:
            continue
        holders.setdefault(row["username"], []).append(row["id"])
    return [AtWork(name, tuple(sorted(items))) for name, items in sorted(holders.items())]


def _tally() -> Select[*tuple[Any, ...]]:
    return (
        select(
            *_GROUPS,
            func.count().label("items"),
            func.min(review_items.c.created_at).label("oldest_at"),
        )
        .where(is_open())
        .group_by(*_GROUPS)
    )


def _rows(connection: Connection, query: Select[*tuple[Any, ...]]) -> Sequence[Mapping[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _claims(connection: Connection, now: datetime) -> Sequence[Mapping[str, Any]]:
    columns = [review_items.c[name] for name in (*NARROWING, "id", "author_id", "thread_id")]
    query = (
        select(*columns, users.c.username)
        .join(users, users.c.id == review_items.c.claimed_by)
        .where(
            review_items.c.claimed_by.is_not(None),
            review_items.c.state == ItemState.CLAIMED.value,
            review_items.c.claim_expires_at > now,
        )
    )
    return _rows(connection, query)


def _matches(wanted: QueueFilter, row: Mapping[str, Any], slugs: dict[int, str]) -> bool:
    asked = {
        "top_label": wanted.label,
        "source": wanted.source.value if wanted.source is not None else None,
        "language": wanted.language,
        "host": wanted.host,
        "author_id": wanted.author,
        "thread_id": wanted.thread,
    }
    return (
        all(value is None or row[name] == value for name, value in asked.items())
        and (wanted.within is None or row["forum_id"] in wanted.within)
        and (wanted.forum is None or slugs.get(row["forum_id"]) == wanted.forum)
        and (row["is_held"] or not wanted.is_held)
        and (row["is_escalated"] or not wanted.is_escalated)
        and (row["report_count"] > 0 or not wanted.is_reported)
    )


def _counts(groups: Iterable[Mapping[str, Any]], claimed: int) -> QueueCounts:
    groups = list(groups)

    def count(name: str) -> int:
        return sum(row["items"] for row in groups if row[name])

    return QueueCounts(
        waiting=sum(row["items"] for row in groups),
        held=count("is_held"),
        reported=count("report_count"),
        escalated=count("is_escalated"),
        audit=count("is_audit"),
        claimed=claimed,
        oldest_at=min((row["oldest_at"] for row in groups), default=None),
    )
