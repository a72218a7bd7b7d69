"""The measures agree with counting by hand."""

from __future__ import annotations

import numpy as np
import pytest

from classifiers.labels import Label
from training.evaluate import expected_calibration_error
from training.example import Example
from training.quality.calibration import reliability
from training.quality.explanations import MarkedComment, character_f1, mean_f1
from training.quality.fairness import by_group, mentions
from training.quality.functions import by_function
from training.quality.parity import swap_parity, twin_parity
from training.quality.ranking import means
from training.quality.sets import sampled


def test_character_f1_as_in_the_shared_task() -> None:
    marked = frozenset(range(4, 8))
    assert character_f1(frozenset(range(6, 10)), marked) == pytest.approx(0.5)
    assert character_f1(frozenset(), frozenset()) == 1.0
    assert character_f1(frozenset({1}), frozenset()) == 0.0
    assert character_f1(frozenset(), frozenset({1})) == 0.0


def test_f1_is_averaged_over_comments() -> None:
    comments = [
        MarkedComment("abcd", frozenset({0, 1}), True),
        MarkedComment("x", frozenset(), False),
    ]
    found = mean_f1(comments, [frozenset({0, 1}), frozenset({0})])
    assert found is not None
    assert found["value"] == 0.5
    assert mean_f1([], []) is None
    assert found["low"] < 0.5 < found["high"]


def test_the_longest_identity_term_counts() -> None:
    found = mentions(["An African American actor", "african food", "gayle sings", "GAY pride"])
    assert {name: mask.tolist() for name, mask in found.items()} == {
        "african american": [True, False, False, False],
        "african": [False, True, False, False],
        "gay": [False, False, False, True],
    }


def test_group_rates_and_bias_aucs() -> None:
    inside = np.array([True] * 40 + [False] * 40)
    y = np.array(([1.0] * 20 + [0.0] * 20) * 2)
    scores = np.concatenate(
        [np.full(20, 0.9), np.full(20, 0.6), np.full(20, 0.5), np.full(20, 0.1)]
    )
    found = by_group(scores, y, {"group": inside}, threshold=0.55)
    group = found["groups"][0]
    assert group["false_positive_rate"]["value"] == 1.0
    assert found["overall"]["value"] == 0.5
    assert found["groups_beyond_limit"] == ["group"]
    assert found["widest_above_overall"] == 0.5
    # Within the group all is in order; its harmless rows score above abuse elsewhere.
    assert (group["subgroup_auc"], group["bpsn_auc"], group["bnsp_auc"]) == (1.0, 0.0, 1.0)


def test_too_few_rows_give_no_auc() -> None:
    found = by_group(np.zeros(4), np.zeros(4), {"g": np.ones(4, dtype=bool)}, threshold=0.5)
    assert found["groups"][0]["bpsn_auc"] is None
    assert found["groups"][0]["false_positive_rate"]["value"] == 0.0


def test_hatecheck_counts_by_function() -> None:
    label = Label.IDENTITY_ATTACK
    rows = [
        Example("a", {label: 1.0}, "hatecheck", category="slur_h"),
        Example("b", {label: 1.0}, "hatecheck", category="slur_h"),
        Example("c", {label: 1.0}, "hatecheck", category="spell_leet_h"),
        Example("d", {label: 0.0}, "hatecheck", category="negate_neg_nh"),
        Example("e", {label: 0.0}, "hatecheck", category="target_obj_nh"),
    ]
    found = by_function(rows, np.array([0.9, 0.2, 0.9, 0.6, 0.1]), label, 0.5)
    assert [(one["function"], one["flagged"]) for one in found["functions"]] == [
        ("slur_h", 0.5),
        ("spell_leet_h", 1.0),
        ("negate_neg_nh", 1.0),
        ("target_obj_nh", 0.0),
    ]
    assert found["plain_hate_found"]["value"] == 0.5
    assert found["contrasts_flagged"]["value"] == 1.0
    assert found["all_hate_found"]["value"] == pytest.approx(0.6667)
    assert found["all_others_flagged"]["value"] == 0.5


def test_twins_are_compared_pair_by_pair() -> None:
    scores = np.array([0.8, 0.6, 0.4, 0.6])
    found = twin_parity(scores, [(0, 1), (2, 3)], threshold=0.5)
    assert found is not None
    assert found["left_minus_right"] == 0.0
    assert found["mean_absolute"] == 0.2
    assert found["left_flagged"]["value"] == 0.5
    assert found["right_flagged"]["value"] == 1.0
    assert twin_parity(scores, [], threshold=0.5) is None


def test_swaps_are_measured_by_how_far_they_move() -> None:
    found = swap_parity(np.array([0.10, 0.30]), np.array([0.12, 0.20]), threshold=0.25)
    assert found["mean_move"] == 0.06
    assert found["widest_move"] == 0.1
    assert found["beyond_limit"] == 0.5
    assert found["mean_signed"] == 0.04
    assert found["flagged"]["value"] == 0.25


def test_reliability_without_weights_is_the_plain_error() -> None:
    rng = np.random.default_rng(0)
    scores = rng.random(500)
    y = (rng.random(500) < scores).astype(float)
    found = reliability(scores, y, prevalence=float(y.mean()))
    assert found.error == pytest.approx(expected_calibration_error(scores, y))
    assert sum(found.rows) == 500
    assert sum(found.share) == pytest.approx(1.0)


def test_reliability_is_measured_at_the_prevalence() -> None:
    scores = np.array([0.8] * 50 + [0.8] * 50)
    y = np.array([1.0] * 50 + [0.0] * 50)
    assert reliability(scores, y, prevalence=0.8).error == pytest.approx(0.0)
    found = reliability(scores, y, prevalence=0.1)
    assert found.error == pytest.approx(0.7)
    assert found.frequency == pytest.approx((0.1,))


def test_mean_takes_systems_that_were_measured_everywhere() -> None:
    def entry(**auc: float) -> dict[str, object]:
        return {"auc": {k: {"value": v, "low": v - 0.1, "high": v + 0.1} for k, v in auc.items()}}

    found = means([entry(ours=0.8, other=0.7), entry(ours=0.6)])
    assert list(found) == ["ours"]
    assert found["ours"]["value"] == 0.7
    assert found["ours"]["high"] - 0.7 == pytest.approx(0.1 / 2**0.5, abs=1e-3)
    assert means([]) == {}


def test_sample_is_fixed_and_keeps_the_order() -> None:
    rows = [Example(f"text {n}", {}, "s") for n in range(50)]
    chosen = sampled(rows, 10)
    assert chosen == sampled(rows, 10)
    assert [rows.index(row) for row in chosen] == sorted(rows.index(row) for row in chosen)
    assert sampled(rows, None) == sampled(rows, 50) == rows
    assert chosen != rows[:10]
