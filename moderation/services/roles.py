"""Who may do what."""

from __future__ import annotations

from moderation.domain.errors import NotAllowedError
from moderation.domain.review import Role, has_role
from moderation.storage.users import User


def require_role(user: User, needed: Role) -> None:
    """Raise `NotAllowedError` unless the person has the role."""
    if not user.is_active or not has_role(user.role, needed):
        raise NotAllowedError(f"This takes the role {needed.value}.")
