"""The statement of reasons for a moderator's decision."""

from __future__ import annotations

from moderation.domain.judgement import Decision
from moderation.domain.statement import Statement, facts_of, statement_of
from moderation.domain.verdict import Source
from moderation.storage.database import Connection
from moderation.storage.queue_pages import item_by_id


def statement(connection: Connection, decision: Decision) -> Statement:
    """Return the statement of reasons for a stored decision."""
    item = item_by_id(connection, decision.item_id)
    return statement_of(
        decision.action,
        decision.reason,
        facts=facts_of(decision.reason, decision.labels),
        source=item.source if item is not None else Source.MODEL.value,
    )
