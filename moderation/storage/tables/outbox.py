"""What is to be told to forums."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from moderation.storage.tables.columns import (
    Id,
    UtcDateTime,
    comment_id,
    forum_id,
    metadata,
    one_of,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("message_id", String(64), nullable=False, unique=True),
    forum_id(nullable=False),
    comment_id(),
    Column("event_type", String(40), nullable=False),
    Column("url", String(2000)),  # NULL: the forum's callback address at the time of sending
    Column("payload", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("lease_token", String(32)),
    Column("last_status", Integer),
    Column("last_error", String(500)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    CheckConstraint(one_of("state", ["pending", "delivered", "parked"]), name="state"),
    Index(None, "state", "next_attempt_at", "id"),
    Index(None, "comment_id", "id"),
    Index(None, "forum_id", "state", "id"),
)

comment_callbacks = Table(
    "comment_callbacks",
    metadata,
    comment_id(primary_key=True, autoincrement=False),
    Column("url", String(2000), nullable=False),
    Column("guid", String(80), nullable=False),
    Column("was_spam", Boolean, nullable=False),
)
