"""Fit and calibrate; the only place that calls ``.fit``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from classifiers.heads import Alike
from classifiers.labels import Label
from classifiers.pipeline import PipelineParams, build_pipeline
from classifiers.scorer import ScoringInput
from training.example import Example, Floats, label_matrix, scoring_inputs, weight_matrix
from training.progress import Progress, silent


@dataclass(frozen=True, slots=True)
class Twins:
    """Pairs of texts that some heads should score alike (see `training.swaps`).

    Attributes
    ----------
    first, second : sequence of str
        Of one length.
    strength : Mapping[Label, float]
        How strongly each head holds them together; an absent label does not.
    """

    first: Sequence[str]
    second: Sequence[str]
    strength: Mapping[Label, float]


def fit_pipeline(
    rows: Sequence[Example],
    params: PipelineParams,
    twins: Sequence[Twins] = (),
    *,
    progress: Progress = silent,
) -> Any:
    """Fit vocabulary and heads on rows with partly unknown labels.

    Parameters
    ----------
    rows : sequence of Example
    params : PipelineParams
    twins : sequence of Twins
        All pairs of a label count together.
    progress : Progress
        Told of each head.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Fitted, not yet calibrated.
    """
    pipeline = build_pipeline(params)
    labels = [Label(name) for name in params.labels]
    features, heads = pipeline.named_steps["features"], pipeline.named_steps["heads"]
    matrix = features.fit_factor(scoring_inputs(rows))
    alike: dict[str, list[Alike]] = {}
    for pairs in twins:
        texts = features.factor([*pairs.first, *pairs.second])
        for label, strength in pairs.strength.items():
            alike.setdefault(label.value, []).append(Alike(texts, strength))
    heads.fit(
        matrix,
        label_matrix(rows, labels),
        weight_matrix(rows, labels),
        alike=alike,
        progress=progress,
    )
    return pipeline


def fit_plain_baseline(texts: Sequence[str], answers: Sequence[int]) -> Any:
    """Fit what the model is compared with: TF-IDF of words and pairs, logistic regression.

    Parameters
    ----------
    texts : sequence of str
    answers : sequence of int
        0 or 1.

    Returns
    -------
    sklearn.pipeline.Pipeline
        With scikit-learn's own defaults but for word pairs and words of two texts or more.
    """
    pipeline = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2), LogisticRegression(max_iter=1000)
    )
    return pipeline.fit(texts, answers)


def log_odds(pipeline: Any, comments: Sequence[ScoringInput]) -> Floats:
    """Return log-odds of shape (n_comments, n_labels) without multiplying the features out."""
    matrix = pipeline.named_steps["features"].factor(comments)
    return np.asarray(pipeline.named_steps["heads"].decision_function(matrix), dtype=np.float64)


def platt(scores: Floats, y: Floats, weight: Floats) -> tuple[float, float]:
    """Fit a Platt calibration ``slope * score + shift`` by weighted maximum likelihood.

    Targets are smoothed as in Platt (1999): ``(n1 + 1) / (n1 + 2)`` and ``1 / (n0 + 2)``. A weak
    pull of the slope towards 1 keeps tiny samples sane.

    Parameters
    ----------
    scores, y, weight : ndarray of shape (n_samples,)
        Log-odds, labels in [0, 1], weights.
    """
    high = (float(y.sum()) + 1.0) / (float(y.sum()) + 2.0)
    low = 1.0 / (float((1 - y).sum()) + 2.0)
    target = low + y * (high - low)

    def objective(point: Floats) -> tuple[float, Floats]:
        margin = point[0] * scores + point[1]
        loss = float(weight @ (np.logaddexp(0.0, margin) - target * margin))
        residual = weight * (expit(margin) - target)
        pull = point[0] - 1.0
        gradient = np.array([residual @ scores + pull, residual.sum()])
        return loss + 0.5 * pull * pull, gradient

    bounds = [(0.05, 20.0), (None, None)]
    result = minimize(objective, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=bounds)
    return float(result.x[0]), float(result.x[1])


def prevalence_weights(y: Floats, weight: Floats, prevalence: float) -> Floats:
    """Rescale weights so that the label is as frequent as in real traffic; the sum stays.

    Parameters
    ----------
    y, weight : ndarray of shape (n_samples,)
    prevalence : float
        Share of comments in (0, 1) that carry the label.
    """
    positive = float(weight @ y)
    negative = float(weight @ (1 - y))
    total = positive + negative
    if positive <= 0 or negative <= 0:
        return weight
    return np.asarray(
        weight * (y * prevalence * total / positive + (1 - y) * (1 - prevalence) * total / negative)
    )


def calibrate_pipeline(
    pipeline: Any,
    rows: Sequence[Example],
    prevalence: Mapping[Label, float],
) -> Any:
    """Calibrate each head on rows it was not fitted on, at a realistic prevalence.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        From `fit_pipeline`; changed in place.
    rows : sequence of Example
        Held out from the fit. A label with under 5 rows of a class keeps its scores.
    prevalence : mapping of Label to float
        Share of real traffic that carries each label.
    """
    heads = pipeline.named_steps["heads"]
    labels = [Label(name) for name in heads.labels]
    scores = log_odds(pipeline, scoring_inputs(rows))
    y, weight = label_matrix(rows, labels), weight_matrix(rows, labels)
    slopes, shifts = np.ones(len(labels)), np.zeros(len(labels))
    for column, label in enumerate(labels):
        known = ~np.isnan(y[:, column]) & (weight[:, column] > 0)
        answers = y[known, column]
        if min((answers >= 0.5).sum(), (answers < 0.5).sum()) < 5:  # noqa: PLR2004
            continue
        weights = prevalence_weights(answers, weight[known, column], prevalence[label])
        slopes[column], shifts[column] = platt(scores[known, column], answers, weights)
    heads.calibrate(slopes, shifts)
    return pipeline
