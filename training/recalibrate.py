"""Calibrate refined heads and choose their thresholds anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from classifiers.labels import Label
from classifiers.scorer import Threshold
from training.candidate import prevalence_of
from training.example import Example, Floats, label_matrix, scoring_inputs
from training.fit import log_odds, platt, prevalence_weights
from training.refine import Refined
from training.thresholds import choose

MIN_EACH = 20
"""Decisions of each answer from which they choose a threshold without our corpus."""


def recalibrate(
    refined: Refined,
    decisions: Sequence[Example],
    own: Sequence[Example],
    thresholds: Mapping[Label, Threshold],
) -> dict[Label, Threshold]:
    """Fold a calibration into the refined heads; choose thresholds by the base's rules.

    The calibration rests on cross-fitted scores of the decisions, and on held-out rows of our
    corpus with a quarter of the weight. A rule speaks of what this forum decides, so its threshold
    rests on the decisions alone where they are enough: abuse of a kind that the forum never sees
    must not pull the threshold down.
    """
    heads = refined.pipeline.named_steps["heads"]
    labels = [Label(name) for name in heads.labels]
    prevalence = prevalence_of(decisions)
    scores = np.vstack([refined.held_out, log_odds(refined.pipeline, scoring_inputs(own))])
    answers = np.vstack([label_matrix(decisions, labels), label_matrix(own, labels)])
    weight = np.ones(len(scores))
    weight[len(decisions) :] = min(1.0, 0.25 * len(decisions) / max(1, len(own)))
    slopes, shifts = np.ones(len(labels)), np.zeros(len(labels))
    chosen = dict(thresholds)
    for column, label in enumerate(labels):
        known = ~np.isnan(answers[:, column]) & ~np.isnan(scores[:, column])
        if label not in refined.refined:
            continue
        y = answers[known, column]
        balanced = prevalence_weights(y, weight[known], prevalence[label])
        slopes[column], shifts[column] = platt(scores[known, column], y, balanced)
        probabilities = _logistic(slopes[column] * scores[known, column] + shifts[column])
        rule = thresholds[label].rule
        yes = (y >= 0.5).astype(float)  # noqa: PLR2004
        own_only = known[: len(decisions)].sum()
        if min(yes[:own_only].sum(), (1 - yes[:own_only]).sum()) < MIN_EACH:
            own_only = len(yes)
        chosen[label] = choose(
            rule,
            probabilities[:own_only],
            yes[:own_only],
            prevalence[label],
            weight[known][:own_only],
        )
    heads.calibrate(slopes, shifts)
    return chosen


def _logistic(values: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -700, 700))))
