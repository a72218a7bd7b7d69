"""Values of forms and addresses, made safe to hand on."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

_LONGEST_KEY = 18
"""Digits that surely fit into a 64-bit key."""

_KEPT_CONTROLS = "\n\t"


def whole_number(raw: str | None) -> int | None:
    """Return a key; None when it is none that a database could hold."""
    if raw is None or not raw.isascii() or not raw.isdecimal() or len(raw) > _LONGEST_KEY:
        return None
    return int(raw)


def typed_text(raw: str | None) -> str:
    """Return what somebody typed: line ends as one character, other control characters dropped.

    A NUL in a text makes PostgreSQL refuse the whole statement.
    """
    text = (raw or "").replace("\r\n", "\n").replace("\r", "\n")
    if text.isprintable():
        return text
    return "".join(
        char for char in text if char in _KEPT_CONTROLS or (char >= " " and char != "\x7f")
    )


def day_start(raw: str | None, *, days_later: int = 0) -> datetime | None:
    """Return the start of a day in UTC, as a date field sends it; None when it sends none.

    Parameters
    ----------
    days_later : int
        1 for the end of that day.
    """
    try:
        day = datetime.strptime(raw or "", "%Y-%m-%d").replace(tzinfo=UTC)
        return datetime.combine(day.date(), time(), UTC) + timedelta(days=days_later)
    except (ValueError, OverflowError):
        return None
