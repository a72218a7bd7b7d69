"""Reads a thread page of Invision Community: pasted text, or a page saved by a browser."""

from __future__ import annotations

import re

from moderation.hosts.invision_thread.page import ThreadFormatError, ThreadPage, ThreadPost
from moderation.hosts.invision_thread.pasted import read_pasted
from moderation.hosts.invision_thread.saved import read_saved

__all__ = ["ThreadFormatError", "ThreadPage", "ThreadPost", "read_thread"]

_MARKUP = re.compile(r"<(?:!doctype\s+html|html|head|body|article|main|div)\b", re.IGNORECASE)


def read_thread(content: str) -> ThreadPage:
    """Find the posts of a thread page and drop the board's furniture.

    Parameters
    ----------
    content : str
        What "select all, copy" gives, or the HTML of the page (Invision Community 4 and 5).

    Returns
    -------
    ThreadPage
        At least one post. Those of pasted text are plain text with quotes as ``>`` lines; those
        of saved pages are HTML.

    Raises
    ------
    ThreadFormatError
        When no post is found.
    """
    is_saved = _MARKUP.search(content) is not None
    page = read_saved(content) if is_saved else read_pasted(content)
    if not page.posts:
        raise ThreadFormatError(_EXPECTED_SAVED if is_saved else _EXPECTED_PASTED)
    return page


_EXPECTED_SAVED = (
    "No post found: expected a saved topic page of Invision Community, whose posts are "
    'elements with data-role="commentContent".'
)
_EXPECTED_PASTED = (
    "No post found: expected the whole text of a topic page of Invision Community, whose posts "
    'begin with a line like "Posted October 10, 2024" or end with "Share on other sites".'
)
