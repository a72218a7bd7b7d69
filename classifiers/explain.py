"""Spans: the characters that pushed a score up. Pure functions on per-token pushes."""

from __future__ import annotations

from collections.abc import Sequence

from classifiers.labels import Label
from classifiers.scorer import Span
from classifiers.text import Kind, kind_of, locate

MAX_SPANS = 6
"""Most spans for one label: more would highlight everything and explain nothing."""

SMALLEST_PUSH = 0.05
"""In log-odds. Smaller pushes change a probability by about one point: noise to a reader."""

SMALLEST_SHARE = 0.2
"""A word must push at least this share of what the strongest one pushes."""

_WORDS = (Kind.WORD, Kind.SPACED)


def explain(
    text: str, tokens: Sequence[str], pushes: Sequence[Sequence[float]], labels: Sequence[Label]
) -> tuple[Span, ...]:
    """Return the strongest upward pushes on each label's score, in text order.

    Words that stand side by side are merged into one span; marks are no explanation.

    Parameters
    ----------
    text : str
        The comment.
    tokens : sequence of str
        All its tokens, in order.
    pushes : sequence of sequence of float
        For each label, the log-odds that each token adds to its score.
    labels : sequence of Label
        Whose scores are explained.
    """
    runs = [
        (label, run)
        for label, column in zip(labels, pushes, strict=True)
        for run in _strongest(tokens, column)
    ]
    if not runs:
        return ()
    starts = locate(text, tokens[: 1 + max(last for _, (_, _, last) in runs)])
    return tuple(
        sorted(
            Span(starts[first], starts[last] + len(tokens[last]), label, weight)
            for label, (weight, first, last) in runs
        )
    )


def _strongest(tokens: Sequence[str], pushes: Sequence[float]) -> list[tuple[float, int, int]]:
    """Return push, first and last token of the strongest runs of words."""
    bar = max(SMALLEST_PUSH, SMALLEST_SHARE * max(pushes))
    found: list[tuple[float, int, int]] = []
    for index in [index for index, push in enumerate(pushes) if push >= bar]:
        if kind_of(tokens[index]) not in _WORDS:
            continue
        push = pushes[index]
        if found and found[-1][2] == index - 1:
            before, first, _ = found[-1]
            found[-1] = (before + push, first, index)
        else:
            found.append((push, index, index))
    if len(found) > MAX_SPANS:
        found.sort(key=lambda run: (-run[0], run[1]))
    return found[:MAX_SPANS]
