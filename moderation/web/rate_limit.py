"""How many requests one forum may send."""

from __future__ import annotations

import math
import time
from contextlib import suppress

from flask import Flask, Response, g
from flask_limiter import Limiter, RequestLimit
from limits.errors import ConfigurationError
from limits.storage import MemoryStorage

from moderation.setting_values import SettingsError
from moderation.web import current


class CountingStorage(MemoryStorage):
    """Counters in memory that are cleared out in passing.

    The library starts a thread for that with nearly every request, and a request waits until the
    thread has started: some milliseconds when others are busy.
    """

    STORAGE_SCHEME = ["counting"]  # noqa: RUF012 - the library's own way
    _MOST_KEYS = 10_000

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count; see the library."""
        self.get(key)
        if len(self.expirations) > self._MOST_KEYS:
            for known in list(self.expirations):
                self.get(known)  # drops what has expired
        with self.locks[key]:
            self.storage[key] += amount
            if self.storage[key] == amount:
                self.expirations[key] = time.time() + expiry
        return self.storage.get(key, 0)


def register(app: Flask) -> None:
    """Limit each forum's requests. Must come after the forum is known (`security.register`).

    When the store of the counters is away, each process counts for itself until it is back: a
    comment is never lost because nobody could count it.

    Raises
    ------
    SettingsError
        If the store that the settings name cannot be used.
    """
    settings = current.settings_of(app)
    limiter = Limiter(
        _forum_key,
        application_limits=[f"{settings.rate_limit_per_minute} per minute"],
        application_limits_exempt_when=_is_nobodys,
        storage_uri=settings.rate_limit_store.replace("memory://", "counting://"),
        strategy="sliding-window-counter",
        in_memory_fallback_enabled=True,
        swallow_errors=True,
        headers_enabled=False,
    )
    try:
        limiter.init_app(app)
    except ConfigurationError as error:  # for example: no client library for Redis is installed
        raise SettingsError(f"MODERATION_RATE_LIMIT_STORE: {error}") from error

    def add_headers(response: Response) -> Response:
        if limiter.current_limit is None:
            return response
        # The store is asked anew for what is left, and may have gone since the request was counted.
        with suppress(*_store_errors(limiter)):
            response.headers.update(_headers(limiter.current_limit))
        return response

    app.after_request(add_headers)


def _forum_key() -> str:
    return f"forum:{current.forum().id}"


def _is_nobodys() -> bool:
    return "forum" not in g


def _headers(limit: RequestLimit) -> dict[str, str]:
    wait_s = max(1, math.ceil(limit.reset_at - time.time()))
    headers = {
        "RateLimit-Limit": str(limit.limit.amount),
        "RateLimit-Remaining": str(max(0, limit.remaining)),
        "RateLimit-Reset": str(wait_s),
    }
    return headers | {"Retry-After": str(wait_s)} if limit.breached else headers


def _store_errors(limiter: Limiter) -> tuple[type[Exception], ...]:
    errors = limiter.storage.base_exceptions
    return errors if isinstance(errors, tuple) else (errors,)
