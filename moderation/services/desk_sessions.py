"""Sessions at the desk: begun at a sign-in, listed, and ended from anywhere."""

from __future__ import annotations

from datetime import timedelta

from moderation.domain.errors import NotFoundError
from moderation.services.registration import key_digest
from moderation.services.runtime import Runtime
from moderation.storage import entry
from moderation.storage.entry import DeskSession
from moderation.storage.events import append_event
from moderation.storage.users import User
from moderation.storage.visits import Visit, open_visit

MAX_BROWSER_LENGTH = 200
_TOUCH = timedelta(minutes=5)


def begin(runtime: Runtime, user: User, browser: str) -> str:
    """Begin a session; returns the token that the cookie keeps."""
    token = runtime.new_token()
    with runtime.database.write() as connection:
        entry.insert_session(
            connection,
            key_digest(token),
            user.id,
            browser[:MAX_BROWSER_LENGTH],
            at=runtime.clock(),
        )
    return token


def find(runtime: Runtime, token: str) -> Visit | None:
    """Return who holds the open session of a token, and note the visit now and then."""
    now = runtime.clock()
    with runtime.database.read() as connection:
        found = open_visit(connection, key_digest(token))
    if found is not None and now - found.session.last_seen_at > _TOUCH:
        with runtime.database.write() as connection:
            entry.touch_session(connection, found.session.id, at=now)
    return found


def open_sessions(runtime: Runtime, user: User, *, hours: int) -> list[DeskSession]:
    """Return an account's sessions that are not over, newest first."""
    with runtime.database.read() as connection:
        since = runtime.clock() - timedelta(hours=hours)
        return entry.list_sessions(connection, user.id, since=since)


def end(runtime: Runtime, user: User, session_id: int, *, by: str) -> None:
    """End one of an account's sessions. Raises `NotFoundError`."""
    with runtime.database.write() as connection:
        if not entry.end_session(connection, session_id, user.id, at=runtime.clock()):
            raise NotFoundError("No such session is open.")
        append_event(
            connection,
            "session_ended",
            at=runtime.clock(),
            actor=by,
            details={"username": user.username},
        )
