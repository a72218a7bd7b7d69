"""The compiled scorer equals the scikit-learn pipeline on whatever is written."""

from __future__ import annotations

import numpy as np
import pytest

from classifiers.bundle import DEFAULT_BUNDLE, load_pipeline, load_scorer
from classifiers.scorer import ScoringInput
from tests.unit.classifiers.any_script import any_comments, disguised
from training.dataset import read_corpus

ENOUGH = 20_000


@pytest.fixture(scope="module")
def comments() -> list[ScoringInput]:
    """Corpus lines with their context, the same in disguise, and comments of all scripts."""
    rows = read_corpus()
    own = [ScoringInput(row.text, row.title, row.parent) for row in rows]
    hidden = [ScoringInput(text) for text in disguised([row.text for row in rows[::3]])]
    made = ENOUGH - len(own) - len(hidden)
    return own + hidden + [ScoringInput(text) for text in any_comments(max(2_000, made))]


def test_the_bundle_equals_its_pipeline(comments: list[ScoringInput]) -> None:
    assert len(comments) >= ENOUGH
    scorer, pipeline = load_scorer(DEFAULT_BUNDLE), load_pipeline(DEFAULT_BUNDLE)
    scored = scorer.score_many(comments)
    actual = np.array([list(answer.probabilities.values()) for answer in scored])
    assert not np.isnan(actual).any()
    np.testing.assert_allclose(actual, pipeline.predict_proba(comments), rtol=0, atol=1e-9)
    for index in range(0, len(comments), 23):  # one at a time is the same sum
        single = scorer.score(comments[index], with_spans=index % 2 == 0)
        np.testing.assert_allclose(
            list(single.probabilities.values()), actual[index], rtol=0, atol=1e-9
        )
