"""Who may do what, and where."""

from __future__ import annotations

from moderation.domain.errors import NotAllowedError, NotFoundError
from moderation.domain.review import Role
from moderation.storage.users import User


def require_role(user: User, needed: Role) -> None:
    """Raise `NotAllowedError` unless the person has the role in some forum."""
    if not user.is_active or not user.reach.has_anywhere(needed):
        raise NotAllowedError(f"This takes the role {needed.value}.")


def require_role_everywhere(user: User, needed: Role) -> None:
    """Raise `NotAllowedError` unless the person has the role on all forums."""
    if not user.is_active or not user.reach.has_everywhere(needed):
        raise NotAllowedError(f"This takes the role {needed.value} on all forums.")


def require_role_in(user: User, forum_id: int | None, needed: Role) -> None:
    """Raise unless the person has the role in a forum.

    Parameters
    ----------
    forum_id : int or None
        None for what belongs to all forums together.

    Raises
    ------
    NotFoundError
        If the person may know nothing of the forum.
    NotAllowedError
        If the role is not enough.
    """
    if forum_id is None:
        require_role_everywhere(user, needed)
        return
    if not user.is_active or user.reach.role_in(forum_id) is None:
        raise NotFoundError("There is no such page.")
    if not user.reach.has_in(forum_id, needed):
        raise NotAllowedError(f"This takes the role {needed.value} in this forum.")
