"""A forum's traffic as the estimates see it, under any model."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from classifiers.labels import Label
from classifiers.scorer import Scorer
from moderation.domain.forum import Forum
from moderation.domain.policy import Policy
from moderation.domain.traffic import Group, Seen, Traffic
from moderation.domain.verdict import ReasonKind, reason_kind
from moderation.services.runtime import Runtime
from moderation.storage import traffic as traffic_rows
from moderation.storage.database import Connection
from moderation.storage.sampling import Sample
from moderation.storage.traffic import Span, TrafficRow

WINDOW_DAYS = 30
MOST_ROWS = 10_000
"""So many decided and so many undecided comments are read; of more a sample."""

DECIDED = 0.5
"""The threshold that tells what was flagged at the time from what was not, as decided."""

_UNSEEN = {ReasonKind.TRUSTED_AUTHOR, ReasonKind.REPEAT_APPROVED}


@dataclass(frozen=True, slots=True)
class Window:
    """A forum's traffic by label.

    Attributes
    ----------
    days : int
        Length in days; shorter than asked when the forum is younger.
    comments : int
        All that came in, the newest revision of each.
    unseen : int
        Those published whatever their score: trusted authors and repeats of approved texts.
    unscored : int
        Those whose scorer failed.
    waiting : int
        Queued ones that nobody has decided yet, out of those read.
    traffic : Mapping[Label, Traffic]
    """

    days: int
    comments: int
    unseen: float
    unscored: float
    waiting: float
    traffic: Mapping[Label, Traffic]


def read_window(
    runtime: Runtime,
    forum: Forum,
    *,
    days: int = WINDOW_DAYS,
    scorer: Scorer | None = None,
    labels: Iterable[Label],
) -> Window:
    """Return the traffic of the last days.

    Parameters
    ----------
    scorer : Scorer or None
        Comments that another model has scored are scored anew by this one, since scores of two
        models are not comparable; None takes the scores as stored.
    labels : iterable of Label
    """
    now = runtime.clock()
    with runtime.database.read() as connection:
        days = _length(traffic_rows.first_received(connection, forum.id), now, days)
        since = now - timedelta(days=days)
        read = _read(connection, forum, Span(since), most=MOST_ROWS)
        shares = traffic_rows.audit_shares(connection, forum.id)
        rows = [row for row in read.rows if row.received_at >= since]
        scores = _scores(connection, rows, scorer)
    sorter = _Sorter(rows, scores, shares, since)
    return _window(sorter, days, read.comments, sorter.seen, labels)


def windows_as_decided(
    runtime: Runtime, forum: Forum, *, spans: Sequence[int], labels: Iterable[Label]
) -> tuple[Window, ...]:
    """Return the traffic of several spans, each with what was flagged at the time.

    Whichever model and threshold flagged it: a threshold of `DECIDED` tells it from what was not.
    Each comment is read once, with the days that a shorter span has not read yet.

    Parameters
    ----------
    spans : sequence of int
        In days, the shortest first.
    """
    now = runtime.clock()
    labels = tuple(labels)
    found: list[Window] = []
    rows: list[TrafficRow] = []
    number, until = 0, None
    with runtime.database.read() as connection:
        first = traffic_rows.first_received(connection, forum.id)
        shares = traffic_rows.audit_shares(connection, forum.id)
        for asked in spans:
            days = _length(first, now, asked)
            since = now - timedelta(days=days)
            if since == until:  # the forum is younger than the shorter span
                found.append(found[-1])
                continue
            read = _read(connection, forum, Span(since, until), most=MOST_ROWS // len(spans))
            rows, number, until = [*rows, *read.rows], number + read.comments, since
            # An item that was queued in this span may be of a comment from before it.
            sorter = _Sorter(
                [row for row in rows if row.received_at >= since],
                {row.comment_pk: row.scores for row in rows},
                shares,
                since,
            )
            found.append(_window(sorter, days, number, sorter.as_decided, labels))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Read:
    comments: int
    rows: list[TrafficRow]


def _read(connection: Connection, forum: Forum, span: Span, *, most: int) -> _Read:
    number = traffic_rows.count_traffic(connection, forum.id, span)
    decided = Sample.of_most(traffic_rows.count_decided(connection, forum.id, span), most)
    undecided = Sample.of_most(number, most)
    return _Read(
        number,
        [
            *traffic_rows.undecided_rows(connection, forum.id, span, undecided),
            *traffic_rows.decided_rows(connection, forum.id, span, decided),
        ],
    )


def _window(
    sorter: _Sorter,
    days: int,
    number: int,
    rows_of: Callable[[Label], list[Seen]],
    labels: Iterable[Label],
) -> Window:
    return Window(
        days=days,
        comments=number,
        unseen=sorter.unseen,
        unscored=sorter.unscored,
        waiting=sorter.waiting,
        traffic={label: Traffic(rows_of(label), days=days) for label in labels},
    )


def _length(first: datetime | None, now: datetime, most: int) -> int:
    if first is None:
        return most
    return max(1, min(most, math.ceil((now - first) / timedelta(days=1))))


def _scores(
    connection: Connection, rows: list[TrafficRow], scorer: Scorer | None
) -> dict[int, Mapping[Label, float]]:
    found: dict[int, Mapping[Label, float]] = {row.comment_pk: row.scores for row in rows}
    if scorer is None:
        return found
    foreign = [row.comment_pk for row in rows if row.model_version != scorer.model_version]
    inputs = traffic_rows.scoring_inputs(connection, foreign)
    keys = list(inputs)
    for key, scored in zip(keys, scorer.score_many(list(inputs.values())), strict=True):
        found[key] = scored.probabilities
    return found


class _Sorter:
    """Sorts comments into the groups of the estimate."""

    def __init__(
        self,
        rows: list[TrafficRow],
        scores: Mapping[int, Mapping[Label, float]],
        shares: Mapping[int, float],
        since: datetime,
    ) -> None:
        self._scores = scores
        self._since = since
        self.unseen = self.unscored = self.waiting = 0.0
        self._placed: list[tuple[TrafficRow, Group, float]] = []
        for row in rows:
            self._place(row, shares)

    def _place(self, row: TrafficRow, shares: Mapping[int, float]) -> None:
        kinds = {reason_kind(reason) for reason in row.reasons}
        if kinds & _UNSEEN:
            self.unseen += row.stands_for
        elif not self._scores[row.comment_pk]:
            self.unscored += row.stands_for
        elif kinds - {ReasonKind.AUDIT_SAMPLE}:
            self.waiting += 0.0 if row.labels is not None else row.stands_for
            self._placed.append((row, Group.QUEUED, 1.0))
        elif row.is_reported:
            self._placed.append((row, Group.REPORTED, 1.0))
        else:
            share = shares.get(row.policy_version, Policy().audit_share)
            # A share of nothing queued nobody: whoever was judged all the same counts once.
            self._placed.append((row, Group.UNFLAGGED, share or 1.0))

    def as_decided(self, label: Label) -> list[Seen]:
        """Return the comments for one label, at or above `DECIDED` what was flagged by it.

        Whatever models and thresholds were in force: the score only keeps its order on each side.
        """
        reason = f"{ReasonKind.OVER_THRESHOLD}:{label}"

        def placed(row: TrafficRow, score: float) -> float:
            return DECIDED + DECIDED * score if reason in row.reasons else 0.49 * score

        return self._of(label, placed)

    def seen(self, label: Label) -> list[Seen]:
        """Return the comments for one label."""
        return self._of(label, lambda _, score: score)

    def _of(self, label: Label, score_of: Callable[[TrafficRow, float], float]) -> list[Seen]:
        return [
            Seen(
                group,
                score_of(row, score),
                (row.received_at - self._since).days,
                (row.labels or {}).get(label),
                chance / row.stands_for if row.labels is not None else chance,
                row.stands_for,
            )
            for row, group, chance in self._placed
            if (score := self._scores[row.comment_pk].get(label)) is not None
        ]
