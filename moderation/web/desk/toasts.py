"""Short messages that the next page shows."""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import flash, get_flashed_messages


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
    """Show a message on the next page."""
    flash(json.dumps([text, undo]))


def pending() -> list[Toast]:
    """Return what is to be shown now, and forget it."""
    return [Toast(*json.loads(str(message))) for message in get_flashed_messages()]
