"""Short messages that the next page shows."""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import flash, get_flashed_messages

from moderation.web.desk import phrasebook


@dataclass(frozen=True, slots=True)
class Toast:
    """One message.

    Attributes
    ----------
    undo : int or None
        The decision that the button beside it takes back.
    """

    text: str
    undo: int | None = None


def say(text: str, *, undo: int | None = None) -> None:
    """Show a message on the next page; one of the inner rooms is translated here."""
    flash(json.dumps([phrasebook.translated(text), undo]))


def pending() -> Toast | None:
    """Return what is to be shown now, as one message, and forget it."""
    said = [Toast(*json.loads(str(message))) for message in get_flashed_messages()]
    if not said:
        return None
    undo = next((toast.undo for toast in reversed(said) if toast.undo is not None), None)
    return Toast(" ".join(dict.fromkeys(toast.text for toast in said)), undo)
