"""How useful a decision on an item would be to the model."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "review_items",
        sa.Column("usefulness", sa.Float(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("review_items", sa.Column("kind", sa.String(length=16), nullable=True))
    op.create_index(op.f("ix_review_items_forum_id_kind"), "review_items", ["forum_id", "kind"])


def downgrade() -> None:
    op.drop_index(op.f("ix_review_items_forum_id_kind"), table_name="review_items")
    op.drop_column("review_items", "kind")
    op.drop_column("review_items", "usefulness")
