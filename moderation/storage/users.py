"""People who sign in to the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from moderation.domain.reach import Reach
from moderation.domain.review import Role
from moderation.storage.tables import memberships, users


@dataclass(frozen=True, slots=True)
class User:
    """One account.

    Attributes
    ----------
    reach : Reach
        The role on all forums, or in each of some.
    session_version : int
        Raised to end all sessions of the account.
    """

    id: int
    username: str
    password_hash: str
    reach: Reach
    is_active: bool
    session_version: int


ACCOUNT = (
    users.c.id,
    users.c.username,
    users.c.password_hash,
    users.c.role,
    users.c.is_general,
    users.c.is_active,
    users.c.session_version,
)
"""The columns that `user_of` reads."""


def insert_user(
    connection: Connection, username: str, password_hash: str, reach: Reach, *, at: datetime
) -> User:
    """Store a new account."""
    row = connection.execute(
        insert(users)
        .values(
            username=username,
            password_hash=password_hash,
            is_active=True,
            created_at=at,
            **_general(reach),
        )
        .returning(*ACCOUNT)
    ).one()
    _insert_memberships(connection, row.id, reach)
    return _user(connection, row)


def user_by_name(connection: Connection, username: str) -> User | None:
    """Find an account by its name."""
    row = connection.execute(select(*ACCOUNT).where(users.c.username == username)).first()
    return _user(connection, row) if row else None


def user_by_id(connection: Connection, user_id: int) -> User | None:
    """Find an account by our key."""
    row = connection.execute(select(*ACCOUNT).where(users.c.id == user_id)).first()
    return _user(connection, row) if row else None


def list_users(connection: Connection) -> list[User]:
    """Return all accounts by name."""
    rows = connection.execute(select(*ACCOUNT).order_by(users.c.username)).all()
    return [_user(connection, row) for row in rows]


def other_general_admins(connection: Connection, user_id: int) -> bool:
    """Return whether another open account is an administrator of all forums.

    On PostgreSQL the rows are locked, so that two who demote each other take turns.
    """
    query = select(users.c.id).where(
        users.c.role == Role.ADMIN.value, users.c.is_general, users.c.is_active
    )
    query = query.order_by(users.c.id)
    if connection.dialect.name == "postgresql":
        query = query.with_for_update()
    return any(key != user_id for key in connection.scalars(query))


def count_users(connection: Connection) -> int:
    """Return how many accounts there are."""
    return connection.scalar(select(func.count()).select_from(users)) or 0


def update_user(connection: Connection, user_id: int, **values: Any) -> None:
    """Change columns of an account; every change but the last visit ends its sessions."""
    if set(values) - {"last_seen_at"}:
        values["session_version"] = users.c.session_version + 1
    connection.execute(update(users).where(users.c.id == user_id).values(**values))


def set_reach(connection: Connection, user_id: int, reach: Reach, *, is_active: bool) -> None:
    """Give an account another reach, open or close it, and end its sessions."""
    update_user(connection, user_id, is_active=is_active, **_general(reach))
    connection.execute(delete(memberships).where(memberships.c.user_id == user_id))
    _insert_memberships(connection, user_id, reach)


def touch_user(connection: Connection, user_id: int, *, at: datetime) -> None:
    """Note a sign of life."""
    connection.execute(update(users).where(users.c.id == user_id).values(last_seen_at=at))


def _general(reach: Reach) -> dict[str, Any]:
    # Of an account with roles by forum the column says nothing; it may not be empty.
    role = reach.everywhere or Role.VIEWER
    return {"role": role.value, "is_general": reach.everywhere is not None}


def _insert_memberships(connection: Connection, user_id: int, reach: Reach) -> None:
    rows = [
        {"user_id": user_id, "forum_id": forum_id, "role": role.value}
        for forum_id, role in reach.by_forum.items()
    ]
    if rows:
        connection.execute(insert(memberships), rows)


def user_of(row: Row[*tuple[Any, ...]], by_forum: Mapping[int, str]) -> User:
    """Return the account of a row with the columns `ACCOUNT`.

    Parameters
    ----------
    by_forum : Mapping[int, str]
        Its roles by forum; of no account with a role on all forums.
    """
    reach = (
        Reach(Role(row.role))
        if row.is_general
        else Reach(None, {forum_id: Role(role) for forum_id, role in by_forum.items()})
    )
    return User(row.id, row.username, row.password_hash, reach, row.is_active, row.session_version)


def _user(connection: Connection, row: Row[*tuple[Any, ...]]) -> User:
    by_forum: dict[int, str] = {}
    if not row.is_general:
        found = connection.execute(
            select(memberships.c.forum_id, memberships.c.role).where(
                memberships.c.user_id == row.id
            )
        )
        by_forum = {one.forum_id: one.role for one in found}
    return user_of(row, by_forum)
