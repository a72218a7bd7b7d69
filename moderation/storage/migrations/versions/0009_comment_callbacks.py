"""Callbacks of single comments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "comment_callbacks",
        sa.Column("comment_id", Id, autoincrement=False, nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("guid", sa.String(length=80), nullable=False),
        sa.Column("was_spam", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["comments.id"],
            name=op.f("fk_comment_callbacks_comment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_comment_callbacks")),
    )
    op.add_column("deliveries", sa.Column("url", sa.String(length=2000), nullable=True))


def downgrade() -> None:
    op.drop_column("deliveries", "url")
    op.drop_table("comment_callbacks")
