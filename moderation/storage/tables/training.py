"""Trainings and the examples that hold a model to its word."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Integer,
    String,
    Table,
    Text,
    false,
)

from classifiers.labels import DECIDING_LABELS
from moderation.domain.training import JobState
from moderation.storage.tables.columns import Id, UtcDateTime, forum_id, metadata, one_of

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
    CheckConstraint(one_of("state", JobState), name="state"),
    CheckConstraint("(state IN ('queued', 'running')) = (open_slot IS NOT NULL)", name="open"),
    CheckConstraint("(state = 'running') = (worker_token IS NOT NULL)", name="worker"),
)

pinned_examples = Table(
    "pinned_examples",
    metadata,
    Column("id", Id, primary_key=True),
    forum_id(index=True),
    Column("text", Text, nullable=False),
    Column("label", String(20), nullable=False),
    Column("must_flag", Boolean, nullable=False),
    Column("note", String(500), nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint(one_of("label", DECIDING_LABELS), name="label"),
)
