"""Figures over weeks read indexes: what came in, what was queued, what was closed."""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_RECEIVED = ("ix_comments_forum_id_received_at", "comments", ["forum_id", "received_at"])


def upgrade() -> None:
    name, table, columns = _RECEIVED
    op.drop_index(name, table)
    op.create_index("ix_comments_received", table, [*columns, "is_latest", "id"])
    op.create_index(
        "ix_review_items_queued",
        "review_items",
        ["forum_id", "created_at", "is_audit", "decision_id", "top_label"],
    )
    op.create_index(
        "ix_review_items_closed",
        "review_items",
        ["forum_id", "closed_at", "decision_id", "created_at", "due_at"],
    )


def downgrade() -> None:
    op.drop_index("ix_review_items_closed", "review_items")
    op.drop_index("ix_review_items_queued", "review_items")
    op.drop_index("ix_comments_received", "comments")
    op.create_index(*_RECEIVED)
