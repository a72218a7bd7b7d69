"""Readers' reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from moderation.storage.tables import reports


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report to store.

    Attributes
    ----------
    reporter_key : str
        The reader, or the message id when the forum does not name one: the same key counts once.
    """

    comment_pk: int
    forum_id: int
    reporter_key: str
    reason: str | None
    note: str | None


def insert_report(connection: Connection, new: NewReport, *, at: datetime) -> bool:
    """Store a report; False when this reader has reported the comment before."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(reports)
        .values(
            comment_id=new.comment_pk,
            forum_id=new.forum_id,
            reporter_key=new.reporter_key,
            reason=new.reason,
            note=new.note,
            created_at=at,
        )
        .on_conflict_do_nothing()
    )
    return connection.execute(statement.returning(reports.c.id)).first() is not None


def report_reasons(connection: Connection, comment_pk: int) -> list[tuple[str | None, int]]:
    """Return the readers' reasons and how often each was given, most frequent first."""
    count = func.count(reports.c.id)
    rows = connection.execute(
        select(reports.c.reason, count)
        .where(reports.c.comment_id == comment_pk)
        .group_by(reports.c.reason)
        .order_by(count.desc(), reports.c.reason)
    )
    return [(reason, number) for reason, number in rows]
