"""The audit log."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
)

from moderation.storage.tables.columns import Id, UtcDateTime, comment_id, metadata

events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("forum_id", Id, ForeignKey("forums.id", ondelete="CASCADE")),
    comment_id(),
    Column("details", JSON, nullable=False),
    Index(None, "comment_id", "id"),
    Index(None, "kind", "id"),
    Index(None, "forum_id", "id"),
)
