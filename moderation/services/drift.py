"""How a forum's comments, the scores and their rightness move over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from classifiers.novelty import count_words, known_words
from moderation.domain.drift import EDGES, Advice, Period, advice, bin_of
from moderation.domain.errors import NotFoundError
from moderation.services.registration import find_forum
from moderation.services.runtime import Runtime
from moderation.storage import drift
from moderation.storage.database import Connection
from moderation.storage.drift import Sampled
from moderation.storage.labelled import ExportFilter, count_labelled
from moderation.storage.sampling import Sample
from moderation.storage.traffic import Span

PERIODS = 12
SAMPLE = 300
"""Comments of a period that are read for scores and words."""

MOST_DECIDED = 1000
"""Decisions of a period on flagged comments that are counted; of more a sample."""


@dataclass(frozen=True, slots=True)
class DriftView:
    """A forum's last periods.

    Attributes
    ----------
    is_weekly : bool
        Whether a period is a week; a day in the first two weeks of a forum.
    """

    periods: tuple[Period, ...]
    is_weekly: bool
    model_version: str | None
    new_labels: int
    advice: Advice


def drift_view(runtime: Runtime, *, forum: str | None = None) -> DriftView:
    """Return the last weeks (days of a young forum), oldest first, and whether to retrain.

    Parameters
    ----------
    forum : str or None
        Slug; None for all forums but demos.

    Raises
    ------
    NotFoundError
        If there is no such forum.
    """
    if forum is not None and find_forum(runtime, forum) is None:
        raise NotFoundError("There is no such forum.")
    current = runtime.models.loaded().current
    version = current.model_version if current is not None else None
    made_at, words = _of_model(runtime, version)
    now = runtime.clock()
    with runtime.database.read() as connection:
        keys = drift.forum_keys(connection, forum)
        first = drift.first_received(connection, keys)
        is_weekly = first is not None and now - first > timedelta(days=14)
        length = timedelta(days=7 if is_weekly else 1)
        starts = [now - length * number for number in range(PERIODS, 0, -1)]
        periods = tuple(
            _period(connection, keys, Span(start, start + length), version, words)
            for start in starts
            if first is not None and start + length > first
        )
        wanted = ExportFilter(forum=forum, since=made_at)
        labels = count_labelled(connection, wanted)
    return DriftView(periods, is_weekly, version, labels, advice(periods, labels))


def _period(
    connection: Connection,
    keys: Sequence[int],
    span: Span,
    version: str | None,
    words: frozenset[str],
) -> Period:
    comments, flagged = drift.volume(connection, keys, span)
    rows = drift.sample(connection, keys, span, taken=Sample.of_most(comments, SAMPLE))
    judged = drift.decided(connection, keys, span, most=MOST_DECIDED)
    own = [row for row in rows if row.model_version == version and row.score is not None]
    unknown, total = _novelty(rows, words)
    histogram = [0] * len(EDGES)
    for row in own:
        histogram[bin_of(row.score or 0.0)] += 1
    return Period(
        start=span.since,
        comments=comments,
        flagged=flagged,
        histogram=tuple(histogram),
        is_current=2 * len(own) > len(rows),
        unknown=unknown,
        words=total,
        flagged_judged=judged.flagged,
        flagged_deserved=judged.flagged_deserved,
        audited=judged.audited,
        missed=judged.missed,
    )


def _novelty(rows: Sequence[Sampled], words: frozenset[str]) -> tuple[int, int]:
    if not words:
        return 0, 0
    counts = [count_words(row.body, words) for row in rows]
    return sum(unknown for unknown, _ in counts), sum(total for _, total in counts)


def _of_model(runtime: Runtime, version: str | None) -> tuple[datetime | None, frozenset[str]]:
    registry = runtime.models.registry
    refs = {ref.version: ref for ref in registry.bundles()} if version is not None else {}
    ref = refs.get(version or "")
    if ref is None:
        return None, frozenset()
    made = datetime.fromisoformat(registry.manifest(ref.version).created_at)
    # The model that came with the service has seen none of this forum's labels, however old.
    return None if ref.is_default else made, _words(ref.path, ref.version)


@lru_cache(maxsize=2)
def _words(path: Path, _version: str) -> frozenset[str]:
    return known_words(path)
