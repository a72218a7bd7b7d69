"""Accounts of the desk: sign-in and administration."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from moderation.domain.errors import ConflictError, InvalidInputError, NotFoundError
from moderation.domain.reach import Reach
from moderation.domain.review import Role
from moderation.services.runtime import Runtime
from moderation.storage import users
from moderation.storage.database import Connection
from moderation.storage.events import append_event
from moderation.storage.users import User

MIN_PASSWORD_LENGTH = 12
MAX_PASSWORD_LENGTH = 200
_hasher = PasswordHasher()  # RFC 9106's second recommended option, the library's default
# Verified when the name is unknown, so that the answer takes as long as for a known one.
_NOBODYS_HASH = _hasher.hash(secrets.token_hex(16))


def check_sign_in(runtime: Runtime, username: str, password: str) -> User | None:
    """Return the account if name and password are right and it is active; nothing is noted yet."""
    name = username.strip()
    with runtime.database.read() as connection:
        user = users.user_by_name(connection, name) if _is_name(name) else None
    is_right = _verify(user.password_hash if user else _NOBODYS_HASH, password)
    if user is None or not is_right or not user.is_active:
        return None
    return user


def sign_in(runtime: Runtime, username: str, password: str) -> User | None:
    """Return the account if name and password are right, and note the visit."""
    user = check_sign_in(runtime, username, password)
    if user is not None:
        note_sign_in(runtime, user)
    return user


def note_sign_in(runtime: Runtime, user: User, *, by_provider: bool = False) -> None:
    """Write down that somebody has come in."""
    with runtime.database.write() as connection:
        users.touch_user(connection, user.id, at=runtime.clock())
        append_event(
            connection,
            "signed_in",
            at=runtime.clock(),
            actor=user.username,
            details={"by": "provider"} if by_provider else {},
        )


def account(runtime: Runtime, user_id: int) -> User | None:
    """Return an account by our key."""
    with runtime.database.read() as connection:
        return users.user_by_id(connection, user_id)


def add_user(
    runtime: Runtime,
    username: str,
    reach: Reach,
    *,
    password: str | None = None,
    by: str = "operator",
) -> tuple[User, str]:
    """Make an account; without a password one is generated. Returns it with its password.

    Raises
    ------
    InvalidInputError
        If name or password break a rule.
    ConflictError
        If the name is taken.
    """
    name = check_name(username)
    chosen = password if password is not None else new_password()
    check_password(chosen)
    password_hash = _hasher.hash(chosen)  # slow on purpose: not while others wait for the database
    with runtime.database.write() as connection:
        if users.user_by_name(connection, name) is not None:
            raise ConflictError(f"There is a user {name!r} already.")
        user = users.insert_user(connection, name, password_hash, reach, at=runtime.clock())
        append_event(
            connection,
            "user_added",
            at=runtime.clock(),
            actor=by,
            details={"username": name},
        )
        _note_reach(connection, runtime, name, Reach(), reach, by=by)
    return user, chosen


def account_by_name(runtime: Runtime, username: str) -> User | None:
    """Return an account by its name."""
    with runtime.database.read() as connection:
        return users.user_by_name(connection, username)


def list_users(runtime: Runtime) -> list[User]:
    """Return all accounts by name."""
    with runtime.database.read() as connection:
        return users.list_users(connection)


def has_users(runtime: Runtime) -> bool:
    """Return whether anybody can sign in yet."""
    with runtime.database.read() as connection:
        return users.count_users(connection) > 0


def set_password(
    runtime: Runtime, username: str, password: str | None = None, *, by: str = "operator"
) -> str:
    """Give an account a new password and end its sessions; returns the password."""
    chosen = password if password is not None else new_password()
    check_password(chosen)
    password_hash = _hasher.hash(chosen)
    with runtime.database.write() as connection:
        user = _known(connection, username)
        users.update_user(connection, user.id, password_hash=password_hash)
        append_event(
            connection,
            "password_set",
            at=runtime.clock(),
            actor=by,
            details={"username": user.username},
        )
    return chosen


def set_reach(
    runtime: Runtime, username: str, reach: Reach, *, is_active: bool = True, by: str = "operator"
) -> None:
    """Change what an account may do where, and end its sessions.

    Raises
    ------
    ConflictError
        If nobody would be left who administers all forums.
    """
    with runtime.database.write() as connection:
        user = _known(connection, username)
        stays_admin = is_active and reach.has_everywhere(Role.ADMIN)
        was_admin = user.is_active and user.reach.has_everywhere(Role.ADMIN)
        if was_admin and not stays_admin and not users.other_general_admins(connection, user.id):
            raise ConflictError("Somebody must stay who administers all forums.")
        users.set_reach(connection, user.id, reach, is_active=is_active)
        if is_active != user.is_active:
            append_event(
                connection,
                "account_opened" if is_active else "account_closed",
                at=runtime.clock(),
                actor=by,
                details={"username": user.username},
            )
        _note_reach(connection, runtime, user.username, user.reach, reach, by=by)


def check_name(username: str) -> str:
    """Return a user name without outer spaces; raises `InvalidInputError` when it is none."""
    name = username.strip()
    if not _is_name(name):
        raise InvalidInputError(
            "That is no user name.", fields={"username": "expected 1 to 80 visible characters"}
        )
    return name


def check_password(password: str) -> None:
    """Refuse a password that is too short or too long."""
    is_text = not any("\ud800" <= char <= "\udfff" for char in password)
    if not is_text or not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise InvalidInputError(
            "That password will not do.",
            fields={
                "password": f"expected {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters"
            },
        )


def new_password() -> str:
    """Return a random password of 120 bits."""
    return secrets.token_urlsafe(15)


def _note_reach(
    connection: Connection, runtime: Runtime, username: str, old: Reach, new: Reach, *, by: str
) -> None:
    """Write each change into the history of the forum that it concerns."""
    changes: dict[int | None, tuple[Role | None, Role | None]] = {
        None: (old.everywhere, new.everywhere)
    }
    changes |= {
        key: (old.by_forum.get(key), new.by_forum.get(key))
        for key in sorted({*old.by_forum, *new.by_forum})
    }
    for forum_id, (before, after) in changes.items():
        if before != after:
            append_event(
                connection,
                "role_set",
                at=runtime.clock(),
                actor=by,
                forum_id=forum_id,
                details={"username": username, "role": after.value if after else "none"},
            )


def _known(connection: Connection, username: str) -> User:
    user = users.user_by_name(connection, username.strip())
    if user is None:
        raise NotFoundError(f"There is no user {username!r}.")
    return user


def _is_name(name: str) -> bool:
    return 1 <= len(name) <= 80 and name.isprintable()  # noqa: PLR2004 - the column's length


def _verify(password_hash: str, password: str) -> bool:
    try:
        given = password[: MAX_PASSWORD_LENGTH + 1].encode("utf-8", "surrogatepass")
        return _hasher.verify(password_hash, given)
    except (VerificationError, InvalidHashError):
        return False
