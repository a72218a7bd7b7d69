"""How much a decision on a comment would teach the model: known when it is judged."""

from __future__ import annotations

import hashlib
import math

from classifiers.labels import DECIDING_LABELS
from moderation.domain.verdict import Outcome


def uncertainty(outcome: Outcome) -> float:
    """Return how unsure the model is of the labels that decide, in [0, 1]: ``4 p (1 - p)``.

    The surer label does not hide the doubt about the other: the greatest counts. Without scores
    there is nothing to be unsure of.
    """
    return max(
        (4 * row.score * (1 - row.score) for row in outcome.scores if row.label in DECIDING_LABELS),
        default=0.0,
    )


def kind_of(outcome: Outcome, body: str) -> str | None:
    """Return a digest of what the model leaned on most, or None.

    Comments about which the model wavers for the same word teach it the same: this is the
    diversity of the order "most useful to the model". It takes no second look at the text and no
    other comment, so it costs nothing when a comment is judged.
    """
    spans = [span for span in outcome.spans if span.label in DECIDING_LABELS]
    if not spans:
        return None
    most = max(spans, key=lambda span: span.weight)
    words = body[most.start : most.end].casefold()
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def usefulness(doubt: float, alike: int) -> float:
    """Return an item's worth to the model, in [0, 1].

    Parameters
    ----------
    doubt : float
        From `uncertainty`.
    alike : int
        Items of its kind that the forum has queued before: each further one is worth less.
    """
    return doubt / math.sqrt(1 + alike)


def is_useful_turn(given: int, share: float) -> bool:
    """Return whether a moderator's next item may be chosen by usefulness.

    Parameters
    ----------
    given : int
        How many items the moderator has decided. Of the first ``n``, at most ``share * n`` are
        chosen so, for every ``n``.
    share : float
        In [0, 1].
    """
    return int((given + 1) * share) > int(given * share)
