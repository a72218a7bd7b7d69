"""The forum that a page is about, as addresses and forms name it."""

from __future__ import annotations

from collections.abc import Mapping

from moderation.domain.errors import NotFoundError
from moderation.domain.forum import Forum
from moderation.services import registration
from moderation.web import current
from moderation.web.desk.fields import typed_text


def forum(given: Mapping[str, str]) -> Forum:
    """Return the forum that is named. Raises `NotFoundError`."""
    slug = typed_text(given.get("forum"))
    found = registration.find_forum(current.runtime(), slug)
    if found is None:
        raise NotFoundError(f"There is no forum {slug!r}.")
    return found


def forum_or_first(given: Mapping[str, str]) -> Forum | None:
    """Return the forum that is named, the first one where none is, None where there are none.

    Raises
    ------
    NotFoundError
        If a forum is named that does not exist.
    """
    if given.get("forum"):
        return forum(given)
    return next(iter(registration.list_forums(current.runtime())), None)
