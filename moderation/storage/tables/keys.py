"""What the keys of the stored secrets are known by (ADR 27)."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Table, Text

from moderation.storage.tables.columns import Id, metadata

key_check = Table(
    "key_check",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("secret", Text, nullable=False),
    CheckConstraint("id = 1", name="one"),
)
