"""How far a person's rights reach: one role on all forums, or a role for each of some forums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from moderation.domain.review import Role, has_role

ForumKeys = frozenset[int] | None
"""Keys of forums; None for all, also those that are still to come."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a person may do where; forums that are not named do not exist for them.

    Attributes
    ----------
    everywhere : Role or None
        The role on all forums; then ``by_forum`` is empty.
    by_forum : Mapping[int, Role]
        The role in each forum, by the forum's key.
    """

    everywhere: Role | None = None
    by_forum: Mapping[int, Role] = field(default_factory=dict)

    @property
    def highest(self) -> Role | None:
        """The highest role that the person has anywhere; None when there is none."""
        roles = set(self.by_forum.values()) | ({self.everywhere} if self.everywhere else set())
        return next((role for role in reversed(Role) if role in roles), None)

    def role_in(self, forum_id: int) -> Role | None:
        """Return the role in a forum; None when the person sees nothing of it."""
        return self.everywhere or self.by_forum.get(forum_id)

    def has_in(self, forum_id: int, needed: Role) -> bool:
        """Return whether the role in a forum includes another."""
        role = self.role_in(forum_id)
        return role is not None and has_role(role, needed)

    def has_anywhere(self, needed: Role) -> bool:
        """Return whether the role in any forum includes another."""
        return self.highest is not None and has_role(self.highest, needed)

    def has_everywhere(self, needed: Role) -> bool:
        """Return whether the role on all forums includes another."""
        return self.everywhere is not None and has_role(self.everywhere, needed)

    def forums(self, needed: Role = Role.VIEWER) -> ForumKeys:
        """Return the forums in which the person has at least a role."""
        if self.everywhere is not None:
            return None if has_role(self.everywhere, needed) else frozenset()
        return frozenset(key for key, role in self.by_forum.items() if has_role(role, needed))

    def only(self, keys: ForumKeys) -> Reach:
        """Return what of it lies in some forums."""
        if keys is None or self.everywhere is not None:
            return self
        return Reach(None, {key: role for key, role in self.by_forum.items() if key in keys})


EVERYWHERE = Reach(Role.ADMIN)
"""What programs and the command line have."""
