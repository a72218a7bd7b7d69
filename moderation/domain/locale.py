"""The languages that the desk speaks, and the time zones that a person may name."""

from __future__ import annotations

import functools
from zoneinfo import available_timezones

DESK_LANGUAGES: tuple[str, ...] = ("en", "de", "th")
"""Language codes (ISO 639-1) of which the desk has every sentence."""

_NOT_IANA = {"localtime", "posixrules", "Factory"}


@functools.cache
def time_zones() -> frozenset[str]:
    """Return the names of the IANA time zone database, for example ``Asia/Bangkok``."""
    return frozenset(available_timezones() - _NOT_IANA)
