"""A forum: one host installation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from moderation.domain.errors import InvalidInputError

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_ADDRESS = re.compile(r"https?://[^/?#@\\]+(?:[/?][!-~]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Forum:
    """One registered forum.

    Attributes
    ----------
    id : int
        Our own key.
    slug : str
        The name that the forum sends with signed requests.
    callback_url : str or None
        Where decisions and verdicts go.
    allows_private_callback : bool
        Whether the callback may be a private or loopback address.
    is_demo : bool
        Made by ``moderation demo``; removable with all that it holds.
    pseudonymises_authors : bool
        Whether authors are stored under pseudonyms, without their names.
    """

    id: int
    slug: str
    name: str
    callback_url: str | None = None
    allows_private_callback: bool = False
    is_demo: bool = False
    pseudonymises_authors: bool = False


def is_slug(text: str) -> bool:
    """Return whether a text can be a forum's name."""
    return _SLUG.fullmatch(text) is not None


def check_slug(slug: str) -> str:
    """Return the slug, or raise `InvalidInputError` naming what is expected."""
    if not is_slug(slug):
        raise InvalidInputError(
            "That is no forum name.",
            fields={"slug": "expected 1 to 40 of a-z, 0-9 and '-', not '-' at an end"},
        )
    return slug


def check_callback_url(url: str) -> str:
    """Return the address, or raise `InvalidInputError`."""
    if len(url) > 2000 or not _ADDRESS.fullmatch(url) or not _has_host(url):  # noqa: PLR2004 - the column's length
        raise InvalidInputError(
            "That is no callback address.",
            fields={"callback_url": "expected http(s)://host[:port]/path without user name"},
        )
    return url


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return url.isascii() and url.isprintable() and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
