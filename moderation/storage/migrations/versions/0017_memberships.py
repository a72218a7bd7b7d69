"""Roles by forum. Accounts of before keep their role on all forums."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "users", sa.Column("is_general", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column("entry_links", sa.Column("forum_roles", sa.JSON(), nullable=True))
    op.create_table(
        "memberships",
        sa.Column("user_id", Id, nullable=False, autoincrement=False),
        sa.Column("forum_id", Id, nullable=False, autoincrement=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "role IN ('viewer', 'moderator', 'senior', 'admin')", name=op.f("ck_memberships_role")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_memberships_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forums.id"], name=op.f("fk_memberships_forum_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "forum_id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_forum_id"), "memberships", ["forum_id"])
    op.create_index(op.f("ix_events_forum_id_id"), "events", ["forum_id", "id"])
    op.create_index(
        op.f("ix_deliveries_forum_id_state_id"), "deliveries", ["forum_id", "state", "id"]
    )
    op.drop_index(op.f("ix_deliveries_forum_id_id"), table_name="deliveries")


def downgrade() -> None:
    op.create_index(op.f("ix_deliveries_forum_id_id"), "deliveries", ["forum_id", "id"])
    op.drop_index(op.f("ix_deliveries_forum_id_state_id"), table_name="deliveries")
    op.drop_index(op.f("ix_events_forum_id_id"), table_name="events")
    op.drop_table("memberships")
    # A role in one forum must not become one on all forums: such accounts are closed.
    op.execute(
        sa.text(
            "UPDATE users SET is_active = false, session_version = session_version + 1"
            " WHERE NOT is_general"
        )
    )
    op.execute(sa.text("DELETE FROM entry_links WHERE forum_roles IS NOT NULL"))
    op.drop_column("entry_links", "forum_roles")
    op.drop_column("users", "is_general")
