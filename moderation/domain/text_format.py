"""In which markup a comment was written."""

from __future__ import annotations

from enum import StrEnum


class TextFormat(StrEnum):
    """The markup of a comment's source, as the forum declares it."""

    PLAIN = "plain"
    HTML = "html"
    MARKDOWN = "markdown"
    BBCODE = "bbcode"
