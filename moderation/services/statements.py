"""The statement of reasons for a moderator's decision."""

from __future__ import annotations

from moderation.domain.judgement import Decision
from moderation.domain.statement import Statement, facts_of, statement_of
from moderation.storage.queue_pages import ReviewItem


def statement(decision: Decision, item: ReviewItem) -> Statement:
    """Return the statement of reasons for a decision on an item."""
    return statement_of(
        decision.action,
        decision.reason,
        facts=facts_of(decision.reason, decision.labels),
        source=item.source,
    )
