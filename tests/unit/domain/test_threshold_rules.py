"""Rules in words: their documents, and what they choose or refuse to choose."""

from __future__ import annotations

import pytest

from classifiers.labels import Label
from moderation.domain.errors import InvalidInputError
from moderation.domain.policy_document import from_document, to_document
from moderation.domain.threshold_choice import choose
from moderation.domain.threshold_rules import Computed, Promise, ThresholdRule
from moderation.domain.traffic import Group, Seen, Traffic

NOW = "2026-03-02T09:00:00Z"


def document(**label: object) -> dict[str, object]:
    return {"labels": {"abusive": {"action": "flag", **label}}}


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (
            ThresholdRule(Promise.PRECISION, 0.9),
            "at least 90% of what we flag should deserve it",
        ),
        (ThresholdRule(Promise.RECALL, 0.125), "find at least 12.5% of what deserves it"),
        (ThresholdRule(Promise.ITEMS_A_DAY, 150), "no more than 150 items a day"),
    ],
)
def test_a_rule_is_a_sentence_and_survives_its_document(rule: ThresholdRule, sentence: str) -> None:
    assert rule.sentence() == sentence
    made = [{"model_version": "m1", "threshold": 0.7, "at": NOW, "why": "From 3 decisions."}]
    policy = from_document(document(rule=rule.to_document(), computed=made), version=3)
    assert policy.labels[Label.ABUSIVE].rule == rule
    assert policy.labels[Label.ABUSIVE].computed_for("m1") == Computed(
        "m1", 0.7, NOW, "From 3 decisions."
    )
    assert policy.labels[Label.ABUSIVE].computed_for("m2") is None
    assert from_document(to_document(policy), version=3) == policy


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ({"rule": "90%"}, "labels.abusive.rule"),
        ({"rule": {"promise": "recall"}}, "labels.abusive.rule"),
        ({"rule": {"promise": "speed", "value": 1}}, "labels.abusive.rule.promise"),
        ({"rule": {"promise": "recall", "value": "x"}}, "labels.abusive.rule.value"),
        ({"rule": {"promise": "recall", "value": True}}, "labels.abusive.rule.value"),
        ({"rule": {"promise": "recall", "value": 90}}, "labels.abusive.rule.value"),
        ({"rule": {"promise": "items_a_day", "value": 0}}, "labels.abusive.rule.value"),
        (
            {"rule": {"promise": "recall", "value": 0.9}, "threshold": 0.5},
            "labels.abusive.threshold",
        ),
        ({"computed": {}}, "labels.abusive.computed"),
        ({"computed": [{"model_version": "m1"}]}, "labels.abusive.computed.0"),
    ],
)
def test_a_wrong_rule_is_refused_by_field(label: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        from_document(document(**label), version=1)
    assert field in caught.value.fields


def traffic(*, queued: int = 800, audited: int = 200, days: int = 10) -> Traffic:
    """Scores 0.60 to 0.99, right nine in ten times as often; 1 in 40 of the audited was missed."""
    rows = [
        Seen(Group.QUEUED, (60 + n % 40) / 100, n % days, n // 40 % 20 < 18 * (60 + n % 40) / 100)
        for n in range(queued)
    ]
    rows += [
        Seen(Group.UNFLAGGED, 0.1, n % days, n % 400 < 10 if n % 10 == 0 else None, 0.1)
        for n in range(10 * audited)
    ]
    return Traffic(rows, days=days)


def test_precision_takes_the_lowest_and_recall_the_highest_that_keeps_it() -> None:
    lax = choose(ThresholdRule(Promise.PRECISION, 0.75), traffic()).threshold
    strict = choose(ThresholdRule(Promise.PRECISION, 0.85), traffic()).threshold
    assert lax is not None
    assert strict is not None
    assert 0.6 < lax < strict
    much = choose(ThresholdRule(Promise.RECALL, 0.7), traffic()).threshold
    little = choose(ThresholdRule(Promise.RECALL, 0.3), traffic()).threshold
    assert much is not None
    assert little is not None
    assert much < little


def test_items_a_day_take_the_lowest_that_fits() -> None:
    choice = choose(ThresholdRule(Promise.ITEMS_A_DAY, 40), traffic())
    assert choice.effect is not None
    assert choice.effect.items_a_day.value == 40.0
    assert choice.threshold == 0.8


@pytest.mark.parametrize(
    ("rule", "given", "why"),
    [
        (ThresholdRule(Promise.PRECISION, 0.9), {"queued": 20, "audited": 0}, "Only 20 comments"),
        (ThresholdRule(Promise.PRECISION, 1.0), {}, "No threshold reaches a precision of 100%"),
        (ThresholdRule(Promise.RECALL, 0.8), {"audited": 50}, "Only 50 comments of the audit"),
        (ThresholdRule(Promise.RECALL, 0.8), {"queued": 0}, "Only 5 judged comments carry"),
        (
            ThresholdRule(Promise.ITEMS_A_DAY, 5),
            {"days": 3},
            "A week of traffic is needed",
        ),
        (ThresholdRule(Promise.ITEMS_A_DAY, 5), {"queued": 9, "audited": 2}, "Only 29 comments"),
    ],
)
def test_what_the_data_cannot_support_is_said_in_words(
    rule: ThresholdRule, given: dict[str, int], why: str
) -> None:
    choice = choose(rule, traffic(**given))
    assert choice.threshold is None
    assert choice.why.startswith(why)
