"""The linear heads: equal to scikit-learn's, and even-handed where they are told to be."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

from classifiers.features import NgramVectorizer
from classifiers.heads import Alike, LinearHeads, fit_logistic
from tests.unit.classifiers.toy import ABUSIVE, TEXTS

Y = np.array(ABUSIVE, dtype=np.float64)
ONES = np.ones(len(Y))


def test_the_fit_is_scikit_learns_logistic_regression() -> None:
    matrix = NgramVectorizer(min_documents=1).fit(TEXTS).factor(TEXTS)
    weights, intercept = fit_logistic(matrix, Y, ONES, penalty=0.5, max_iter=2000)
    theirs = LogisticRegression(C=2.0, tol=1e-8, max_iter=5000).fit(matrix.to_csr(), Y)
    ours = matrix.dot(weights) + intercept
    assert np.abs(ours - theirs.decision_function(matrix.to_csr())).max() < 0.02


def test_heads_side_by_side_are_heads_fitted_alone_and_each_is_reported() -> None:
    matrix = NgramVectorizer(min_documents=1).fit_factor(TEXTS)
    answers = np.array([Y, 1 - Y, np.roll(Y, 1)]).T
    answers[2, 1] = np.nan
    told: list[tuple[str, int, int]] = []
    together = LinearHeads(["a", "b", "c"]).fit(
        matrix, answers, progress=lambda *step: told.append(step)
    )
    assert told == [("a", 1, 3), ("b", 2, 3), ("c", 3, 3)]
    for column, label in enumerate(together.labels):
        alone = LinearHeads([label]).fit(matrix, answers[:, [column]])
        np.testing.assert_array_equal(alone.coef_[0], together.coef_[column])


def test_the_penalty_on_pairs_has_the_gradient_it_says() -> None:
    features = NgramVectorizer(min_documents=1).fit(TEXTS)
    alike = Alike(features.factor(TEXTS[:6]), 0.7)
    rng = np.random.default_rng(0)
    point, step = rng.normal(size=(2, alike.texts.shape[1]))
    _, gradient = alike.penalty(point)
    rise = (alike.penalty(point + 1e-5 * step)[0] - alike.penalty(point - 1e-5 * step)[0]) / 2e-5
    assert np.isclose(rise, gradient @ step, rtol=1e-5)


def test_pairs_are_scored_alike_and_the_rest_is_still_told_apart() -> None:
    texts = [
        *("the greens are crooks", "the greens lie", "greens and crooks"),
        *("the reds met today", "the reds have a plan", "a plan of the reds"),
    ]
    y = np.array([1.0, 1, 1, 0, 0, 0])
    features = NgramVectorizer(min_documents=1).fit(texts)
    greens = ["the greens met", "the greens lie", "greens have"]
    both = features.factor([*greens, *(text.replace("greens", "reds") for text in greens)])

    def gap_and_margin(alike: dict[str, list[Alike]] | None) -> tuple[float, float]:
        heads = LinearHeads(["partisan"], penalty=0.1)
        heads.fit(features.factor(texts), y[:, None], alike=alike)
        first, second = heads.decision_function(both).reshape(2, -1)
        apart = first - second
        scores = heads.decision_function(features.factor(texts))[:, 0]
        return float(np.abs(apart).mean()), float(scores[y > 0].min() - scores[y == 0].max())

    free_gap, _ = gap_and_margin(None)
    held_gap, margin = gap_and_margin({"partisan": [Alike(both, 10.0)]})
    assert held_gap < 0.25 * free_gap
    assert margin > 0
