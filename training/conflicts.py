"""Several judgements of one text become one row: weighed against each other, label by label."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from classifiers.labels import Label
from training.example import Example

_YES = 0.5


@dataclass(frozen=True, slots=True)
class Placed:
    """A row and where it was read."""

    example: Example
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """What is left of several rows.

    Attributes
    ----------
    example : Example
        The heaviest row, of equal ones the newest, with the labels that won.
    left_out : tuple[tuple[Placed, str], ...]
        The other rows, each with the reason in words.
    """

    example: Example
    left_out: tuple[tuple[Placed, str], ...]


def resolve(rows: Sequence[Placed]) -> Resolved:
    """Let the rows of one text vote.

    For each label the answer with the greater sum of weights wins, and of equal sums the newest
    answer. A label that only some rows judge is taken from those.
    """
    # Sorting keeps equals in the order in which they were read: the last one counts as newest.
    ordered = sorted(rows, key=lambda row: row.example.time)
    labels = _answers([row.example for row in ordered])
    most = max(row.example.weight for row in ordered)
    kept = [row for row in ordered if row.example.weight == most][-1]
    return Resolved(
        replace(kept.example, labels=labels),
        tuple((row, _reason(row.example, labels)) for row in rows if row is not kept),
    )


def _answers(oldest_first: Sequence[Example]) -> dict[Label, float]:
    votes: defaultdict[Label, dict[float, float]] = defaultdict(dict)
    for example in oldest_first:
        for label, answer in example.labels.items():
            cast = votes[label]
            # Taken out and put back, so that the newest answer stands last.
            cast[answer] = cast.pop(answer, 0.0) + example.weight
    return {label: _winner(votes[label]) for label in Label if label in votes}


def _winner(cast: dict[float, float]) -> float:
    most = max(cast.values())
    return [answer for answer, weight in cast.items() if weight == most][-1]


def _reason(example: Example, labels: dict[Label, float]) -> str:
    lost = [
        label.value
        for label, answer in example.labels.items()
        if (answer >= _YES) != (labels[label] >= _YES)
    ]
    if not lost:
        return "same text as another line"
    return f"same text as another line, and outweighed there: {', '.join(lost)}"
