"""Refine a bundled model with a forum's labels: the bundle's weights are the prior.

Log-odds of a refined head are ``sum(lean * base) + shift + X d``: how far each of the base's heads
is trusted is fitted first, beginning at "this head alone, as it is"; then ``d`` by L2-penalised
maximum likelihood, which is the most probable model under a normal prior centred on the base. The
sum is again one linear model. Words that the base never saw join the vocabulary. What else was
tried, and how it did: docs/adr/0018-refinement.md.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from classifiers.factored import FactoredMatrix
from classifiers.folding import fold
from classifiers.heads import fit_logistic, one_blas_thread
from classifiers.labels import Label
from classifiers.ngrams import START, pair_feature, token_features
from classifiers.scorer import ScoringInput
from classifiers.text import tokenize
from training.example import Example, Floats, label_matrix, scoring_inputs, weight_matrix
from training.split import bucket, groups
from training.workers import HERE, Workers

MIN_EACH = 5
"""A head is refined when at least so many decisions say yes and as many no."""

NEW_FEATURES = 20_000
NEW_FEATURE_DOCUMENTS = 3
FOLDS = 3
MAX_ITER = 30
"""Optimiser iterations of a fit; twice as many change nothing that can be measured."""


@dataclass(frozen=True, slots=True)
class Prior:
    """How strongly the base holds against the decisions; the defaults won a comparison (ADR 18).

    Attributes
    ----------
    weights : float
        Penalty on changes of single weights.
    trust : float
        Penalty on trusting other heads of the base than the one that is refined.
    anchors : float
        Weight of all rows of our own corpus against that of all decisions, at most.
    """

    weights: float = 0.1
    trust: float = 40.0
    anchors: float = 0.5


DEFAULT_PRIOR = Prior()


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
            folded = fold(token)
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
    prior: Prior = DEFAULT_PRIOR,
    workers: Workers = HERE,
) -> Refined:
    """Refine every head for which the rows say enough.

    Parameters
    ----------
    base : sklearn.pipeline.Pipeline
        The bundled model.
    rows : sequence of Example
        The forum's decisions.
    anchors : sequence of Example
        Rows of our own corpus; they keep what the forum does not speak about where it was.
    seed : int
        Of the folds.
    prior : Prior
    workers : Workers
        Where the fits run.
    """
    with one_blas_thread():
        return _refined(base, rows, anchors, (seed, prior, workers))


def _refined(
    base: Any,
    rows: Sequence[Example],
    anchors: Sequence[Example],
    how: tuple[int, Prior, Workers],
) -> Refined:
    seed, prior, workers = how
    pipeline = extend_vocabulary(base, scoring_inputs(rows))
    heads = pipeline.named_steps["heads"]
    labels = [Label(name) for name in heads.labels]
    both = [*rows, *anchors]
    matrix = pipeline.named_steps["features"].factor(scoring_inputs(both))
    scores = np.asarray(heads.decision_function(matrix))
    y, weight = label_matrix(both, labels), weight_matrix(both, labels)
    weight[len(rows) :] *= min(1.0, prior.anchors * len(rows) / max(1, len(anchors)))
    folds = _folds(rows, seed)
    held_out = np.full((len(rows), len(labels)), np.nan)
    coef, intercept = heads.coef_.copy(), heads.intercept_.copy()
    spoken = _features_of(matrix, len(rows))
    matrix = FactoredMatrix(matrix.documents, matrix.units[:, spoken], matrix.scale)
    columns = [c for c in range(len(labels)) if _says_enough(y[: len(rows), c])]
    # Each head on all rows, and without each of its folds: none of them needs another.
    pieces = [
        (column, outside)
        for column in columns
        for outside in (None, *range(FOLDS))
        if outside is None or _can_be_left_out(y[:, column], folds, outside)
    ]
    solutions = workers.run(_solved, (_Problem(matrix, scores, y, weight, folds, prior),), pieces)
    for (column, outside), (trust, shift, delta) in zip(pieces, solutions, strict=True):
        if outside is None:
            coef[column] = trust @ heads.coef_
            coef[column, spoken] += delta
            intercept[column] = trust @ heads.intercept_ + shift
        else:
            inside = np.flatnonzero(folds == outside)
            held_out[inside, column] = scores[inside] @ trust + shift
            held_out[inside, column] += matrix.take(inside).dot(delta)
    heads.set_weights(coef, intercept)
    return Refined(pipeline, held_out, tuple(labels[column] for column in columns))


def _features_of(matrix: FactoredMatrix, size: int) -> Any:
    """Return the features of the first rows: what the forum does not say stays as it was."""
    return np.unique(matrix.take(np.arange(size)).units.indices)


def lean(
    scores: Floats, prior: Floats, y: Floats, weight: Floats, penalty: float
) -> tuple[Floats, float]:
    """Fit ``scores @ trust + shift`` by penalised maximum likelihood.

    The forum may mean by a label what another head of the base means: its "abusive" may be our
    "profanity". Few labels are enough to tell.

    Parameters
    ----------
    scores : ndarray of shape (n_samples, n_heads)
        Log-odds of the base.
    prior : ndarray of shape (n_heads,)
        Where ``trust`` is pulled to.
    y, weight : ndarray of shape (n_samples,)
    penalty : float
        Strength of the pull.
    """

    def objective(point: Floats) -> tuple[float, Floats]:
        margin = scores @ point[:-1] + point[-1]
        away = point[:-1] - prior
        loss = float(weight @ (np.logaddexp(0.0, margin) - y * margin))
        residual = weight * (expit(margin) - y)
        gradient = np.append(scores.T @ residual + penalty * away, residual.sum())
        return loss + 0.5 * penalty * float(away @ away), gradient

    result = minimize(objective, np.append(prior, 0.0), jac=True, method="L-BFGS-B")
    return np.asarray(result.x[:-1]), float(result.x[-1])


@dataclass(frozen=True, slots=True)
class _Problem:
    """All heads' data: ``scores`` are the base's log-odds; a NaN in ``y`` is unknown."""

    matrix: FactoredMatrix
    scores: Floats
    y: Floats
    weight: Floats
    folds: Any
    prior: Prior


def _solved(problem: _Problem, column: int, outside: int | None) -> tuple[Floats, float, Floats]:
    """Return trust, shift and the change of the weights of one head, fitted outside of a fold."""
    y = problem.y[:, column]
    rows = np.arange(len(y))
    if outside is not None:
        rows = np.setdiff1d(rows, np.flatnonzero(problem.folds == outside))
    known = rows[~np.isnan(y[rows])]
    scores, weight = problem.scores[known], problem.weight[known, column]
    own = np.eye(problem.scores.shape[1])[column]
    with one_blas_thread():
        trust, shift = lean(scores, own, y[known], weight, problem.prior.trust)
        delta, more = fit_logistic(
            problem.matrix.take(known),
            y[known],
            weight,
            penalty=problem.prior.weights,
            offset=scores @ trust + shift,
            max_iter=MAX_ITER,
        )
    return trust, shift + more, delta


def _can_be_left_out(y: Floats, folds: Any, fold_number: int) -> bool:
    inside = np.flatnonzero(folds == fold_number)
    return bool(inside.size) and _says_enough(np.delete(y, inside), each=1)


def _folds(rows: Sequence[Example], seed: int) -> Any:
    return np.array(
        [int(bucket(f"fold:{group}", seed) * FOLDS) for group in groups(rows)], dtype=np.intp
    )


def _says_enough(column: Floats, each: int = MIN_EACH) -> bool:
    known = column[~np.isnan(column)]
    yes = int((known >= 0.5).sum())  # noqa: PLR2004
    return min(yes, len(known) - yes) >= each
