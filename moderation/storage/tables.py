"""The schema. ``migrations/`` builds it; a test keeps the two equal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.types import TypeDecorator

from classifiers.labels import DECIDING_LABELS
from moderation.domain.appeal import AppealState
from moderation.domain.host import HostKind, SecretPurpose
from moderation.domain.review import DecisionAction, ItemState, Role
from moderation.domain.second_opinion import OpinionState
from moderation.domain.training import JobState
from moderation.domain.verdict import Verdict


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC; SQLite keeps it without zone, and we give it back with one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone reached the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware time in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _one_of(column: str, values: Any) -> str:
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


def _forum_id(**options: Any) -> Column[Any]:
    return Column("forum_id", Id, ForeignKey("forums.id", ondelete="CASCADE"), **options)


def _comment_id(**options: Any) -> Column[Any]:
    return Column("comment_id", Id, ForeignKey("comments.id", ondelete="CASCADE"), **options)


QUEUE_ORDERS = ("created_at", "due_at", "risk", "usefulness", "report_count")
"""What the queue is sorted by."""

NARROWING = (
    "forum_id",
    "source",
    "top_label",
    "language",
    "host",
    "is_held",
    "is_escalated",
    "report_count",
)
"""What the queue is filtered by, in the order in which the tally groups it. Each index
of an order carries these columns and ``closed_at``: a filter that finds little reads no rows."""


def _open_index(name: str, *columns: str) -> Index:
    """Return an index of open items alone: as small as the queue, however long the past is."""
    is_open = text("closed_at IS NULL")
    unique = dict.fromkeys(columns)
    return Index(f"ix_open_{name}", *unique, sqlite_where=is_open, postgresql_where=is_open)


forums = Table(
    "forums",
    metadata,
    Column("id", Id, primary_key=True),
    Column("slug", String(40), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("callback_url", String(2000)),
    Column("allows_private_callback", Boolean, nullable=False, server_default=false()),
    Column("is_demo", Boolean, nullable=False, server_default=false()),
    Column("pseudonymises_authors", Boolean, nullable=False, server_default=false()),
    Column("created_at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,  # the key of a removed demo is never given to another forum
)

retention_rules = Table(
    "retention_rules",
    metadata,
    _forum_id(primary_key=True, autoincrement=False),
    Column("text_days", Integer),
    Column("author_days", Integer),
    Column("decision_days", Integer),
    Column("texts_erased_until", UtcDateTime),
    Column("authors_erased_until", UtcDateTime),
)

credentials = Table(
    "credentials",
    metadata,
    Column("id", Id, primary_key=True),
    _forum_id(nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("key_digest", String(64), unique=True),
    Column("secret", String(200)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    CheckConstraint(_one_of("kind", ["bearer", "signing"]), name="kind"),
    CheckConstraint(
        "(kind = 'bearer' AND key_digest IS NOT NULL AND secret IS NULL)"
        " OR (kind = 'signing' AND secret IS NOT NULL AND key_digest IS NULL)",
        name="content",
    ),
)

policies = Table(
    "policies",
    metadata,
    _forum_id(primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("because", String(500)),
)

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("username", String(80), nullable=False, unique=True),
    Column("password_hash", String(200), nullable=False),
    Column("role", String(16), nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("session_version", Integer, nullable=False, server_default=text("0")),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime),
    CheckConstraint(_one_of("role", Role), name="role"),
)

entry_links = Table(
    "entry_links",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("username", String(80), nullable=False),
    Column("role", String(16), nullable=False),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE")),
    Column("created_by", String(80), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    CheckConstraint(_one_of("role", Role), name="role"),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column(
        "user_id",
        Id,
        ForeignKey("users.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("secret", String(64), nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("recovery_digests", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

provider_identities = Table(
    "provider_identities",
    metadata,
    Column(
        "user_id",
        Id,
        ForeignKey("users.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("issuer", String(500), nullable=False),
    Column("subject", String(255), nullable=False),
    UniqueConstraint("issuer", "subject"),
)

desk_sessions = Table(
    "desk_sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("browser", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)

authors = Table(
    "authors",
    metadata,
    Column("id", Id, primary_key=True),
    _forum_id(nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("name", String(200)),
    Column("joined_at", UtcDateTime),
    Column("post_count", Integer),
    Column("is_trusted", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("forum_id", "external_id"),
)

threads = Table(
    "threads",
    metadata,
    Column("id", Id, primary_key=True),
    _forum_id(nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("title", String(1000)),
    Column("url", String(2000)),
    UniqueConstraint("forum_id", "external_id"),
)

comments = Table(
    "comments",
    metadata,
    Column("id", Id, primary_key=True),
    _forum_id(nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("revision", String(200), nullable=False),
    Column("is_latest", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("text_format", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("quotes", JSON, nullable=False),
    Column("repeat_key", String(32)),
    Column("author_id", Id, ForeignKey("authors.id")),
    Column("thread_id", Id, ForeignKey("threads.id")),
    Column("scored_title", String(1000)),  # threads are renamed; a score must stay explainable
    Column("parent_external_id", String(200)),
    Column("parent_text", Text),
    Column("permalink", String(2000)),
    Column("language", String(35)),
    Column("posted_at", UtcDateTime),
    Column("received_at", UtcDateTime, nullable=False),
    Column("deleted_at", UtcDateTime),
    Column("erased_at", UtcDateTime),
    UniqueConstraint("forum_id", "external_id", "revision"),
    Index(None, "forum_id", "external_id", "id"),
    Index(None, "forum_id", "repeat_key"),
    Index(None, "forum_id", "received_at"),
    Index(None, "author_id", "id"),
    Index(None, "thread_id", "id"),
)

verdicts = Table(
    "verdicts",
    metadata,
    _comment_id(primary_key=True, autoincrement=False),
    Column("verdict", String(16), nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("scores", JSON, nullable=False),
    Column("spans", JSON, nullable=False),
    Column("rule_spans", JSON, nullable=False),
    Column("model_version", String(80)),
    Column("policy_version", Integer, nullable=False),
    Column("request_id", String(80), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint(_one_of("verdict", Verdict), name="verdict"),
)

shadow_scores = Table(
    "shadow_scores",
    metadata,
    _comment_id(primary_key=True, autoincrement=False),
    Column("model_version", String(80), primary_key=True),
    Column("scores", JSON, nullable=False),
    Column("flags", Boolean, nullable=False),
)

review_items = Table(
    "review_items",
    metadata,
    Column("id", Id, primary_key=True),
    _comment_id(nullable=False, unique=True),
    _forum_id(nullable=False),
    Column("state", String(16), nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("source", String(16), nullable=False),
    Column("is_held", Boolean, nullable=False),
    Column("is_audit", Boolean, nullable=False),
    Column("is_escalated", Boolean, nullable=False, server_default=false()),
    Column("report_count", Integer, nullable=False, server_default=text("0")),
    Column("risk", Float, nullable=False),
    Column("usefulness", Float, nullable=False, server_default=text("0")),
    Column("kind", String(16)),
    Column("top_label", String(20)),
    Column("author_id", Id),
    Column("thread_id", Id),
    Column("language", String(35)),
    Column("host", String(253)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("claimed_by", Id, ForeignKey("users.id")),
    Column("claim_token", String(32)),
    Column("claim_expires_at", UtcDateTime),
    Column("decision_id", Id),
    Column("closed_at", UtcDateTime),
    CheckConstraint(_one_of("state", ItemState), name="state"),
    CheckConstraint(
        "(state = 'claimed') = (claimed_by IS NOT NULL AND claim_token IS NOT NULL"
        " AND claim_expires_at IS NOT NULL)",
        name="claim",
    ),
    CheckConstraint("(state = 'decided') = (decision_id IS NOT NULL)", name="decided"),
    Index(None, "forum_id", "kind"),
    Index(
        "ix_review_items_claims",
        "claimed_by",
        "claim_expires_at",
        sqlite_where=text("claimed_by IS NOT NULL"),
        postgresql_where=text("claimed_by IS NOT NULL"),
    ),
    *(_open_index(order, order, "id", *NARROWING, "closed_at") for order in QUEUE_ORDERS),
    _open_index("author", "author_id", "id"),
    _open_index("thread", "thread_id", "id"),
    _open_index("tally", *NARROWING, "is_audit", "closed_at", "created_at"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Id, primary_key=True),
    Column(
        "item_id", Id, ForeignKey("review_items.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    _comment_id(nullable=False, index=True),
    _forum_id(nullable=False),
    Column("action", String(16), nullable=False),
    Column("labels", JSON, nullable=False),
    Column("reason", String(24)),
    Column("note", Text, nullable=False),
    Column("moderator_id", Id, ForeignKey("users.id"), nullable=False),
    Column("undoes_id", Id, ForeignKey("decisions.id")),
    Column("revision", String(200), nullable=False),
    Column("model_version", String(80)),
    Column("policy_version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint(_one_of("action", DecisionAction), name="action"),
    Index(None, "forum_id", "id"),
    Index(None, "forum_id", "created_at"),
    Index(None, "moderator_id", "id"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Id, primary_key=True),
    _forum_id(),
    _comment_id(),
    Column("decision_id", Id, ForeignKey("decisions.id", ondelete="CASCADE"), unique=True),
    Column("source", String(40), nullable=False),
    Column("labels", JSON, nullable=False),
    Column("decision", String(16)),
    Column("reason", String(40)),
    Column("decided_by", String(200)),
    Column("decided_at", UtcDateTime),
    Column("weight", Float),
    Column("text", Text),
    Column("provenance", JSON),
    Column("row_digest", String(64), unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    CheckConstraint("(comment_id IS NULL) = (text IS NOT NULL)", name="text"),
    CheckConstraint("decision_id IS NULL OR comment_id IS NOT NULL", name="desk"),
    CheckConstraint("weight > 0", name="weight"),
    Index(None, "forum_id", "id"),
    Index(None, "comment_id", "id"),
)

second_opinions = Table(
    "second_opinions",
    metadata,
    Column("id", Id, primary_key=True),
    Column(
        "item_id", Id, ForeignKey("review_items.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    _forum_id(nullable=False),
    Column(
        "decision_id",
        Id,
        ForeignKey("decisions.id", ondelete="CASCADE"),
        nullable=False,
        unique=True,
    ),
    Column("first_user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("asked_because", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("claimed_by", Id, ForeignKey("users.id")),
    Column("claim_expires_at", UtcDateTime),
    Column("second_user_id", Id, ForeignKey("users.id")),
    Column("action", String(16)),
    Column("labels", JSON),
    Column("reason", String(24)),
    Column("note", Text),
    Column("given_at", UtcDateTime),
    Column("settled_by", Id, ForeignKey("users.id")),
    Column("settled_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint(_one_of("state", OpinionState), name="state"),
    CheckConstraint(_one_of("asked_because", ["share", "noise"]), name="asked_because"),
    CheckConstraint("second_user_id IS NULL OR second_user_id <> first_user_id", name="another"),
    Index(None, "state", "id"),
)

appeals = Table(
    "appeals",
    metadata,
    Column("id", Id, primary_key=True),
    _comment_id(nullable=False, unique=True),
    _forum_id(nullable=False),
    Column("item_id", Id, ForeignKey("review_items.id", ondelete="CASCADE"), nullable=False),
    Column(
        "decision_id",
        Id,
        ForeignKey("decisions.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("words", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("decided_by", Id, ForeignKey("users.id")),
    Column("decided_at", UtcDateTime),
    Column("statement", JSON(none_as_null=True)),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint(_one_of("state", AppealState), name="state"),
    CheckConstraint(
        "(state IN ('upheld', 'denied')) = (decided_by IS NOT NULL AND statement IS NOT NULL)",
        name="answered",
    ),
    Index(None, "state", "id"),
)

reports = Table(
    "reports",
    metadata,
    Column("id", Id, primary_key=True),
    _comment_id(nullable=False),
    _forum_id(nullable=False),
    Column("reporter_key", String(200), nullable=False),
    Column("reason", String(200)),
    Column("note", Text),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("comment_id", "reporter_key"),
    Index(None, "forum_id", "reporter_key"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("message_id", String(64), nullable=False, unique=True),
    _forum_id(nullable=False),
    _comment_id(),
    Column("event_type", String(40), nullable=False),
    Column("url", String(2000)),  # NULL: the forum's callback address at the time of sending
    Column("payload", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("lease_token", String(32)),
    Column("last_status", Integer),
    Column("last_error", String(500)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    CheckConstraint(_one_of("state", ["pending", "delivered", "parked"]), name="state"),
    Index(None, "state", "next_attempt_at", "id"),
    Index(None, "comment_id", "id"),
    Index(None, "forum_id", "id"),
)

comment_callbacks = Table(
    "comment_callbacks",
    metadata,
    _comment_id(primary_key=True, autoincrement=False),
    Column("url", String(2000), nullable=False),
    Column("guid", String(80), nullable=False),
    Column("was_spam", Boolean, nullable=False),
)

host_connections = Table(
    "host_connections",
    metadata,
    _forum_id(primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("address", String(2000)),
    Column("allows_private", Boolean, nullable=False, server_default=false()),
    Column("actor", String(200)),
    Column("options", JSON, nullable=False),
    Column("polled_until", UtcDateTime),
    Column("next_poll_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint(_one_of("kind", HostKind), name="kind"),
)

host_secrets = Table(
    "host_secrets",
    metadata,
    Column("id", Id, primary_key=True),
    _forum_id(nullable=False, index=True),
    Column("purpose", String(16), nullable=False),
    Column("secret", Text, nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    CheckConstraint(_one_of("purpose", SecretPurpose), name="purpose"),
)

host_events = Table(
    "host_events",
    metadata,
    _forum_id(primary_key=True, autoincrement=False),
    Column("event_id", String(200), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

host_names = Table(
    "host_names",
    metadata,
    _forum_id(primary_key=True, autoincrement=False),
    Column("external_id", String(200), primary_key=True),
    Column("name", String(400), nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("forum_id", Id, ForeignKey("forums.id", ondelete="CASCADE")),
    _comment_id(),
    Column("details", JSON, nullable=False),
    Index(None, "comment_id", "id"),
    Index(None, "kind", "id"),
)

training_jobs = Table(
    "training_jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("state", String(16), nullable=False),
    # 1 while the job waits or runs, NULL afterwards: unique, so that one job at most is open.
    Column("open_slot", Integer, unique=True),
    Column("forum", String(40)),
    Column("seed", Integer, nullable=False),
    Column("requested_by", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("heartbeat_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("worker_token", String(32)),
    Column("is_cancel_wanted", Boolean, nullable=False, server_default=false()),
    Column("step", String(200), nullable=False),
    Column("steps_done", Integer, nullable=False),
    Column("steps_total", Integer, nullable=False),
    Column("log", Text, nullable=False),
    Column("result", JSON(none_as_null=True)),
    Column("error", String(1000)),
    CheckConstraint(_one_of("state", JobState), name="state"),
    CheckConstraint("(state IN ('queued', 'running')) = (open_slot IS NOT NULL)", name="open"),
    CheckConstraint("(state = 'running') = (worker_token IS NOT NULL)", name="worker"),
)

pinned_examples = Table(
    "pinned_examples",
    metadata,
    Column("id", Id, primary_key=True),
    _forum_id(index=True),
    Column("text", Text, nullable=False),
    Column("label", String(20), nullable=False),
    Column("must_flag", Boolean, nullable=False),
    Column("note", String(500), nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint(_one_of("label", DECIDING_LABELS), name="label"),
)

text_bands = Table(
    "text_bands",
    metadata,
    _forum_id(primary_key=True),
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    _comment_id(primary_key=True, index=True),
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(40), nullable=False),
    Column("filter", JSON, nullable=False),
    UniqueConstraint("user_id", "name"),
)

comforts = Table(
    "comforts",
    metadata,
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("document", JSON, nullable=False),
)
