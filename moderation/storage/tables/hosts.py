"""What connects a forum to its host software."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    String,
    Table,
    Text,
    false,
)

from moderation.domain.host import HostKind, SecretPurpose
from moderation.storage.tables.columns import Id, UtcDateTime, forum_id, metadata, one_of

host_connections = Table(
    "host_connections",
    metadata,
    forum_id(primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("address", String(2000)),
    Column("allows_private", Boolean, nullable=False, server_default=false()),
    Column("actor", String(200)),
    Column("options", JSON, nullable=False),
    Column("polled_until", UtcDateTime),
    Column("next_poll_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint(one_of("kind", HostKind), name="kind"),
)

host_secrets = Table(
    "host_secrets",
    metadata,
    Column("id", Id, primary_key=True),
    forum_id(nullable=False, index=True),
    Column("purpose", String(16), nullable=False),
    Column("secret", Text, nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    CheckConstraint(one_of("purpose", SecretPurpose), name="purpose"),
)

host_events = Table(
    "host_events",
    metadata,
    forum_id(primary_key=True, autoincrement=False),
    Column("event_id", String(200), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

host_names = Table(
    "host_names",
    metadata,
    forum_id(primary_key=True, autoincrement=False),
    Column("external_id", String(200), primary_key=True),
    Column("name", String(400), nullable=False),
)
