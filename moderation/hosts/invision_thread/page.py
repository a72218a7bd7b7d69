"""A thread page as read: its title and its posts."""

from __future__ import annotations

from dataclasses import dataclass

from moderation.domain.text_format import TextFormat


@dataclass(frozen=True, slots=True)
class ThreadPost:
    """One post of a thread page.

    Attributes
    ----------
    author : str or None
        Display name; None when the page does not tell.
    posted_at : str or None
        As the page has it: ISO 8601 in saved pages, the board's wording in pasted text.
    body : str
        The post's source in ``text_format``, quotes marked as that format marks them.
    text_format : TextFormat
    """

    author: str | None
    posted_at: str | None
    body: str
    text_format: TextFormat


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """The posts of one page, in order."""

    title: str | None
    posts: tuple[ThreadPost, ...]


class ThreadFormatError(ValueError):
    """Nothing on the page looks like a post; the message says what was expected."""
