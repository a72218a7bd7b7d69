"""Labels from every door in one table; the decisions in force move in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", Id, nullable=False),
        sa.Column("forum_id", Id, nullable=True),
        sa.Column("comment_id", Id, nullable=True),
        sa.Column("decision_id", Id, nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("weight", sa.Float(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("provenance", sa.JSON(), nullable=True),
        sa.Column("row_digest", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(comment_id IS NULL) = (text IS NOT NULL)", name=op.f("ck_feedback_text")
        ),
        sa.CheckConstraint(
            "decision_id IS NULL OR comment_id IS NOT NULL", name=op.f("ck_feedback_desk")
        ),
        sa.CheckConstraint("weight > 0", name=op.f("ck_feedback_weight")),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forums.id"], name=op.f("fk_feedback_forum_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_feedback_comment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decisions.id"],
            name=op.f("fk_feedback_decision_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_feedback_decision_id")),
        sa.UniqueConstraint("row_digest", name=op.f("uq_feedback_row_digest")),
    )
    op.create_index(op.f("ix_feedback_forum_id_id"), "feedback", ["forum_id", "id"])
    op.create_index(op.f("ix_feedback_comment_id_id"), "feedback", ["comment_id", "id"])
    op.execute(
        "INSERT INTO feedback (forum_id, comment_id, decision_id, source, labels, decision, reason,"
        " decided_by, decided_at, created_at)"
        " SELECT d.forum_id, d.comment_id, d.id, i.source, d.labels, d.action, d.reason,"
        " u.username, d.created_at, d.created_at"
        " FROM decisions d JOIN review_items i ON i.decision_id = d.id"
        " JOIN users u ON u.id = d.moderator_id ORDER BY d.id"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_feedback_comment_id_id"), "feedback")
    op.drop_index(op.f("ix_feedback_forum_id_id"), "feedback")
    op.drop_table("feedback")
