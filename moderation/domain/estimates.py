"""What a threshold means on a forum's traffic: items a day, precision, recall, prevalence.

Estimated from moderators' decisions on what was queued and from the audit sample of what was not,
so the figures do not echo the model. The formulas stand with each function; the traffic of the
window is taken as a sample of what this forum writes, so the intervals speak of the forum, not only
of that window, and there is no finite-population correction.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from moderation.domain.traffic import Block, Group, Traffic

Z = 1.959964
"""Two-sided 95% of a normal distribution."""

DRAWS = 2000
UNKNOWN_SHARE = 0.1
"""When nobody judged any comment of a part that large, the figure itself is not known."""


@dataclass(frozen=True, slots=True)
class Figure:
    """An estimate with its 95% interval.

    Attributes
    ----------
    value : float or None
        None when too little was judged to say.
    low, high : float
        Ends of the interval.
    """

    value: float | None
    low: float
    high: float

    @property
    def width(self) -> float:
        """Length of the interval."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Effect:
    """What one threshold means for one label.

    Attributes
    ----------
    threshold : float
    items_a_day : Figure
        Comments that reach the threshold, on a mean day.
    precision : Figure
        Share of them that carries the label.
    recall : Figure
        Share of what carries the label that reaches the threshold.
    prevalence : Figure
        Share of all comments that carries the label.
    judged : int
        Judged comments that reach the threshold.
    audited : int
        Judged comments of the audit sample that reach it: all that speaks for comments which were
        not flagged at the time.
    was_unflagged : float
        Share of the comments reaching the threshold that were not flagged at the time.
    """

    threshold: float
    items_a_day: Figure
    precision: Figure
    recall: Figure
    prevalence: Figure
    judged: int
    audited: int
    was_unflagged: float


def effect_of(traffic: Traffic, threshold: float, *, seed: int = 0, draws: int = DRAWS) -> Effect:
    """Estimate what a threshold would have meant.

    With ``N`` comments and share ``p`` of each block (a group on one side of the threshold, see
    `Traffic.block`), ``hits = sum(N p)`` above and ``missed = sum(N p)`` below:
    ``precision = hits / sum(N above)``, ``recall = hits / (hits + missed)``,
    ``prevalence = (hits + missed) / sum(N)``.

    The intervals are the 2.5% and 97.5% points of these figures when each block's share is drawn
    from ``Beta(p n + 1/2, (1 - p) n + 1/2)``, ``n`` being its effective number of judged comments:
    Jeffreys' interval (Brown, Cai and DasGupta, "Interval estimation for a binomial proportion",
    2001) on effective counts, as Korn and Graubard (1998) use them with Clopper and Pearson's. It
    keeps doubt where no positive was found, which a bootstrap would not. A block that nobody
    judged is drawn from ``Beta(1/2, 1/2)``. The sizes of the blocks are drawn too, as Poisson
    counts of the rows read: ``N Gamma(rows) / rows``.

    Parameters
    ----------
    threshold : float
        In [0, 1]; may lie below the one in force, where only the audit sample speaks.
    seed : int
        Of the draws.
    draws : int
    """
    above = [traffic.block(group, threshold, is_above=True) for group in Group]
    below = [traffic.block(group, threshold, is_above=False) for group in Group]
    flagged, total = _total(above), _total(above) + _total(below)
    hits, missed = _positives(above), _positives(below)
    rng = random.Random(seed)  # noqa: S311 - a simulation
    drawn = [(*_drawn(rng, above), *_drawn(rng, below)) for _ in range(draws)]
    unflagged = above[list(Group).index(Group.UNFLAGGED)]
    return Effect(
        threshold=threshold,
        items_a_day=daily_mean(traffic.items_by_day(threshold)),
        precision=_figure(
            _ratio(hits, flagged) if _is_known(above) else None,
            [_ratio(h, n) for h, n, _, _ in drawn],
        ),
        recall=_figure(
            _ratio(hits, hits + missed) if _is_known(above) and _is_known(below) else None,
            [_ratio(h, h + m) for h, _, m, _ in drawn],
        ),
        prevalence=_figure(
            _ratio(hits + missed, total) if _is_known([*above, *below]) else None,
            [_ratio(h + m, n + o) for h, n, m, o in drawn],
        ),
        judged=sum(block.judged for block in above),
        audited=unflagged.judged,
        was_unflagged=unflagged.total / flagged if flagged else 0.0,
    )


def point_of(traffic: Traffic, threshold: float) -> tuple[float | None, float | None]:
    """Return precision and recall without intervals: quick enough to try every threshold."""
    above = [traffic.block(group, threshold, is_above=True) for group in Group]
    below = [traffic.block(group, threshold, is_above=False) for group in Group]
    hits, missed = _positives(above), _positives(below)
    precision = _ratio(hits, _total(above)) if _is_known(above) else None
    recall = _ratio(hits, hits + missed) if _is_known(above) and _is_known(below) else None
    return precision, recall


def daily_mean(counts: Sequence[float]) -> Figure:
    """Return the mean of daily counts with the interval of a mean, ``m +- z s / sqrt(days)``.

    ``s`` is the standard deviation between the days, and at least that of a Poisson count.
    """
    days = len(counts)
    mean = sum(counts) / days
    spread = sum((count - mean) ** 2 for count in counts) / (days - 1) if days > 1 else 0.0
    half = Z * math.sqrt(max(spread, mean) / days)
    return Figure(mean, max(0.0, mean - half), mean + half)


def _total(blocks: Sequence[Block]) -> float:
    return sum(block.total for block in blocks)


def _positives(blocks: Sequence[Block]) -> float:
    return sum(block.total * block.share for block in blocks if block.share is not None)


def _is_known(blocks: Sequence[Block]) -> bool:
    unknown = sum(block.total for block in blocks if block.share is None)
    return unknown <= UNKNOWN_SHARE * _total(blocks)


def _drawn(rng: random.Random, blocks: Sequence[Block]) -> tuple[float, float]:
    """Return positives and comments of some blocks, drawn at random."""
    positives = comments = 0.0
    for block in blocks:
        if block.total > 0:
            hits = (block.share or 0.0) * block.effective
            size = block.total * rng.gammavariate(block.rows, 1.0) / block.rows
            comments += size
            positives += size * rng.betavariate(hits + 0.5, block.effective - hits + 0.5)
    return positives, comments


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def _figure(value: float | None, drawn: Sequence[float | None]) -> Figure:
    known = sorted(one for one in drawn if one is not None)
    if not known:
        return Figure(None, 0.0, 1.0)
    low = known[int(0.025 * (len(known) - 1))]
    high = known[math.ceil(0.975 * (len(known) - 1))]
    if value is None:
        return Figure(None, low, high)
    return Figure(value, min(low, value), max(high, value))
