"""Whether what people write has moved away from what the model learnt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from moderation.domain.intervals import Share, share

EDGES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8)
"""Lower ends of the score bins that distributions are compared in: fine where most scores lie."""

MIN_COMMENTS = 100
"""Comments that a period needs to be compared."""

SHIFT = 0.25
"""Population stability index from which a distribution counts as shifted; the usual rule of thumb
calls less than 0.1 stable (Siddiqi, "Credit risk scorecards", 2006, chapter 7)."""

NOVELTY_POINTS = 0.03
"""Rise of the share of unknown words that counts."""

MANY_LABELS = 400
"""New labels from which retraining pays, by the project's own benchmark of adaptation."""


@dataclass(frozen=True, slots=True)
class Period:
    """One week or day of a forum.

    Attributes
    ----------
    comments, flagged : int
    histogram : tuple[int, ...]
        Comments of the sample by their highest deciding score, in the bins of `EDGES`.
    is_current : bool
        Whether the model that decides now gave those scores: others are not comparable.
    unknown, words : int
        Words of the sample that the model does not know, and all words.
    flagged_judged, flagged_deserved : int
        Flagged comments that a person decided, and those that deserved it.
    audited, missed : int
        Unflagged comments of the audit sample that a person decided, and those that should have
        been flagged.
    """

    start: datetime
    comments: int
    flagged: int
    histogram: tuple[int, ...]
    is_current: bool
    unknown: int
    words: int
    flagged_judged: int
    flagged_deserved: int
    audited: int
    missed: int

    @property
    def flag_rate(self) -> Share:
        """Share of comments that were flagged."""
        return share(self.flagged, self.comments)

    @property
    def novelty(self) -> Share:
        """Share of words that the model does not know."""
        return share(self.unknown, self.words)

    @property
    def precision(self) -> Share:
        """Share of what was flagged that deserved it."""
        return share(self.flagged_deserved, self.flagged_judged)

    @property
    def recall(self) -> Share | None:
        """Share of what deserves a flag that got one; None where nobody looked at the rest.

        Hits are ``flagged * precision``; missed is ``unflagged * share of the audit sample that
        should have been flagged``. The ends combine the ends of both intervals, which is wider
        than 95% and errs on the side of doubt.
        """
        if not self.audited or not self.flagged_judged:
            return None
        missed = share(self.missed, self.audited)
        unflagged = self.comments - self.flagged
        hits, lost = self.precision, [missed.value or 0.0, missed.high, missed.low]
        found = [self.flagged * value for value in (hits.value or 0.0, hits.low, hits.high)]
        value, low, high = (
            h / (h + unflagged * m) if h + unflagged * m > 0 else 0.0
            for h, m in zip(found, lost, strict=True)
        )
        return Share(self.flagged_deserved, self.audited, value, low, high)


def bin_of(score: float) -> int:
    """Return the number of the bin that a score lies in."""
    return max(number for number, edge in enumerate(EDGES) if score >= edge)


def stability(reference: Sequence[int], period: Sequence[int]) -> float:
    """Return the population stability index of two histograms, half a comment added to each bin."""
    n_reference, n_period = sum(reference), sum(period)
    index = 0.0
    for before, now in zip(reference, period, strict=True):
        p = (before + 0.5) / (n_reference + 0.5 * len(reference))
        q = (now + 0.5) / (n_period + 0.5 * len(period))
        index += (q - p) * math.log(q / p)
    return index


def reference_of(periods: Sequence[Period]) -> Period | None:
    """Return the first period in which the current model scored enough comments."""
    return next((p for p in periods if p.is_current and sum(p.histogram) >= MIN_COMMENTS), None)


def shift_of(reference: Period | None, period: Period) -> float | None:
    """Return how far a period's scores moved from the reference; None if not comparable."""
    if reference is None or not period.is_current or sum(period.histogram) < MIN_COMMENTS:
        return None
    return stability(reference.histogram, period.histogram)


@dataclass(frozen=True, slots=True)
class Advice:
    """Whether to retrain, in one sentence that says why."""

    is_due: bool
    sentence: str


def advice(periods: Sequence[Period], new_labels: int) -> Advice:
    """Say whether retraining is due.

    Parameters
    ----------
    periods : sequence of Period
        Oldest first.
    new_labels : int
        Labels gathered since the current model was made.
    """
    full = [p for p in periods if p.comments >= MIN_COMMENTS]
    if not full:
        return Advice(False, "Too few comments so far to say anything.")  # noqa: FBT003
    last, reference = full[-1], reference_of(periods)
    with_labels = f" {new_labels} new labels are at hand." if new_labels else ""
    for is_so, why in (
        _worse(full),
        _shifted(reference, last),
        _novel(reference, last),
    ):
        if is_so:
            return Advice(True, f"Retraining is due: {why}.{with_labels}")  # noqa: FBT003
    if new_labels >= MANY_LABELS:
        return Advice(
            True,  # noqa: FBT003
            f"Retraining is due: {new_labels} new labels are at hand, and {MANY_LABELS} make a "
            "real difference.",
        )
    return Advice(False, f"Nothing speaks for retraining yet.{with_labels}")  # noqa: FBT003


def _worse(full: Sequence[Period]) -> tuple[bool, str]:
    older, newest = full[: len(full) // 2], full[len(full) // 2 :]
    before, now = (
        share(sum(p.flagged_deserved for p in part), sum(p.flagged_judged for p in part))
        for part in (older, newest)
    )
    why = (
        f"of what is flagged now {now.value or 0:.0%} deserves it, and {before.value or 0:.0%} "
        "did before"
    )
    return before.value is not None and now.high < before.low, why


def _shifted(reference: Period | None, last: Period) -> tuple[bool, str]:
    shift = shift_of(reference, last)
    why = f"scores have moved since the model began to decide (stability index {shift or 0:.2f})"
    return shift is not None and shift >= SHIFT, why


def _novel(reference: Period | None, last: Period) -> tuple[bool, str]:
    if reference is None or not reference.words or not last.words:
        return False, ""
    before, now = reference.novelty, last.novelty
    rise = (now.value or 0.0) - (before.value or 0.0)
    why = (
        f"{now.value or 0:.1%} of the words are new to the model, and {before.value or 0:.1%} were"
    )
    return rise >= NOVELTY_POINTS and now.low > before.high, why
