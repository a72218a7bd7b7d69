"""Pinned examples: texts that must, or must never, be flagged by any model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from classifiers.labels import DECIDING_LABELS, Label
from moderation.domain.errors import InvalidInputError

MAX_TEXT_CHARS = 5_000
MAX_NOTE_CHARS = 500


@dataclass(frozen=True, slots=True)
class NewPin:
    """An example to pin.

    Attributes
    ----------
    forum_id : int or None
        None: for every forum.
    text : str
        The author's own words, as a model sees them.
    label : Label
        One that decides.
    must_flag : bool
        True: always; False: never.
    """

    forum_id: int | None
    text: str
    label: Label
    must_flag: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pin:
    """A pinned example; ``forum`` is its slug, None for every forum."""

    id: int
    forum_id: int | None
    forum: str | None
    text: str
    label: Label
    must_flag: bool
    note: str
    created_by: str
    created_at: datetime


def checked(pin: NewPin) -> NewPin:
    """Return the pin without outer space; raises `InvalidInputError` naming the wrong fields."""
    text, note = pin.text.strip(), " ".join(pin.note.split())
    wrong = {}
    if not 1 <= len(text) <= MAX_TEXT_CHARS:
        wrong["text"] = f"expected 1 to {MAX_TEXT_CHARS} characters"
    if pin.label not in DECIDING_LABELS:
        wrong["label"] = f"expected {' or '.join(DECIDING_LABELS)}"
    if len(note) > MAX_NOTE_CHARS:
        wrong["note"] = f"expected at most {MAX_NOTE_CHARS} characters"
    if wrong:
        raise InvalidInputError("The example was not pinned.", fields=wrong)
    return NewPin(pin.forum_id, text, pin.label, pin.must_flag, note)
