"""Drops signatures, which pasted text does not mark."""

from __future__ import annotations

import re
from collections import defaultdict

_RULE = re.compile(r"(?:--|[_\-=~─—*]{5,})\s*")
_MOST_LINES = 6
"""Boards cap signatures at a few lines; a rule further up divides a post."""


def without_signatures(posts: list[tuple[str | None, list[str]]]) -> list[list[str]]:
    """Return each post's lines without its author's signature.

    A signature is what stands below a rule at the end of a post, or the last lines that two
    posts of one author have in common, below words of their own.
    """
    bodies = [_above_rule(lines) for _, lines in posts]
    by_author: dict[str, list[int]] = defaultdict(list)
    for index, (author, _) in enumerate(posts):
        if author is not None:
            by_author[author].append(index)
    for indexes in by_author.values():
        paragraphs = [_last_paragraph(bodies[index]) for index in indexes]
        for index, paragraph in zip(indexes, paragraphs, strict=True):
            if paragraph and paragraphs.count(paragraph) > 1:
                bodies[index] = _stripped(bodies[index][: -len(paragraph)])
    return bodies


def _above_rule(lines: list[str]) -> list[str]:
    filled = 0
    for at in range(len(lines) - 1, 0, -1):
        filled += bool(lines[at])
        if filled > _MOST_LINES + 1:
            break
        if _RULE.fullmatch(lines[at]) and any(lines[:at]):
            return _stripped(lines[:at])
    return lines


def _last_paragraph(lines: list[str]) -> list[str]:
    """Return the last paragraph, nothing when it is the whole post."""
    start = len(lines)
    while start > 0 and lines[start - 1]:
        start -= 1
    return lines[start:] if any(lines[:start]) and len(lines) - start <= _MOST_LINES else []


def _stripped(lines: list[str]) -> list[str]:
    end = len(lines)
    while end > 0 and not lines[end - 1]:
        end -= 1
    return lines[:end]
