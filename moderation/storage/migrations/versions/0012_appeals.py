"""Appeals of authors against rejections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _points_at(
    column: str, table: str, ondelete: str | None = "CASCADE"
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_appeals_{column}")
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "appeals",
        sa.Column("id", Id, nullable=False),
        sa.Column("comment_id", Id, nullable=False),
        sa.Column("forum_id", Id, nullable=False),
        sa.Column("item_id", Id, nullable=False),
        sa.Column("decision_id", Id, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decided_by", Id, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("statement", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'upheld', 'denied', 'void')", name=op.f("ck_appeals_state")
        ),
        sa.CheckConstraint(
            "(state IN ('upheld', 'denied')) = (decided_by IS NOT NULL AND statement IS NOT NULL)",
            name=op.f("ck_appeals_answered"),
        ),
        _points_at("comment_id", "comments"),
        _points_at("forum_id", "forums"),
        _points_at("item_id", "review_items"),
        _points_at("decision_id", "decisions"),
        _points_at("decided_by", "users", None),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sa.UniqueConstraint("comment_id", name=op.f("uq_appeals_comment_id")),
    )
    op.create_index(op.f("ix_appeals_decision_id"), "appeals", ["decision_id"])
    op.create_index(op.f("ix_appeals_state_id"), "appeals", ["state", "id"])


def downgrade() -> None:
    op.drop_table("appeals")
