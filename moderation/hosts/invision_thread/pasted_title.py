"""Finds the topic's title among the navigation above the posts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from moderation.hosts.invision_thread import furniture
from moderation.hosts.invision_thread.page import ThreadPost

_BYLINE = re.compile(
    r"(?:(?:by|started by|asked by|von|gestartet von|par|por|di|door)\s.{1,120}|"
    r".{0,60}\d.{0,30}\s(?:in|dans|en)\s.{1,80})",
    re.IGNORECASE,
)
_NAVIGATION_TEXT = (
    "jump to content|skip to content|zum inhalt springen|aller au contenu|"
    "existing user? sign in|sign in|sign up|sign in now|browse|activity|search|search...|"
    "all activity|all content|this topic|this forum|forums|home|menu|leaderboard|more|"
    "start new topic|unread content|my activity streams|notifications|staff|online users|"
    "guidelines|create|account|close|anmelden|registrieren|übersicht|aktivitäten|suche|"
    "startseite|foren|alle aktivitäten|neues thema erstellen|bereits registriert? anmelden|"
    "follow this topic|mark as read|followers|follow|share|reply to this topic|prev|next|\u00d7|"
    "vorherige|nächste"
)
_NAVIGATION = frozenset(_NAVIGATION_TEXT.split("|"))


def find_title(head: Sequence[str], posts: Sequence[ThreadPost]) -> str | None:
    """Return the title, None when the text above the posts holds none.

    Parameters
    ----------
    head : Sequence[str]
        Lines above the first post.
    posts : Sequence[ThreadPost]
        An author's name above the posts is no title.
    """
    authors = {post.author for post in posts}
    lines = [line for line in head if _may_be_title(line) and line not in authors]
    for at, line in enumerate(lines):
        if at and _BYLINE.fullmatch(line):
            return lines[at - 1]
    lines = [line for line in lines if not _BYLINE.fullmatch(line)]
    if not lines:
        return None
    # The breadcrumb repeats the heading, and nothing else stands there twice.
    line, count = Counter(lines).most_common(1)[0]
    return line if count > 1 else lines[0]


def _may_be_title(line: str) -> bool:
    folded = line.casefold()
    return bool(line) and folded not in _NAVIGATION and not furniture.is_panel(line)
