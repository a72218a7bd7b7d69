"""The desk's work: volume, flag rate, backlog, time to decision, by day and by moderator."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from moderation.domain.forum import Forum
from moderation.domain.review import Role
from moderation.services.runtime import Runtime
from moderation.storage import work
from moderation.storage.users import User
from moderation.storage.work import LabelCounts, Targets, WorkItem

WORK_DAYS = 30
MOST_ITEMS = 100_000


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
        Of the time from the queue to the decision, for what was decided that day; in seconds.
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
    with runtime.database.read() as connection:
        received = work.count_received(
            connection, forum.id, [(start, start + timedelta(days=1)) for start in starts]
        )
        items = work.items_since(connection, forum.id, starts[0], limit=MOST_ITEMS)
        waiting = work.count_open(connection, forum.id)
        models = work.model_changes(connection, forum.id, starts[0])
        labels = work.label_counts(connection, forum.id, starts[0])
    decided = [one for one in items if one.decided_at and one.decided_at >= starts[0]]
    waits = [_wait(one) for one in decided]
    return WorkFigures(
        forum,
        _days(starts, received, items, waiting),
        _workers(decided, forum.id, reader),
        tuple(models),
        tuple(labels),
        _in_time(decided),
        quantile(waits, 0.5),
        quantile(waits, 0.95),
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
    starts: Sequence[datetime], received: Sequence[int], items: Sequence[WorkItem], waiting: int
) -> tuple[Day, ...]:
    made: list[Day] = []
    for start, number in reversed(list(zip(starts, received, strict=True))):
        end = start + timedelta(days=1)
        queued = [one for one in items if start <= one.created_at < end]
        closed = sum(one.closed_at is not None and start <= one.closed_at < end for one in items)
        decided = [one for one in items if one.decided_at and start <= one.decided_at < end]
        waits = [_wait(one) for one in decided]
        made.append(
            Day(
                start,
                number,
                sum(not one.is_audit for one in queued),
                len(decided),
                waiting,
                _in_time(decided),
                quantile(waits, 0.5),
                quantile(waits, 0.95),
            )
        )
        waiting = max(0, waiting - len(queued) + closed)  # what was open the evening before
    return tuple(reversed(made))


def _workers(decided: Sequence[WorkItem], forum_id: int, reader: User) -> tuple[Worker, ...]:
    by_name: dict[str, list[WorkItem]] = defaultdict(list)
    for one in decided:
        by_name[one.moderator or ""].append(one)
    sees_all = reader.reach.has_in(forum_id, Role.ADMIN)
    names = sorted(by_name) if sees_all else [reader.username]
    return tuple(_worker(name, by_name.get(name, [])) for name in names)


def _worker(name: str, items: Sequence[WorkItem]) -> Worker:
    waits = [_wait(one) for one in items]
    rejected = sum(one.is_rejected for one in items)
    return Worker(name, len(items), rejected, quantile(waits, 0.5), quantile(waits, 0.95))


def _in_time(decided: Sequence[WorkItem]) -> float | None:
    kept = [one.decided_at <= one.target_at for one in decided if one.decided_at and one.target_at]
    return sum(kept) / len(kept) if kept else None


def _wait(item: WorkItem) -> float:
    decided_at = item.decided_at or item.created_at
    return max(0.0, (decided_at - item.created_at).total_seconds())
