"""Searching the append-only history."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from moderation.domain.reach import ForumKeys
from moderation.storage.tables import comments, events, forums, review_items
from moderation.storage.within import newest_within
from moderation.storage.within import within as is_within


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What to look for; None for anything.

    Attributes
    ----------
    actor : str or None
        The exact name.
    forum : str or None
        Its slug.
    comment : str or None
        The comment's id in its forum.
    since, until : datetime or None
        From the first on, before the second.
    """

    actor: str | None = None
    kind: str | None = None
    forum: str | None = None
    comment: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One event."""

    id: int
    at: datetime
    kind: str
    actor: str
    forum_name: str | None
    comment: str | None
    item_id: int | None
    details: dict[str, object]


def find_events(
    connection: Connection,
    wanted: LogFilter,
    within: ForumKeys,
    *,
    before: int | None,
    limit: int,
) -> list[LogEntry]:
    """Return events, newest first.

    Parameters
    ----------
    within : ForumKeys
        Only of these forums; what belongs to none is for those who see all.
    before : int or None
        Keyset: the last event of the page before.
    """
    conditions = [
        compare(column, value)
        for column, compare, value in (
            (events.c.actor, operator.eq, wanted.actor),
            (events.c.kind, operator.eq, wanted.kind),
            (events.c.at, operator.ge, wanted.since),
            (events.c.at, operator.lt, wanted.until),
            (events.c.id, operator.lt, before),
        )
        if value is not None
    ]
    if wanted.forum is not None:
        named = select(forums.c.id).where(forums.c.slug == wanted.forum)
        conditions.append(events.c.forum_id == named.scalar_subquery())
    if wanted.comment is not None:
        revisions = select(comments.c.id).where(comments.c.external_id == wanted.comment)
        conditions.append(events.c.comment_id.in_(revisions))
    query = (
        select(
            events,
            forums.c.name.label("forum_name"),
            comments.c.external_id,
            review_items.c.id.label("item_id"),
        )
        .outerjoin(forums, forums.c.id == events.c.forum_id)
        .outerjoin(comments, comments.c.id == events.c.comment_id)
        .outerjoin(review_items, review_items.c.comment_id == events.c.comment_id)
        .where(events.c.id.in_(newest_within(events, within, *conditions, limit=limit)))
        .order_by(events.c.id.desc())
        .limit(limit)
    )
    return [
        LogEntry(
            row.id,
            row.at,
            row.kind,
            row.actor,
            row.forum_name,
            row.external_id,
            row.item_id,
            row.details,
        )
        for row in connection.execute(query)
    ]


_LOOKED_AT = 1_000


def kinds(connection: Connection, within: ForumKeys) -> list[str]:
    """Return the kinds of event there are, by name: a hop along the index from each to the next.

    Of some forums only what occurs there: among their own newest events, or the kind's newest.
    """
    found: list[str] = []
    query = select(events.c.kind).order_by(events.c.kind).limit(1)
    kind = connection.scalar(query)
    while kind is not None:
        found.append(kind)
        kind = connection.scalar(query.where(events.c.kind > kind))
    if within is None:
        return found
    newest = newest_within(events, within, limit=_LOOKED_AT)
    seen = set(connection.scalars(select(events.c.kind).where(events.c.id.in_(newest)).distinct()))
    return [one for one in found if one in seen or _occurs(connection, one, within)]


def _occurs(connection: Connection, kind: str, within: ForumKeys) -> bool:
    newest = (
        select(events.c.forum_id)
        .where(events.c.kind == kind)
        .order_by(events.c.id.desc())
        .limit(_LOOKED_AT)
        .subquery()
    )
    there = select(newest.c.forum_id).where(is_within(newest.c.forum_id, within)).limit(1)
    return connection.scalar(there) is not None
