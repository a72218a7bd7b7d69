"""Each phase by a table of its own, then all of them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from classifiers.labels import Label
from classifiers.scorer import Scored, Threshold
from moderation.domain.comment import Author
from moderation.domain.policy import LabelPolicy, Policy
from moderation.domain.review import DecisionAction
from moderation.domain.verdict import RuleSpan, Source, Verdict, source_of
from moderation.pipeline.evidence import Evidence, Finding, WordRuleHit
from moderation.pipeline.phases.audit_sample import audit_sample
from moderation.pipeline.phases.over_threshold import over_threshold
from moderation.pipeline.phases.repeat import repeat
from moderation.pipeline.phases.scorer_failed import scorer_failed
from moderation.pipeline.phases.trusted_author import trusted_author
from moderation.pipeline.phases.word_rule import word_rule
from moderation.pipeline.run import audit_point, judge
from moderation.pipeline.thresholds_in_force import thresholds_in_force
from tests.builders import a_comment

RULE = "maximum recall at precision >= 0.9"
BUNDLE = {label: Threshold(0.5, RULE) for label in Label}


def scores(**given: float) -> Scored:
    return Scored({Label(name): score for name, score in given.items()}, (), "2026-01-01-0")


def evidence(*, own: Mapping[Label, Threshold] = BUNDLE, **fields: Any) -> Evidence:
    usual = Evidence(
        comment=a_comment(),
        policy=Policy(audit_share=0.0),
        scored=scores(abusive=0.1, partisan=0.1),
        thresholds={},
        word_rule_hits=(),
        prior_decision=None,
        audit_point=0.5,
    )
    found = replace(usual, **fields)
    version = found.scored.model_version if found.scored is not None else ""
    return replace(found, thresholds=thresholds_in_force(found.policy, own, version))


def hit(rule_id: str, action: Verdict) -> WordRuleHit:
    return WordRuleHit(RuleSpan(0, 5, rule_id, 0, 5), action)


@pytest.mark.parametrize(
    ("author", "policy", "is_published"),
    [
        # Nobody is trusted by default.
        (Author("u1"), Policy(), False),
        # A comment without author cannot be a trusted author's.
        (None, Policy(trusted_authors=frozenset({"u1"})), False),
        # The policy's own list.
        (Author("u1"), Policy(trusted_authors=frozenset({"u1"})), True),
        # A list names ids, not display names.
        (Author("u2", name="u1"), Policy(trusted_authors=frozenset({"u1"})), False),
        # The forum's mark counts, because the default policy believes it.
        (Author("u1", is_trusted=True), Policy(), True),
        # ... and does not where the policy says so.
        (Author("u1", is_trusted=True), Policy(trusts_host_flag=False), False),
        # The list counts whatever becomes of the mark.
        (
            Author("u1", is_trusted=True),
            Policy(trusted_authors=frozenset({"u1"}), trusts_host_flag=False),
            True,
        ),
    ],
)
def test_trusted_author(author: Author | None, policy: Policy, *, is_published: bool) -> None:
    found = trusted_author(evidence(comment=a_comment(author=author), policy=policy))
    expected = Finding(Verdict.PUBLISH, ("trusted_author",), is_final=True)
    assert found == (expected if is_published else None)


@pytest.mark.parametrize(
    ("prior", "action", "expected"),
    [
        # Nobody has judged the text before.
        (None, Verdict.HOLD, None),
        # A person approved it: no other phase is asked.
        (
            DecisionAction.APPROVE,
            Verdict.HOLD,
            Finding(Verdict.PUBLISH, ("repeat_approved",), is_final=True),
        ),
        # A person rejected it: a machine holds or flags, people reject.
        (
            DecisionAction.REJECT,
            Verdict.HOLD,
            Finding(Verdict.HOLD, ("repeat_rejected",), is_queued=True),
        ),
        (
            DecisionAction.REJECT,
            Verdict.FLAG,
            Finding(Verdict.FLAG, ("repeat_rejected",), is_queued=True),
        ),
        # The policy switches the rule off.
        (DecisionAction.REJECT, Verdict.PUBLISH, None),
        # A decision that was taken back says nothing.
        (DecisionAction.UNDO, Verdict.HOLD, None),
    ],
)
def test_repeat(prior: DecisionAction | None, action: Verdict, expected: Finding | None) -> None:
    policy = Policy(repeat_rejected_action=action)
    assert repeat(evidence(prior_decision=prior, policy=policy)) == expected


@pytest.mark.parametrize(
    ("hits", "expected"),
    [
        # No rule matched.
        ((), None),
        # One rule, its own action.
        (
            (hit("spam", Verdict.FLAG),),
            Finding(Verdict.FLAG, ("word_rule:spam",), is_queued=True),
        ),
        # The strictest action wins, wherever it stands; every rule is named in order.
        (
            (hit("a", Verdict.FLAG), hit("b", Verdict.HOLD), hit("c", Verdict.FLAG)),
            Finding(Verdict.HOLD, ("word_rule:a", "word_rule:b", "word_rule:c"), is_queued=True),
        ),
        # A word said three times is one reason.
        (
            (hit("a", Verdict.FLAG),) * 3,
            Finding(Verdict.FLAG, ("word_rule:a",), is_queued=True),
        ),
    ],
)
def test_word_rule(hits: tuple[WordRuleHit, ...], expected: Finding | None) -> None:
    assert word_rule(evidence(word_rule_hits=hits)) == expected


@pytest.mark.parametrize(
    ("scored", "expected"),
    [
        # There is an answer, whatever it says.
        (scores(abusive=0.99), None),
        # A model without a single label is an answer too.
        (scores(), None),
        # No answer: hold, never publish unscored.
        (None, Finding(Verdict.HOLD, ("scorer_failed",), is_queued=True)),
    ],
)
def test_scorer_failed(scored: Scored | None, expected: Finding | None) -> None:
    assert scorer_failed(evidence(scored=scored)) == expected


FLAG = LabelPolicy(action=Verdict.FLAG)


@pytest.mark.parametrize(
    ("scored", "labels", "expected"),
    [
        # Below every threshold.
        (scores(abusive=0.49, partisan=0.0), None, None),
        # "At or above": the threshold itself flags.
        (scores(abusive=0.5, partisan=0.0), None, (Verdict.FLAG, "abusive")),
        # The higher score is named first, whatever the order of labels.
        (scores(abusive=0.6, partisan=0.9), None, (Verdict.FLAG, "partisan", "abusive")),
        # A label that the policy does not name decides nothing.
        (scores(abusive=0.1, insult=0.99), None, None),
        # The policy's threshold goes before the bundle's, upwards ...
        (scores(abusive=0.6), {Label.ABUSIVE: replace(FLAG, threshold=0.7)}, None),
        # ... and downwards.
        (
            scores(abusive=0.3),
            {Label.ABUSIVE: replace(FLAG, threshold=0.2)},
            (Verdict.FLAG, "abusive"),
        ),
        # Action "publish": the label is shown and decides nothing.
        (scores(abusive=0.99), {Label.ABUSIVE: LabelPolicy()}, None),
        # The second threshold holds, although the action flags.
        (
            scores(abusive=0.95),
            {Label.ABUSIVE: replace(FLAG, hold_threshold=0.95)},
            (Verdict.HOLD, "abusive"),
        ),
        # The second threshold holds where the action is "publish".
        (
            scores(abusive=0.95),
            {Label.ABUSIVE: LabelPolicy(hold_threshold=0.9)},
            (Verdict.HOLD, "abusive"),
        ),
        # The strictest label decides.
        (
            scores(abusive=0.6, partisan=0.9),
            {Label.ABUSIVE: LabelPolicy(action=Verdict.HOLD), Label.PARTISAN: FLAG},
            (Verdict.HOLD, "partisan", "abusive"),
        ),
        # The model lacks a label that the policy names.
        (scores(partisan=0.1), {Label.ABUSIVE: FLAG}, None),
        # The scorer failed: another phase's affair.
        (None, None, None),
    ],
)
def test_over_threshold(
    scored: Scored | None,
    labels: dict[Label, LabelPolicy] | None,
    expected: tuple[Verdict, *tuple[str, ...]] | None,
) -> None:
    policy = Policy() if labels is None else Policy(labels=labels)
    found = over_threshold(evidence(scored=scored, policy=policy))
    if expected is None:
        assert found is None
        return
    verdict, *names = expected
    reasons = tuple(f"over_threshold:{name}" for name in names)
    assert found == Finding(verdict, reasons, is_queued=True)


def test_over_threshold_needs_a_threshold_from_somewhere() -> None:
    # A bundle without a threshold for the label, and a policy that leaves it open.
    assert over_threshold(evidence(scored=scores(abusive=0.99), own={})) is None


@pytest.mark.parametrize(
    ("share", "point", "is_sampled"),
    [
        # Switched off, even for the least point.
        (0.0, 0.0, False),
        # Everything.
        (1.0, 0.999999, True),
        # The share is a half-open range.
        (0.01, 0.0099, True),
        (0.01, 0.01, False),
    ],
)
def test_audit_sample(share: float, point: float, *, is_sampled: bool) -> None:
    found = audit_sample(evidence(policy=Policy(audit_share=share), audit_point=point))
    expected = Finding(Verdict.PUBLISH, ("audit_sample",), is_queued=True)
    assert found == (expected if is_sampled else None)


def test_judge_lets_a_final_finding_beat_every_other() -> None:
    outcome = judge(
        evidence(
            comment=a_comment(author=Author("u1", is_trusted=True)),
            prior_decision=DecisionAction.REJECT,
            word_rule_hits=(hit("a", Verdict.HOLD),),
            scored=scores(abusive=0.99),
            policy=Policy(audit_share=1.0),
            audit_point=0.0,
        )
    )
    assert (outcome.verdict, outcome.reasons) == (Verdict.PUBLISH, ("trusted_author",))
    assert not outcome.is_queued
    assert not outcome.is_audit


def test_judge_keeps_every_reason_in_the_order_of_the_phases() -> None:
    outcome = judge(
        evidence(
            prior_decision=DecisionAction.REJECT,
            policy=Policy(repeat_rejected_action=Verdict.FLAG),
            word_rule_hits=(hit("a", Verdict.HOLD),),
            scored=scores(abusive=0.8, partisan=0.9),
        )
    )
    assert outcome.verdict is Verdict.HOLD
    assert outcome.reasons == (
        "repeat_rejected",
        "word_rule:a",
        "over_threshold:partisan",
        "over_threshold:abusive",
    )
    assert outcome.is_queued


def test_judge_holds_when_the_scorer_failed_and_still_applies_word_rules() -> None:
    outcome = judge(evidence(scored=None, word_rule_hits=(hit("a", Verdict.FLAG),)))
    assert outcome.verdict is Verdict.HOLD
    assert outcome.reasons == ("word_rule:a", "scorer_failed")
    assert (outcome.scores, outcome.spans, outcome.model_version) == ((), (), None)


@pytest.mark.parametrize(
    ("fields", "is_audit"),
    [
        # Nothing flagged it: it may be sampled.
        ({}, True),
        # Queued for another reason: the sample would only be a second reason for the same work.
        ({"scored": scores(abusive=0.9)}, False),
        ({"scored": None}, False),
        ({"word_rule_hits": (hit("a", Verdict.FLAG),)}, False),
        # A final finding publishes unseen.
        ({"prior_decision": DecisionAction.APPROVE}, False),
    ],
)
def test_judge_samples_only_what_nothing_else_queued(
    fields: dict[str, Any], *, is_audit: bool
) -> None:
    outcome = judge(evidence(policy=Policy(audit_share=1.0), audit_point=0.0, **fields))
    assert outcome.is_audit is is_audit
    assert ("audit_sample" in outcome.reasons) is is_audit


def test_an_audited_comment_is_published() -> None:
    outcome = judge(evidence(policy=Policy(audit_share=1.0)))
    assert (outcome.verdict, outcome.is_queued) == (Verdict.PUBLISH, True)


def test_judge_shows_each_score_beside_the_threshold_in_force() -> None:
    labels = {Label.ABUSIVE: LabelPolicy(action=Verdict.FLAG, threshold=0.7)}
    outcome = judge(
        evidence(
            scored=scores(insult=0.9, abusive=0.7, partisan=0.9),
            policy=Policy(labels=labels, version=4, audit_share=0.0),
        )
    )
    shown = [(row.label, row.score, row.threshold, row.rule, row.flags) for row in outcome.scores]
    assert shown == [
        (Label.ABUSIVE, 0.7, 0.7, "set by the policy", True),
        (Label.PARTISAN, 0.9, 0.5, RULE, False),
        (Label.INSULT, 0.9, 0.5, RULE, False),
    ]
    assert outcome.policy_version == 4


@pytest.mark.parametrize(
    ("reasons", "source"),
    [
        (("over_threshold:abusive",), Source.MODEL),
        # The first reason that queues names the source.
        (("word_rule:x", "over_threshold:abusive"), Source.WORD_RULE),
        (("repeat_rejected", "word_rule:x"), Source.REPEAT),
        (("scorer_failed",), Source.SCORER_FAILED),
        (("audit_sample", "user_report"), Source.AUDIT_SAMPLE),
        (("user_report",), Source.REPORT),
        # A rule may be called anything, a colon included.
        (("word_rule:a:b",), Source.WORD_RULE),
    ],
)
def test_source_is_the_first_reason_that_queues(reasons: tuple[str, ...], source: Source) -> None:
    assert source_of(reasons) is source


def test_audit_point_is_repeatable_and_spread_evenly() -> None:
    points = [audit_point("gazette", f"c{number}", "r1") for number in range(4000)]
    assert points == [audit_point("gazette", f"c{number}", "r1") for number in range(4000)]
    assert all(0 <= point < 1 for point in points)
    # 4000 draws: 0.25 lies within 4.5 standard deviations (0.0068 each) of the share found.
    assert sum(point < 0.25 for point in points) / 4000 == pytest.approx(0.25, abs=0.031)


def test_audit_point_differs_by_forum_comment_and_revision() -> None:
    points = {
        audit_point("a", "b", "c"),
        audit_point("a", "bc", ""),
        audit_point("ab", "", "c"),
        audit_point("a", "b", "d"),
    }
    assert len(points) == 4
