"""Views of the queue that moderators keep for themselves."""

from __future__ import annotations

from moderation.domain.errors import InvalidInputError
from moderation.services.runtime import Runtime
from moderation.storage import saved_views
from moderation.storage.saved_views import SavedView
from moderation.storage.users import User

MOST_VIEWS = 12
LONGEST_NAME = 40


def list_views(runtime: Runtime, user: User) -> list[SavedView]:
    """Return the moderator's views."""
    with runtime.database.read() as connection:
        return saved_views.views_of(connection, user.id)


def keep_view(runtime: Runtime, user: User, name: str, args: dict[str, str]) -> None:
    """Keep a view under a name; one of the same name is replaced.

    Raises
    ------
    InvalidInputError
        If the name is empty or too long, or too many views are kept.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidInputError(
            f"A view takes a name of 1 to {LONGEST_NAME} characters.",
            fields={"name": f"expected 1 to {LONGEST_NAME} characters"},
        )
    with runtime.database.write() as connection:
        if saved_views.count_views(connection, user.id) >= MOST_VIEWS:
            raise InvalidInputError(
                f"You keep {MOST_VIEWS} views already; forget one first.",
                fields={"name": f"expected at most {MOST_VIEWS} views"},
            )
        saved_views.insert_view(connection, user.id, name, args)


def forget_view(runtime: Runtime, user: User, view_id: int) -> None:
    """Forget one of the moderator's views; another's is left alone."""
    with runtime.database.write() as connection:
        saved_views.delete_view(connection, user.id, view_id)
