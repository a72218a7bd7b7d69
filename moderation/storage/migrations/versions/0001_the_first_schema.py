"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "forums",
        sa.Column("id", Id, nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("callback_url", sa.String(length=2000), nullable=True),
        sa.Column(
            "allows_private_callback", sa.Boolean(), server_default=sa.false(), nullable=False
        ),
        sa.Column("is_demo", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forums")),
        sa.UniqueConstraint("slug", name=op.f("uq_forums_slug")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "users",
        sa.Column("id", Id, nullable=False),
        sa.Column("username", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("session_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('viewer', 'moderator', 'senior', 'admin')", name=op.f("ck_users_role")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_table(
        "authors",
        sa.Column("id", Id, nullable=False),
        sa.Column("forum_id", Id, nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("post_count", sa.Integer(), nullable=True),
        sa.Column("is_trusted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forums.id"], name=op.f("fk_authors_forum_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authors")),
        sa.UniqueConstraint(
            "forum_id", "external_id", name=op.f("uq_authors_forum_id_external_id")
        ),
    )
    op.create_table(
        "credentials",
        sa.Column("id", Id, nullable=False),
        sa.Column("forum_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key_digest", sa.String(length=64), nullable=True),
        sa.Column("secret", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'bearer' AND key_digest IS NOT NULL AND secret IS NULL) OR (kind = 'signing' AND secret IS NOT NULL AND key_digest IS NULL)",
            name=op.f("ck_credentials_content"),
        ),
        sa.CheckConstraint("kind IN ('bearer', 'signing')", name=op.f("ck_credentials_kind")),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forums.id"], name=op.f("fk_credentials_forum_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
        sa.UniqueConstraint("key_digest", name=op.f("uq_credentials_key_digest")),
    )
    op.create_index(op.f("ix_credentials_forum_id"), "credentials", ["forum_id"], unique=False)

    op.create_table(
        "policies",
        sa.Column("forum_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forums.id"], name=op.f("fk_policies_forum_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("forum_id", "version", name=op.f("pk_policies")),
    )
    op.create_table(
        "threads",
        sa.Column("id", Id, nullable=False),
        sa.Column("forum_id", Id, nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=1000), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forums.id"], name=op.f("fk_threads_forum_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threads")),
        sa.UniqueConstraint(
            "forum_id", "external_id", name=op.f("uq_threads_forum_id_external_id")
        ),
    )
    op.create_table(
        "comments",
        sa.Column("id", Id, nullable=False),
        sa.Column("forum_id", Id, nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("revision", sa.String(length=200), nullable=False),
        sa.Column("is_latest", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("text_format", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("quotes", sa.JSON(), nullable=False),
        sa.Column("repeat_key", sa.String(length=32), nullable=True),
        sa.Column("author_id", Id, nullable=True),
        sa.Column("thread_id", Id, nullable=True),
        sa.Column("parent_external_id", sa.String(length=200), nullable=True),
        sa.Column("parent_text", sa.Text(), nullable=True),
        sa.Column("permalink", sa.String(length=2000), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["authors.id"], name=op.f("fk_comments_author_id")),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forums.id"], name=op.f("fk_comments_forum_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_comments_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sa.UniqueConstraint(
            "forum_id",
            "external_id",
            "revision",
            name=op.f("uq_comments_forum_id_external_id_revision"),
        ),
    )
    op.create_index(op.f("ix_comments_author_id_id"), "comments", ["author_id", "id"], unique=False)
    op.create_index(
        op.f("ix_comments_forum_id_external_id_id"),
        "comments",
        ["forum_id", "external_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_comments_forum_id_repeat_key"),
        "comments",
        ["forum_id", "repeat_key"],
        unique=False,
    )
    op.create_index(op.f("ix_comments_thread_id_id"), "comments", ["thread_id", "id"], unique=False)

    op.create_table(
        "deliveries",
        sa.Column("id", Id, nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("forum_id", Id, nullable=False),
        sa.Column("comment_id", Id, nullable=True),
        sa.Column("event_type", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'delivered', 'parked')", name=op.f("ck_deliveries_state")
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["comments.id"],
            name=op.f("fk_deliveries_comment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forums.id"], name=op.f("fk_deliveries_forum_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("message_id", name=op.f("uq_deliveries_message_id")),
    )
    op.create_index(
        op.f("ix_deliveries_comment_id_id"), "deliveries", ["comment_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_deliveries_forum_id_id"), "deliveries", ["forum_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_deliveries_state_next_attempt_at_id"),
        "deliveries",
        ["state", "next_attempt_at", "id"],
        unique=False,
    )

    op.create_table(
        "events",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("forum_id", Id, nullable=True),
        sa.Column("comment_id", Id, nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_events_comment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forums.id"], name=op.f("fk_events_forum_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_comment_id_id"), "events", ["comment_id", "id"], unique=False)
    op.create_index(op.f("ix_events_kind_id"), "events", ["kind", "id"], unique=False)

    op.create_table(
        "reports",
        sa.Column("id", Id, nullable=False),
        sa.Column("comment_id", Id, nullable=False),
        sa.Column("forum_id", Id, nullable=False),
        sa.Column("reporter_key", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_reports_comment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forums.id"], name=op.f("fk_reports_forum_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint(
            "comment_id", "reporter_key", name=op.f("uq_reports_comment_id_reporter_key")
        ),
    )
    op.create_table(
        "review_items",
        sa.Column("id", Id, nullable=False),
        sa.Column("comment_id", Id, nullable=False),
        sa.Column("forum_id", Id, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("is_audit", sa.Boolean(), nullable=False),
        sa.Column("is_escalated", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("report_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("risk", sa.Float(), nullable=False),
        sa.Column("top_label", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", Id, nullable=True),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("claim_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_id", Id, nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'claimed') = (claimed_by IS NOT NULL AND claim_token IS NOT NULL AND claim_expires_at IS NOT NULL)",
            name=op.f("ck_review_items_claim"),
        ),
        sa.CheckConstraint(
            "(state = 'decided') = (decision_id IS NOT NULL)", name=op.f("ck_review_items_decided")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'claimed', 'decided', 'superseded', 'withdrawn')",
            name=op.f("ck_review_items_state"),
        ),
        sa.ForeignKeyConstraint(
            ["claimed_by"], ["users.id"], name=op.f("fk_review_items_claimed_by")
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["comments.id"],
            name=op.f("fk_review_items_comment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forums.id"], name=op.f("fk_review_items_forum_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_items")),
        sa.UniqueConstraint("comment_id", name=op.f("uq_review_items_comment_id")),
    )
    op.create_index(
        op.f("ix_review_items_claimed_by"), "review_items", ["claimed_by"], unique=False
    )
    op.create_index(
        op.f("ix_review_items_forum_id_state_created_at_id"),
        "review_items",
        ["forum_id", "state", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_review_items_state_created_at_id"),
        "review_items",
        ["state", "created_at", "id"],
        unique=False,
    )

    op.create_table(
        "shadow_scores",
        sa.Column("comment_id", Id, autoincrement=False, nullable=False),
        sa.Column("model_version", sa.String(length=80), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("flags", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["comments.id"],
            name=op.f("fk_shadow_scores_comment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("comment_id", "model_version", name=op.f("pk_shadow_scores")),
    )
    op.create_table(
        "verdicts",
        sa.Column("comment_id", Id, autoincrement=False, nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("rule_spans", sa.JSON(), nullable=False),
        sa.Column("model_version", sa.String(length=80), nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('publish', 'flag', 'hold')", name=op.f("ck_verdicts_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_verdicts_comment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_verdicts")),
    )
    op.create_table(
        "decisions",
        sa.Column("id", Id, nullable=False),
        sa.Column("item_id", Id, nullable=False),
        sa.Column("comment_id", Id, nullable=False),
        sa.Column("forum_id", Id, nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("moderator_id", Id, nullable=False),
        sa.Column("undoes_id", Id, nullable=True),
        sa.Column("revision", sa.String(length=200), nullable=False),
        sa.Column("model_version", sa.String(length=80), nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "action IN ('approve', 'reject', 'undo')", name=op.f("ck_decisions_action")
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["comments.id"],
            name=op.f("fk_decisions_comment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["forum_id"], ["forums.id"], name=op.f("fk_decisions_forum_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["review_items.id"], name=op.f("fk_decisions_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["users.id"], name=op.f("fk_decisions_moderator_id")
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["decisions.id"], name=op.f("fk_decisions_undoes_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_comment_id"), "decisions", ["comment_id"], unique=False)
    op.create_index(op.f("ix_decisions_forum_id_id"), "decisions", ["forum_id", "id"], unique=False)
    op.create_index(op.f("ix_decisions_item_id"), "decisions", ["item_id"], unique=False)
    op.create_index(
        op.f("ix_decisions_moderator_id_id"), "decisions", ["moderator_id", "id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_decisions_moderator_id_id"), "decisions")
    op.drop_index(op.f("ix_decisions_item_id"), "decisions")
    op.drop_index(op.f("ix_decisions_forum_id_id"), "decisions")
    op.drop_index(op.f("ix_decisions_comment_id"), "decisions")

    op.drop_table("decisions")
    op.drop_table("verdicts")
    op.drop_table("shadow_scores")
    op.drop_index(op.f("ix_review_items_state_created_at_id"), "review_items")
    op.drop_index(op.f("ix_review_items_forum_id_state_created_at_id"), "review_items")
    op.drop_index(op.f("ix_review_items_claimed_by"), "review_items")

    op.drop_table("review_items")
    op.drop_table("reports")
    op.drop_index(op.f("ix_events_kind_id"), "events")
    op.drop_index(op.f("ix_events_comment_id_id"), "events")

    op.drop_table("events")
    op.drop_index(op.f("ix_deliveries_state_next_attempt_at_id"), "deliveries")
    op.drop_index(op.f("ix_deliveries_forum_id_id"), "deliveries")
    op.drop_index(op.f("ix_deliveries_comment_id_id"), "deliveries")

    op.drop_table("deliveries")
    op.drop_index(op.f("ix_comments_thread_id_id"), "comments")
    op.drop_index(op.f("ix_comments_forum_id_repeat_key"), "comments")
    op.drop_index(op.f("ix_comments_forum_id_external_id_id"), "comments")
    op.drop_index(op.f("ix_comments_author_id_id"), "comments")

    op.drop_table("comments")
    op.drop_table("threads")
    op.drop_table("policies")
    op.drop_index(op.f("ix_credentials_forum_id"), "credentials")

    op.drop_table("credentials")
    op.drop_table("authors")
    op.drop_table("users")
    op.drop_table("forums")
