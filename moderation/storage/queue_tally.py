"""How much waits: one reading of the queue answers the counts of every view at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select

from moderation.domain.reach import ForumKeys
from moderation.domain.review import ItemState
from moderation.storage.queue_filters import QueueFilter, is_open, narrowed
from moderation.storage.tables import NARROWING, forums, review_items, users
from moderation.storage.within import within as is_within

_GROUPS = [review_items.c[name] for name in (*NARROWING, "is_audit")]


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


def count_open(connection: Connection, within: ForumKeys) -> int:
    """Return how many items are open; answered by an index alone."""
    counted = select(func.count()).select_from(review_items).where(is_open())
    return connection.scalar(counted.where(is_within(review_items.c.forum_id, within))) or 0


def queue_counts(connection: Connection, wanted: QueueFilter, *, now: datetime) -> QueueCounts:
    """Count the open items that match."""
    return count_views(connection, [wanted], now=now)[0]


def count_views(
    connection: Connection, views: Sequence[QueueFilter], *, now: datetime
) -> list[QueueCounts]:
    """Count the open items of several filters, in their order.

    The queue is read once for all of them; a filter by author or thread is counted by itself,
    because their indexes find few.
    """
    slugs = {row.id: row.slug for row in connection.execute(select(forums.c.id, forums.c.slug))}
    claims = _claims(connection, now)
    tally: list[RowMapping] | None = None
    counts = []
    for wanted in views:
        if wanted.author is None and wanted.thread is None:
            tally = tally if tally is not None else _groups(connection, _tally())
            groups = [row for row in tally if _matches(wanted, row, slugs)]
        else:
            groups = _groups(connection, narrowed(connection, _tally(), wanted))
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


def _groups(connection: Connection, query: Select[*tuple[Any, ...]]) -> list[RowMapping]:
    return list(connection.execute(query).mappings())


def _claims(connection: Connection, now: datetime) -> list[RowMapping]:
    columns = [review_items.c[name] for name in (*NARROWING, "id", "author_id", "thread_id")]
    return list(
        connection.execute(
            select(*columns, users.c.username)
            .join(users, users.c.id == review_items.c.claimed_by)
            .where(
                review_items.c.claimed_by.is_not(None),
                review_items.c.state == ItemState.CLAIMED.value,
                review_items.c.claim_expires_at > now,
            )
        ).mappings()
    )


def _matches(wanted: QueueFilter, row: RowMapping, slugs: dict[int, str]) -> bool:
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


def _counts(groups: Iterable[RowMapping], claimed: int) -> QueueCounts:
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
