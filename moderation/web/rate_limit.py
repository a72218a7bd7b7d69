"""How many requests one forum may send."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import structlog
from flask import Flask, Response, g
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter
from werkzeug.exceptions import TooManyRequests

from moderation.setting_values import SettingsError
from moderation.web import current

_log = structlog.stdlib.get_logger(__name__)


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


@dataclass(frozen=True, slots=True)
class Counted:
    """What is left of a forum's minute after a request.

    Attributes
    ----------
    is_allowed : bool
    remaining : int
    reset_at_s : float
        When the forum may send as many as ever, in seconds since 1970.
    """

    is_allowed: bool
    remaining: int
    reset_at_s: float


class RequestCounter:
    """Counts each forum's requests in a sliding minute.

    While the store of the counts is away each process counts for itself: a comment is never lost
    because nobody could count it.

    Parameters
    ----------
    store : str
        ``memory://``, or a Redis address that all processes share.
    per_minute : int

    Raises
    ------
    SettingsError
        If the store cannot be used.
    """

    _TRY_AGAIN_S = 5.0

    def __init__(self, store: str, per_minute: int) -> None:
        self._limit: RateLimitItem = RateLimitItemPerMinute(per_minute)
        self._own = SlidingWindowCounterRateLimiter(CountingStorage())
        self._shared: SlidingWindowCounterRateLimiter | None = None
        self._away_until_s = 0.0
        if store == "memory://":
            return
        try:
            storage = storage_from_string(store, wrap_exceptions=True)
            self._shared = SlidingWindowCounterRateLimiter(storage)
        except ConfigurationError as error:  # for example: no client for Redis is installed
            raise SettingsError(f"MODERATION_RATE_LIMIT_STORE: {error}") from error

    def count(self, forum_id: int) -> Counted:
        """Count a request."""
        if self._shared is not None and time.monotonic() >= self._away_until_s:
            try:
                return self._counted(self._shared, forum_id)
            except StorageError:
                self._away_until_s = time.monotonic() + self._TRY_AGAIN_S
                _log.warning("the store of the request counts is away; each process counts alone")
        return self._counted(self._own, forum_id)

    def _counted(self, limiter: SlidingWindowCounterRateLimiter, forum_id: int) -> Counted:
        key = f"forum:{forum_id}"
        is_allowed = limiter.hit(self._limit, key)
        stats = limiter.get_window_stats(self._limit, key)
        return Counted(is_allowed, max(0, stats.remaining), stats.reset_time)


def register(app: Flask) -> None:
    """Limit each forum's requests. Must come after the forum is known (`security.register`).

    Raises
    ------
    SettingsError
        If the store that the settings name cannot be used.
    """
    settings = current.settings_of(app)
    per_minute = settings.rate_limit_per_minute
    counter = RequestCounter(settings.rate_limit_store, per_minute)

    def count() -> None:
        forum = current.forum_or_none()
        if forum is None:
            return
        g.counted = counter.count(forum.id)
        if not g.counted.is_allowed:
            raise TooManyRequests(f"At most {per_minute} requests a minute; try again later.")

    def add_headers(response: Response) -> Response:
        counted: Counted | None = g.get("counted")
        if counted is not None:
            response.headers.update(_headers(counted, per_minute))
        return response

    app.before_request(count)
    app.after_request(add_headers)


def _headers(counted: Counted, per_minute: int) -> dict[str, str]:
    wait_s = max(1, math.ceil(counted.reset_at_s - time.time()))
    headers = {
        "RateLimit-Limit": str(per_minute),
        "RateLimit-Remaining": str(counted.remaining),
        "RateLimit-Reset": str(wait_s),
    }
    return headers if counted.is_allowed else headers | {"Retry-After": str(wait_s)}
