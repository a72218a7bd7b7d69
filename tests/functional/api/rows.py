"""Look into the database behind the service's back."""

from __future__ import annotations

from sqlalchemy import func, select

from moderation.services.runtime import Runtime
from moderation.storage.tables import metadata

_ALWAYS_THERE = {"forums", "credentials", "policies"}


def count(runtime: Runtime, table: str) -> int:
    """Return how many rows a table has."""
    with runtime.database.read() as connection:
        statement = select(func.count()).select_from(metadata.tables[table])
        return connection.scalar(statement) or 0


def is_untouched(runtime: Runtime) -> bool:
    """Return whether no comment, nor any part of one, was stored."""
    tables = set(metadata.tables) - _ALWAYS_THERE - {"events"}
    with runtime.database.read() as connection:
        events = metadata.tables["events"]
        about_comments = select(func.count()).select_from(events).where(events.c.comment_id != 0)
        if connection.scalar(about_comments):
            return False
        return not any(
            connection.scalar(select(func.count()).select_from(metadata.tables[name]))
            for name in tables
        )
