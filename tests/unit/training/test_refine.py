"""Refining: what the base knows is kept, what the forum means is learnt."""

from __future__ import annotations

import numpy as np
import pytest

from classifiers.labels import Label
from tests.benchmarks import adaptation
from tests.unit.training.forum import base_pipeline, small_corpus
from training.example import Example, scoring_inputs
from training.fit import log_odds
from training.refine import lean, refine
from training.sources import SOURCES


def test_lean_finds_the_head_that_the_forum_means() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(400, 3))
    y = (scores[:, 2] > 0).astype(np.float64)
    prior = np.array([1.0, 0.0, 0.0])
    trust, _ = lean(scores, prior, y, np.ones(400), penalty=1.0)
    assert trust[2] > 3 * abs(trust[0])
    stiff, shift = lean(scores, prior, y, np.ones(400), penalty=1e9)
    assert stiff == pytest.approx(prior, abs=1e-4)
    assert abs(shift) < 0.5


def test_refined_weights_are_one_linear_model_of_all_heads() -> None:
    """The rows' cross-fitted scores and the folded weights tell the same story."""
    base, corpus = base_pipeline(), small_corpus()
    # A forum that means by "abusive" what we call profanity.
    rows = [
        Example(
            row.text, {Label.ABUSIVE: row.labels[Label.PROFANITY]}, "export/model", group=f"{n}"
        )
        for n, row in enumerate(corpus)
    ]
    refined = refine(base, rows, (), seed=0)
    assert refined.refined == (Label.ABUSIVE,)
    y = np.array([row.labels[Label.ABUSIVE] for row in rows])
    before = log_odds(base, scoring_inputs(rows))[:, 0]
    held_out = refined.held_out[:, 0]
    assert _gap(held_out, y) > _gap(before, y) + 0.1
    after = log_odds(refined.pipeline, scoring_inputs(rows))
    assert np.corrcoef(after[:, 0], held_out)[0, 1] > 0.8
    # The other heads weigh what they know exactly as before, and nothing else.
    old, new = base.named_steps["heads"].coef_, refined.pipeline.named_steps["heads"].coef_
    assert (new[1:, : old.shape[1]] == old[1:]).all()
    assert not new[1:, old.shape[1] :].any()


def _gap(scores: np.ndarray[tuple[int, ...], np.dtype[np.float64]], y: object) -> float:
    """How often a yes scores above a no, less one half."""
    answers = np.asarray(y)
    yes, no = scores[answers == 1], scores[answers == 0]
    return float((yes[:, None] > no[None, :]).mean()) - 0.5


def test_sets_that_measure_adaptation_train_no_bundle() -> None:
    trained = {source.name for source in SOURCES}
    assert trained.isdisjoint(name.partition("/")[2] for name in adaptation.SETS)
