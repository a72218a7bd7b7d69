"""Forums, their keys, rules and policies."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Integer,
    String,
    Table,
    false,
)

from moderation.storage.tables.columns import Id, UtcDateTime, forum_id, metadata, one_of

forums = Table(
    "forums",
    metadata,
    Column("id", Id, primary_key=True),
    Column("slug", String(40), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("callback_url", String(2000)),
    Column("allows_private_callback", Boolean, nullable=False, server_default=false()),
    Column("is_demo", Boolean, nullable=False, server_default=false()),
    Column("pseudonymises_authors", Boolean, nullable=False, server_default=false()),
    Column("created_at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,  # the key of a removed demo is never given to another forum
)

retention_rules = Table(
    "retention_rules",
    metadata,
    forum_id(primary_key=True, autoincrement=False),
    Column("text_days", Integer),
    Column("author_days", Integer),
    Column("decision_days", Integer),
    Column("texts_erased_until", UtcDateTime),
    Column("authors_erased_until", UtcDateTime),
)

credentials = Table(
    "credentials",
    metadata,
    Column("id", Id, primary_key=True),
    forum_id(nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("key_digest", String(64), unique=True),
    Column("secret", String(200)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    CheckConstraint(one_of("kind", ["bearer", "signing"]), name="kind"),
    CheckConstraint(
        "(kind = 'bearer' AND key_digest IS NOT NULL AND secret IS NULL)"
        " OR (kind = 'signing' AND secret IS NOT NULL AND key_digest IS NULL)",
        name="content",
    ),
)

policies = Table(
    "policies",
    metadata,
    forum_id(primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("because", String(500)),
)
