"""Estimates are right on average and their intervals hold what they promise."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import pytest

from moderation.domain.estimates import Effect, Figure, daily_mean, effect_of, point_of
from moderation.domain.traffic import Group, Seen, Traffic

IN_FORCE = 0.6
"""The threshold by which the simulated forum queued."""


def simulated(
    seed: int,
    *,
    comments: int = 3000,
    audit_share: float = 0.15,
    decided: float = 1.0,
    riskiest_first: bool = False,
) -> list[Seen]:
    """A forum whose model is over-confident: a score ``s`` is right with chance ``s ** 1.5``."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    rows = []
    for number in range(comments):
        score = rng.betavariate(0.4, 3.0)
        is_positive = rng.random() < score**1.5 + 0.01
        is_queued = score >= IN_FORCE
        chance = 1.0 if is_queued else audit_share
        is_reached = rng.random() < (
            min(1.0, 2 * decided * score) if riskiest_first and is_queued else decided
        )
        is_judged = rng.random() < chance and is_reached
        rows.append(
            Seen(
                Group.QUEUED if is_queued else Group.UNFLAGGED,
                score,
                number % 30,
                is_positive if is_judged else None,
                chance,
            )
        )
    return rows


def truth(threshold: float) -> tuple[float, float, float]:
    """Precision, recall and prevalence of the simulated forum, from many comments."""
    scores = many_scores()
    chances = [(score, min(1.0, score**1.5 + 0.01)) for score in scores]
    hits = sum(chance for score, chance in chances if score >= threshold)
    flagged = sum(score >= threshold for score in scores)
    positives = sum(chance for _, chance in chances)
    return hits / flagged, hits / positives, positives / len(scores)


@cache
def many_scores() -> list[float]:
    rng = random.Random(99)  # noqa: S311 - a simulation
    return [rng.betavariate(0.4, 3.0) for _ in range(300_000)]


def figures(effect: Effect) -> tuple[Figure, Figure, Figure]:
    return effect.precision, effect.recall, effect.prevalence


@pytest.mark.parametrize(
    ("threshold", "options"),
    [
        (IN_FORCE, {}),
        (0.4, {}),  # below it: the audit sample alone speaks for a part
        (0.75, {"decided": 0.5, "riskiest_first": True}),  # half of the queue still waits
    ],
)
def test_intervals_cover_and_estimates_are_unbiased(
    threshold: float, options: dict[str, float]
) -> None:
    wanted = truth(threshold)
    runs = 80
    covered, sums = [0, 0, 0], [0.0, 0.0, 0.0]
    for seed in range(runs):
        rows = simulated(seed, comments=2000, **options)  # type: ignore[arg-type]
        effect = effect_of(Traffic(rows, days=30), threshold, draws=200)
        for place, figure in enumerate(figures(effect)):
            assert figure.value is not None
            covered[place] += figure.low <= wanted[place] <= figure.high
            sums[place] += figure.value
    # 95% of 80 is 76; fewer than 70 happens by chance once in five hundred.
    assert min(covered) >= 70, covered
    # A ratio of estimates is off by the order of one over the number judged: hence the tolerance.
    for place, right in enumerate(wanted):
        assert sums[place] / runs == pytest.approx(right, rel=0.05, abs=0.02)


def test_counting_only_what_was_flagged_would_be_wrong() -> None:
    rows = simulated(1)
    naive = [
        replace(row, group=Group.QUEUED, chance=1.0) for row in rows if row.is_positive is not None
    ]
    right = truth(IN_FORCE)[1]
    assert effect_of(Traffic(naive, days=30), IN_FORCE).recall.low > right


def test_below_the_threshold_in_force_only_the_audit_sample_speaks() -> None:
    traffic = Traffic(simulated(2, audit_share=0.03), days=30)
    here, lower = effect_of(traffic, IN_FORCE), effect_of(traffic, 0.2)
    assert (here.audited, here.was_unflagged) == (0, 0.0)
    assert lower.was_unflagged > 0.5
    assert 0 < lower.audited < 0.3 * 3000
    assert lower.precision.width > here.precision.width


def test_without_an_audit_sample_recall_is_not_known() -> None:
    effect = effect_of(Traffic(simulated(3, audit_share=1e-9), days=30), IN_FORCE)
    assert effect.precision.value is not None
    assert effect.recall.value is None
    assert effect.recall.width > 0.5
    assert effect.prevalence.value is None


def test_no_missed_comment_found_is_no_proof_that_there_is_none() -> None:
    rows = [Seen(Group.QUEUED, 0.9, n, is_positive=True) for n in range(20)]
    rows += [Seen(Group.UNFLAGGED, 0.01, n % 30, None, 0.1) for n in range(900)]
    rows += [Seen(Group.UNFLAGGED, 0.01, n % 30, False, 0.1) for n in range(100)]
    effect = effect_of(Traffic(rows, days=30), 0.5)
    assert effect.recall.value == 1.0
    assert effect.recall.high == 1.0
    assert effect.recall.low < 0.65  # up to 2.5 of 100 could be missed: 25 of the thousand
    assert 0.02 < effect.prevalence.high < 0.08


def test_a_row_may_stand_for_many() -> None:
    rows = simulated(4)
    kept = [
        row if row.is_positive is not None else replace(row, stands_for=3.0)
        for number, row in enumerate(rows)
        if row.is_positive is not None or number % 3 == 0
    ]
    whole, part = (effect_of(Traffic(these, days=30), 0.4) for these in (rows, kept))
    assert part.items_a_day.value == pytest.approx(whole.items_a_day.value or 0, rel=0.15)
    assert part.prevalence.value == pytest.approx(whole.prevalence.value or 0, rel=0.15)


def test_points_are_those_of_the_effect() -> None:
    traffic = Traffic(simulated(5), days=30)
    effect = effect_of(traffic, 0.5, draws=50)
    assert point_of(traffic, 0.5) == (effect.precision.value, effect.recall.value)


def test_an_empty_window_says_nothing() -> None:
    effect = effect_of(Traffic([], days=30), 0.5)
    assert effect.items_a_day == Figure(0.0, 0.0, 0.0)
    assert [figure.value for figure in figures(effect)] == [None, None, None]


def test_same_traffic_gives_the_same_figures() -> None:
    rows = simulated(6)
    assert effect_of(Traffic(rows, days=30), 0.5) == effect_of(Traffic(rows[::-1], days=30), 0.5)


@pytest.mark.parametrize(
    ("counts", "mean", "half"),
    [
        ([10.0] * 30, 10.0, 1.96 * (10 / 30) ** 0.5),  # even days: a Poisson count's own spread
        ([0.0, 20.0] * 15, 10.0, 1.96 * (3000 / 29 / 30) ** 0.5),  # weekends differ
        ([4.0], 4.0, 1.96 * 2),
    ],
)
def test_a_daily_mean_has_the_spread_between_days(
    counts: list[float], mean: float, half: float
) -> None:
    figure = daily_mean(counts)
    assert figure.value == mean
    assert figure.high == pytest.approx(mean + half, rel=0.01)
