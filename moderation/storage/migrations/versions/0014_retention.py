"""How long personal data is kept, and what was erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
At = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "forums",
        sa.Column("pseudonymises_authors", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("comments", sa.Column("erased_at", At, nullable=True))
    op.create_index(
        op.f("ix_decisions_forum_id_created_at"), "decisions", ["forum_id", "created_at"]
    )
    op.create_index(
        op.f("ix_reports_forum_id_reporter_key"), "reports", ["forum_id", "reporter_key"]
    )
    op.create_table(
        "retention_rules",
        sa.Column("forum_id", Id, autoincrement=False, nullable=False),
        sa.Column("text_days", sa.Integer(), nullable=True),
        sa.Column("author_days", sa.Integer(), nullable=True),
        sa.Column("decision_days", sa.Integer(), nullable=True),
        sa.Column("texts_erased_until", At, nullable=True),
        sa.Column("authors_erased_until", At, nullable=True),
        sa.ForeignKeyConstraint(
            ["forum_id"],
            ["forums.id"],
            name=op.f("fk_retention_rules_forum_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("forum_id", name=op.f("pk_retention_rules")),
    )


def downgrade() -> None:
    op.drop_table("retention_rules")
    op.drop_index(op.f("ix_reports_forum_id_reporter_key"), "reports")
    op.drop_index(op.f("ix_decisions_forum_id_created_at"), "decisions")
    op.drop_column("comments", "erased_at")
    op.drop_column("forums", "pseudonymises_authors")
