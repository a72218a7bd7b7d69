"""Reduces BBCode."""

from __future__ import annotations

from moderation.pipeline.reduction.bbcode_shapes import dropped_shape_of, shape_of
from moderation.pipeline.reduction.bbcode_tags import Tag, address_of, paired_tags, person_of
from moderation.pipeline.reduction.outline import Shape
from moderation.pipeline.reduction.reduced import Reduced
from moderation.pipeline.reduction.writer import Writer

QUOTES = frozenset({"quote", "blockquote", "bquote"})
_DROPPED = frozenset({"img", "image", "attach", "attachment", "media", "video", "youtube", "flash"})
_LINKS = frozenset({"url", "link", "iurl", "email"})
_BLOCKS = frozenset(
    [
        "center",
        "code",
        "details",
        "html",
        "indent",
        "left",
        "li",
        "list",
        "ol",
        "php",
        "pre",
        "right",
        "spoiler",
        "table",
        "td",
        "tr",
        "ul",
    ]
)
_INLINE = frozenset(
    [
        "abbr",
        "align",
        "b",
        "big",
        "bgcolor",
        "color",
        "colour",
        "del",
        "em",
        "font",
        "glow",
        "h",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "heading",
        "highlight",
        "i",
        "icode",
        "inlinespoiler",
        "ins",
        "ispoiler",
        "justify",
        "mention",
        "mono",
        "noparse",
        "plain",
        "s",
        "shadow",
        "size",
        "small",
        "strike",
        "strong",
        "sub",
        "sup",
        "tt",
        "u",
        "user",
    ]
)
_TITLED = frozenset({"details", "spoiler"})
_MAX_ADDRESS_LENGTH = 2_000
_SINGLES = frozenset({"*", "hr", "br"})
NAMES = QUOTES | _DROPPED | _LINKS | _BLOCKS | _INLINE


def reduce_bbcode(source: str, *, keeps_outline: bool = False) -> Reduced:
    """Reduce BBCode to the author's own words; see the package for what is kept."""
    writer = Writer(source, keeps_outline=keeps_outline)
    reader = TagReader(source, writer)
    position = 0
    for tag in paired_tags(source, NAMES, _SINGLES):
        if tag.start < position:
            continue
        writer.verbatim(position, tag.start)
        position = reader.apply(tag)
    writer.verbatim(position, len(source))
    return writer.finish()


class TagReader:
    """Tells the writer what the tags of one source mean.

    Parameters
    ----------
    source : str
    writer : Writer
    """

    def __init__(self, source: str, writer: Writer) -> None:
        self._source = source
        self._writer = writer
        self._shapes: dict[int, int] = {}

    def apply(self, tag: Tag) -> int:
        """Tell what a tag means; return where reading goes on."""
        if tag.is_closing and tag.partner in self._shapes:
            self._writer.close_shape(self._shapes.pop(tag.partner))
        if tag.name in QUOTES:
            self._apply_quote(tag)
        elif tag.name in _DROPPED and not tag.is_closing:
            self._writer.link(self._address(tag))
            self._writer.place(dropped_shape_of(tag.name), self._address(tag))
            return tag.partner
        elif tag.name in _LINKS and not tag.is_closing:
            self._writer.link(self._address(tag))
            self._open(tag)
        elif tag.name in _BLOCKS or tag.name in _SINGLES:
            self._writer.line_break(tag.start)
            self._open(tag)
            self._keep_title(tag)
        else:
            self._open(tag)
        return tag.end

    def _open(self, tag: Tag) -> None:
        if not self._writer.keeps_outline:
            return
        if tag.name == "hr":
            self._writer.place(Shape.RULE)
        elif not tag.is_closing and (shape := shape_of(tag, self._address(tag))):
            self._shapes[tag.start] = self._writer.open_shape(*shape)

    def _apply_quote(self, tag: Tag) -> None:
        if tag.is_closing:
            self._writer.close(tag.end)
        else:
            self._writer.open_quote(tag.start, person_of(tag.value))

    def _address(self, tag: Tag) -> str:
        if tag.name not in _LINKS | _DROPPED:
            return ""
        content = self._source[tag.end : min(tag.partner, tag.end + _MAX_ADDRESS_LENGTH)]
        return address_of(tag.value) or content

    def _keep_title(self, tag: Tag) -> None:
        """Keep the words on the button of a spoiler: readers see them first."""
        if tag.name in _TITLED and (title := address_of(tag.value)):
            start = tag.end - 1 - len(tag.value) + tag.value.index(title)
            number = self._writer.open_shape(Shape.TITLE)
            self._writer.verbatim(start, start + len(title))
            self._writer.close_shape(number)
            self._writer.line_break(tag.end)
