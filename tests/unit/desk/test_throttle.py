from __future__ import annotations

from moderation.web.desk.throttle import TRIES_BY_ACCOUNT, TRIES_BY_ADDRESS, SignInThrottle


def test_an_account_gets_a_pause_after_its_tries() -> None:
    throttle = SignInThrottle("memory://")

    answers = [throttle.attempt("Mira", f"10.0.0.{n}").is_allowed for n in range(TRIES_BY_ACCOUNT)]
    refused = throttle.attempt(" mira ", "10.0.1.1")

    assert all(answers)
    assert not refused.is_allowed
    assert 0 < refused.wait_s <= 300


def test_an_address_gets_a_pause_whatever_names_it_tries() -> None:
    throttle = SignInThrottle("memory://")

    answers = [throttle.attempt(f"u{n}", "10.0.0.1") for n in range(TRIES_BY_ADDRESS + 1)]

    assert [answer.is_allowed for answer in answers].count(False) == 1


def test_signing_in_starts_the_count_anew() -> None:
    throttle = SignInThrottle("memory://")
    for _ in range(TRIES_BY_ACCOUNT - 1):
        throttle.attempt("mira", "10.0.0.1")

    throttle.forget("mira")

    assert throttle.attempt("mira", "10.0.0.1").tries_left == TRIES_BY_ACCOUNT - 1
