"""The same text was decided before in this forum."""

from __future__ import annotations

from moderation.domain.review import DecisionAction
from moderation.domain.verdict import ReasonKind, Verdict
from moderation.pipeline.evidence import Evidence, Finding


def repeat(evidence: Evidence) -> Finding | None:
    """Publish what was approved; treat what was rejected as the policy says, and queue it."""
    if evidence.prior_decision is DecisionAction.APPROVE:
        return Finding(Verdict.PUBLISH, (ReasonKind.REPEAT_APPROVED.value,), is_final=True)
    action = evidence.policy.repeat_rejected_action
    if evidence.prior_decision is DecisionAction.REJECT and action is not Verdict.PUBLISH:
        return Finding(action, (ReasonKind.REPEAT_REJECTED.value,), is_queued=True)
    return None
