"""What a comment's markup said of its words, as events at offsets of the reduced text.

A reader of markup reports what opens and closes while it goes along; nobody promises that pairs
nest. `layout` makes a tree of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

MAX_EVENTS = 3_000
"""Events kept of one comment. A comment of more is made to be a burden: the rest is plain text."""

MAX_QUOTE_DEPTH = 6
"""Quotes nested deeper are shown beside those of this depth."""

MAX_DETAIL = 300
"""Code points kept of an address, a name or the words under a picture."""


class Shape(StrEnum):
    """What a stretch of a comment is."""

    BREAK = "break"
    HEADING = "heading"
    CODE_BLOCK = "code_block"
    LIST = "list"
    ITEM = "item"
    TABLE = "table"
    ROW = "row"
    CELL = "cell"
    SPOILER = "spoiler"
    TITLE = "title"
    QUOTE = "quote"

    STRONG = "strong"
    EMPHASIS = "emphasis"
    UNDERLINED = "underlined"
    STRUCK = "struck"
    RAISED = "raised"
    LOWERED = "lowered"
    CODE = "code"
    INLINE_SPOILER = "inline_spoiler"
    MENTION = "mention"
    LINK = "link"

    PICTURE = "picture"
    EMBED = "embed"
    RULE = "rule"
    CUT = "cut"


STYLES = frozenset(
    {
        Shape.STRONG,
        Shape.EMPHASIS,
        Shape.UNDERLINED,
        Shape.STRUCK,
        Shape.RAISED,
        Shape.LOWERED,
        Shape.CODE,
        Shape.INLINE_SPOILER,
        Shape.MENTION,
        Shape.LINK,
    }
)
"""Shapes of words within a line; the others are blocks."""


class Step(StrEnum):
    """What an event does."""

    OPEN = "open"
    CLOSE = "close"
    PLACE = "place"


class Event(NamedTuple):
    """One thing that the markup said.

    Attributes
    ----------
    at : int
        Code-point offset of the text.
    number : int
        Pairs a closing event with its opening one.
    detail : str
        A heading's level, ``ordered`` for a list, an address, the person quoted.
    words : str
        Words that stand for a picture.
    quote : Outline or None
        What a quote holds.
    """

    at: int
    step: Step
    shape: Shape
    number: int = 0
    detail: str = ""
    words: str = ""
    quote: Outline | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """A text and what its markup said of it; events never go back."""

    text: str
    events: tuple[Event, ...] = ()
