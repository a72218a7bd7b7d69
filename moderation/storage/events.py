"""The append-only history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from moderation.domain.judgement import HistoryEvent
from moderation.storage.tables import events


def append_event(  # noqa: PLR0913 - one column each
    connection: Connection,
    kind: str,
    *,
    at: datetime,
    actor: str,
    forum_id: int | None = None,
    comment_pk: int | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Write down what happened; ``details`` never holds comment text."""
    connection.execute(
        insert(events).values(
            at=at,
            kind=kind,
            actor=actor,
            forum_id=forum_id,
            comment_id=comment_pk,
            details=details or {},
        )
    )


def comment_events(connection: Connection, comment_pks: list[int]) -> list[HistoryEvent]:
    """Return what happened to the given revisions of a comment, in order."""
    rows = connection.execute(
        select(events.c.at, events.c.kind, events.c.actor, events.c.details)
        .where(events.c.comment_id.in_(comment_pks))
        .order_by(events.c.id)
    )
    return [HistoryEvent(row.at, row.kind, row.actor, row.details) for row in rows]
