"""One training row, whatever it was read from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from classifiers.labels import Label
from classifiers.scorer import ScoringInput

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A text with what is known of its labels.

    Attributes
    ----------
    text : str
        What the scorer will see.
    labels : Mapping[Label, float]
        1 or 0, or between them where annotators disagreed. An absent label is unknown.
    source : str
        Name of the set or export it comes from.
    weight : float
        Weight in training, positive.
    label_weights : Mapping[Label, float]
        Further factor for single labels whose meaning in this source is only near ours.
    group : str
        Rows of one group stay on one side of every split: author, event, twin.
    time : str
        RFC 3339; orders a split by time. Empty if unknown.
    key : str
        Names the row for people: file and line of our corpus, forum and comment id of an export.
    side, category, pair, topic : str
        Of our own corpus; empty elsewhere.
    title, parent : str or None
        Context that the scorer will see, if known.
    revision : str
        Of an export: which revision was decided; empty elsewhere.
    judge, thread : str
        Of an export: who decided, and in which thread; empty elsewhere.
    """

    text: str
    labels: Mapping[Label, float]
    source: str
    weight: float = 1.0
    label_weights: Mapping[Label, float] = field(default_factory=dict)
    group: str = ""
    time: str = ""
    key: str = ""
    side: str = ""
    category: str = ""
    pair: str = ""
    topic: str = ""
    title: str | None = None
    parent: str | None = None
    revision: str = ""
    judge: str = ""
    thread: str = ""


def scoring_inputs(rows: Iterable[Example]) -> list[ScoringInput]:
    """Return the rows as the scorer will see them, with their context."""
    return [ScoringInput(row.text, row.title, row.parent) for row in rows]


def label_matrix(rows: Sequence[Example], labels: Sequence[Label]) -> Floats:
    """Return labels of shape (n_rows, n_labels), NaN where unknown."""
    return np.array(
        [[row.labels.get(label, np.nan) for label in labels] for row in rows], dtype=np.float64
    ).reshape(len(rows), len(labels))


def weight_matrix(rows: Sequence[Example], labels: Sequence[Label]) -> Floats:
    """Return weights of shape (n_rows, n_labels)."""
    return np.array(
        [[row.weight * row.label_weights.get(label, 1.0) for label in labels] for row in rows],
        dtype=np.float64,
    ).reshape(len(rows), len(labels))
