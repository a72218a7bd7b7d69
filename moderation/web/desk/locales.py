"""The language, the numbers and the time zone of whoever looks at a page of the desk.

The person's own choice goes first, then what the browser asks for, then the operator's setting.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import format_decimal, format_percent
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, get_locale, refresh

from moderation.domain.comfort import Comfort
from moderation.domain.errors import StorageUnavailableError
from moderation.domain.locale import DESK_LANGUAGES
from moderation.web import current
from moderation.web.desk import session

CATALOGUES = Path(__file__).parent / "translations"
"""One folder a language; what makes them is in docs/translating.md."""

_ENGLISH = Locale("en", "GB")
"""Its dates and numbers are those of the templates, which are written in English."""


def install(app: Flask) -> None:
    """Teach the templates every language of the desk."""
    Babel(
        app,
        default_locale=str(_ENGLISH),
        default_translation_directories=str(CATALOGUES),
        locale_selector=_locale,
    )
    app.jinja_env.filters.update(number=number, percent=percent)


def language() -> str:
    """Return the language of the page, as ``lang`` says it."""
    return locale().language


def locale() -> Locale:
    """Return how numbers and dates are written."""
    return get_locale() or _ENGLISH


def zone() -> ZoneInfo:
    """Return the time zone in which moments are shown."""
    if not has_request_context():
        return ZoneInfo("UTC")
    return ZoneInfo(my_comfort().time_zone or current.settings().time_zone)


def my_comfort() -> Comfort:
    """Return what the signed-in person chose, read once a request; nothing chosen for others."""
    if "comfort" not in g:
        try:
            g.comfort = session.my_comfort() if session.is_signed_in() else Comfort()
        except StorageUnavailableError:  # the page that says so must still be drawn
            g.comfort = Comfort()
    return g.comfort  # type: ignore[no-any-return]


def use(comfort: Comfort) -> None:
    """Go on with what the person has just chosen."""
    g.comfort = comfort
    refresh()


def number(value: float, digits: int = 0) -> str:
    """Return a number as the reader writes it, always with so many digits after the point."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(Decimal(f"{value:.{digits}f}"), pattern, locale=locale())


def percent(share: float, digits: int = 0) -> str:
    """Return a share in [0, 1] as a percentage, for example ``87%``."""
    exact = Decimal(f"{100 * share:.{digits}f}") / 100
    pattern = locale().percent_formats[None].pattern
    fraction = "." + "0" * digits if digits else ""
    return format_percent(exact, pattern.replace("#,##0", f"#,##0{fraction}"), locale=locale())


def local(at: datetime) -> datetime:
    """Return a moment in the reader's time zone; without a zone of its own it is in UTC."""
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return aware.astimezone(zone())


def day(at: datetime | str, *, with_year: bool = True) -> str:
    """Return the date of a moment, for example ``3 Nov 2026``."""
    # The moment is local already: Babel's own idea of a zone would be UTC.
    there = datetime.fromisoformat(at) if isinstance(at, str) else at
    plain = local(there).replace(tzinfo=None)
    return format_skeleton("yMMMd" if with_year else "MMMd", plain, locale=locale())


def clock(at: datetime, *, with_seconds: bool = False) -> str:
    """Return the time of day of a moment, for example ``14:11``."""
    return f"{local(at):%H:%M:%S}" if with_seconds else f"{local(at):%H:%M}"


def _locale() -> Locale:
    chosen = my_comfort().language
    if not chosen:
        # A language that was not asked for at all is worse than the operator's.
        chosen = request.accept_languages.best_match(DESK_LANGUAGES) or ""
    code = chosen or current.settings().language
    return _ENGLISH if code == "en" else Locale(code)
