"""Times as moderators read them: how long ago, how long left, at which moment."""

from __future__ import annotations

from datetime import datetime

from moderation.web.desk import locales
from moderation.web.desk.messages import gettext as _
from moderation.web.desk.messages import ngettext

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
    if _HOUR_S <= seconds < _DAY_S and (minutes := seconds % _HOUR_S // _MINUTE_S):
        return _("%(hours)d h %(minutes)d min", hours=seconds // _HOUR_S, minutes=minutes)
    return _round_age(seconds)


def short_age(since: datetime, now: datetime) -> str:
    """Return the same for a narrow column: ``1 h 52``."""
    seconds = max(0, int((now - since).total_seconds()))
    if _HOUR_S <= seconds < _DAY_S and (minutes := seconds % _HOUR_S // _MINUTE_S):
        return _("%(hours)d h %(minutes)d", hours=seconds // _HOUR_S, minutes=minutes)
    return _round_age(seconds)


def _round_age(seconds: int) -> str:
    if seconds < _MINUTE_S:
        return _("%(count)d s", count=seconds)
    if seconds < _HOUR_S:
        return _("%(count)d min", count=seconds // _MINUTE_S)
    if seconds < _DAY_S:
        return _("%(count)d h", count=seconds // _HOUR_S)
    days = seconds // _DAY_S
    return ngettext("1 day", "%(count)s days", days, count=locales.number(days))


def seconds_left(until: datetime | None, now: datetime) -> int:
    """Return the whole seconds until a moment, 0 when it has passed or is not known."""
    if until is None:
        return 0
    return max(0, int((until - now).total_seconds()))


def due(at: datetime, now: datetime) -> str:
    """Return how far a time target is away, for example ``due in 12 min``, ``overdue by 3 h``."""
    if at <= now:
        return _("overdue by %(time)s", time=_round_age(int((now - at).total_seconds())))
    # A target of a day is "in 1 day" also some seconds after the comment came.
    left = int((at - now).total_seconds()) + _MINUTE_S - 1
    return _("due in %(time)s", time=_round_age(left))


def countdown(seconds: int) -> str:
    """Return seconds as a clock shows them, for example ``4:12``."""
    return f"{seconds // _MINUTE_S}:{seconds % _MINUTE_S:02d}"


def moment(at: datetime, now: datetime) -> str:
    """Return a moment, with the date unless it is today's: ``14:11``, ``3 Nov, 14:11``."""
    there, here = locales.local(at), locales.local(now)
    time = locales.clock(at)
    if there.date() == here.date():
        return time
    date = locales.day(at, with_year=there.year != here.year)
    return _("%(date)s, %(time)s", date=date, time=time)


def second(at: datetime, now: datetime) -> str:
    """Return a moment to the second, with the date unless it is today's."""
    if locales.local(at).date() == locales.local(now).date():
        return locales.clock(at, with_seconds=True)
    return moment(at, now)
