"""Second opinions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "second_opinions",
        sa.Column("id", Id, nullable=False),
        sa.Column("item_id", Id, nullable=False),
        sa.Column("forum_id", Id, nullable=False),
        sa.Column("decision_id", Id, nullable=False),
        sa.Column("first_user_id", Id, nullable=False),
        sa.Column("asked_because", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("claimed_by", Id, nullable=True),
        sa.Column("claim_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("second_user_id", Id, nullable=True),
        sa.Column("action", sa.String(length=16), nullable=True),
        sa.Column("labels", sa.JSON(), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", Id, nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'agreed', 'disputed', 'settled', 'void')",
            name=op.f("ck_second_opinions_state"),
        ),
        sa.CheckConstraint(
            "asked_because IN ('share', 'noise')", name=op.f("ck_second_opinions_asked_because")
        ),
        sa.CheckConstraint(
            "second_user_id IS NULL OR second_user_id <> first_user_id",
            name=op.f("ck_second_opinions_another"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["review_items.id"],
            name=op.f("fk_second_opinions_item_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["forum_id"],
            ["forums.id"],
            name=op.f("fk_second_opinions_forum_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decisions.id"],
            name=op.f("fk_second_opinions_decision_id"),
            ondelete="CASCADE",
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], ["users.id"], name=op.f(f"fk_second_opinions_{column}")
            )
            for column in ("first_user_id", "claimed_by", "second_user_id", "settled_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_opinions")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_second_opinions_decision_id")),
    )
    op.create_index(op.f("ix_second_opinions_item_id"), "second_opinions", ["item_id"])
    op.create_index(op.f("ix_second_opinions_state_id"), "second_opinions", ["state", "id"])


def downgrade() -> None:
    op.drop_table("second_opinions")
