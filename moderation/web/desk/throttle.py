"""Attempts to sign in, counted by account and by address."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

PAUSE_MINUTES = 5
TRIES_BY_ACCOUNT = 8
TRIES_BY_ADDRESS = 60
"""An address may be a whole office behind one router, so it is given more."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Whether one more attempt may be made.

    Attributes
    ----------
    is_allowed : bool
    tries_left : int
        For this account, after this attempt.
    wait_s : int
        How long the pause lasts, in seconds; 0 when allowed.
    """

    is_allowed: bool
    tries_left: int
    wait_s: int


class SignInThrottle:
    """Counts attempts in a moving window.

    Parameters
    ----------
    store : str
        ``memory://``, or a Redis address that all processes share.
    """

    def __init__(self, store: str) -> None:
        self._limiter = MovingWindowRateLimiter(storage_from_string(store))
        self._by_account = RateLimitItemPerMinute(TRIES_BY_ACCOUNT, PAUSE_MINUTES)
        self._by_address = RateLimitItemPerMinute(TRIES_BY_ADDRESS, PAUSE_MINUTES)

    def attempt(self, account: str, address: str) -> Attempt:
        """Count an attempt before the password is looked at."""
        pairs = ((self._by_address, f"address:{address}"), (self._by_account, _key(account)))
        for limit, key in pairs:
            if not self._limiter.hit(limit, "sign-in", key):
                return Attempt(is_allowed=False, tries_left=0, wait_s=self._wait(limit, key))
        left = self._limiter.get_window_stats(self._by_account, "sign-in", _key(account)).remaining
        return Attempt(is_allowed=True, tries_left=left, wait_s=0)

    def forget(self, account: str) -> None:
        """Start an account's count anew: its owner has signed in."""
        self._limiter.clear(self._by_account, "sign-in", _key(account))

    def _wait(self, limit: RateLimitItem, key: str) -> int:
        stats = self._limiter.get_window_stats(limit, "sign-in", key)
        return max(1, round(stats.reset_time - time.time()))


def _key(account: str) -> str:
    # Hashed, so that a name as long as the form lets through takes no more room than any other.
    folded = account.strip().casefold().encode("utf-8", "surrogatepass")
    return f"account:{hashlib.sha256(folded).hexdigest()[:32]}"
