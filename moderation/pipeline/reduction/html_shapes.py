"""What HTML elements look like in a comment: emphasis, lists, code, spoilers, pictures.

The class names are those that forum software writes; see `html_elements`.
"""

from __future__ import annotations

from collections.abc import Mapping

from moderation.pipeline.reduction.outline import Shape

PARAGRAPHS = frozenset(
    [
        "article",
        "aside",
        "blockquote",
        "details",
        "dl",
        "fieldset",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "p",
        "section",
    ]
)
"""Blocks that stand apart from their neighbours; before others only the line breaks."""

_SHAPES = {
    "b": Shape.STRONG,
    "strong": Shape.STRONG,
    "em": Shape.EMPHASIS,
    "i": Shape.EMPHASIS,
    "dfn": Shape.EMPHASIS,
    "var": Shape.EMPHASIS,
    "u": Shape.UNDERLINED,
    "ins": Shape.UNDERLINED,
    "s": Shape.STRUCK,
    "strike": Shape.STRUCK,
    "del": Shape.STRUCK,
    "sup": Shape.RAISED,
    "sub": Shape.LOWERED,
    "code": Shape.CODE,
    "kbd": Shape.CODE,
    "samp": Shape.CODE,
    "tt": Shape.CODE,
    "pre": Shape.CODE_BLOCK,
    "ul": Shape.LIST,
    "menu": Shape.LIST,
    "li": Shape.ITEM,
    "table": Shape.TABLE,
    "tr": Shape.ROW,
    "td": Shape.CELL,
    "th": Shape.CELL,
    "details": Shape.SPOILER,
    "summary": Shape.TITLE,
}
_EMBEDS = {
    "audio": ("src",),
    "embed": ("src",),
    "iframe": ("src", "data-embed-src"),
    "object": ("data",),
    "video": ("src",),
}
_MENTION_CLASSES = frozenset({"ipsMention", "mention", "mention-group", "username"})
_SPOILER_CLASSES = frozenset(
    ["bbCodeSpoiler", "ipsSpoiler", "sp-wrap", "spoiler", "spoiler-blurred", "spoilerbox"]
)
_INLINE_SPOILER_CLASSES = frozenset({"bbCodeInlineSpoiler", "inline-spoiler", "spoiler"})


def shape_of(name: str, attributes: Mapping[str, str]) -> tuple[Shape, str] | None:
    """Return the shape that an element gives to its words, and what is to know of it."""
    classes = frozenset(attributes.get("class", "").split())
    if name in {"a", "span"}:
        return _inline_shape_of(name, classes, attributes)
    if name == "ol":
        return Shape.LIST, "ordered"
    if name in {"h1", "h2", "h3", "h4", "h5", "h6"}:
        return Shape.HEADING, name[1]
    if name == "div" and classes & _SPOILER_CLASSES:
        return Shape.SPOILER, ""
    shape = _SHAPES.get(name)
    return (shape, "") if shape is not None else None


def _inline_shape_of(
    name: str, classes: frozenset[str], attributes: Mapping[str, str]
) -> tuple[Shape, str] | None:
    if classes & _MENTION_CLASSES or "data-mentionid" in attributes:
        return Shape.MENTION, ""
    if name == "a":
        return Shape.LINK, attributes.get("href", "")
    return (Shape.INLINE_SPOILER, "") if classes & _INLINE_SPOILER_CLASSES else None


def placed_of(name: str, attributes: Mapping[str, str]) -> tuple[Shape, str, str] | None:
    """Return what an element puts between the words: its shape, address and words."""
    if name == "hr":
        return Shape.RULE, "", ""
    if name == "img":
        return Shape.PICTURE, attributes.get("src", ""), attributes.get("alt", "")
    for attribute in _EMBEDS.get(name, ()):
        if address := attributes.get(attribute):
            return Shape.EMBED, address, attributes.get("title", "")
    return None
