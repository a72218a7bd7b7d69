"""Whether a score of 0.3 means three in ten, at the prevalence of real traffic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.labels import Label
from classifiers.scorer import Scorer
from training.evaluate import score_rows
from training.example import Example, Floats, label_matrix, weight_matrix
from training.fit import prevalence_weights

BINS = 10


@dataclass(frozen=True, slots=True)
class Reliability:
    """Scores and frequencies in bins of equal width.

    Attributes
    ----------
    prevalence : float
        Share of the label that the rows were weighted to.
    error : float
        Expected calibration error: gap of mean score and frequency, weighted by the bins' share.
    brier_score : float
        Mean squared gap of score and label.
    share, score, frequency : tuple[float, ...]
        Of each bin that holds rows: its share of traffic, mean score and frequency of the label.
    rows : tuple[int, ...]
        Rows of each such bin, before weighting.
    """

    prevalence: float
    error: float
    brier_score: float
    share: tuple[float, ...]
    score: tuple[float, ...]
    frequency: tuple[float, ...]
    rows: tuple[int, ...]

    def to_record(self) -> dict[str, Any]:
        """Return JSON-ready figures, rounded to four decimals."""
        return {
            name: [round(part, 4) for part in one] if isinstance(one, tuple) else round(one, 4)
            for name, one in asdict(self).items()
        }


def measure_calibration(
    scorer: Scorer, held_out: Sequence[Example], prevalence: Mapping[Label, float]
) -> dict[str, Any]:
    """Return each label's reliability on held-out rows, weighted as in training."""
    labels = [label for label in Label if label in scorer.thresholds]
    scores = score_rows(scorer, held_out, labels)
    answers, weights = label_matrix(held_out, labels), weight_matrix(held_out, labels)
    found = {}
    for column, label in enumerate(labels):
        known = ~np.isnan(answers[:, column]) & ~np.isnan(scores[:, column])
        y = answers[known, column]
        if len(y) and y.min() < 0.5 <= y.max():  # noqa: PLR2004
            one = reliability(scores[known, column], y, prevalence[label], weights[known, column])
            found[label.value] = one.to_record()
    return found


def reliability(
    scores: Floats, y: Floats, prevalence: float, weight: Floats | None = None
) -> Reliability:
    """Return the reliability of one label's scores on held-out rows.

    Parameters
    ----------
    scores, y : ndarray of shape (n_rows,)
        Probabilities; labels in [0, 1].
    prevalence : float
        Rows are weighted so that the label is as frequent as in real traffic.
    weight : ndarray of shape (n_rows,), optional
        Of the rows before that.
    """
    weights = prevalence_weights(y, np.ones_like(y) if weight is None else weight, prevalence)
    weights = weights / weights.sum()
    place: npt.NDArray[np.intp] = np.minimum((scores * BINS).astype(np.intp), BINS - 1)
    mass, score, frequency, rows = [], [], [], []
    for number in np.unique(place).tolist():
        inside = place == number
        share = float(weights[inside].sum())
        if share <= 0:
            continue
        mass.append(share)
        score.append(float(weights[inside] @ scores[inside]) / share)
        frequency.append(float(weights[inside] @ y[inside]) / share)
        rows.append(int(inside.sum()))
    gaps = np.abs(np.array(score) - np.array(frequency))
    return Reliability(
        prevalence,
        float(np.array(mass) @ gaps),
        float(weights @ (scores - y) ** 2),
        tuple(mass),
        tuple(score),
        tuple(frequency),
        tuple(rows),
    )
