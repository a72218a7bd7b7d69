"""Refine a bundled model with a forum's labels: the bundle's weights are the prior.

Log-odds of the refined model are ``slope * base + shift + X d``: how the base is trusted is fitted
first, then ``d`` by L2-penalised maximum likelihood, which is the most probable model under a
normal prior centred on the base. The sum is again one linear model. Words that the base never saw
join the vocabulary.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from classifiers.features import FactoredMatrix
from classifiers.heads import fit_logistic
from classifiers.labels import Label
from classifiers.ngrams import START, pair_feature, token_features
from classifiers.scorer import ScoringInput
from classifiers.text import fold, tokenize
from training.example import Example, Floats, label_matrix, scoring_inputs, weight_matrix
from training.fit import platt
from training.split import bucket, groups

MIN_EACH = 5
"""A head is refined when at least so many decisions say yes and as many no."""

NEW_FEATURES = 20_000
NEW_FEATURE_DOCUMENTS = 3
FOLDS = 3


@dataclass(frozen=True, slots=True)
class Refined:
    """A refined pipeline and what it says of rows it did not see.

    Attributes
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Fitted on all rows given, not calibrated.
    held_out : ndarray of shape (n_rows, n_labels)
        Cross-fitted log-odds of the same rows, for calibration and thresholds; NaN for a label
        that was not refined.
    refined : tuple[Label, ...]
        Labels whose head changed.
    """

    pipeline: Any
    held_out: Floats
    refined: tuple[Label, ...]


def extend_vocabulary(pipeline: Any, comments: Sequence[ScoringInput]) -> Any:
    """Return a copy of a pipeline whose vocabulary also holds the frequent new words and pairs.

    New features start with weight zero and with the highest weight of rarity in the vocabulary.
    """
    extended = copy.deepcopy(pipeline)
    features, heads = extended.named_steps["features"], extended.named_steps["heads"]
    counts = _new_features(features, comments)
    chosen = sorted(counts, key=lambda name: (-counts[name], name))[:NEW_FEATURES]
    if not chosen:
        return extended
    rare = float(features.idf_.max())
    coef = np.hstack([heads.coef_, np.zeros((len(heads.labels), len(chosen)))])
    idf = np.append(features.idf_, np.full(len(chosen), rare))
    features.set_features([*features.names_, *chosen], idf)
    heads.set_weights(coef, heads.intercept_)
    return extended


def _new_features(features: Any, comments: Sequence[ScoringInput]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for comment in comments:
        found: set[str] = set()
        before = START
        for token in tokenize(comment.text):
            folded = fold(token.kind, token.surface)
            found.add(pair_feature(before, folded.form))
            found.add(token_features(folded, 1, 0)[0])
            before = folded.form
        counts.update(found)
    return {
        name: count
        for name, count in counts.items()
        if count >= NEW_FEATURE_DOCUMENTS and name not in features.vocabulary_
    }


def refine(
    base: Any,
    rows: Sequence[Example],
    anchors: Sequence[Example],
    *,
    seed: int,
    penalty: float = 1.0,
) -> Refined:
    """Refine every head for which the rows say enough.

    Parameters
    ----------
    base : sklearn.pipeline.Pipeline
        The bundled model.
    rows : sequence of Example
        The forum's decisions.
    anchors : sequence of Example
        Rows of our own corpus; they weigh together at most a quarter of the decisions, and keep
        what the forum does not speak about where it was.
    seed : int
        Of the folds.
    penalty : float
        Strength of the prior.
    """
    pipeline = extend_vocabulary(base, scoring_inputs(rows))
    heads = pipeline.named_steps["heads"]
    labels = [Label(name) for name in heads.labels]
    both = [*rows, *anchors]
    matrix = pipeline.named_steps["features"].factor(scoring_inputs(both))
    scores = np.asarray(heads.decision_function(matrix))
    y, weight = label_matrix(both, labels), weight_matrix(both, labels)
    weight[len(rows) :] *= min(1.0, 0.25 * len(rows) / max(1, len(anchors)))
    folds = _folds(rows, seed)
    held_out = np.full((len(rows), len(labels)), np.nan)
    coef, intercept = heads.coef_.copy(), heads.intercept_.copy()
    refined: list[Label] = []
    for column, label in enumerate(labels):
        if not _says_enough(y[: len(rows), column]):
            continue
        refined.append(label)
        problem = _Problem(matrix, scores[:, column], y[:, column], weight[:, column], penalty)
        held_out[:, column] = problem.cross_fitted(folds, len(rows))
        slope, shift, delta = problem.solve(np.arange(len(both)))
        coef[column] = slope * coef[column] + delta
        intercept[column] = slope * intercept[column] + shift
    heads.set_weights(coef, intercept)
    return Refined(pipeline, held_out, tuple(refined))


@dataclass(frozen=True, slots=True)
class _Problem:
    """One head's data: features, the base's log-odds, answers (NaN unknown), weights."""

    matrix: FactoredMatrix
    scores: Floats
    y: Floats
    weight: Floats
    penalty: float

    def solve(self, rows: Any) -> tuple[float, float, Floats]:
        """Return slope, shift and the change of the weights, fitted on some rows."""
        known = rows[~np.isnan(self.y[rows])]
        y, weight = self.y[known], self.weight[known]
        slope, shift = platt(self.scores[known], y, weight)
        offset = slope * self.scores[known] + shift
        delta, more = fit_logistic(
            self.matrix.take(known), y, weight, penalty=self.penalty, offset=offset, max_iter=60
        )
        return slope, shift + more, delta

    def cross_fitted(self, folds: Any, size: int) -> Floats:
        """Return log-odds of the first ``size`` rows, each from a fit without its fold."""
        found = np.full(size, np.nan)
        everything = np.arange(len(self.y))
        for fold_number in range(FOLDS):
            inside = np.flatnonzero(folds == fold_number)
            if not inside.size:
                continue
            outside = np.setdiff1d(everything, inside)
            if not _says_enough(self.y[outside], each=1):
                continue
            slope, shift, delta = self.solve(outside)
            found[inside] = slope * self.scores[inside] + shift
            found[inside] += self.matrix.take(inside).dot(delta)
        return found


def _folds(rows: Sequence[Example], seed: int) -> Any:
    return np.array(
        [int(bucket(f"fold:{group}", seed) * FOLDS) for group in groups(rows)], dtype=np.intp
    )


def _says_enough(column: Floats, each: int = MIN_EACH) -> bool:
    known = column[~np.isnan(column)]
    yes = int((known >= 0.5).sum())  # noqa: PLR2004
    return min(yes, len(known) - yes) >= each
