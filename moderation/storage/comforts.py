"""How the desk looks to each moderator."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert, select

from moderation.storage.tables import comforts


def comfort_of(connection: Connection, user_id: int) -> dict[str, Any]:
    """Return what a moderator chose; empty when nothing."""
    found = connection.scalar(select(comforts.c.document).where(comforts.c.user_id == user_id))
    return dict(found or {})


def replace_comfort(connection: Connection, user_id: int, document: dict[str, Any]) -> None:
    """Store what a moderator chose."""
    connection.execute(delete(comforts).where(comforts.c.user_id == user_id))
    connection.execute(insert(comforts).values(user_id=user_id, document=document))
