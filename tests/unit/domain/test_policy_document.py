"""A policy as a document: there and back, and every wrong field named."""

from __future__ import annotations

from typing import Any

import pytest

from classifiers.labels import Label
from moderation.domain.errors import InvalidInputError
from moderation.domain.policy import LabelPolicy, Policy
from moderation.domain.policy_document import from_document, to_document
from moderation.domain.verdict import Verdict
from moderation.domain.word_rule import WordRule

FULL = Policy(
    version=7,
    labels={
        Label.ABUSIVE: LabelPolicy(Verdict.HOLD, threshold=0.25, hold_threshold=1.0),
        Label.THREAT: LabelPolicy(Verdict.PUBLISH),
    },
    word_rules=(
        WordRule("casino", "casino*", "hold", "abusive", "spam wave"),
        WordRule("b", "b c"),
    ),
    trusted_authors=frozenset({"u9", "u1"}),
    trusts_host_flag=False,
    audit_share=0.125,
    repeat_days=0,
    repeat_rejected_action=Verdict.FLAG,
)


@pytest.mark.parametrize("policy", [FULL, Policy(version=7), Policy(version=7, labels={})])
def test_policy_survives_the_way_through_its_document(policy: Policy) -> None:
    assert from_document(to_document(policy), version=7) == policy


def test_an_empty_document_is_the_default_policy() -> None:
    assert from_document({}, version=1) == Policy(version=1)


def test_an_integer_is_a_number() -> None:
    policy = from_document({"audit_share": 1, "labels": {"abusive": {"threshold": 0}}}, version=1)
    assert policy.audit_share == 1.0
    assert policy.labels[Label.ABUSIVE].threshold == 0.0


def test_a_word_rule_is_named_by_its_words_unless_it_has_a_name() -> None:
    policy = from_document({"word_rules": [{"words": "buy now"}]}, version=1)
    assert policy.word_rules == (WordRule("buy now", "buy now"),)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"audit_shar": 0.1}, "audit_shar"),  # a slip of the pen must not go unnoticed
        ({"audit_share": "0.1"}, "audit_share"),  # a number as text
        ({"audit_share": 1.01}, "audit_share"),
        ({"audit_share": -0.1}, "audit_share"),
        ({"audit_share": float("nan")}, "audit_share"),  # compares false with everything
        ({"audit_share": True}, "audit_share"),  # a boolean is an int to Python
        ({"repeat_days": 1.5}, "repeat_days"),
        ({"repeat_days": -1}, "repeat_days"),
        ({"repeat_days": 3651}, "repeat_days"),
        ({"repeat_days": None}, "repeat_days"),
        ({"time_target_minutes": 43_201}, "time_target_minutes"),  # a month is no target
        ({"trusts_host_flag": 1}, "trusts_host_flag"),
        ({"trusted_authors": "u1"}, "trusted_authors"),  # a string is no list of its letters
        ({"trusted_authors": [1]}, "trusted_authors"),
        ({"repeat_rejected_action": "reject"}, "repeat_rejected_action"),  # people reject
        ({"repeat_rejected_action": ["hold"]}, "repeat_rejected_action"),  # cannot be hashed
        ({"labels": []}, "labels"),
        ({"labels": {"rude": {}}}, "labels.rude"),
        ({"labels": {"abusive": None}}, "labels.abusive"),
        ({"labels": {"abusive": {"action": "reject"}}}, "labels.abusive.action"),
        ({"labels": {"abusive": {"action": {}}}}, "labels.abusive.action"),
        ({"labels": {"abusive": {"threshold": 2}}}, "labels.abusive.threshold"),
        ({"labels": {"abusive": {"hold_threshold": "x"}}}, "labels.abusive.hold_threshold"),
        ({"labels": {"abusive": {"treshold": 0.5}}}, "labels.abusive.treshold"),
        ({"word_rules": {}}, "word_rules"),
        ({"word_rules": ["casino"]}, "word_rules.0"),
        ({"word_rules": [{}]}, "word_rules.0.words"),
        ({"word_rules": [{"words": 5}]}, "word_rules.0.words"),
        ({"word_rules": [{"words": "  "}]}, "word_rules.0.words"),
        ({"word_rules": [{"words": "a"}, {"words": "*b"}]}, "word_rules.1.words"),
        ({"word_rules": [{"words": "a", "action": "publish"}]}, "word_rules.0.action"),
        ({"word_rules": [{"words": "a", "action": 1}]}, "word_rules.0.action"),
        ({"word_rules": [{"words": "a", "label": "rude"}]}, "word_rules.0.label"),
        ({"word_rules": [{"words": "a", "label": ["abusive"]}]}, "word_rules.0.label"),
        ({"word_rules": [{"words": "a", "note": 5}]}, "word_rules.0.note"),
        ({"word_rules": [{"words": "a", "rule_id": 5}]}, "word_rules.0.rule_id"),
        ({"word_rules": [{"words": "a", "regex": "b"}]}, "word_rules.0.regex"),
        # A reason names the rule: with two of one name, the wrong action could be taken.
        (
            {"word_rules": [{"rule_id": "x", "words": "a"}, {"rule_id": "x", "words": "b"}]},
            "word_rules.1.rule_id",
        ),
    ],
)
def test_a_wrong_field_is_named(document: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        from_document(document, version=1)
    assert set(caught.value.fields) == {field}
    assert caught.value.fields[field]


def test_every_wrong_field_is_named_at_once() -> None:
    document = {
        "audit_share": 3,
        "nonsense": 1,
        "labels": {"abusive": {"action": "x", "threshold": 5}},
        "word_rules": [{"words": ""}],
    }
    with pytest.raises(InvalidInputError) as caught:
        from_document(document, version=1)
    assert set(caught.value.fields) == {
        "audit_share",
        "nonsense",
        "labels.abusive.action",
        "labels.abusive.threshold",
        "word_rules.0.words",
    }
