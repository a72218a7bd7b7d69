"""Spans: the characters that pushed a score up. Pure functions on per-token pushes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from classifiers.labels import Label
from classifiers.scorer import Span

MAX_SPANS = 6
"""Most spans for one label: more would highlight everything and explain nothing."""

SMALLEST_PUSH = 0.05
"""In log-odds. Smaller pushes change a probability by about one point: noise to a reader."""

SMALLEST_SHARE = 0.2
"""A word must push at least this share of what the strongest one pushes."""


def top_spans(
    offsets: Sequence[tuple[int, int]],
    is_word: Sequence[bool],
    pushes: npt.NDArray[np.float64],
    label: Label,
) -> list[Span]:
    """Return the strongest upward pushes on one label's score, in text order.

    Neighbouring words are merged into one span; marks between them come along, marks alone
    are no explanation.

    Parameters
    ----------
    offsets : sequence of (start, end)
        Code-point range of each token, in text order.
    is_word : sequence of bool
        False for punctuation.
    pushes : ndarray of shape (n_tokens,)
        Log-odds that each token adds to the score.
    label : Label
        Whose score is explained.
    """
    if not len(pushes):
        return []
    bar = max(SMALLEST_PUSH, SMALLEST_SHARE * float(pushes.max()))
    spans: list[Span] = []
    last = -2
    for index in np.flatnonzero(pushes >= bar).tolist():
        if not is_word[index]:
            continue
        start, end = offsets[index]
        weight = float(pushes[index])
        if index == last + 1 and spans:
            start, weight = spans[-1].start, spans[-1].weight + weight
            spans.pop()
        spans.append(Span(start, end, label, weight))
        last = index
    strongest = sorted(spans, key=lambda span: (-span.weight, span.start))[:MAX_SPANS]
    return sorted(strongest, key=lambda span: span.start)
