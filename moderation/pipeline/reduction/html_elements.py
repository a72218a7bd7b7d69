"""What HTML elements mean in a comment: whose words they hold, and where they point.

The class names are those that forum software writes: Invision Community, Discourse, XenForo,
vBulletin, phpBB, Simple Machines and MyBB.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from moderation.pipeline.reduction.attribution import quoted_person

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "optgroup",
        "option",
        "p",
        "pre",
        "search",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
CELLS = frozenset({"td", "th"})
VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
RAW = frozenset({"iframe", "noembed", "noframes", "script", "style", "template"})
"""Elements whose content is never shown."""

STRUCTURAL = frozenset({"article", "aside", "blockquote", "div", "pre", "section"})
"""Elements whose nesting decides where a quote ends."""


class Role(StrEnum):
    """Whose words an element holds, when they are not the author's."""

    QUOTE = "quote"
    ATTRIBUTION = "attribution"
    FURNITURE = "furniture"


_QUOTE_CLASSES = frozenset(
    [
        "bbcode_quote",
        "bbCodeBlock--quote",
        "bbc_standard_quote",
        "gmail_quote",
        "ipsQuote",
        "quotebody",
        "quotecontent",
        "quotemessage",
    ]
)
_ATTRIBUTION_CLASSES = frozenset(
    [
        "bbCodeBlock-title",
        "bbcode_postedby",
        "ipsQuote_citation",
        "quoteheader",
        "quotetitle",
        "topslice_quote",
    ]
)
_FURNITURE_CLASSES = frozenset(
    ["bbCodeBlock-expandLink", "filename", "informations", "ipsSpoiler_header", "quote-controls"]
)
_PERSON_ATTRIBUTES = ("data-ipsquote-username", "data-username", "data-quote", "data-author")
_TARGET_ATTRIBUTES = {
    "a": ("href",),
    "area": ("href",),
    "audio": ("src",),
    "embed": ("src",),
    "iframe": ("src", "data-embed-src"),
    "img": ("src",),
    "object": ("data",),
    "source": ("src",),
    "video": ("src",),
}
_EMOJI_WORDS = ("emoji", "emoticon", "smil")


def role_of(name: str, attributes: Mapping[str, str], *, in_quote: bool) -> Role | None:
    """Return whose words an element holds, None for the author's own."""
    classes = frozenset(attributes.get("class", "").split())
    if classes & _FURNITURE_CLASSES:
        return Role.FURNITURE
    if classes & _ATTRIBUTION_CLASSES:
        return Role.ATTRIBUTION
    if in_quote and (name == "cite" or (name == "div" and "title" in classes)):
        return Role.ATTRIBUTION
    is_quote = name == "blockquote" or classes & _QUOTE_CLASSES
    if is_quote or ("quote" in classes and name in {"aside", "div"}):
        return Role.QUOTE
    return None


def attribution_of(attributes: Mapping[str, str]) -> str | None:
    """Return the person quoted, when the element itself names them."""
    for attribute in _PERSON_ATTRIBUTES:
        if person := attributes.get(attribute, "").strip():
            return person
    return quoted_person(attributes.get("data-cite", ""))


def emoji_of(attributes: Mapping[str, str]) -> str | None:
    """Return the text that a picture stands for, None when it is no emoji."""
    marks = f"{attributes.get('class', '')} {attributes.get('src', '')[:500]}".lower()
    if any(word in marks for word in _EMOJI_WORDS) or any(
        name.startswith("data-emo") for name in attributes
    ):
        return attributes.get("alt") or None
    return None


def targets_of(name: str, attributes: Mapping[str, str]) -> Iterator[str]:
    """Yield the addresses that an element points to."""
    for attribute in _TARGET_ATTRIBUTES.get(name, ()):
        if address := attributes.get(attribute):
            yield address
