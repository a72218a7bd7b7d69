"""Metrics for each label and slice, with intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from classifiers.labels import Label
from classifiers.scorer import Scorer
from training.example import Example, Floats, label_matrix, scoring_inputs

_Z = 1.959964  # two-sided 95% of a normal distribution
_BOOTSTRAPS = 100


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float

    def text(self) -> str:
        """Return the figure in words, for example ``0.85 (0.81 to 0.88)``."""
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"

    def to_record(self) -> dict[str, float]:
        """Return JSON-ready figures, rounded to four decimals."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Metrics:
    """How one label does on one set of rows.

    Attributes
    ----------
    rows, positives : int
        Rows whose label is known, and those that carry it.
    roc_auc, average_precision : Interval or None
        None if only one class occurs. Bootstrap intervals.
    expected_calibration_error : float
        Mean gap of score and frequency over ten equal bins, weighted by their rows.
    threshold : float
    precision, recall, false_positive_rate : Interval or None
        At the threshold, as sampled; Wilson intervals.
    """

    rows: int
    positives: int
    roc_auc: Interval | None
    average_precision: Interval | None
    expected_calibration_error: float
    threshold: float
    precision: Interval | None
    recall: Interval | None
    false_positive_rate: Interval | None

    def to_record(self) -> dict[str, Any]:
        """Return JSON-ready figures, rounded to four decimals."""
        record = asdict(self)
        for name, value in record.items():
            if isinstance(value, dict):
                record[name] = {key: round(part, 4) for key, part in value.items()}
            elif isinstance(value, float):
                record[name] = round(value, 4)
        return record


def wilson(hits: int, total: int) -> Interval | None:
    """Return a proportion with its Wilson score interval, or None of nothing.

    References
    ----------
    Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    if total == 0:
        return None
    share = hits / total
    bottom = 1 + _Z**2 / total
    middle = (share + _Z**2 / (2 * total)) / bottom
    spread = _Z * math.sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2)) / bottom
    return Interval(share, max(0.0, middle - spread), min(1.0, middle + spread))


def expected_calibration_error(scores: Floats, y: Floats, bins: int = 10) -> float:
    """Return the mean gap of score and frequency over equal-width bins, weighted by rows."""
    if not len(y):
        return 0.0
    place = np.minimum((scores * bins).astype(int), bins - 1)
    gaps = [
        abs(float(scores[place == b].mean() - y[place == b].mean())) * float((place == b).mean())
        for b in range(bins)
        if (place == b).any()
    ]
    return float(sum(gaps))


def measure(scores: Floats, y: Floats, threshold: float, *, seed: int) -> Metrics:
    """Return the metrics of one label.

    Parameters
    ----------
    scores : ndarray of shape (n_samples,)
        Probabilities.
    y : ndarray of shape (n_samples,)
        0 or 1.
    threshold : float
    seed : int
        Of the bootstrap.
    """
    flagged = scores >= threshold
    positive = y >= 0.5  # noqa: PLR2004
    hits = int((flagged & positive).sum())
    alarms = int((flagged & ~positive).sum())
    auc, ap = _ranking(scores, positive.astype(np.float64), seed)
    return Metrics(
        rows=len(y),
        positives=int(positive.sum()),
        roc_auc=auc,
        average_precision=ap,
        expected_calibration_error=expected_calibration_error(scores, y),
        threshold=threshold,
        precision=wilson(hits, hits + alarms),
        recall=wilson(hits, int(positive.sum())),
        false_positive_rate=wilson(alarms, int((~positive).sum())),
    )


def ranking_metrics(scores: Floats, y: Floats) -> tuple[float, float]:
    """Return ROC AUC and average precision, both exact under ties.

    The same numbers as scikit-learn's functions (a test compares them) without their checks, which
    dominate a bootstrap.

    Parameters
    ----------
    scores, y : ndarray of shape (n_samples,)
        Scores, and labels 0 or 1 of which both occur.
    """
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.append(ranked[1:] != ranked[:-1], True)
    hits = np.cumsum(y[order])[last]
    seen = np.flatnonzero(last) + 1.0
    misses = seen - hits
    recall = np.append(0.0, hits / hits[-1])
    alarms = np.append(0.0, misses / misses[-1])
    auc = float(((recall[1:] + recall[:-1]) * np.diff(alarms)).sum() / 2)
    return auc, float((np.diff(recall) * hits / seen).sum())


def _ranking(scores: Floats, y: Floats, seed: int) -> tuple[Interval | None, Interval | None]:
    if y.min(initial=1.0) == y.max(initial=0.0):
        return None, None
    rng = np.random.default_rng(seed)
    drawn: list[tuple[float, float]] = []
    for _ in range(_BOOTSTRAPS):
        rows = rng.integers(0, len(y), len(y))
        if 0 < y[rows].sum() < len(rows):
            drawn.append(ranking_metrics(scores[rows], y[rows]))
    auc, ap = ranking_metrics(scores, y)
    low, high = np.quantile(np.array(drawn or [(auc, ap)]), [0.025, 0.975], axis=0)
    return (
        Interval(auc, float(low[0]), float(high[0])),
        Interval(ap, float(low[1]), float(high[1])),
    )


def score_rows(scorer: Scorer, rows: Sequence[Example], labels: Sequence[Label]) -> Floats:
    """Return probabilities of shape (n_rows, n_labels); NaN for a label the model lacks."""
    scored = scorer.score_many(scoring_inputs(rows))
    return np.array(
        [[answer.probabilities.get(label, np.nan) for label in labels] for answer in scored]
    ).reshape(len(rows), len(labels))


def evaluate(
    scorer: Scorer, rows: Sequence[Example], *, seed: int, labels: Sequence[Label] = tuple(Label)
) -> dict[Label, Metrics]:
    """Return the metrics of each label that is known for some row."""
    probabilities = score_rows(scorer, rows, labels)
    answers = label_matrix(rows, labels)
    found: dict[Label, Metrics] = {}
    for column, label in enumerate(labels):
        known = ~np.isnan(answers[:, column]) & ~np.isnan(probabilities[:, column])
        if known.any():
            found[label] = measure(
                probabilities[known, column],
                answers[known, column],
                scorer.thresholds[label].value,
                seed=seed,
            )
    return found


def sides(scorer: Scorer, rows: Sequence[Example]) -> dict[str, Metrics]:
    """Return ``partisan`` on the jabs of each political side, each against all neutral rows."""
    neutral = [row for row in rows if row.labels.get(Label.PARTISAN) == 0]
    found = {}
    for side in ("left", "right"):
        jabs = [row for row in rows if row.side == side and row.labels.get(Label.PARTISAN) == 1]
        if jabs and neutral:
            both = [*jabs, *neutral]
            found[side] = evaluate(scorer, both, seed=0, labels=(Label.PARTISAN,))[Label.PARTISAN]
    return found


def records(metrics: Mapping[Label, Metrics]) -> dict[str, Any]:
    """Return JSON-ready metrics by label."""
    return {label.value: value.to_record() for label, value in metrics.items()}
