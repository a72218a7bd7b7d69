"""What the tables share: kinds of columns, checks and indexes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    text,
)
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC; SQLite keeps it without zone, and we give it back with one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone reached the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware time in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = BigInteger().with_variant(Integer(), "sqlite")


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def one_of(column: str, values: Any) -> str:
    """Return the condition that a column holds one of the values."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


def forum_id(**options: Any) -> Column[Any]:
    """Return a column that names the forum, and goes with it."""
    return Column("forum_id", Id, ForeignKey("forums.id", ondelete="CASCADE"), **options)


def comment_id(**options: Any) -> Column[Any]:
    """Return a column that names the comment, and goes with it."""
    return Column("comment_id", Id, ForeignKey("comments.id", ondelete="CASCADE"), **options)


QUEUE_ORDERS = ("created_at", "due_at", "risk", "usefulness", "report_count")
"""What the queue is sorted by."""


NARROWING = (
    "forum_id",
    "source",
    "top_label",
    "language",
    "host",
    "is_held",
    "is_escalated",
    "report_count",
)
"""What the queue is filtered by, in the order in which the tally groups it. Each index
of an order carries these columns and ``closed_at``: a filter that finds little reads no rows."""


def open_index(name: str, *columns: str) -> Index:
    """Return an index of open items alone: as small as the queue, however long the past is."""
    is_open = text("closed_at IS NULL")
    unique = dict.fromkeys(columns)
    return Index(f"ix_open_{name}", *unique, sqlite_where=is_open, postgresql_where=is_open)
