"""The feature matrix: factors equal the product, state survives saving."""

from __future__ import annotations

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from classifiers.features import NgramVectorizer
from classifiers.folding import Folded, fold
from classifiers.heads import fit_logistic, log_count_ratios
from classifiers.ngrams import CONTEXT_TOKENS, context_features, token_features
from classifiers.scorer import ScoringInput
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


def test_reading_once_is_fitting_and_reading_again() -> None:
    comments = [ScoringInput(text, "The council", "YOU idi0t!!") for text in TEXTS]
    at_once, apart = NgramVectorizer(min_documents=2), NgramVectorizer(min_documents=2)
    matrix = at_once.fit_factor(comments)
    assert apart.fit(comments).names_ == at_once.names_
    np.testing.assert_array_equal(apart.idf_, at_once.idf_)
    np.testing.assert_array_equal(
        apart.factor(comments).to_csr().toarray(), matrix.to_csr().toarray()
    )
    assert {name[0] for name in at_once.names_} >= {"=", "+", "@", " "}


def test_counts_are_of_documents_that_hold_a_feature() -> None:
    features = NgramVectorizer(min_documents=2).fit(["Greens lie", "greens GREENS lie", "a lie"])
    names = [name for name in features.names_ if name[0] in "=+"]
    assert names == ["+<s> greens", "+greens lie", "=greens", "=lie"]
    weights = [features.idf_[features.vocabulary_[name]] for name in names]
    np.testing.assert_allclose(weights, [np.log(4 / 3) + 1, np.log(4 / 3) + 1, 1.0, 1.0], rtol=1e-6)


def test_limits_keep_the_most_frequent_of_each_family() -> None:
    vectorizer = NgramVectorizer(min_documents=1, max_words=2, max_pairs=1, max_grams=3).fit(TEXTS)
    families = [name[0] for name in vectorizer.names_]
    assert (families.count("="), families.count("+")) == (2, 1)
    assert len([family for family in families if family not in "=+!"]) == 3


def test_rows_without_known_features_are_zero() -> None:
    vectorizer = NgramVectorizer(min_documents=1).fit(TEXTS)
    assert vectorizer.transform(["", "\u4f60"]).nnz == 0


def test_context_has_its_own_features_and_weights() -> None:
    comments: list[str | ScoringInput] = [
        ScoringInput("yes yes", title="The budget", parent="A balanced budget"),
        ScoringInput("yes", parent="What budget?"),
        ScoringInput("no"),
        "no",
    ]
    vectorizer = NgramVectorizer(min_documents=1, context_scale=0.25).fit(comments)
    columns = [column for column, name in enumerate(vectorizer.names_) if name[0] == "@"]
    names = [vectorizer.names_[column] for column in columns]
    assert names == ["@a", "@balanced", "@budget", "@the", "@what"]
    weight_in_one = 0.25 * (np.log((1 + 2) / (1 + 1)) + 1)  # of the two comments with context
    np.testing.assert_allclose(
        vectorizer.idf_[columns], [weight_in_one, weight_in_one, 0.25, weight_in_one, weight_in_one]
    )
    alone = vectorizer.transform(["yes yes", "yes", "no", "no"]).toarray()
    both = vectorizer.transform(comments).toarray()
    assert not alone[:, columns].any()
    np.testing.assert_array_equal(both[2:], alone[2:])
    np.testing.assert_array_equal(both[:2, columns] > 0, [[1, 1, 1, 1, 0], [0, 0, 1, 0, 1]])


def test_context_is_limited() -> None:
    title = " ".join(f"a{'b' * number}c" for number in range(CONTEXT_TOKENS + 10))
    names = context_features(ScoringInput("x", title, title), fold)
    assert len(names) <= CONTEXT_TOKENS
    comments = [ScoringInput("x", title), ScoringInput("y", "abc abbc")]
    limited = NgramVectorizer(min_documents=1, max_context=1).fit(comments)
    assert [name for name in limited.names_ if name[0] == "@"] == ["@abbc"]


def test_words_cannot_pose_as_another_family() -> None:
    for form in ("1@budget", "1!caps", "1+s", "1=ab"):
        grams = token_features(
            Folded(form, (form,), has_letters=True, is_word=True, signals=()), 3, 5
        )[1:]
        assert grams
        assert not [gram for gram in grams if gram[0] in "@!+="]


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
