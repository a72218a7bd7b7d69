"""Who works here, and how they like it."""

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
    text,
    true,
)

from moderation.domain.review import Role
from moderation.storage.tables.columns import Id, UtcDateTime, forum_id, metadata, one_of

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("username", String(80), nullable=False, unique=True),
    Column("password_hash", String(200), nullable=False),
    Column("role", String(16), nullable=False),
    Column("is_general", Boolean, nullable=False, server_default=true()),
    Column("is_active", Boolean, nullable=False),
    Column("session_version", Integer, nullable=False, server_default=text("0")),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime),
    CheckConstraint(one_of("role", Role), name="role"),
)

memberships = Table(
    "memberships",
    metadata,
    Column(
        "user_id",
        Id,
        ForeignKey("users.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    forum_id(primary_key=True, autoincrement=False),
    Column("role", String(16), nullable=False),
    CheckConstraint(one_of("role", Role), name="role"),
    Index(None, "forum_id"),
)

entry_links = Table(
    "entry_links",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("username", String(80), nullable=False),
    Column("role", String(16), nullable=False),
    Column("forum_roles", JSON(none_as_null=True)),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE")),
    Column("created_by", String(80), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    CheckConstraint(one_of("role", Role), name="role"),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column(
        "user_id",
        Id,
        ForeignKey("users.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("secret", Text, nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("recovery_digests", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

provider_identities = Table(
    "provider_identities",
    metadata,
    Column(
        "user_id",
        Id,
        ForeignKey("users.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("issuer", String(500), nullable=False),
    Column("subject", String(255), nullable=False),
    UniqueConstraint("issuer", "subject"),
)

desk_sessions = Table(
    "desk_sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("browser", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(40), nullable=False),
    Column("filter", JSON, nullable=False),
    UniqueConstraint("user_id", "name"),
)

comforts = Table(
    "comforts",
    metadata,
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("document", JSON, nullable=False),
)
