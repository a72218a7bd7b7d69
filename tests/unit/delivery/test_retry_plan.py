"""When a message is sent again, and when it is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from moderation.delivery.retry_plan import DELAYS_S, JITTER, delay_s, settle_answer
from moderation.services.outbox import Settlement

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def settled(**given: Any) -> Settlement:
    usual: dict[str, Any] = {
        "status": 500,
        "retry_after": None,
        "error": None,
        "attempts": 1,
        "most_attempts": 10,
        "message_id": "msg_1",
        "now": NOW,
    }
    return settle_answer(**(usual | given))


def wait_s(settlement: Settlement) -> float:
    return (settlement.next_attempt_at - NOW).total_seconds()


def test_the_schedule_is_that_of_standard_webhooks() -> None:
    minute, hour = 60, 3600
    assert (
        5,
        5 * minute,
        30 * minute,
        2 * hour,
        5 * hour,
        10 * hour,
        14 * hour,
        20 * hour,
        24 * hour,
    ) == DELAYS_S


@pytest.mark.parametrize("attempts", range(1, 12))
def test_each_delay_stays_within_the_jitter(attempts: int) -> None:
    planned = DELAYS_S[min(attempts, len(DELAYS_S)) - 1]
    delays = [delay_s(attempts, f"msg_{number}") for number in range(200)]
    assert all(planned * (1 - JITTER) <= delay <= planned * (1 + JITTER) for delay in delays)
    # Spread out, not all at one end.
    assert min(delays) < planned * 0.85
    assert max(delays) > planned * 1.15


def test_jitter_is_repeatable() -> None:
    assert delay_s(3, "msg_1") == delay_s(3, "msg_1") != delay_s(3, "msg_2")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_success_is_delivered(status: int) -> None:
    assert settled(status=status) == Settlement("delivered", NOW, status, None)


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 429, 500, 503])
def test_any_other_answer_is_tried_again(status: int) -> None:
    found = settled(status=status)
    assert (found.state, found.status) == ("pending", status)
    assert found.error == f"the receiver answered {status}"
    assert wait_s(found) == pytest.approx(delay_s(1, "msg_1"), abs=1e-5)


def test_silence_is_tried_again_with_its_reason() -> None:
    found = settled(status=None, error="no answer within 10 s")
    assert (found.state, found.status, found.error) == ("pending", None, "no answer within 10 s")


def test_gone_is_parked_at_once() -> None:
    found = settled(status=410)
    assert (found.state, found.status) == ("parked", 410)
    assert "410" in str(found.error)


@pytest.mark.parametrize(
    ("attempts", "most", "state"),
    [(9, 10, "pending"), (10, 10, "parked"), (11, 10, "parked"), (1, 1, "parked")],
)
def test_the_last_try_parks(attempts: int, most: int, state: str) -> None:
    found = settled(attempts=attempts, most_attempts=most)
    assert found.state == state
    if state == "parked":
        assert found.error == f"the receiver answered 500; given up after {attempts} tries"


def test_success_on_the_last_try_is_a_success() -> None:
    assert settled(status=200, attempts=10).state == "delivered"


@pytest.mark.parametrize(
    ("status", "retry_after", "least_s"),
    [
        (503, "120", 120),  # seconds
        (429, "120", 120),
        (502, "120", 120),
        (504, "120", 120),
        (503, format_datetime(NOW + timedelta(minutes=10), usegmt=True), 600),  # a date
        (503, "999999999999999", 86_400),  # no receiver silences us for years
        (503, format_datetime(NOW + timedelta(days=365), usegmt=True), 86_400),
        (503, "1", 4),  # less than planned: the plan holds
        (503, "-5", 4),
        (503, format_datetime(NOW - timedelta(days=1), usegmt=True), 4),
        (500, "120", 4),  # not an answer that asks for patience
        (503, "soon", 4),
        (503, "", 4),
        (503, "²", 4),
        (503, "Mon, 02 Mar 2026 10:00:00 -0000", 4),  # a date without zone says nothing
        (503, "Mon, 01 Jan 99999999999999999999 00:00:00 GMT", 4),  # too large for a date
        (503, "Mon, 01 Jan 2026 00:00:00 +9999999999999", 4),
    ],
)
def test_retry_after(status: int, retry_after: str, least_s: float) -> None:
    found = wait_s(settled(status=status, retry_after=retry_after))
    if least_s > 6:
        assert found == least_s
    else:
        assert 4 <= found <= 6
