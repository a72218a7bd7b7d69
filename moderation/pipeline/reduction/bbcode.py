"""Reduces BBCode."""

from __future__ import annotations

from moderation.pipeline.reduction.bbcode_tags import Tag, address_of, paired_tags, person_of
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


def reduce_bbcode(source: str) -> Reduced:
    """Reduce BBCode to the author's own words; see the package for what is kept."""
    writer = Writer(source)
    position = 0
    for tag in paired_tags(source, NAMES, _SINGLES):
        if tag.start < position:
            continue
        writer.verbatim(position, tag.start)
        position = apply_tag(tag, source, writer)
    writer.verbatim(position, len(source))
    return writer.finish()


def apply_tag(tag: Tag, source: str, writer: Writer) -> int:
    """Tell the writer what a tag means; return where reading goes on."""
    if tag.name in QUOTES:
        _apply_quote(tag, writer)
    elif tag.name in _DROPPED and not tag.is_closing:
        _link(source, tag, writer)
        return tag.partner
    elif tag.name in _LINKS and not tag.is_closing:
        _link(source, tag, writer)
    elif tag.name in _BLOCKS or tag.name in _SINGLES:
        writer.line_break(tag.start)
        _keep_title(tag, writer)
    return tag.end


def _apply_quote(tag: Tag, writer: Writer) -> None:
    if tag.is_closing:
        writer.close(tag.end)
    else:
        writer.open_quote(tag.start, person_of(tag.value))


def _link(source: str, tag: Tag, writer: Writer) -> None:
    content_end = min(tag.partner, tag.end + _MAX_ADDRESS_LENGTH)
    writer.link(address_of(tag.value) or source[tag.end : content_end])


def _keep_title(tag: Tag, writer: Writer) -> None:
    """Keep the words on the button of a spoiler: readers see them first."""
    if tag.name in _TITLED and (title := address_of(tag.value)):
        start = tag.end - 1 - len(tag.value) + tag.value.index(title)
        writer.verbatim(start, start + len(title))
        writer.line_break(tag.end)
