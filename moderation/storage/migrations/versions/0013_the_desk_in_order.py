"""What the queue is filtered and sorted by, near texts, saved views, how the desk looks to each.

The indexes hold open items alone, so they stay as small as the queue however long the past grows.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_ORDERS = ("created_at", "due_at", "risk", "usefulness", "report_count")
_NARROWING = (
    "forum_id",
    "source",
    "top_label",
    "language",
    "host",
    "is_held",
    "is_escalated",
    "report_count",
)
_INDEXES = {
    **{order: (order, "id", *_NARROWING, "closed_at") for order in _ORDERS},
    "author": ("author_id", "id"),
    "thread": ("thread_id", "id"),
    "tally": (*_NARROWING, "is_audit", "closed_at", "created_at"),
}
_DAY = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', created_at, '+1 day') || '000'",
    "postgresql": "created_at + interval '1 day'",
}


def upgrade() -> None:
    for name, kind in (
        ("author_id", Id),
        ("thread_id", Id),
        ("language", sa.String(length=35)),
        ("host", sa.String(length=253)),
        ("due_at", sa.DateTime(timezone=True)),
    ):
        op.add_column("review_items", sa.Column(name, kind, nullable=True))
    day = _DAY[op.get_bind().dialect.name]
    op.execute(
        "UPDATE review_items SET (author_id, thread_id, language) ="
        " (SELECT author_id, thread_id, language FROM comments"
        " WHERE comments.id = review_items.comment_id)"
    )
    op.execute(f"UPDATE review_items SET due_at = {day}")  # noqa: S608 - a constant of this file
    op.execute(
        "UPDATE review_items SET closed_at = created_at"
        " WHERE closed_at IS NULL AND state NOT IN ('pending', 'claimed')"
    )
    op.drop_index("ix_review_items_state_created_at_id", table_name="review_items")
    op.drop_index("ix_review_items_forum_id_state_created_at_id", table_name="review_items")
    op.drop_index("ix_review_items_claimed_by", table_name="review_items")
    is_claimed, is_open = sa.text("claimed_by IS NOT NULL"), sa.text("closed_at IS NULL")
    op.create_index(
        "ix_review_items_claims",
        "review_items",
        ["claimed_by", "claim_expires_at"],
        sqlite_where=is_claimed,
        postgresql_where=is_claimed,
    )
    for name, columns in _INDEXES.items():
        op.create_index(
            f"ix_open_{name}",
            "review_items",
            list(dict.fromkeys(columns)),
            sqlite_where=is_open,
            postgresql_where=is_open,
        )
    _add_tables()


def _add_tables() -> None:
    op.create_table(
        "text_bands",
        sa.Column("forum_id", Id, nullable=False),
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.Column("comment_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["forum_id"],
            ["forums.id"],
            name=op.f("fk_text_bands_forum_id_forums"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["comments.id"],
            name=op.f("fk_text_bands_comment_id_comments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("forum_id", "band", "comment_id", name=op.f("pk_text_bands")),
    )
    op.create_index("ix_text_bands_comment_id", "text_bands", ["comment_id"])
    op.create_table(
        "saved_views",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("filter", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_saved_views_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_views_user_id_name")),
    )
    op.create_table(
        "comforts",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_comforts_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_comforts")),
    )


def downgrade() -> None:
    for table in ("comforts", "saved_views", "text_bands"):
        op.drop_table(table)
    for name in _INDEXES:
        op.drop_index(f"ix_open_{name}", table_name="review_items")
    op.drop_index("ix_review_items_claims", table_name="review_items")
    op.create_index("ix_review_items_claimed_by", "review_items", ["claimed_by"])
    op.create_index(
        "ix_review_items_forum_id_state_created_at_id",
        "review_items",
        ["forum_id", "state", "created_at", "id"],
    )
    op.create_index(
        "ix_review_items_state_created_at_id", "review_items", ["state", "created_at", "id"]
    )
    for name in ("due_at", "host", "language", "thread_id", "author_id"):
        op.drop_column("review_items", name)
