from __future__ import annotations

from datetime import UTC, datetime

import pytest

from classifiers.labels import Label
from moderation.domain.judgement import Decision, HistoryEvent, PlacedSpan
from moderation.domain.review import DecisionAction
from moderation.domain.verdict import LabelScore, RuleSpan
from moderation.web.desk import wording

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BODY = "They are best buds, the guard said."


def grounds(score: float = 0.87, threshold: float = 0.8) -> wording.Grounds:
    return wording.Grounds(
        BODY,
        [LabelScore(Label.PARTISAN, score, threshold, "rule", score >= threshold)],
        [PlacedSpan(Label.PARTISAN, 9, 18, 9, 18, 2.0)],
        [RuleSpan(20, 29, "guard")],
    )


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("over_threshold:partisan", "partisan 0.87, above 0.80: “best buds”"),
        ("word_rule:guard", "word rule “the guard”"),
        ("word_rule:gone", "word rule gone"),  # the rule's match is not in the reduced text
        ("scorer_failed", "The scorer failed: held to be safe, there are no scores"),
        ("repeat_rejected", "Repeat: the same text was rejected before"),
    ],
)
def test_each_reason_is_one_plain_sentence(reason: str, sentence: str) -> None:
    lines = wording.why_here(grounds(), [reason], report_count=0, is_audit=False)

    assert [line.sentence for line in lines] == [sentence]


def test_reports_are_counted_and_quoted() -> None:
    lines = wording.why_here(
        grounds(),
        ["user_report"],
        report_count=3,
        is_audit=False,
        reports=[("off topic", 2), (None, 1)],
    )

    assert [line.sentence for line in lines] == ["3 readers reported it: 2 said “off topic”"]


def test_one_report_is_singular() -> None:
    (line,) = wording.why_here(grounds(), ["user_report"], report_count=1, is_audit=False)

    assert line.sentence == "1 reader reported it"


def test_an_audit_sample_tells_nothing_of_the_scores() -> None:
    lines = wording.why_here(
        grounds(), ["over_threshold:partisan", "audit_sample"], report_count=0, is_audit=True
    )

    assert [line.sentence for line in lines] == ["Random audit: scores shown after your decision"]


def test_figures_that_look_alike_get_a_third_digit() -> None:
    row = LabelScore(Label.ABUSIVE, 0.8021, 0.7989, "rule", flags=True)

    assert wording.figures(row) == ("0.802", "0.799")


def decision(action: DecisionAction, reason: str | None = None) -> Decision:
    return Decision(1, 2, 3, action, {}, reason, "", "mira", "r", None, 1, AT, None)


def test_a_decision_is_told_with_its_reason() -> None:
    assert wording.decided_sentence(decision(DecisionAction.APPROVE)) == "Approved"
    assert (
        wording.decided_sentence(decision(DecisionAction.REJECT, "partisan"))
        == "Rejected: Partisan jab"
    )


@pytest.mark.parametrize(
    ("kind", "details", "sentence"),
    [
        ("verdict", {"verdict": "hold"}, "Arrived: held."),
        ("claimed", {}, "You claimed it."),
        ("skipped", {"note": "not sure"}, "You skipped it: “not sure”"),
        ("skipped", {}, "You skipped it."),
        ("decided", {"decision": "reject", "reason": "spam"}, "You rejected it: Spam."),
        ("decided", {"decision": "approve", "reason": None}, "You approved it."),
        ("reported", {"reason": "rude"}, "A reader reported it: “rude”."),
        ("some_new_kind", {}, "You: some new kind."),
    ],
)
def test_each_event_is_a_sentence(kind: str, details: dict[str, object], sentence: str) -> None:
    event = HistoryEvent(AT, kind, "mira", details)

    assert wording.event_sentence(event, me="mira") == sentence


def test_a_hidden_verdict_only_says_that_the_comment_came() -> None:
    event = HistoryEvent(AT, "verdict", "model", {"verdict": "publish"})

    assert wording.event_sentence(event, me="mira", hides_scores=True) == "Arrived."
