"""Views of the queue that moderators keep for themselves."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from moderation.storage.tables import saved_views


@dataclass(frozen=True, slots=True)
class SavedView:
    """A kept view.

    Attributes
    ----------
    args : dict[str, str]
        What its address says.
    """

    id: int
    name: str
    args: dict[str, str]


def views_of(connection: Connection, user_id: int) -> list[SavedView]:
    """Return a moderator's views in the order in which they were kept."""
    rows = connection.execute(
        select(saved_views).where(saved_views.c.user_id == user_id).order_by(saved_views.c.id)
    )
    return [SavedView(row.id, row.name, dict(row.filter)) for row in rows]


def count_views(connection: Connection, user_id: int) -> int:
    """Return how many views a moderator keeps."""
    counted = select(func.count()).select_from(saved_views).where(saved_views.c.user_id == user_id)
    return connection.scalar(counted) or 0


def insert_view(connection: Connection, user_id: int, name: str, args: dict[str, str]) -> None:
    """Keep a view; one of the same name is replaced."""
    connection.execute(
        delete(saved_views).where(saved_views.c.user_id == user_id, saved_views.c.name == name)
    )
    connection.execute(insert(saved_views).values(user_id=user_id, name=name, filter=args))


def delete_view(connection: Connection, user_id: int, view_id: int) -> None:
    """Forget one of a moderator's views."""
    connection.execute(
        delete(saved_views).where(saved_views.c.user_id == user_id, saved_views.c.id == view_id)
    )
