"""The append-only history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from moderation.domain.judgement import HistoryEvent
from moderation.storage.many_rows import insert_rows
from moderation.storage.tables import comments, events


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something to write down; ``details`` never holds comment text."""

    kind: str
    actor: str
    forum_id: int | None = None
    comment_pk: int | None = None
    details: dict[str, Any] | None = None


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
    append_events(
        connection,
        [NewEvent(kind, actor, forum_id=forum_id, comment_pk=comment_pk, details=details)],
        at=at,
    )


def append_events(connection: Connection, happened: Sequence[NewEvent], *, at: datetime) -> None:
    """Write down several things that happened at the same time."""
    rows = [
        {
            "at": at,
            "kind": one.kind,
            "actor": one.actor,
            "forum_id": one.forum_id,
            "comment_id": one.comment_pk,
            "details": one.details or {},
        }
        for one in happened
    ]
    insert_rows(connection, events, rows)


_OF_COMMENT = (
    select(events.c.at, events.c.kind, events.c.actor, events.c.details)
    .where(
        events.c.comment_id.in_(
            select(comments.c.id).where(
                comments.c.forum_id == bindparam("forum"),
                comments.c.external_id == bindparam("external"),
            )
        )
    )
    .order_by(events.c.id)
)


def comment_events(connection: Connection, forum_id: int, external_id: str) -> list[HistoryEvent]:
    """Return what happened to all revisions of a comment, in order."""
    rows = connection.execute(_OF_COMMENT, {"forum": forum_id, "external": external_id})
    return [HistoryEvent(row.at, row.kind, row.actor, row.details) for row in rows]
