"""What BBCode tags look like in a comment: emphasis, lists, code, spoilers, pictures."""

from __future__ import annotations

from moderation.pipeline.reduction.bbcode_tags import Tag, address_of
from moderation.pipeline.reduction.outline import Shape

_SHAPES = {
    "b": Shape.STRONG,
    "strong": Shape.STRONG,
    "i": Shape.EMPHASIS,
    "em": Shape.EMPHASIS,
    "u": Shape.UNDERLINED,
    "ins": Shape.UNDERLINED,
    "s": Shape.STRUCK,
    "strike": Shape.STRUCK,
    "del": Shape.STRUCK,
    "sup": Shape.RAISED,
    "sub": Shape.LOWERED,
    "icode": Shape.CODE,
    "mono": Shape.CODE,
    "tt": Shape.CODE,
    "code": Shape.CODE_BLOCK,
    "html": Shape.CODE_BLOCK,
    "php": Shape.CODE_BLOCK,
    "pre": Shape.CODE_BLOCK,
    "li": Shape.ITEM,
    "*": Shape.ITEM,
    "table": Shape.TABLE,
    "tr": Shape.ROW,
    "td": Shape.CELL,
    "spoiler": Shape.SPOILER,
    "details": Shape.SPOILER,
    "inlinespoiler": Shape.INLINE_SPOILER,
    "ispoiler": Shape.INLINE_SPOILER,
    "mention": Shape.MENTION,
    "user": Shape.MENTION,
}
_HEADINGS = {"h": "2", "heading": "2", **{f"h{level}": str(level) for level in range(1, 7)}}
_LISTS = frozenset({"list", "ul", "ol"})
_PICTURES = frozenset({"img", "image", "attach", "attachment"})


def shape_of(tag: Tag, address: str) -> tuple[Shape, str] | None:
    """Return the shape that a tag gives to its words, and what is to know of it.

    Parameters
    ----------
    tag : Tag
    address : str
        Where the tag leads, if it is a link.
    """
    if address:
        return Shape.LINK, address
    if tag.name in _LISTS:
        is_ordered = tag.name == "ol" or bool(address_of(tag.value))
        return Shape.LIST, "ordered" if is_ordered else ""
    if tag.name in _HEADINGS:
        return Shape.HEADING, _HEADINGS[tag.name]
    shape = _SHAPES.get(tag.name)
    return (shape, "") if shape is not None else None


def dropped_shape_of(name: str) -> Shape:
    """Return what stands in place of a tag whose content is no words: a picture or a page."""
    return Shape.PICTURE if name in _PICTURES else Shape.EMBED
