"""Figures agree with scikit-learn and with counting by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from training.evaluate import expected_calibration_error, measure, ranking_metrics, wilson


def test_ranking_equals_scikit_learn_under_ties() -> None:
    rng = np.random.default_rng(0)
    scores, y = rng.integers(0, 12, 300) / 11.0, rng.integers(0, 2, 300).astype(float)
    auc, ap = ranking_metrics(scores, y)
    assert auc == pytest.approx(roc_auc_score(y, scores), abs=1e-12)
    assert ap == pytest.approx(average_precision_score(y, scores), abs=1e-12)


def test_wilson_interval() -> None:
    found = wilson(8, 10)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.8, 0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 0) is None


def test_calibration_error_of_perfect_and_wrong_scores() -> None:
    y = np.array([0.0, 1.0] * 50)
    assert expected_calibration_error(np.full(100, 0.5), y) == pytest.approx(0.0)
    assert expected_calibration_error(np.full(100, 0.95), y) == pytest.approx(0.45)


def test_measure_counts_at_the_threshold() -> None:
    found = measure(np.array([0.9, 0.6, 0.4, 0.1]), np.array([1.0, 0.0, 1.0, 0.0]), 0.5, seed=0)
    assert found.precision is not None
    assert found.recall is not None
    assert (found.precision.value, found.recall.value) == (0.5, 0.5)
    assert found.to_record()["rows"] == 4


def test_one_class_has_no_ranking() -> None:
    found = measure(np.array([0.9, 0.6]), np.array([0.0, 0.0]), 0.5, seed=0)
    assert found.roc_auc is None
    assert found.recall is None
