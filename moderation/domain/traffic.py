"""A label's traffic, sorted so that any threshold can be asked about.

Comments fall into groups by how they came before a moderator's eyes, because each group has its
own chance of being judged:

- ``queued``: flagged by a score, a word rule or a repeat. All of them wait for a moderator.
- ``reported``: not flagged, but reported by readers. All of them wait as well.
- ``unflagged``: the rest, of which the audit sample takes a share by hash.

Comments that are published whatever their score (trusted authors, repeats of approved texts) are
no traffic here: no threshold would flag them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

EDGES = (0.0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Lower ends of the score cells: within a cell, judged comments speak for the others."""

SMALLEST_CELL = 5
"""A cell with fewer judged comments is joined with the next one below."""


class Group(StrEnum):
    """How comments came before a moderator's eyes."""

    QUEUED = "queued"
    REPORTED = "reported"
    UNFLAGGED = "unflagged"


@dataclass(frozen=True, slots=True)
class Seen:
    """One comment of the traffic, for one label.

    Attributes
    ----------
    group : Group
    score : float
        In [0, 1].
    day : int
        Number of the day in the window, from 0.
    is_positive : bool or None
        What a moderator judged; None when nobody has (yet).
    chance : float
        The chance in (0, 1] with which a comment of its group was given to a moderator, and his
        judgement read.
    stands_for : float
        How many comments of the traffic the row stands for, where only a sample was read.
    """

    group: Group
    score: float
    day: int = 0
    is_positive: bool | None = None
    chance: float = 1.0
    stands_for: float = 1.0


@dataclass(frozen=True, slots=True)
class Block:
    """The comments of one group on one side of a threshold.

    Attributes
    ----------
    total : float
        Comments.
    rows : int
        Rows that were read of them; fewer than comments where only a sample was.
    share : float or None
        Estimated share of them that carries the label; None when nobody judged one.
    effective : float
        Effective number of judged comments behind the share (`Traffic.block`).
    judged : int
        Judged comments.
    """

    total: float
    rows: int
    share: float | None
    effective: float
    judged: int


@dataclass(frozen=True, slots=True)
class _Sums:
    """Running sums over the rows of a group, by ascending score; each begins with 0."""

    scores: Sequence[float]
    total: Sequence[float]
    judged: Sequence[int]
    weight: Sequence[float]
    weight_squared: Sequence[float]
    weight_positive: Sequence[float]


class Traffic:
    """What came in over some days, for one label.

    Parameters
    ----------
    rows : sequence of Seen
    days : int
        Length of the window, at least 1.
    """

    def __init__(self, rows: Sequence[Seen], *, days: int) -> None:
        self.days = days
        self._groups = {
            group: _sums([row for row in rows if row.group is group]) for group in Group
        }
        self._daily = _daily_scores(rows, days)

    @property
    def total(self) -> float:
        """Number of comments."""
        return sum(sums.total[-1] for sums in self._groups.values())

    def judged(self, group: Group) -> int:
        """Return the number of judged comments of a group."""
        return self._groups[group].judged[-1]

    @property
    def audited(self) -> int:
        """Number of judged comments of the audit sample."""
        return self.judged(Group.UNFLAGGED)

    def positives(self) -> float:
        """Return how many judged comments carry the label, each counted once."""
        found = 0.0
        for sums in self._groups.values():
            found += sums.weight_positive[-1] * sums.judged[-1] / (sums.weight[-1] or 1.0)
        return found

    def items_by_day(self, threshold: float) -> list[float]:
        """Return how many comments reach the threshold, day by day."""
        return [sum(stands for score, stands in day if score >= threshold) for day in self._daily]

    def flagged(self, threshold: float) -> float:
        """Return how many comments reach the threshold."""
        found = 0.0
        for sums in self._groups.values():
            found += sums.total[-1] - sums.total[bisect_left(sums.scores, threshold)]
        return found

    def block(self, group: Group, threshold: float, *, is_above: bool) -> Block:
        """Return one group's comments at or above a threshold, or below it.

        The share is post-stratified by score cells ``h`` (Särndal, Swensson and Wretman, "Model
        assisted survey sampling", 1992, section 7.6): ``sum(N_h / N * p_h)``, where ``p_h`` is the
        mean over the judged comments of the cell, weighted by one over their chance. Comments that
        nobody has judged yet are spoken for by the judged ones of their own cell, so a queue that
        is worked from the riskiest end does not colour the share.

        The effective number is ``p (1 - p) / V`` with ``V = sum((N_h / N) ** 2 * q_h (1 - q_h) /
        n_h)``, ``n_h = sum(w) ** 2 / sum(w ** 2)`` (Kish 1965) and ``q_h`` drawn half an answer
        towards the middle, so that a cell of equal answers keeps some doubt; never more than the
        sum of the ``n_h``.
        """
        sums = self._groups[group]
        cut = bisect_left(sums.scores, threshold)
        first, last = (cut, len(sums.scores)) if is_above else (0, cut)
        total = sums.total[last] - sums.total[first]
        judged = sums.judged[last] - sums.judged[first]
        if not judged or total <= 0:
            return Block(total, last - first, None, 0.0, judged)
        share = variance = most = 0.0
        for low, high in _cells(sums, first, last):
            weight = sums.weight[high] - sums.weight[low]
            n = weight**2 / (sums.weight_squared[high] - sums.weight_squared[low])
            p = (sums.weight_positive[high] - sums.weight_positive[low]) / weight
            q = (p * n + 0.5) / (n + 1)
            part = (sums.total[high] - sums.total[low]) / total
            share += part * p
            variance += part**2 * q * (1 - q) / n
            most += n
        spread = share * (1 - share)
        effective = min(most, spread / variance) if spread > 0 else most
        return Block(total, last - first, share, effective, judged)


def _cells(sums: _Sums, first: int, last: int) -> list[tuple[int, int]]:
    """Return ranges of rows that hold enough judged comments, from the highest scores down."""
    cuts = sorted(
        {first, last, *(min(max(bisect_left(sums.scores, e), first), last) for e in EDGES)}
    )
    cells: list[tuple[int, int]] = []
    high = last
    for low in reversed(cuts[:-1]):
        if sums.judged[high] - sums.judged[low] >= SMALLEST_CELL:
            cells.append((low, high))
            high = low
    if high > first:
        if cells:
            cells[-1] = (first, cells[-1][1])
        else:
            cells.append((first, high))
    return cells


def _sums(rows: Sequence[Seen]) -> _Sums:
    ordered = sorted(rows, key=lambda row: row.score)
    total, weight, squared, positive, judged = [0.0], [0.0], [0.0], [0.0], [0]
    for row in ordered:
        one = 1 / row.chance if row.is_positive is not None else 0.0
        total.append(total[-1] + row.stands_for)
        judged.append(judged[-1] + (row.is_positive is not None))
        weight.append(weight[-1] + one)
        squared.append(squared[-1] + one * one)
        positive.append(positive[-1] + (one if row.is_positive else 0.0))
    return _Sums([row.score for row in ordered], total, judged, weight, squared, positive)


def _daily_scores(rows: Sequence[Seen], days: int) -> list[list[tuple[float, float]]]:
    daily: list[list[tuple[float, float]]] = [[] for _ in range(days)]
    for row in rows:
        if 0 <= row.day < days:
            daily[row.day].append((row.score, row.stands_for))
    return daily
