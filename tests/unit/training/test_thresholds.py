"""Rules are sentences; precision counts at the real prevalence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.thresholds import RuleError, choose, operating_points, parse_rule

SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2])
Y = np.array([1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0])


@pytest.mark.parametrize(
    "sentence",
    [
        "maximum recall at precision >= 0.9",
        "maximum precision at recall >= 0.8",
        "maximum recall at false positive rate <= 0.02",
    ],
)
def test_rules_read_back_as_written(sentence: str) -> None:
    assert parse_rule(sentence).sentence() == sentence


@pytest.mark.parametrize(
    "sentence",
    ["", "best", "maximum recall at recall >= 0.5", "maximum recall at precision <= 0.5",
     "maximum recall at precision >= 2"],
)  # fmt: skip
def test_other_sentences_are_refused(sentence: str) -> None:
    with pytest.raises(RuleError, match="expected 'maximum recall"):
        parse_rule(sentence)


def test_rules_choose_on_balanced_rows() -> None:
    assert choose("maximum recall at precision >= 0.7", SCORES, Y, 0.5).value == pytest.approx(0.6)
    assert choose("maximum recall at precision >= 1", SCORES, Y, 0.5).value == pytest.approx(0.8)
    assert choose("maximum precision at recall >= 0.5", SCORES, Y, 0.5).value == pytest.approx(0.8)
    rule = "maximum recall at false positive rate <= 0.25"
    assert choose(rule, SCORES, Y, 0.5).value == pytest.approx(0.6)


def test_rarer_labels_need_a_higher_threshold() -> None:
    rule = "maximum recall at precision >= 0.7"
    assert choose(rule, SCORES, Y, 0.05).value > choose(rule, SCORES, Y, 0.5).value


def test_unreachable_promise_neither_floods_nor_silences() -> None:
    scores, y = np.linspace(1, 0, 100), np.tile([0.0, 1.0], 50)
    threshold = choose("maximum recall at precision >= 0.99", scores, y, 0.1).value
    flagged = scores >= threshold
    assert 0.1 <= flagged.mean() <= 0.5


def test_without_positives_nothing_is_flagged() -> None:
    assert choose("maximum recall at precision >= 0.9", SCORES, np.zeros(8), 0.1).value == 1.0


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=50))
def test_operating_points_are_shares(pairs: list[tuple[float, bool]]) -> None:
    scores, y = np.array([p[0] for p in pairs]), np.array([float(p[1]) for p in pairs])
    for values in operating_points(scores, y, 0.1)[1:]:
        assert ((values >= 0) & (values <= 1 + 1e-12)).all()
