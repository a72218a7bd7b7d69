"""People who sign in to the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from moderation.domain.review import Role
from moderation.storage.tables import users


@dataclass(frozen=True, slots=True)
class User:
    """One account.

    Attributes
    ----------
    session_version : int
        Raised to end all sessions of the account.
    """

    id: int
    username: str
    password_hash: str
    role: Role
    is_active: bool
    session_version: int


_COLUMNS = (
    users.c.id,
    users.c.username,
    users.c.password_hash,
    users.c.role,
    users.c.is_active,
    users.c.session_version,
)


def _user(row: RowMapping) -> User:
    values: dict[str, Any] = {column.name: row[column] for column in _COLUMNS}
    values["role"] = Role(values["role"])
    return User(**values)


def insert_user(
    connection: Connection, username: str, password_hash: str, role: Role, *, at: datetime
) -> User:
    """Store a new account."""
    row = connection.execute(
        insert(users)
        .values(
            username=username,
            password_hash=password_hash,
            role=role.value,
            is_active=True,
            created_at=at,
        )
        .returning(*_COLUMNS)
    )
    return _user(row.mappings().one())


def user_by_name(connection: Connection, username: str) -> User | None:
    """Find an account by its name."""
    row = connection.execute(select(*_COLUMNS).where(users.c.username == username))
    found = row.mappings().first()
    return _user(found) if found else None


def user_by_id(connection: Connection, user_id: int) -> User | None:
    """Find an account by our key."""
    found = connection.execute(select(*_COLUMNS).where(users.c.id == user_id)).mappings().first()
    return _user(found) if found else None


def list_users(connection: Connection) -> list[User]:
    """Return all accounts by name."""
    rows = connection.execute(select(*_COLUMNS).order_by(users.c.username)).mappings()
    return [_user(row) for row in rows]


def count_users(connection: Connection) -> int:
    """Return how many accounts there are."""
    return connection.scalar(select(func.count()).select_from(users)) or 0


def update_user(connection: Connection, user_id: int, **values: Any) -> None:
    """Change columns of an account; every change but the last visit ends its sessions."""
    if set(values) - {"last_seen_at"}:
        values["session_version"] = users.c.session_version + 1
    connection.execute(update(users).where(users.c.id == user_id).values(**values))


def touch_user(connection: Connection, user_id: int, *, at: datetime) -> None:
    """Note a sign of life."""
    connection.execute(update(users).where(users.c.id == user_id).values(last_seen_at=at))
