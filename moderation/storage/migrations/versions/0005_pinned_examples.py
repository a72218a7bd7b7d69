"""Pinned examples."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "pinned_examples",
        sa.Column("id", Id, nullable=False),
        sa.Column("forum_id", Id, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("label", sa.String(length=20), nullable=False),
        sa.Column("must_flag", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "label IN ('abusive', 'partisan')", name=op.f("ck_pinned_examples_label")
        ),
        sa.ForeignKeyConstraint(
            ["forum_id"],
            ["forums.id"],
            name=op.f("fk_pinned_examples_forum_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pinned_examples")),
    )
    op.create_index(op.f("ix_pinned_examples_forum_id"), "pinned_examples", ["forum_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_pinned_examples_forum_id"), table_name="pinned_examples")
    op.drop_table("pinned_examples")
