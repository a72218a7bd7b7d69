"""Who sends a request: session, account, roles and choices in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from moderation.storage.entry import DeskSession
from moderation.storage.tables import comforts, desk_sessions, memberships, second_factors, users
from moderation.storage.users import ACCOUNT, User, user_of


@dataclass(frozen=True, slots=True)
class Visit:
    """An open session with all that every page asks about its account.

    Attributes
    ----------
    comfort : dict[str, Any]
        What the person chose; empty when nothing.
    """

    session: DeskSession
    user: User
    comfort: dict[str, Any]
    has_second_factor: bool


_OPEN = (
    select(
        *ACCOUNT,
        desk_sessions.c.id.label("session_id"),
        desk_sessions.c.browser,
        desk_sessions.c.created_at,
        desk_sessions.c.last_seen_at,
        comforts.c.document,
        select(second_factors.c.user_id)
        .where(second_factors.c.user_id == users.c.id)
        .exists()
        .label("has_second_factor"),
        memberships.c.forum_id,
        memberships.c.role.label("role_in_forum"),
    )
    .join(users, users.c.id == desk_sessions.c.user_id)
    .outerjoin(comforts, comforts.c.user_id == users.c.id)
    .outerjoin(memberships, memberships.c.user_id == users.c.id)
    .where(desk_sessions.c.token_digest == bindparam("digest"), desk_sessions.c.ended_at.is_(None))
)


def open_visit(connection: Connection, token_digest: str) -> Visit | None:
    """Return what is known of whoever holds a session that has not been ended."""
    rows = connection.execute(_OPEN, {"digest": token_digest}).all()
    if not rows:
        return None
    first = rows[0]
    return Visit(
        session=DeskSession(
            first.session_id, first.id, first.browser, first.created_at, first.last_seen_at
        ),
        user=user_of(
            first, {row.forum_id: row.role_in_forum for row in rows if row.forum_id is not None}
        ),
        comfort=dict(first.document or {}),
        has_second_factor=bool(first.has_second_factor),
    )
