"""The schema, by what it is for. ``migrations/`` builds it; a test keeps the two equal."""

from __future__ import annotations

from moderation.storage.tables.columns import NARROWING, metadata
from moderation.storage.tables.comments import (
    authors,
    comments,
    reports,
    shadow_scores,
    text_bands,
    threads,
    verdicts,
)
from moderation.storage.tables.forums import credentials, forums, policies, retention_rules
from moderation.storage.tables.history import events
from moderation.storage.tables.hosts import host_connections, host_events, host_names, host_secrets
from moderation.storage.tables.keys import key_check
from moderation.storage.tables.outbox import comment_callbacks, deliveries
from moderation.storage.tables.people import (
    comforts,
    desk_sessions,
    entry_links,
    memberships,
    provider_identities,
    saved_views,
    second_factors,
    users,
)
from moderation.storage.tables.review import (
    appeals,
    decisions,
    feedback,
    review_items,
    second_opinions,
)
from moderation.storage.tables.training import pinned_examples, training_jobs

__all__ = [
    "NARROWING",
    "appeals",
    "authors",
    "comforts",
    "comment_callbacks",
    "comments",
    "credentials",
    "decisions",
    "deliveries",
    "desk_sessions",
    "entry_links",
    "events",
    "feedback",
    "forums",
    "host_connections",
    "host_events",
    "host_names",
    "host_secrets",
    "key_check",
    "memberships",
    "metadata",
    "pinned_examples",
    "policies",
    "provider_identities",
    "reports",
    "retention_rules",
    "review_items",
    "saved_views",
    "second_factors",
    "second_opinions",
    "shadow_scores",
    "text_bands",
    "threads",
    "training_jobs",
    "users",
    "verdicts",
]
