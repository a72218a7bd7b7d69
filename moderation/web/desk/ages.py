"""Times as moderators read them: how long ago, how long left, at which moment."""

from __future__ import annotations

from datetime import UTC, datetime

_MINUTE_S = 60
_HOUR_S = 60 * _MINUTE_S
_DAY_S = 24 * _HOUR_S


def age(since: datetime, now: datetime) -> str:
    """Return how long something has waited, for example ``1 h 52 min``.

    Parameters
    ----------
    since, now : datetime
        In UTC. A clock that runs ahead counts as no time at all.
    """
    seconds = max(0, int((now - since).total_seconds()))
    if seconds < _MINUTE_S:
        return f"{seconds} s"
    if seconds < _HOUR_S:
        return f"{seconds // _MINUTE_S} min"
    if seconds < _DAY_S:
        hours, rest = divmod(seconds, _HOUR_S)
        minutes = rest // _MINUTE_S
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days = seconds // _DAY_S
    return f"{days} days" if days > 1 else "1 day"


def short_age(since: datetime, now: datetime) -> str:
    """Return the same for a narrow column: ``1 h 52``."""
    told = age(since, now)
    return told.removesuffix(" min") if " h " in told else told


def seconds_left(until: datetime | None, now: datetime) -> int:
    """Return the whole seconds until a moment, 0 when it has passed or is not known."""
    if until is None:
        return 0
    return max(0, int((until - now).total_seconds()))


def countdown(seconds: int) -> str:
    """Return seconds as a clock shows them, for example ``4:12``."""
    return f"{seconds // _MINUTE_S}:{seconds % _MINUTE_S:02d}"


def moment(at: datetime, now: datetime) -> str:
    """Return a moment in UTC, with the date unless it is today's: ``14:11``, ``3 Nov, 14:11``."""
    there, here = at.astimezone(UTC), now.astimezone(UTC)
    clock = f"{there:%H:%M}"
    if there.date() == here.date():
        return clock
    year = "" if there.year == here.year else f" {there.year}"
    return f"{there.day} {there:%b}{year}, {clock}"


def second(at: datetime, now: datetime) -> str:
    """Return a moment in UTC to the second, with the date unless it is today's."""
    there = at.astimezone(UTC)
    if there.date() == now.astimezone(UTC).date():
        return f"{there:%H:%M:%S}"
    return moment(at, now)
