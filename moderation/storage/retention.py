"""Which rows a forum's rules say are kept no longer, in small steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from moderation.domain.retention import Retention
from moderation.storage.tables import comments, decisions, forums, retention_rules


@dataclass(frozen=True, slots=True)
class ForumRetention:
    """A forum's rules, and up to when they were carried out.

    Attributes
    ----------
    texts_erased_until, authors_erased_until : datetime or None
        Arrival of the newest comment that was erased by age.
    """

    forum_id: int
    forum_slug: str
    rules: Retention
    texts_erased_until: datetime | None = None
    authors_erased_until: datetime | None = None


def read_retention(connection: Connection, forum_id: int) -> Retention:
    """Return a forum's rules; without any, everything is kept."""
    columns = retention_rules.c
    row = connection.execute(
        select(columns.text_days, columns.author_days, columns.decision_days).where(
            columns.forum_id == forum_id
        )
    ).first()
    return Retention(*row) if row is not None else Retention()


def put_retention(connection: Connection, forum_id: int, rules: Retention) -> None:
    """Put a forum's rules in place of its earlier ones."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = asdict(rules)
    connection.execute(
        dialect.insert(retention_rules)
        .values(forum_id=forum_id, **values)
        .on_conflict_do_update(index_elements=["forum_id"], set_=values)
    )


def forums_with_rules(connection: Connection) -> Sequence[int]:
    """Return the forums of which something may have to be erased by age."""
    return connection.scalars(
        select(retention_rules.c.forum_id).order_by(retention_rules.c.forum_id)
    ).all()


def lock_retention(connection: Connection, forum_id: int) -> ForumRetention | None:
    """Take a forum's rules for this transaction; None while another worker has them."""
    columns = retention_rules.c
    row = connection.execute(
        select(retention_rules, forums.c.slug)
        .join(forums, forums.c.id == columns.forum_id)
        .where(columns.forum_id == forum_id)
        .with_for_update(skip_locked=True, of=retention_rules)
    ).first()
    if row is None:
        return None
    return ForumRetention(
        row.forum_id,
        row.slug,
        Retention(row.text_days, row.author_days, row.decision_days),
        row.texts_erased_until,
        row.authors_erased_until,
    )


def texts_due(
    connection: Connection, found: ForumRetention, *, now: datetime, limit: int
) -> list[int]:
    """Return comments whose text has outlived its time, and remember how far we are."""
    return _due(
        connection,
        found,
        days=found.rules.text_days,
        since=found.texts_erased_until,
        is_left=comments.c.erased_at.is_(None),
        mark="texts_erased_until",
        now=now,
        limit=limit,
    )


def authors_due(
    connection: Connection, found: ForumRetention, *, now: datetime, limit: int
) -> list[int]:
    """Return comments whose author has outlived their time, and remember how far we are."""
    return _due(
        connection,
        found,
        days=found.rules.author_days,
        since=found.authors_erased_until,
        is_left=comments.c.author_id.is_not(None),
        mark="authors_erased_until",
        now=now,
        limit=limit,
    )


def _due(  # noqa: PLR0913 - what differs between texts and authors
    connection: Connection,
    found: ForumRetention,
    *,
    days: int | None,
    since: datetime | None,
    is_left: ColumnElement[bool],
    mark: str,
    now: datetime,
    limit: int,
) -> list[int]:
    if days is None:
        return []
    columns = comments.c
    conditions = [
        columns.forum_id == found.forum_id,
        columns.received_at < now - timedelta(days=days),
        is_left,
    ]
    if since is not None:  # what is older was looked at before: the index begins here
        conditions.append(columns.received_at >= since)
    rows = connection.execute(
        select(columns.id, columns.received_at)
        .where(*conditions)
        .order_by(columns.received_at)
        .limit(limit)
    ).all()
    if rows:
        connection.execute(
            update(retention_rules)
            .where(retention_rules.c.forum_id == found.forum_id)
            .values({mark: rows[-1].received_at})
        )
    return [row.id for row in rows]


def decisions_due(
    connection: Connection, found: ForumRetention, *, now: datetime, limit: int
) -> list[int]:
    """Return items whose newest decision has outlived its time."""
    days = found.rules.decision_days
    if days is None:
        return []
    cutoff = now - timedelta(days=days)
    newer = decisions.alias()
    rows = connection.scalars(
        select(decisions.c.item_id)
        .where(
            decisions.c.forum_id == found.forum_id,
            decisions.c.created_at < cutoff,
            ~exists().where(newer.c.item_id == decisions.c.item_id, newer.c.created_at >= cutoff),
        )
        .order_by(decisions.c.created_at)
        .limit(limit)
    )
    return sorted(set(rows))
