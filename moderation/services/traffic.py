"""A forum's traffic as the estimates see it, under any model."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
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
from moderation.storage.traffic import TrafficRow

WINDOW_DAYS = 30
MOST_ROWS = 20_000
"""Of a larger traffic every n-th unjudged comment is read: scoring that many takes seconds."""

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
    is_as_decided: bool = False,
) -> Window:
    """Return the traffic of the last days.

    Parameters
    ----------
    scorer : Scorer or None
        Comments that another model has scored are scored anew by this one, since scores of two
        models are not comparable; None takes the scores as stored.
    labels : iterable of Label
    is_as_decided : bool
        Whether a threshold of `DECIDED` shall tell what was flagged at the time, by whichever
        model and threshold, from what was not.
    """
    now = runtime.clock()
    with runtime.database.read() as connection:
        first = traffic_rows.first_received(connection, forum.id)
        days = _length(first, now, days)
        since = now - timedelta(days=days)
        number = traffic_rows.count_traffic(connection, forum.id, since)
        every = max(1, math.ceil(number / MOST_ROWS))
        rows = list(traffic_rows.traffic_rows(connection, forum.id, since, every=every))
        shares = traffic_rows.audit_shares(connection, forum.id)
        scores = _scores(connection, rows, scorer)
    sorter = _Sorter(rows, scores, shares, since, every)
    rows_of = sorter.as_decided if is_as_decided else sorter.seen
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
        every: int,
    ) -> None:
        self._scores = scores
        self._since = since
        self._every = every
        self.unseen = self.unscored = self.waiting = 0.0
        self._placed: list[tuple[TrafficRow, Group, float]] = []
        for row in rows:
            self._place(row, shares)

    def _place(self, row: TrafficRow, shares: Mapping[int, float]) -> None:
        kinds = {reason_kind(reason) for reason in row.reasons}
        if kinds & _UNSEEN:
            self.unseen += self._stands_for(row)
        elif not self._scores[row.comment_pk]:
            self.unscored += self._stands_for(row)
        elif kinds - {ReasonKind.AUDIT_SAMPLE}:
            self.waiting += 0.0 if row.labels is not None else self._stands_for(row)
            self._placed.append((row, Group.QUEUED, 1.0))
        elif row.is_reported:
            self._placed.append((row, Group.REPORTED, 1.0))
        else:
            share = shares.get(row.policy_version, Policy().audit_share)
            # A share of nothing queued nobody: whoever was judged all the same counts once.
            self._placed.append((row, Group.UNFLAGGED, share or 1.0))

    def _stands_for(self, row: TrafficRow) -> float:
        return 1.0 if row.labels is not None else float(self._every)

    def as_decided(self, label: Label) -> list[Seen]:
        """Return the comments for one label, at or above `DECIDED` what was flagged by it.

        Whatever models and thresholds were in force: the score only keeps its order on each side.
        """
        reason = f"{ReasonKind.OVER_THRESHOLD}:{label}"
        return [
            replace(one, score=DECIDED + DECIDED * one.score if is_flagged else 0.49 * one.score)
            for one, is_flagged in zip(
                self.seen(label),
                [
                    reason in row.reasons
                    for row, _, _ in self._placed
                    if label in self._scores[row.comment_pk]
                ],
                strict=True,
            )
        ]

    def seen(self, label: Label) -> list[Seen]:
        """Return the comments for one label."""
        return [
            Seen(
                group,
                self._scores[row.comment_pk][label],
                (row.received_at - self._since).days,
                (row.labels or {}).get(label),
                chance,
                self._stands_for(row),
            )
            for row, group, chance in self._placed
            if label in self._scores[row.comment_pk]
        ]
