"""The forum that a page is about, as addresses and forms name it."""

from __future__ import annotations

from collections.abc import Mapping

from moderation.domain.errors import NotFoundError
from moderation.domain.forum import Forum
from moderation.domain.review import Role
from moderation.services import registration
from moderation.services.roles import require_role_in
from moderation.web import current
from moderation.web.desk import session
from moderation.web.desk.fields import typed_text
from moderation.web.desk.messages import gettext as _


def forum(given: Mapping[str, str], needed: Role = Role.VIEWER) -> Forum:
    """Return the forum that is named, in which the reader has a role.

    Raises
    ------
    NotFoundError
        If there is none, or none for this reader.
    NotAllowedError
        If the role is not enough.
    """
    slug = typed_text(given.get("forum"))
    found = registration.find_forum(current.runtime(), slug)
    if found is None or session.me().reach.role_in(found.id) is None:
        raise NotFoundError(_("There is no forum %(forum)s.", forum=repr(slug)))
    require_role_in(session.me(), found.id, needed)
    return found


def named_forum(given: Mapping[str, str], needed: Role = Role.VIEWER) -> Forum | None:
    """Return the forum that is named; None where none is. Raises as `forum`."""
    return forum(given, needed) if given.get("forum") else None


def forum_or_first(given: Mapping[str, str], needed: Role = Role.VIEWER) -> Forum | None:
    """Return the forum that is named, else the reader's first; None without any.

    Raises as `forum`.
    """
    return named_forum(given, needed) or next(iter(forums(needed)), None)


def forums(needed: Role = Role.VIEWER) -> list[Forum]:
    """Return the forums in which the reader has a role, by name."""
    return registration.list_forums(current.runtime(), session.me().reach, needed=needed)
