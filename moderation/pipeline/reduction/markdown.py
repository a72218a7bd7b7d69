"""Reduces Markdown, with the BBCode that Discourse adds to it."""

from __future__ import annotations

import re

from moderation.pipeline.reduction.bbcode import NAMES, TagReader
from moderation.pipeline.reduction.bbcode_tags import LITERAL, paired_tags
from moderation.pipeline.reduction.html import HtmlReader
from moderation.pipeline.reduction.html_tags import TagScanner
from moderation.pipeline.reduction.markdown_inline import (
    Item,
    ItemKind,
    Paragraph,
    folded_label,
)
from moderation.pipeline.reduction.markdown_lists import ListReader
from moderation.pipeline.reduction.outline import STYLES, Shape
from moderation.pipeline.reduction.reduced import Reduced
from moderation.pipeline.reduction.writer import Writer

MAX_DEPTH = 100
"""Deeper quotes count as part of the deepest: nobody nests so far in earnest."""

MAX_BULLETS = 20
"""Marks of list items on one line; each costs a look at the rest of the line."""

_LINE = re.compile(r"[^\n]*+(?:\n|\Z)")
_QUOTE_MARK = re.compile(r"[ \t]{0,3}+>[ \t]?+")
_BULLET = re.compile(r"[ \t]*+[-*+](?:[ \t]++|(?=\n|\Z))")
_HEADING = re.compile(r"[ \t]{0,3}+#{1,6}+(?:[ \t]++|(?=\n|\Z))")
_RULE = re.compile(r"[ \t]{0,3}+(?:(?:\*[ \t]*+){3,}+|(?:-[ \t]*+){3,}+|(?:_[ \t]*+){3,}+)\r?\n?\Z")
_UNDERLINE = re.compile(r"[ \t]{0,3}+(?:=++|-++)[ \t]*+\r?\n?\Z")
_TABLE_RULE = re.compile(r"(?=[^\n]*?-)(?=[^\n]*?\|)[ \t|:-]++\r?\n?\Z")
_FENCE = re.compile(r"[ \t]*+(?P<fence>`{3,}+(?=[^`]*\Z)|~{3,}+)")
_DEFINITION = re.compile(
    r"[ \t]{0,3}+\[(?P<label>[^\[\]\n^][^\[\]\n]{0,998}+)\]:[ \t]*+<?(?P<address>[^\s<>]++)>?"
    r"""(?:[ \t]++(?:"[^"\n]*+"|'[^'\n]*+'|\([^()\n]*+\)))?+[ \t]*+\r?(?:\n|\Z)"""
)
_DEFINITION_START = re.compile(r"^(?=[ \t]{0,3}\[)", re.MULTILINE)


def reduce_markdown(source: str, *, keeps_outline: bool = False) -> Reduced:
    """Reduce Markdown to the author's own words; see the package for what is kept."""
    return _MarkdownReader(source, keeps_outline=keeps_outline).read()


