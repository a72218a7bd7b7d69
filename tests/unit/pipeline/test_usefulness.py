"""What a decision would teach: doubt, thinned where many of a kind were seen."""

from __future__ import annotations

import pytest

from classifiers.labels import Label
from classifiers.scorer import Span
from moderation.domain.verdict import LabelScore, Outcome, Verdict
from moderation.pipeline.usefulness import is_useful_turn, kind_of, uncertainty, usefulness


def outcome(scores: dict[Label, float], *spans: Span) -> Outcome:
    return Outcome(
        verdict=Verdict.FLAG,
        reasons=(),
        scores=tuple(LabelScore(label, p, 0.5, "", p >= 0.5) for label, p in scores.items()),
        spans=spans,
        rule_spans=(),
        model_version="m1",
        policy_version=1,
        is_queued=True,
        is_audit=False,
    )


@pytest.mark.parametrize(
    ("scores", "doubt"),
    [
        ({Label.ABUSIVE: 0.5}, 1.0),
        ({Label.ABUSIVE: 0.9, Label.PARTISAN: 0.5}, 1.0),  # sure of one, in doubt of the other
        ({Label.ABUSIVE: 1.0, Label.PARTISAN: 0.0}, 0.0),
        ({Label.PROFANITY: 0.5}, 0.0),  # a kind decides nothing
        ({}, 0.0),  # the scorer failed
    ],
)
def test_doubt_is_greatest_at_one_half(scores: dict[Label, float], doubt: float) -> None:
    assert uncertainty(outcome(scores)) == pytest.approx(doubt)


def test_comments_are_of_a_kind_when_the_model_leans_on_the_same_word() -> None:
    weak = Span(0, 3, Label.PARTISAN, 0.5)
    first = kind_of(outcome({}, weak, Span(4, 9, Label.ABUSIVE, 2.0)), "The Idiot!")
    second = kind_of(outcome({}, Span(0, 5, Label.ABUSIVE, 1.0)), "idiot at the wheel")
    other = kind_of(outcome({}, weak), "The Idiot!")
    assert first == second
    assert other not in {first, None}
    assert kind_of(outcome({}, Span(0, 4, Label.PROFANITY, 3.0)), "damn") is None


def test_each_further_one_of_a_kind_is_worth_less() -> None:
    values = [usefulness(0.8, alike) for alike in range(4)]
    assert values == sorted(values, reverse=True)
    assert values[0] == 0.8
    assert values[3] == 0.4


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.9, 1.0])
def test_no_beginning_of_the_work_holds_more_than_the_share(share: float) -> None:
    chosen = 0
    for given in range(200):
        chosen += is_useful_turn(given, share)
        assert chosen <= share * (given + 1)
    assert chosen == int(200 * share)
