"""Comments, who wrote them where, and what the model said."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from moderation.domain.verdict import Verdict
from moderation.storage.tables.columns import (
    Id,
    UtcDateTime,
    comment_id,
    forum_id,
    metadata,
    one_of,
)

authors = Table(
    "authors",
    metadata,
    Column("id", Id, primary_key=True),
    forum_id(nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("name", String(200)),
    Column("joined_at", UtcDateTime),
    Column("post_count", Integer),
    Column("is_trusted", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("forum_id", "external_id"),
)

threads = Table(
    "threads",
    metadata,
    Column("id", Id, primary_key=True),
    forum_id(nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("title", String(1000)),
    Column("url", String(2000)),
    UniqueConstraint("forum_id", "external_id"),
)

comments = Table(
    "comments",
    metadata,
    Column("id", Id, primary_key=True),
    forum_id(nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("revision", String(200), nullable=False),
    Column("is_latest", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("text_format", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("quotes", JSON, nullable=False),
    Column("repeat_key", String(32)),
    Column("author_id", Id, ForeignKey("authors.id")),
    Column("thread_id", Id, ForeignKey("threads.id")),
    Column("scored_title", String(1000)),  # threads are renamed; a score must stay explainable
    Column("parent_external_id", String(200)),
    Column("parent_text", Text),
    Column("permalink", String(2000)),
    Column("language", String(35)),
    Column("posted_at", UtcDateTime),
    Column("received_at", UtcDateTime, nullable=False),
    Column("deleted_at", UtcDateTime),
    Column("erased_at", UtcDateTime),
    UniqueConstraint("forum_id", "external_id", "revision"),
    Index(None, "forum_id", "external_id", "id"),
    Index(None, "forum_id", "repeat_key"),
    Index("ix_comments_received", "forum_id", "received_at", "is_latest", "id"),
    Index(None, "author_id", "id"),
    Index(None, "thread_id", "id"),
)

verdicts = Table(
    "verdicts",
    metadata,
    comment_id(primary_key=True, autoincrement=False),
    Column("verdict", String(16), nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("scores", JSON, nullable=False),
    Column("spans", JSON, nullable=False),
    Column("rule_spans", JSON, nullable=False),
    Column("model_version", String(80)),
    Column("policy_version", Integer, nullable=False),
    Column("request_id", String(80), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint(one_of("verdict", Verdict), name="verdict"),
)

shadow_scores = Table(
    "shadow_scores",
    metadata,
    comment_id(primary_key=True, autoincrement=False),
    Column("model_version", String(80), primary_key=True),
    Column("scores", JSON, nullable=False),
    Column("flags", Boolean, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    Column("id", Id, primary_key=True),
    comment_id(nullable=False),
    forum_id(nullable=False),
    Column("reporter_key", String(200), nullable=False),
    Column("reason", String(200)),
    Column("note", Text),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("comment_id", "reporter_key"),
    Index(None, "forum_id", "reporter_key"),
)

text_bands = Table(
    "text_bands",
    metadata,
    forum_id(primary_key=True),
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    comment_id(primary_key=True, index=True),
)