class _MarkdownReader:
    """Walks through lines: quote marks and fences first, then what is left inline."""

    def __init__(self, source: str, *, keeps_outline: bool) -> None:
        self._source = source
        self._writer = Writer(source, keeps_outline=keeps_outline)
        self._html = HtmlReader(source, self._writer)
        self._scanner = TagScanner(source)
        pairs = paired_tags(source, NAMES - LITERAL, frozenset()) if "[/" in source else []
        self._tags = {tag.start: tag for tag in pairs}
        self._tag_reader = TagReader(source, self._writer)
        self._definitions = _definitions(source)
        self._levels: list[int] = []
        self._fence: str | None = None
        self._code_block = -1
        self._done_to = 0
        self._open_shapes: dict[Shape, list[int]] = {}
        self._lists = ListReader()
        self._paragraph = self._new_paragraph()

    def read(self) -> Reduced:
        position = 0
        while position < len(self._source):
            match = _LINE.match(self._source, position)
            if match is None:  # a line matches anywhere; this only ends the loop for certain
                break
            self._line(position, match.end())
            position = match.end()
        self._flush()
        return self._writer.finish()

    def _line(self, start: int, end: int) -> None:
        if self._fence is not None and self._is_fenced(start, end):
            return
        if self._source[start] == "\n":
            self._set_depth(0, start)
            self._flush()
            self._lists.blank_line()
            self._keep(start, end)
            return
        depth, position = self._container_marks(start, end)
        self._set_depth(depth, start)
        if self._writer.keeps_outline:
            self._list_marks(start, position, end)
        line = self._source[position:end]
        fence = _FENCE.match(line)
        if fence:
            self._flush()
            self._fence = fence["fence"]
            self._code_block = self._writer.open_shape(Shape.CODE_BLOCK)
        elif not line.strip():
            self._flush()
            self._lists.blank_line()
            self._keep(position, end)
        elif not self._is_furniture(line, position):
            self._text(line, position, end)

    def _list_marks(self, start: int, position: int, end: int) -> None:
        if position == start and self._source[start] in "#`~":
            self._lists.blank_line()  # a heading or a block of code ends a list
        for kind, shape in self._lists.line(self._source, start, position, end):
            self._paragraph.add_shape(kind, shape, position)

    def _is_fenced(self, start: int, end: int) -> bool:
        """Keep a line of a code block; tell whether the block took it."""
        position = start
        for _ in self._levels:
            match = _QUOTE_MARK.match(self._source, position, end)
            if match is None:  # the quote that holds the block has ended, and so has the block
                self._end_fence()
                return False
            position = match.end()
        line = self._source[position:end].strip()
        fence = self._fence or ""
        if len(line) >= len(fence) and not line.strip(fence[:1]):
            self._end_fence()
        else:
            self._keep(position, end)
        return True

    def _end_fence(self) -> None:
        self._fence = None
        self._writer.close_shape(self._code_block)

    def _container_marks(self, start: int, end: int) -> tuple[int, int]:
        """Return the depth of quotes and where the content begins, list marks passed over."""
        depth, bullets, position = 0, 0, start
        while position < end:
            mark = _QUOTE_MARK.match(self._source, position, end)
            if mark:
                depth += 1
            elif self._source[position] in "-*+ \t" and bullets < MAX_BULLETS:
                if self._is_rule(position, end):
                    break
                bullets += 1
                mark = _BULLET.match(self._source, position, end)
            if mark is None:
                break
            position = mark.end()
        return min(depth, MAX_DEPTH), position

    def _is_rule(self, position: int, end: int) -> bool:
        """Tell whether a line that begins like a list item is a rule instead."""
        after = _RULE_RUN.match(self._source, position, end)
        return after is not None and after.end() >= end

    def _set_depth(self, depth: int, position: int) -> None:
        # A line without its mark goes on in the quote for a renderer ("lazy continuation"). To us
        # it is the author's own: an answer typed right below a quote must not escape judgement.
        if depth != len(self._levels):
            self._flush()
            for _, shape in self._lists.end():
                self._close(shape)
        while len(self._levels) > depth:
            self._writer.close_to(self._levels.pop(), position)
        while len(self._levels) < depth:
            self._levels.append(self._writer.depth)
            self._writer.open_quote(position)

    def _is_furniture(self, line: str, position: int) -> bool:
        if self._paragraph.has_words and _UNDERLINE.match(line):
            self._paragraph.frame(Shape.HEADING, position, "1" if "=" in line else "2")
            self._flush()
            return True
        if _RULE.match(line):
            self._paragraph.add_shape(ItemKind.PLACE, Shape.RULE, position)
            return True
        if _TABLE_RULE.match(line):
            return True
        if not self._paragraph.has_words and (match := _DEFINITION.match(line)):
            self._writer.link(match["address"])
            return position >= self._done_to
        return False

    def _text(self, line: str, position: int, end: int) -> None:
        heading = _HEADING.match(line)
        if not heading:
            self._paragraph.add_line(position, end)
            return
        self._flush()
        words = line.rstrip()
        without_marks = words.rstrip("#")
        content_end = position + len(without_marks.rstrip())
        if without_marks == words or without_marks[-1:] not in {" ", "\t", ""}:
            content_end = position + len(words)
        self._paragraph.add_line(position + heading.end(), max(content_end, position))
        self._paragraph.frame(Shape.HEADING, position, str(heading[0].count("#")))
        self._flush()
        self._keep(position + len(line) - len(line[len(words) :]), end)

    def _new_paragraph(self) -> Paragraph:
        return Paragraph(
            self._source,
            self._scanner,
            self._tags,
            self._definitions,
            keeps_outline=self._writer.keeps_outline,
        )

    def _flush(self) -> None:
        items = self._paragraph.items
        if items:
            self._paragraph = self._new_paragraph()
            for item in items:
                self._emit(item)
            for shape in [one for one in self._open_shapes if one in STYLES]:
                for number in self._open_shapes.pop(shape):
                    self._writer.close_shape(number)

    def _emit(self, item: Item) -> None:
        if item.kind is ItemKind.TEXT:
            self._keep(item.start, item.end)
        elif item.kind is ItemKind.DELIMITER:
            for shape in item.closes:
                self._close(shape)
            self._keep(item.start, item.end)
            for shape in item.opens:
                self._open(shape)
        elif item.start >= self._done_to:  # else inside a comment or a tag that spans lines
            self._emit_markup(item)

    def _emit_markup(self, item: Item) -> None:
        if item.kind is ItemKind.MARKUP:
            self._done_to = self._html.markup(item.start, len(self._source))
        elif item.kind is ItemKind.BBCODE:
            self._done_to = self._tag_reader.apply(self._tags[item.start])
        elif item.kind is ItemKind.LINK:
            self._writer.link(item.detail)
            self._open(Shape.LINK, item.detail)
        elif item.kind is ItemKind.PICTURE:
            self._writer.link(item.detail)
            self._writer.place(Shape.PICTURE, item.detail, item.words)
        elif item.shape is not None:
            self._emit_shape(item, item.shape)

    def _emit_shape(self, item: Item, shape: Shape) -> None:
        if item.kind is ItemKind.OPEN:
            self._open(shape, item.detail)
        elif item.kind is ItemKind.CLOSE:
            self._close(shape)
        else:
            self._writer.place(shape)

    def _open(self, shape: Shape, detail: str = "") -> None:
        if self._writer.keeps_outline:
            number = self._writer.open_shape(shape, detail)
            self._open_shapes.setdefault(shape, []).append(number)

    def _close(self, shape: Shape) -> None:
        if numbers := self._open_shapes.get(shape):
            self._writer.close_shape(numbers.pop())

    def _keep(self, start: int, end: int) -> None:
        self._writer.verbatim(max(start, self._done_to), end)


_RULE_RUN = re.compile(r"[ \t]*+(?:[*\t ]++|[-\t ]++)\r?\n?")


def _definitions(source: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if "]:" not in source:
        return found
    for start in _DEFINITION_START.finditer(source):
        match = _DEFINITION.match(source, start.start())
        if match:
            found.setdefault(folded_label(match["label"]), match["address"])
    return found
