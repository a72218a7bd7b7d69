"""When to retrain, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from moderation.domain.drift import (
    EDGES,
    Period,
    advice,
    bin_of,
    reference_of,
    shift_of,
    stability,
)
from moderation.domain.intervals import share

CALM = (200, 60, 20, 10, 4, 3, 2, 1, 0, 0)
LOUD = (60, 60, 50, 40, 30, 20, 20, 10, 5, 5)


def period(**fields: object) -> Period:
    plain = Period(
        start=datetime(2026, 3, 2, tzinfo=UTC),
        comments=1000,
        flagged=50,
        histogram=CALM,
        is_current=True,
        unknown=100,
        words=10_000,
        flagged_judged=50,
        flagged_deserved=40,
        audited=0,
        missed=0,
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


def said(*periods: Period, new_labels: int = 0) -> str:
    return advice(periods, new_labels).sentence


def test_shares_agree_with_published_values() -> None:
    found = share(8, 10)  # Wilson's interval of 8 of 10
    assert (round(found.low, 3), round(found.high, 3)) == (0.490, 0.943)
    assert share(0, 0).value is None


def test_an_unmoved_distribution_is_stable_and_a_moved_one_is_not() -> None:
    assert stability(CALM, CALM) == 0
    assert stability(CALM, tuple(2 * n for n in CALM)) < 0.01
    assert stability(CALM, LOUD) > 0.25
    assert [bin_of(score) for score in (0.0, 0.011, 0.5, 1.0)] == [0, 1, 7, len(EDGES) - 1]


def test_nothing_speaks_for_retraining_when_nothing_moved() -> None:
    assert said() == "Too few comments so far to say anything."
    assert said(*[period()] * 4, new_labels=12) == (
        "Nothing speaks for retraining yet. 12 new labels are at hand."
    )


@pytest.mark.parametrize(
    ("periods", "why"),
    [
        ([period(), period(histogram=LOUD)], "stability index"),
        ([period(), period(unknown=600)], "6.0% of the words are new"),
        (
            [*[period(flagged_judged=100, flagged_deserved=90)] * 2]
            + [period(flagged_judged=100, flagged_deserved=60)] * 2,
            "60% deserves it, and 90%",
        ),
    ],
)
def test_each_kind_of_drift_is_named(periods: Sequence[Period], why: str) -> None:
    found = advice(periods, 30)
    assert found.is_due
    assert why in found.sentence
    assert found.sentence.endswith("30 new labels are at hand.")


def test_many_labels_are_reason_enough() -> None:
    assert "400 new labels" in said(period(), new_labels=400)
    assert advice([period()], 400).is_due


def test_scores_of_another_model_are_not_compared() -> None:
    old, new = period(is_current=False, histogram=LOUD), period()
    later = period(start=new.start + timedelta(days=7), histogram=LOUD)
    assert reference_of([old, new, later]) is new
    assert shift_of(new, old) is None
    assert (shift_of(new, later) or 0) > 0.25
    assert shift_of(new, period(histogram=(20, *[0] * 9))) is None


def test_recall_rests_on_the_audit_sample() -> None:
    assert period().recall is None
    found = period(audited=190, missed=2).recall
    assert found is not None
    # 40 hits of 50 flags; 2 of 190 among 950 unflagged stand for 10.
    assert found.value == pytest.approx(40 / 50)
    assert found.low < 0.6
    assert found.high > 0.9
