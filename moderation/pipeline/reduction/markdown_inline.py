"""Reads the inline marks of Markdown: emphasis, code spans, links, tags and escapes."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from moderation.pipeline.reduction.bbcode_tags import Tag as BBCodeTag
from moderation.pipeline.reduction.entities import REFERENCE
from moderation.pipeline.reduction.html_tags import TagScanner
from moderation.pipeline.reduction.outline import MAX_DETAIL, STYLES, Shape

_CHUNK = re.compile(r"[^\\`*_~\[\]!<&]++|\*++|_++|~++|`++|!\[|.", re.DOTALL)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_AUTOLINK = re.compile(r"<([a-zA-Z][a-zA-Z0-9+.-]{1,31}+:[^\s<>]*+|[\w.+-]{1,64}+@[\w.-]{1,255}+)>")
_MARKUP_START = re.compile(r"<[a-zA-Z0-9/!?]")
_LINK_TAIL = re.compile(
    r"""\([ \t]*+(?:<([^<>\n]*+)>|([^\s()<]*+(?:\([^\s()]*+\)[^\s()]*+)*+))"""
    r"""(?:[ \t]++(?:"[^"\n]*+"|'[^'\n]*+'|\([^()\n]*+\)))?+[ \t]*+\)"""
)
_REFERENCE_TAIL = re.compile(r"\[([^\[\]\n]{0,999}+)\]")
_MAX_LABEL_LENGTH = 999

MAX_NESTED_EMPHASIS = 8
"""Marks of emphasis around the same words that are still told apart."""


class ItemKind(StrEnum):
    """What an item of a paragraph is, once read."""

    TEXT = "text"
    DELIMITER = "delimiter"
    MARKUP = "markup"
    BBCODE = "bbcode"
    LINK = "link"
    PICTURE = "picture"
    DROPPED = "dropped"
    OPEN = "open"
    CLOSE = "close"
    PLACE = "place"


@dataclass(slots=True, eq=False)
class Item:
    """A stretch of the source. ``end`` shrinks when delimiters find their partners.

    Attributes
    ----------
    shape : Shape or None
        What opens or closes here.
    detail : str
        What is to know of it: an address, a heading's level.
    words : str
        Words that stand for a picture.
    opens, closes : tuple[Shape, ...]
        Of a delimiter: what begins after it and what ends before it.
    """

    kind: ItemKind
    start: int
    end: int
    detail: str = ""
    shape: Shape | None = None
    words: str = ""
    opens: tuple[Shape, ...] = ()
    closes: tuple[Shape, ...] = ()


class Paragraph:
    """The inline content of one block, gathered line by line.

    Pairs are found with one stack for each mark, so that reading is linear; where CommonMark
    would refuse a pair because another one crosses it, this keeps the pair. Either way the
    words are the same.

    Parameters
    ----------
    source : str
    scanner : TagScanner
    tags : Mapping[int, bbcode_tags.Tag]
        BBCode tags by their start.
    definitions : Mapping[str, str]
        Addresses of reference links by folded label.
    keeps_outline : bool
        Whether to note what opens and closes.
    """

    def __init__(
        self,
        source: str,
        scanner: TagScanner,
        tags: Mapping[int, BBCodeTag],
        definitions: Mapping[str, str],
        *,
        keeps_outline: bool,
    ) -> None:
        self._source = source
        self._scanner = scanner
        self._tags = tags
        self._definitions = definitions
        self._keeps_outline = keeps_outline
        self.items: list[Item] = []
        self.has_words = False
        self._openers: dict[str, list[Item]] = {"*": [], "_": [], "~": []}
        self._brackets: list[int] = []
        self._ticks: dict[int, list[int]] | None = None

    def add_line(self, start: int, end: int) -> None:
        """Read one line."""
        self._ticks = None
        self.has_words = self.has_words or start < end
        position = start
        while position < end:
            match = _CHUNK.match(self._source, position, end)
            if match is None:  # every code point begins a chunk; this only ends the loop
                break
            position = self._chunk(match[0], start, position, end)

    def add_shape(self, kind: ItemKind, shape: Shape, at: int, detail: str = "") -> None:
        """Say that something opens or closes here."""
        if self._keeps_outline:
            self.items.append(Item(kind, at, at, detail, shape))

    def frame(self, shape: Shape, at: int, detail: str = "") -> None:
        """Say that all words since the last mark of a list have a shape."""
        if not self._keeps_outline:
            return
        place = len(self.items)
        while place and (self.items[place - 1].shape or Shape.CODE) in STYLES:
            place -= 1
        self.items.insert(place, Item(ItemKind.OPEN, at, at, detail, shape))
        self.add_shape(ItemKind.CLOSE, shape, at)

    def _chunk(self, chunk: str, line_start: int, start: int, line_end: int) -> int:
        end = start + len(chunk)
        mark = chunk[0]
        if mark in "*_~":
            self._delimiter(mark, line_start, start, end, line_end)
            return end
        special: int | None = None
        if mark == "`":
            special = self._code(start, end, line_end)
        elif mark == "\\":
            special = self._escape(start, line_end)
        elif mark in "<&":
            special = self._markup(mark, start, line_end)
        elif chunk in {"[", "!["}:
            special = self._bracket(chunk, start)
        elif mark == "]":
            special = self._closing_bracket(start, line_end)
        if special is not None:
            return special
        self._add(ItemKind.TEXT, start, end)
        return end

    def _add(self, kind: ItemKind, start: int, end: int, detail: str = "") -> None:
        self.items.append(Item(kind, start, end, detail))

    def _code(self, start: int, end: int, line_end: int) -> int | None:
        if self._ticks is None:
            self._ticks = {}
            for run in re.compile("`++").finditer(self._source, start, line_end):
                self._ticks.setdefault(run.end() - run.start(), []).append(run.start())
        runs = self._ticks.get(end - start, [])
        at = bisect_right(runs, start)
        if at >= len(runs):
            return None
        self.add_shape(ItemKind.OPEN, Shape.CODE, end)
        self._add(ItemKind.TEXT, end, runs[at])
        self.add_shape(ItemKind.CLOSE, Shape.CODE, runs[at])
        return runs[at] + end - start

    def _escape(self, start: int, line_end: int) -> int | None:
        if not _ESCAPE.match(self._source, start, line_end):
            return None
        self._add(ItemKind.TEXT, start + 1, start + 2)
        return start + 2

    def _markup(self, mark: str, start: int, line_end: int) -> int | None:
        if mark == "&":
            reference = REFERENCE.match(self._source, start, line_end)
            if reference is None:
                return None
            end = reference.end()
        elif not _MARKUP_START.match(self._source, start, line_end):
            return None
        elif link := _AUTOLINK.match(self._source, start, line_end):
            self._add(ItemKind.LINK, start, start + 1, link[1])
            self._add(ItemKind.TEXT, start + 1, link.end() - 1)
            self.add_shape(ItemKind.CLOSE, Shape.LINK, link.end())
            return link.end()
        else:
            tag = self._scanner.tag(start, line_end)
            end = tag.end if tag else start + 1
        self._add(ItemKind.MARKUP, start, end)
        return end

    def _bracket(self, chunk: str, start: int) -> int:
        tag = self._tags.get(start)
        if tag is not None and chunk == "[":
            self._add(ItemKind.BBCODE, tag.start, tag.end)
            return tag.end
        self._brackets.append(len(self.items))
        self._add(ItemKind.TEXT, start, start + len(chunk))
        return start + len(chunk)

    def _closing_bracket(self, start: int, line_end: int) -> int | None:
        if not self._brackets:
            return None
        opener_at = self._brackets.pop()
        opener = self.items[opener_at]
        address, end = self._target(opener, start, line_end)
        if address is None:
            return None
        if self._source[opener.start] == "!":
            for item in self.items[opener_at:]:
                item.kind = ItemKind.DROPPED
            del self.items[opener_at:]
            words = self._source[opener.end : min(start, opener.end + MAX_DETAIL)]
            self.items.append(Item(ItemKind.PICTURE, opener.start, end, address, None, words))
        else:
            opener.kind, opener.detail = ItemKind.LINK, address
            self.add_shape(ItemKind.CLOSE, Shape.LINK, end)
        return end

    def _target(self, opener: Item, start: int, line_end: int) -> tuple[str | None, int]:
        match = _LINK_TAIL.match(self._source, start + 1, line_end)
        if match:
            return match[1] or match[2] or "", match.end()
        if not self._definitions:
            return None, start
        match = _REFERENCE_TAIL.match(self._source, start + 1, line_end)
        label = match[1] if match else ""
        if not label and start - opener.end <= _MAX_LABEL_LENGTH:
            label = self._source[opener.end : start]
        return self._definitions.get(folded_label(label)), match.end() if match else start + 1

    def _delimiter(self, mark: str, line_start: int, start: int, end: int, line_end: int) -> None:
        item = Item(ItemKind.DELIMITER, start, end)
        self.items.append(item)
        before = self._source[start - 1] if start > line_start else " "
        after = self._source[end] if end < line_end else " "
        can_open, can_close = _flanking(mark, before, after)
        if mark == "~" and end - start != 2:  # noqa: PLR2004
            return
        openers = self._openers[mark]
        while can_close and openers and item.end > item.start:
            opener = openers[-1]
            if opener.kind is ItemKind.DELIMITER:
                used = min(opener.end - opener.start, item.end - item.start)
                opener.end -= used
                item.end -= used
                if self._keeps_outline and len(opener.opens) < MAX_NESTED_EMPHASIS:
                    shapes = _emphasis(mark, used)
                    opener.opens += shapes
                    item.closes += shapes
            if opener.kind is not ItemKind.DELIMITER or opener.end == opener.start:
                openers.pop()
        if can_open and item.end > item.start:
            openers.append(item)


def _emphasis(mark: str, used: int) -> tuple[Shape, ...]:
    if mark == "~":
        return (Shape.STRUCK,)
    shapes = (Shape.STRONG,) if used > 1 else ()
    return (*shapes, Shape.EMPHASIS) if used % 2 else shapes


def folded_label(label: str) -> str:
    """Return the form in which labels of reference links are compared."""
    return " ".join(label.casefold().split())


def _flanking(mark: str, before: str, after: str) -> tuple[bool, bool]:
    """Tell whether a run of marks can open and close (CommonMark 0.31, section 6.2)."""
    left = not after.isspace() and (
        not _is_punctuation(after) or before.isspace() or _is_punctuation(before)
    )
    right = not before.isspace() and (
        not _is_punctuation(before) or after.isspace() or _is_punctuation(after)
    )
    if mark != "_":
        return left, right
    return (
        left and (not right or _is_punctuation(before)),
        right and (not left or _is_punctuation(after)),
    )


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"
