"""Judge comments without storing them: reduce, score, ask the phases."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from classifiers.scorer import Scored, Scorer, ScoringInput
from moderation.domain.comment import Comment, repeat_key
from moderation.domain.judgement import PlacedSpan, QuoteText
from moderation.domain.review import DecisionAction
from moderation.domain.verdict import Outcome, RuleSpan, Verdict
from moderation.pipeline.evidence import Evidence, WordRuleHit
from moderation.pipeline.reduction import Reduced, reduce
from moderation.pipeline.run import audit_point, judge
from moderation.services.live_policies import LivePolicy

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReducedComment:
    """A comment with its reduction, before scoring."""

    comment: Comment
    reduced: Reduced
    repeat_key: str | None


@dataclass(frozen=True, slots=True)
class JudgedComment:
    """A comment with its outcome.

    Attributes
    ----------
    body : str
        The author's own words.
    spans : tuple[PlacedSpan, ...]
        Offsets into the body and into the text as sent.
    """

    comment: Comment
    body: str
    quotes: tuple[QuoteText, ...]
    repeat_key: str | None
    outcome: Outcome
    spans: tuple[PlacedSpan, ...]


def reduce_comment(comment: Comment) -> ReducedComment:
    """Reduce a comment to its author's own words."""
    reduced = reduce(comment.text, comment.text_format)
    return ReducedComment(comment, reduced, repeat_key(reduced.text))


def scoring_input(comment: ReducedComment) -> ScoringInput:
    """Return what the scorer sees of a comment."""
    thread, parent = comment.comment.thread, comment.comment.parent
    return ScoringInput(
        text=comment.reduced.text,
        title=thread.title if thread is not None else None,
        parent=parent.text if parent is not None else None,
    )


def score_comments(
    scorer: Scorer | None, comments: Sequence[ReducedComment]
) -> list[Scored | None]:
    """Score comments; None for each that could not be scored, which is then held."""
    if scorer is None:
        return [None for _ in comments]
    if len(comments) > 1:
        inputs = [scoring_input(comment) for comment in comments]
        many = _scored(
            lambda: scorer.score_many(inputs, with_spans=True), f"{len(comments)} comments"
        )
        if many is not None:
            return list(many)
    # One by one shows which of them fails.
    return [
        score_or_none(scorer, scoring_input(comment), comment.comment.external_id)
        for comment in comments
    ]


def score_or_none(
    scorer: Scorer, wanted: ScoringInput, comment_id: str, *, with_spans: bool = True
) -> Scored | None:
    """Score one text; None, and a line in the log, if the scorer fails on it."""
    found = _scored(lambda: [scorer.score(wanted, with_spans=with_spans)], comment_id)
    return found[0] if found is not None else None


def _scored(score: Callable[[], Sequence[Scored]], what: str) -> Sequence[Scored] | None:
    try:
        found = score()
        if not all(0 <= p <= 1 for one in found for p in one.probabilities.values()):
            raise ValueError("a score lies outside of [0, 1]")  # noqa: TRY301 - NaN lies outside too
    except Exception:  # noqa: BLE001 - the scorer's edge: whatever happens there, we hold
        _log.exception("scorer failed", extra={"comment_id": what})
        return None
    return found


def judge_comment(
    comment: ReducedComment,
    scored: Scored | None,
    *,
    live: LivePolicy,
    scorer: Scorer | None,
    forum_slug: str,
    prior_decision: DecisionAction | None = None,
) -> JudgedComment:
    """Ask the phases about one scored comment."""
    evidence = Evidence(
        comment=comment.comment,
        policy=live.policy,
        scored=scored,
        thresholds=live.thresholds(scorer) if scorer is not None else {},
        word_rule_hits=_word_rule_hits(comment.reduced, live),
        prior_decision=prior_decision,
        audit_point=audit_point(forum_slug, comment.comment.external_id, comment.comment.revision),
    )
    outcome = judge(evidence)
    return JudgedComment(
        comment=comment.comment,
        body=comment.reduced.text,
        quotes=tuple(QuoteText(quote.text, quote.attribution) for quote in comment.reduced.quotes),
        repeat_key=comment.repeat_key,
        outcome=outcome,
        spans=place_spans(outcome, comment.reduced),
    )


def _word_rule_hits(reduced: Reduced, live: LivePolicy) -> tuple[WordRuleHit, ...]:
    matches = live.matcher.find(reduced.text)
    if not matches:
        return ()
    actions = {rule.rule_id: Verdict(rule.action) for rule in live.policy.word_rules}
    return tuple(
        WordRuleHit(
            RuleSpan(m.start, m.end, m.rule_id, *reduced.source_range(m.start, m.end)),
            actions[m.rule_id],
        )
        for m in matches
    )


def place_spans(outcome: Outcome, reduced: Reduced) -> tuple[PlacedSpan, ...]:
    """Give each span its place in the text as sent."""
    if not outcome.spans:
        return ()
    return tuple(
        [
            PlacedSpan(label, start, end, *reduced.source_range(start, end), round(weight, 4))
            for start, end, label, weight in outcome.spans
        ]
    )
