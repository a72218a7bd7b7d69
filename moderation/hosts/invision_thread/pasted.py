"""Reads the text that a browser copies from a topic page."""

from __future__ import annotations

from dataclasses import dataclass

from moderation.domain.text_format import TextFormat
from moderation.hosts.invision_thread import furniture
from moderation.hosts.invision_thread.page import ThreadPage, ThreadPost
from moderation.hosts.invision_thread.pasted_quotes import mark_quotes
from moderation.hosts.invision_thread.pasted_signatures import without_signatures
from moderation.hosts.invision_thread.pasted_title import find_title

_HEAD_LINES = 40
"""Author panels and topic summaries are shorter than this, blank lines included."""


@dataclass(frozen=True, slots=True)
class _Draft:
    author: str | None
    posted_at: str | None
    lines: list[str]


def read_pasted(content: str) -> ThreadPage:
    """Find the posts in pasted text; none when nothing marks a post."""
    lines = [_clean(line) for line in content.splitlines()]
    begin = _begin(lines)
    body = lines[begin : _footer(lines, begin)]
    has_ends = any(line.casefold() in furniture.POST_ENDS for line in body)
    drafts = _drafts_by_ends(body) if has_ends else _drafts_by_dates(body)
    drafts = [draft for draft in drafts if draft.lines]
    bodies = without_signatures([(draft.author, draft.lines) for draft in drafts])
    posts: list[ThreadPost] = []
    seen: set[str] = set()
    for draft, own_lines in zip(drafts, bodies, strict=True):
        text = mark_quotes(own_lines, seen)
        seen.update(line.casefold() for line in own_lines if line)
        posts.append(ThreadPost(draft.author, draft.posted_at, text, TextFormat.PLAIN))
    return ThreadPage(find_title(lines[:begin], posts), tuple(posts))


def _clean(line: str) -> str:
    return line.replace("\xa0", " ").strip().lstrip("•").strip()


def _begin(lines: list[str]) -> int:
    """Return where the first post begins; small screens show no heading above the posts."""
    for at, line in enumerate(lines):
        if line.casefold() in furniture.POSTS_BEGIN:
            return at + 1
    dates = (at for at, line in enumerate(lines) if furniture.posted_at(line))
    first = next(dates, None)
    return 0 if first is None else _name_above(lines, first)[1]


def _footer(lines: list[str], begin: int) -> int:
    """Return where the page's footer begins: words like these may also stand in a post."""
    last_mark = begin - 1
    for at, line in enumerate(lines):
        if line.casefold() in furniture.POST_ENDS or furniture.posted_at(line):
            last_mark = at
    footers = (at for at in range(last_mark + 1, len(lines)) if furniture.is_footer(lines[at]))
    return next(footers, len(lines))


def _drafts_by_ends(lines: list[str]) -> list[_Draft]:
    chunks: list[list[str]] = [[]]
    for line in lines:
        if line.casefold() not in furniture.POST_ENDS:
            chunks[-1].append(line)
        elif any(chunks[-1]):
            chunks.append([])
    drafts = [_draft(chunk) for chunk in chunks]
    last = drafts[-1]
    if last.posted_at is None and last.author is None:
        drafts.pop()  # what follows the last mark without a head of its own is pagination
    return drafts


def _draft(chunk: list[str]) -> _Draft:
    dates = [at for at, line in enumerate(chunk[:_HEAD_LINES]) if furniture.posted_at(line)]
    has_summary = any(furniture.is_summary(line) for line in chunk[:_HEAD_LINES])
    if dates:
        at = dates[-1] if has_summary else dates[0]
        author = _name_above(chunk, at)[0] if has_summary else _first_name(chunk[:at])
        return _Draft(author, furniture.posted_at(chunk[at]), _words(chunk[at + 1 :]))
    group = next((at for at, line in enumerate(chunk[:8]) if furniture.is_group(line)), None)
    if group is None:
        return _Draft(None, None, _words(chunk))
    after = group
    while after < len(chunk) and (not chunk[after] or furniture.is_panel(chunk[after])):
        after += 1
    return _Draft(_first_name(chunk[:group]), None, _words(chunk[after:]))


def _drafts_by_dates(lines: list[str]) -> list[_Draft]:
    dates = [at for at, line in enumerate(lines) if furniture.posted_at(line)]
    heads = [_name_above(lines, at) for at in dates]
    ends = [*(start for _, start in heads[1:]), len(lines)][: len(dates)]
    return [
        _Draft(author, furniture.posted_at(lines[at]), _words(lines[at + 1 : max(end, at + 1)]))
        for at, (author, _), end in zip(dates, heads, ends, strict=True)
    ]


def _first_name(head: list[str]) -> str | None:
    return next((line for line in head if line and not furniture.is_panel(line)), None)


def _name_above(lines: list[str], date_at: int) -> tuple[str | None, int]:
    """Return the nearest name above a date and the line where its panel begins."""
    for at in range(date_at - 1, max(date_at - _HEAD_LINES, -1), -1):
        line = lines[at]
        if not line or furniture.is_panel(line):
            continue
        above = at - 1
        while above >= 0 and not lines[above]:
            above -= 1
        # The picture's description repeats the name.
        return line, above if above >= 0 and lines[above] == line else at
    return None, date_at


def _words(lines: list[str]) -> list[str]:
    """Return the lines that the author wrote, the board's around them dropped."""
    kept = [line for line in lines if not furniture.is_attachment(line)]
    start, end = 0, len(kept)
    while start < end and (not kept[start] or furniture.is_head(kept[start])):
        start += 1
    while end > start and _is_below(kept, start, end - 1):
        end -= 1
    if start == end:
        return _lone_word(kept)
    return kept[start:end]


def _lone_word(lines: list[str]) -> list[str]:
    """Return a post that is only "Thanks": a reaction of that name would have its count below."""
    filled = [line for line in lines if line]
    word, below = ([*filled, "", ""])[:2]
    is_reaction = below.isdecimal() or not word
    return [word] if word.casefold() in furniture.REACTIONS and not is_reaction else []


def _is_below(lines: list[str], start: int, at: int) -> bool:
    line = lines[at]
    if not line or furniture.is_tail(line):
        return True
    if not line.isdecimal():
        return False
    above = next((lines[i] for i in range(at - 1, start - 1, -1) if lines[i]), "")
    return above.casefold() in furniture.REACTIONS
