"""Find a forum's comments of the last days."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_comments_forum_id_received_at"), "comments", ["forum_id", "received_at"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_comments_forum_id_received_at"), table_name="comments")
