"""Reduces HTML, and the HTML that Markdown may hold."""

from __future__ import annotations

import re
from typing import NamedTuple

from moderation.pipeline.reduction.entities import REFERENCE, decode_reference
from moderation.pipeline.reduction.html_elements import (
    BLOCKS,
    CELLS,
    RAW,
    STRUCTURAL,
    VOID,
    Role,
    attribution_of,
    emoji_of,
    role_of,
    targets_of,
)
from moderation.pipeline.reduction.html_shapes import PARAGRAPHS, placed_of, shape_of
from moderation.pipeline.reduction.html_tags import Tag, TagScanner
from moderation.pipeline.reduction.reduced import Reduced
from moderation.pipeline.reduction.writer import Writer

_WHITE = r"[ \t\n\r\f\v\xa0]"
_TOKEN = re.compile(
    r"(?P<words>[^<& \t\n\r\f\v\xa0]++(?: [^<& \t\n\r\f\v\xa0]++)*+)"
    rf"|(?P<white>{_WHITE}++)|(?P<mark>[<&])"
)


class _Open(NamedTuple):
    """An open element, and how many quotes were open before it."""

    name: str
    depth: int
    is_wrapper: bool


def reduce_html(source: str, *, keeps_outline: bool = False) -> Reduced:
    """Reduce HTML to the author's own words; see the package for what is kept."""
    writer = Writer(source, keeps_outline=keeps_outline)
    reader = HtmlReader(source, writer)
    position, end = 0, len(source)
    while position < end:
        match = _TOKEN.match(source, position, end)
        if match is None:  # every code point begins a token; this only ends the loop for certain
            break
        start, position = position, match.end()
        if match.lastgroup == "words":
            writer.verbatim(start, position)
        elif match.lastgroup == "white":
            reader.white_space(start, position)
        else:
            position = reader.markup(start, end)
    return writer.finish()


class HtmlReader:
    """Follows the elements of one source and tells the writer what they mean.

    Parameters
    ----------
    source : str
    writer : Writer
    """

    def __init__(self, source: str, writer: Writer) -> None:
        self._source = source
        self._writer = writer
        self._tags = TagScanner(source)
        self._open: list[_Open] = []
        self._count: dict[str, int] = {}
        self._shapes: dict[str, list[int | None]] = {}

    def white_space(self, start: int, end: int) -> None:
        """Keep white space as it is within ``pre``, elsewhere as one space."""
        if self._count.get("pre"):
            self._writer.verbatim(start, end)
        else:
            self._writer.space(start, end)

    def markup(self, position: int, end: int) -> int:
        """Read the tag, comment or character reference at ``position``.

        Returns
        -------
        int
            Offset after it. A ``<`` or ``&`` that begins nothing is kept as text: some sanitisers
            show it, and words that readers see must be judged.
        """
        after = self._reference(position, end) if self._source[position] == "&" else None
        if after is None and self._source[position] == "<":
            after = self._tag_or_comment(position, end)
        if after is None:
            self._writer.verbatim(position, position + 1)
            return position + 1
        return after

    def _reference(self, position: int, end: int) -> int | None:
        match = REFERENCE.match(self._source, position, end)
        if match is None:
            return None
        decoded, used = decode_reference(match[0])
        if decoded == "\xa0":
            self.white_space_for(position, position + used)
        else:
            self._writer.replaced(decoded, position, position + used)
        return position + used

    def white_space_for(self, start: int, end: int) -> None:
        """Keep a space that was written as a character reference."""
        if self._count.get("pre"):
            self._writer.replaced(" ", start, end)
        else:
            self._writer.space(start, end)

    def _tag_or_comment(self, position: int, end: int) -> int | None:
        if self._source.startswith("<!--", position, end):
            return self._tags.after("-->", position + 4, end)
        if self._source.startswith(("<!", "<?"), position, end):
            return self._tags.after(">", position, end)
        tag = self._tags.tag(position, end)
        if tag is None:
            return None
        if tag.is_closing:
            self._close(tag)
            return tag.end
        return self._start(tag)

    def _start(self, tag: Tag) -> int:
        self._break(tag)
        if tag.name in CELLS:
            self._writer.space(tag.start, tag.end)
        attributes = tag.attributes() if tag.attribute_source.strip(" /") else {}
        for address in targets_of(tag.name, attributes):
            self._writer.link(address)
        emoji = emoji_of(attributes) if tag.name == "img" else None
        if emoji:
            self._writer.replaced(emoji, tag.start, tag.end)
        elif self._writer.keeps_outline and (placed := placed_of(tag.name, attributes)):
            self._writer.place(*placed)
        if tag.name in RAW:
            return self._tags.after_closing(tag.name, tag.end) or tag.end
        if tag.name not in VOID:
            self._enter(tag, attributes)
            if self._writer.keeps_outline:
                self._open_shape(tag.name, attributes)
        return tag.end

    def _open_shape(self, name: str, attributes: dict[str, str]) -> None:
        shape = shape_of(name, attributes)
        number = self._writer.open_shape(*shape) if shape else None
        if shape or name in self._shapes:
            self._shapes.setdefault(name, []).append(number)

    def _break(self, tag: Tag) -> None:
        is_second = tag.name == "br" and self._writer.break_waits()
        if is_second or tag.name in PARAGRAPHS:
            self._writer.blank_line(tag.start)
        elif tag.name in BLOCKS:
            self._writer.line_break(tag.start)

    def _enter(self, tag: Tag, attributes: dict[str, str]) -> None:
        depth = self._writer.depth
        role = role_of(tag.name, attributes, in_quote=self._writer.is_in_quote())
        if role is Role.QUOTE and self._is_inside_empty_wrapper(tag.name):
            role = None
        if role is Role.ATTRIBUTION and tag.name == "cite" and self._writer.quote_has_text():
            role = None
        if role is Role.QUOTE:
            self._writer.open_quote(tag.start, attribution_of(attributes))
        elif role is Role.ATTRIBUTION:
            self._writer.open_attribution()
        elif role is Role.FURNITURE:
            self._writer.open_furniture()
        if role or tag.name in STRUCTURAL:
            self._open.append(_Open(tag.name, depth, role is Role.QUOTE))
            self._count[tag.name] = self._count.get(tag.name, 0) + 1

    def _is_inside_empty_wrapper(self, name: str) -> bool:
        # Discourse and others wrap the blockquote: one quote, not two.
        if name != "blockquote" or not self._open:
            return False
        parent = self._open[-1]
        return parent.is_wrapper and parent.name != name and not self._writer.quote_has_text()

    def _close(self, tag: Tag) -> None:
        if shapes := self._shapes.get(tag.name):
            number = shapes.pop()
            if number is not None:
                self._writer.close_shape(number)
        self._break(tag)
        if not self._count.get(tag.name):
            return
        while self._open:
            element = self._open.pop()
            self._count[element.name] -= 1
            self._writer.close_to(element.depth, tag.end)
            if element.name == tag.name:
                return
