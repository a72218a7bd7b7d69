"""The feature matrix: factors equal the product, state survives saving."""

from __future__ import annotations

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from classifiers.features import NgramVectorizer
from classifiers.heads import fit_logistic, log_count_ratios
from tests.unit.classifiers.toy import ABUSIVE, TEXTS, fitted


def test_factors_equal_the_product() -> None:
    vectorizer = NgramVectorizer(min_documents=1).fit(TEXTS)
    matrix = vectorizer.factor(TEXTS)
    product = matrix.to_csr().toarray()
    rng = np.random.default_rng(0)
    weights, residuals = rng.normal(size=matrix.shape[1]), rng.normal(size=matrix.shape[0])
    np.testing.assert_allclose(matrix.dot(weights), product @ weights, atol=1e-12)
    np.testing.assert_allclose(matrix.transposed_dot(residuals), product.T @ residuals, atol=1e-12)


def test_take_keeps_the_rows() -> None:
    matrix = NgramVectorizer(min_documents=1).fit(TEXTS).factor(TEXTS)
    rows = np.array([5, 1])
    np.testing.assert_allclose(
        matrix.take(rows).to_csr().toarray(), matrix.to_csr().toarray()[rows]
    )


def test_limits_keep_the_most_frequent_of_each_family() -> None:
    vectorizer = NgramVectorizer(min_documents=1, max_words=2, max_pairs=1, max_grams=3).fit(TEXTS)
    families = [name[0] for name in vectorizer.names_]
    assert (families.count("="), families.count("+")) == (2, 1)
    assert len([family for family in families if family not in "=+!"]) == 3


def test_rows_without_known_features_are_zero() -> None:
    vectorizer = NgramVectorizer(min_documents=1).fit(TEXTS)
    assert vectorizer.transform(["", "\u4f60"]).nnz == 0


def test_estimators_can_be_cloned() -> None:
    assert clone(fitted()).get_params()["features__shortest"] == 3


def test_logistic_equals_scikit_learn() -> None:
    matrix = NgramVectorizer(min_documents=1).fit(TEXTS).factor(TEXTS)
    y, weight = np.array(ABUSIVE, dtype=float), np.linspace(0.5, 2.0, len(ABUSIVE))
    coef, intercept = fit_logistic(matrix, y, weight, penalty=0.5)
    expected = LogisticRegression(C=2.0, tol=1e-8, max_iter=1000)
    expected.fit(matrix.to_csr(), y, sample_weight=weight)
    np.testing.assert_allclose(coef, expected.coef_[0], atol=2e-3)
    assert abs(intercept - expected.intercept_[0]) < 5e-3


def test_offset_is_a_prior() -> None:
    matrix = NgramVectorizer(min_documents=1).fit(TEXTS).factor(TEXTS)
    y = np.array(ABUSIVE, dtype=float)
    sure = np.where(y > 0, 20.0, -20.0)
    coef, _ = fit_logistic(matrix, y, np.ones_like(y), penalty=0.5, offset=sure)
    assert np.abs(coef).max() < 1e-3  # nothing is left to learn


def test_telling_features_get_the_larger_factor() -> None:
    vectorizer = NgramVectorizer(min_documents=1).fit(TEXTS)
    y = np.array(ABUSIVE, dtype=float)
    factors = log_count_ratios(vectorizer.factor(TEXTS), y, np.ones_like(y), 1.0)
    by_name = dict(zip(vectorizer.names_, factors, strict=True))
    assert by_name["=idiot"] > by_name["=a"]
