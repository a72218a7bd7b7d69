from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from moderation.web.desk import ages

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "told", "short"),
    [
        (0, "0 s", "0 s"),
        (59, "59 s", "59 s"),
        (60, "1 min", "1 min"),
        (3599, "59 min", "59 min"),
        (3600, "1 h", "1 h"),
        (6720, "1 h 52 min", "1 h 52"),
        (86_399, "23 h 59 min", "23 h 59"),
        (86_400, "1 day", "1 day"),
        (200_000, "2 days", "2 days"),
        (-30, "0 s", "0 s"),  # another machine's clock runs ahead
    ],
)
def test_an_age_is_told_in_two_units_at_most(seconds: int, told: str, short: str) -> None:
    since = NOW - timedelta(seconds=seconds)

    assert ages.age(since, NOW) == told
    assert ages.short_age(since, NOW) == short


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (9, "0:09"), (252, "4:12")])
def test_a_countdown_looks_like_a_clock(seconds: int, shown: str) -> None:
    assert ages.countdown(seconds) == shown


def test_a_moment_names_its_day_only_when_it_is_another() -> None:
    assert ages.moment(NOW, NOW) == "09:00"
    assert ages.moment(NOW - timedelta(days=3), NOW) == "27 Feb, 09:00"
    assert ages.moment(NOW.replace(year=2025), NOW) == "2 Mar 2025, 09:00"


def test_time_left_never_runs_below_zero() -> None:
    assert ages.seconds_left(NOW - timedelta(seconds=5), NOW) == 0
    assert ages.seconds_left(None, NOW) == 0
