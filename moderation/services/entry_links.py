"""Links that set a password: invitations, and new passwords for those who forgot theirs."""

from __future__ import annotations

from datetime import timedelta

from moderation.domain.errors import ConflictError, InvalidInputError, NotFoundError
from moderation.domain.reach import Reach
from moderation.services import accounts
from moderation.services.registration import key_digest
from moderation.services.runtime import Runtime
from moderation.storage import entry
from moderation.storage.entry import EntryLink
from moderation.storage.events import append_event
from moderation.storage.users import User

LINK_DAYS = 3


def invite(runtime: Runtime, username: str, reach: Reach, *, by: str) -> str:
    """Return the token of an invitation; it works once, for `LINK_DAYS` days.

    Raises
    ------
    InvalidInputError
        If that is no user name.
    ConflictError
        If the name is taken.
    """
    name = accounts.check_name(username)
    if accounts.account_by_name(runtime, name) is not None:
        raise ConflictError(f"There is a user {name!r} already.")
    return _make(runtime, name, reach, user_id=None, by=by, event="invited")


def new_password_link(runtime: Runtime, user: User, *, by: str) -> str:
    """Return the token with which somebody sets a new password, once."""
    return _make(
        runtime, user.username, user.reach, user_id=user.id, by=by, event="password_link_made"
    )


def read_link(runtime: Runtime, token: str) -> EntryLink:
    """Return a link that works. Raises `NotFoundError`."""
    with runtime.database.read() as connection:
        link = entry.link_by_digest(connection, key_digest(token), now=runtime.clock())
    if link is None:
        raise NotFoundError("This link was used, has expired, or never was.")
    return link


def open_invitations(runtime: Runtime) -> list[EntryLink]:
    """Return the invitations that nobody has taken yet."""
    with runtime.database.read() as connection:
        return entry.open_invitations(connection, now=runtime.clock())


def use_link(runtime: Runtime, token: str, password: str) -> User:
    """Set the password that a link is for; an invitation makes the account.

    Raises
    ------
    NotFoundError
        If the link does not work (any more).
    InvalidInputError
        If the password will not do; the link still works.
    ConflictError
        If somebody has taken the invitation's name meanwhile.
    """
    link = read_link(runtime, token)
    accounts.check_password(password)
    with runtime.database.write() as connection:
        if not entry.use_link(connection, link.id, at=runtime.clock()):
            raise NotFoundError("This link was used.")
    if link.user_id is None:
        user, _ = accounts.add_user(
            runtime, link.username, link.reach, password=password, by=link.created_by
        )
        return user
    accounts.set_password(runtime, link.username, password, by=link.username)
    user_now = accounts.account(runtime, link.user_id)
    if user_now is None or not user_now.is_active:
        raise InvalidInputError("This account is closed.")
    return user_now


def _make(
    runtime: Runtime, username: str, reach: Reach, *, user_id: int | None, by: str, event: str
) -> str:
    token = runtime.new_token()
    now = runtime.clock()
    with runtime.database.write() as connection:
        entry.insert_link(
            connection,
            key_digest(token),
            username,
            reach,
            user_id=user_id,
            by=by,
            at=now,
            until=now + timedelta(days=LINK_DAYS),
        )
        for forum_id in reach.by_forum or (None,):
            role = reach.role_in(forum_id) if forum_id is not None else reach.everywhere
            append_event(
                connection,
                event,
                at=now,
                actor=by,
                forum_id=forum_id,
                details={"username": username, "role": role.value if role else "none"},
            )
    return token
