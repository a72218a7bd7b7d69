"""Labels that a model trained on the other rows confidently contradicts: worth another look.

Confident learning (Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in
dataset labels", 2021, section 3): every row is scored by a model that did not see its group, the
mean score of each class is that class's threshold, and a row is suspicious when it passes the
threshold of the class that it was *not* given. The means carry the model's own doubt, so an
over-confident model does not flood the list. One thing is stricter than in the paper: the model
must also find the other answer likelier than the given one. Where a label is rare, its mean score
lies far below a half, and without that half the list would fill with rightly approved comments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.labels import DECIDING_LABELS, Label
from classifiers.suspicious import SuspiciousLabel
from training.example import Example, Floats, label_matrix, scoring_inputs
from training.fit import log_odds
from training.refine import refine

_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One suspicious label.

    Attributes
    ----------
    row : int
        Number of the row.
    given : bool
        What the row says.
    probability : float
        What the model gives for the label, cross-validated.
    """

    row: int
    label: Label
    given: bool
    probability: float

    @property
    def margin(self) -> float:
        """How much the model prefers the other answer, in [-1, 1]."""
        return (1 - 2 * self.probability) if self.given else (2 * self.probability - 1)

    @property
    def reason(self) -> str:
        """The suspicion in a sentence."""
        said = "carries" if self.given else "does not carry"
        return (
            f"It was decided that the comment {said} {self.label}; a model taught by all other "
            f"decisions gives it {self.probability:.2f}."
        )


def confident_errors(y: Floats, probability: Floats) -> npt.NDArray[np.intp]:
    """Return the numbers of the rows off the diagonal of the confident joint, the surest first.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Given labels, 0 or 1.
    probability : ndarray of shape (n_samples,)
        Cross-validated probability of 1.
    """
    yes = y >= _HALF
    if yes.all() or not yes.any():
        return np.array([], dtype=np.intp)
    leans_yes = probability >= _HALF
    sure_yes = leans_yes & (probability >= probability[yes].mean())
    sure_no = ~leans_yes & (1 - probability >= (1 - probability[~yes]).mean())
    found = np.where(yes, sure_no, sure_yes)
    rows = np.flatnonzero(found)
    margin = np.abs(probability[rows] - y[rows])
    return np.asarray(rows[np.argsort(-margin, kind="stable")], dtype=np.intp)


def suspicious(
    rows: Sequence[Example],
    base: Any,
    *,
    seed: int,
    labels: Sequence[Label] = DECIDING_LABELS,
) -> list[Suspicion]:
    """Return the suspicious labels of some rows, the surest first.

    Parameters
    ----------
    rows : sequence of Example
        Decisions; near-duplicates and one author's comments are scored by the same fold.
    base : sklearn.pipeline.Pipeline
        The bundled model that the decisions refine; where they are too few to refine a label, it
        is asked itself.
    seed : int
        Of the folds.
    labels : sequence of Label
        Which labels to look at.
    """
    if not rows:
        return []
    heads = [Label(name) for name in base.named_steps["heads"].labels]
    held_out = refine(base, rows, (), seed=seed).held_out
    own = log_odds(base, scoring_inputs(rows))
    scores = np.where(np.isnan(held_out), own, held_out)
    return contradicted(rows, 1 / (1 + np.exp(-np.clip(scores, -700, 700))), heads, labels)


def contradicted(
    rows: Sequence[Example],
    probabilities: Floats,
    heads: Sequence[Label],
    labels: Sequence[Label] = DECIDING_LABELS,
) -> list[Suspicion]:
    """Return the labels that cross-validated scores confidently contradict, the surest first.

    Parameters
    ----------
    rows : sequence of Example
    probabilities : ndarray of shape (n_rows, n_heads)
        Each row's by a fit that did not see it; NaN where there is none.
    heads : sequence of Label
        What the columns are.
    labels : sequence of Label
        Which labels to look at.
    """
    y = label_matrix(rows, heads)
    found: list[Suspicion] = []
    for column, label in enumerate(heads):
        if label not in labels:
            continue
        known = np.flatnonzero(~np.isnan(y[:, column]) & ~np.isnan(probabilities[:, column]))
        scores = probabilities[known, column]
        for place in confident_errors(y[known, column], scores):
            row = int(known[int(place)])
            given = bool(y[row, column] >= _HALF)
            found.append(Suspicion(row, label, given, float(scores[int(place)])))
    return sorted(found, key=lambda one: (-one.margin, one.row, one.label))


def listed(rows: Sequence[Example], found: Sequence[Suspicion]) -> list[SuspiciousLabel]:
    """Return suspicions as the lines of the list that the service reads."""
    lines = []
    for one in found:
        forum, _, comment_id = rows[one.row].key.partition(":")
        lines.append(
            SuspiciousLabel(
                forum=forum,
                comment_id=comment_id,
                revision=rows[one.row].revision,
                label=one.label,
                given=one.given,
                probability=round(one.probability, 4),
                reason=one.reason,
            )
        )
    return lines
