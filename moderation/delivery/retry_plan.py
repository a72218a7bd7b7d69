"""When to try again, and when to give up."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from moderation.hosts.dialogue import HostOutcome, OutcomeState
from moderation.services.outbox import Settlement

DELAYS_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds before the second, third ... try. Source: Standard Webhooks, "Retry schedule"."""

JITTER = 0.2
"""A delay is shortened or lengthened by up to this share, so that a receiver that comes back is
not met by everything at once."""

_LONGEST_RETRY_AFTER_S = 86_400
_GONE = 410
_ASKS_FOR_PATIENCE = frozenset({429, 502, 503, 504})


def settle_answer(  # noqa: PLR0913 - one try's facts
    *,
    status: int | None,
    retry_after: str | None,
    error: str | None,
    attempts: int,
    most_attempts: int,
    message_id: str,
    now: datetime,
) -> Settlement:
    """Decide how a try ended.

    Parameters
    ----------
    status : int or None
        The receiver's HTTP status; None when it did not answer.
    retry_after : str or None
        Its ``Retry-After`` header.
    error : str or None
        What went wrong when it did not answer.
    attempts : int
        Tries so far, this one included.
    message_id : str
        Seeds the jitter, so that it is repeatable.
    """
    if status is not None and 200 <= status < 300:  # noqa: PLR2004 - success by RFC 9110
        return Settlement("delivered", now, status, None)
    why = error or f"the receiver answered {status}"
    if status == _GONE:
        return Settlement("parked", now, status, "the receiver answered 410: it is gone for good")
    if attempts >= most_attempts:
        return Settlement("parked", now, status, f"{why}; given up after {attempts} tries")
    wait_s = delay_s(attempts, message_id)
    if status in _ASKS_FOR_PATIENCE:
        wait_s = max(wait_s, _asked_for_s(retry_after, now))
    return Settlement("pending", now + timedelta(seconds=wait_s), status, why)


def settle_host_outcome(
    outcome: HostOutcome, *, attempts: int, most_attempts: int, message_id: str, now: datetime
) -> Settlement:
    """Decide how a dialogue with a host ended; the parameters are those of `settle_answer`."""
    if outcome.state is OutcomeState.DONE:
        return Settlement("delivered", now, outcome.status, None, outcome.said)
    if outcome.state is OutcomeState.REFUSED:
        return Settlement("parked", now, outcome.status, outcome.said, outcome.said)
    settled = settle_answer(
        status=outcome.status if outcome.status in _ASKS_FOR_PATIENCE else None,
        retry_after=outcome.retry_after,
        error=outcome.said,
        attempts=attempts,
        most_attempts=most_attempts,
        message_id=message_id,
        now=now,
    )
    return replace(settled, status=outcome.status, said=outcome.said)


def delay_s(attempts: int, message_id: str) -> float:
    """Return the seconds to wait after so many tries."""
    planned = DELAYS_S[min(attempts, len(DELAYS_S)) - 1]
    digest = hashlib.sha256(f"{message_id}\0{attempts}".encode()).digest()
    place = int.from_bytes(digest[:4], "big") / 2**32
    return planned * (1 - JITTER + 2 * JITTER * place)


def _asked_for_s(retry_after: str | None, now: datetime) -> float:
    if retry_after is None:
        return 0.0
    if retry_after.isascii() and retry_after.isdecimal():
        seconds = float(retry_after[:9])
    else:
        try:
            seconds = (parsedate_to_datetime(retry_after) - now).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return 0.0  # the receiver writes what it likes
    return min(max(seconds, 0.0), _LONGEST_RETRY_AFTER_S)
