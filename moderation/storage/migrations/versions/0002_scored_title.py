"""The thread's title as it was when a comment was scored: a later rename must not change it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("comments", sa.Column("scored_title", sa.String(length=1000), nullable=True))
    comments = sa.table("comments", sa.column("scored_title"), sa.column("thread_id"))
    threads = sa.table("threads", sa.column("id"), sa.column("title"))
    title = sa.select(threads.c.title).where(threads.c.id == comments.c.thread_id)
    op.execute(sa.update(comments).values(scored_title=title.scalar_subquery()))


def downgrade() -> None:
    op.drop_column("comments", "scored_title")
