"""Forum software that we speak to in its own words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
At = sa.DateTime(timezone=True)


def _forum(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["forum_id"], ["forums.id"], name=op.f(f"fk_{table}_forum_id"), ondelete="CASCADE"
    )


def upgrade() -> None:
    op.create_table(
        "host_connections",
        sa.Column("forum_id", Id, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=True),
        sa.Column("allows_private", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=True),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("polled_until", At, nullable=True),
        sa.Column("next_poll_at", At, nullable=True),
        sa.Column("created_at", At, nullable=False),
        sa.CheckConstraint(
            "kind IN ('discourse', 'invision', 'coral')", name=op.f("ck_host_connections_kind")
        ),
        _forum("host_connections"),
        sa.PrimaryKeyConstraint("forum_id", name=op.f("pk_host_connections")),
    )
    op.create_table(
        "host_secrets",
        sa.Column("id", Id, nullable=False),
        sa.Column("forum_id", Id, nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", At, nullable=False),
        sa.Column("expires_at", At, nullable=True),
        sa.CheckConstraint(
            "purpose IN ('api_key', 'webhook', 'post_address', 'topic_address')",
            name=op.f("ck_host_secrets_purpose"),
        ),
        _forum("host_secrets"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_secrets")),
    )
    op.create_index(op.f("ix_host_secrets_forum_id"), "host_secrets", ["forum_id"])
    op.create_index(op.f("ix_host_secrets_digest"), "host_secrets", ["digest"])
    op.create_table(
        "host_events",
        sa.Column("forum_id", Id, autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(length=200), nullable=False),
        sa.Column("at", At, nullable=False),
        _forum("host_events"),
        sa.PrimaryKeyConstraint("forum_id", "event_id", name=op.f("pk_host_events")),
    )
    op.create_table(
        "host_names",
        sa.Column("forum_id", Id, autoincrement=False, nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        _forum("host_names"),
        sa.PrimaryKeyConstraint("forum_id", "external_id", name=op.f("pk_host_names")),
    )


def downgrade() -> None:
    for table in ("host_names", "host_events", "host_secrets", "host_connections"):
        op.drop_table(table)
