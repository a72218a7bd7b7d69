"""Marks the quotes of pasted text with ">", so that they are set apart like any others."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection

from moderation.hosts.invision_thread import furniture


def mark_quotes(lines: list[str], seen: Collection[str]) -> str:
    """Return the lines as text, quoted ones marked.

    Parameters
    ----------
    lines : list[str]
        A post's lines.
    seen : Collection[str]
        Case-folded lines of the posts above it.

    Returns
    -------
    str
        Runs of blank lines are one blank line.
    """
    marked: list[str] = []
    marks = _Marks(lines)
    at = 0
    while at < len(lines):
        end = _quote_end(lines, at, marks, seen)
        if end is None:
            marked.append(lines[at])
            at += 1
            continue
        quoted = [f"> {line}" for line in lines[at + 1 : end] if line]
        marked += [lines[at], *quoted, ""]
        at = end
        if at < len(lines) and lines[at].casefold() in furniture.QUOTE_ENDS:
            at += 1
    return _joined(marked)


class _Marks:
    """Where the board's own marks stand, found once for all quotes of a post."""

    def __init__(self, lines: list[str]) -> None:
        self._heads = [at for at, line in enumerate(lines) if furniture.is_quote_head(line)]
        self._ends = [
            at for at, line in enumerate(lines) if line.casefold() in furniture.QUOTE_ENDS
        ]
        self._length = len(lines)

    def next_head(self, at: int) -> int:
        """Return the next dated head after a line, the number of lines when there is none."""
        return self._next(self._heads, at)

    def next_end(self, at: int) -> int:
        """Return the next end of a quote after a line, likewise."""
        return self._next(self._ends, at)

    def _next(self, places: list[int], at: int) -> int:
        index = bisect_right(places, at)
        return places[index] if index < len(places) else self._length


def _quote_end(lines: list[str], head: int, marks: _Marks, seen: Collection[str]) -> int | None:
    """Return where the quote below ``head`` ends, None when there is none.

    The board's own mark below long quotes is certain. Without it a copy does not show the end:
    lines that stand in an earlier post are quoted, else only the first paragraph is.
    """
    is_dated = furniture.is_quote_head(lines[head])
    if not is_dated and not furniture.may_be_quote_head(lines[head]):
        return None
    limit = marks.next_head(head)
    if marks.next_end(head) < limit:
        return marks.next_end(head)
    end = None
    for at in range(head + 1, limit):
        if lines[at].casefold() in seen:
            end = at + 1
        elif lines[at]:
            break
    if end is None and is_dated:
        return _paragraph_end(lines, head + 1, limit)
    return end


def _paragraph_end(lines: list[str], start: int, limit: int) -> int | None:
    while start < limit and not lines[start]:
        start += 1
    end = start
    while end < limit and lines[end]:
        end += 1
    # The last paragraph of a post is the author's: nobody quotes without a word of their own.
    return end if end > start and any(lines[end:]) else None


def _joined(lines: list[str]) -> str:
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n")
