"""The desk's work: volume, flag rate, backlog, time to decision, by day and by moderator."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from moderation.domain.forum import Forum
from moderation.domain.review import Role
from moderation.services.runtime import Runtime
from moderation.storage import work
from moderation.storage.decision_counts import LabelCounts, ModeratorCounts, decision_counts
from moderation.storage.sampling import Sample
from moderation.storage.users import User
from moderation.storage.work import DayCounts, Targets, Wait

WORK_DAYS = 30
MOST_WAITS = 10_000
"""Of more decisions than that the times are those of a sample; all that is counted is exact."""

MOST_COMMENTS = 5_000
"""Of more comments than that a sample tells which models decided."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day, in UTC.

    Attributes
    ----------
    flagged : int
        Items that were queued, the audit sample left out.
    backlog : int
        Open items at the day's end.
    in_time : float or None
        Share of what was decided that day, and had a time target, that kept it.
    median_s, p95_s : float or None
        Of the time from the queue to the first decision, for what was decided that day; in
        seconds.
    """

    start: datetime
    received: int
    flagged: int
    decided: int
    backlog: int
    in_time: float | None
    median_s: float | None
    p95_s: float | None

    @property
    def flag_rate(self) -> float | None:
        """Share of the comments that were queued."""
        return self.flagged / self.received if self.received else None


@dataclass(frozen=True, slots=True)
class Worker:
    """One moderator's work in the window."""

    name: str
    decided: int
    rejected: int
    median_s: float | None
    p95_s: float | None


@dataclass(frozen=True, slots=True)
class WorkFigures:
    """A forum's work.

    Attributes
    ----------
    workers : tuple[Worker, ...]
        The reader alone; everybody for an administrator.
    labels : tuple[LabelCounts, ...]
        The most frequent first.
    models : tuple[tuple[str, datetime], ...]
        Each model that decided in the window, and since when.
    """

    forum: Forum
    days: tuple[Day, ...]
    workers: tuple[Worker, ...]
    models: tuple[tuple[str, datetime], ...]
    labels: tuple[LabelCounts, ...]
    in_time: float | None
    median_s: float | None
    p95_s: float | None


def work_figures(
    runtime: Runtime, forum: Forum, reader: User, *, days: int = WORK_DAYS
) -> WorkFigures:
    """Return the work of the last days, today included."""
    today = runtime.clock().replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [today - timedelta(days=days - 1 - place) for place in range(days)]
    sees_all = reader.reach.has_in(forum.id, Role.ADMIN)
    with runtime.database.read() as connection:
        counts = [
            work.count_day(connection, forum.id, start, start + timedelta(days=1))
            for start in starts
        ]
        waiting = work.count_open(connection, forum.id)
        decided = Sample.of_most(sum(day.decided for day in counts), MOST_WAITS)
        waits = work.waits_since(connection, forum.id, starts[0], sample=decided)
        received = Sample.of_most(sum(day.received for day in counts), MOST_COMMENTS)
        models = work.model_changes(connection, forum.id, starts[0], sample=received)
        made = decision_counts(connection, forum.id, starts[0])
    shown = [one for one in made.moderators if sees_all or one.name == reader.username]
    if not (sees_all or shown):
        shown = [ModeratorCounts(reader.username, 0, 0)]
    lengths = [_length(one) for one in waits]
    return WorkFigures(
        forum,
        _days(starts, counts, waits, waiting),
        tuple(_worker(one, waits) for one in shown),
        tuple(models),
        made.labels,
        _share(sum(day.kept_target for day in counts), sum(day.had_target for day in counts)),
        quantile(lengths, 0.5),
        quantile(lengths, 0.95),
    )


def time_targets(runtime: Runtime, forum: Forum) -> Targets:
    """Return how the forum's open items stand to its time target."""
    with runtime.database.read() as connection:
        return work.targets(connection, forum.id, now=runtime.clock())


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return the value that ``share`` of the values do not exceed (nearest rank); None of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def _days(
    starts: Sequence[datetime], counts: Sequence[DayCounts], waits: Sequence[Wait], waiting: int
) -> tuple[Day, ...]:
    by_day: dict[date, list[float]] = defaultdict(list)
    for one in waits:
        by_day[one.decided_at.date()].append(_length(one))
    made: list[Day] = []
    for start, count in reversed(list(zip(starts, counts, strict=True))):
        lengths = by_day[start.date()]
        made.append(
            Day(
                start,
                count.received,
                count.flagged,
                count.decided,
                waiting,
                _share(count.kept_target, count.had_target),
                quantile(lengths, 0.5),
                quantile(lengths, 0.95),
            )
        )
        waiting = max(0, waiting - count.queued + count.closed)  # open the evening before
    return tuple(reversed(made))


def _worker(counts: ModeratorCounts, waits: Sequence[Wait]) -> Worker:
    lengths = [_length(one) for one in waits if one.moderator == counts.name]
    return Worker(
        counts.name,
        counts.decided,
        counts.rejected,
        quantile(lengths, 0.5),
        quantile(lengths, 0.95),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _length(wait: Wait) -> float:
    return max(0.0, (wait.decided_at - wait.queued_at).total_seconds())
