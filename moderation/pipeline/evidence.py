"""What the phases judge by. Gathered beforehand; a phase reads nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from classifiers.labels import Label
from classifiers.scorer import Scored
from moderation.domain.comment import Comment
from moderation.domain.policy import Policy
from moderation.domain.review import DecisionAction
from moderation.domain.verdict import RuleSpan, Verdict
from moderation.pipeline.thresholds_in_force import ThresholdInForce


@dataclass(frozen=True, slots=True)
class WordRuleHit:
    """A word rule that matched, and what it asks for."""

    span: RuleSpan
    action: Verdict


@dataclass(frozen=True, slots=True)
class Evidence:
    """One comment with all that is known about it.

    Attributes
    ----------
    comment : Comment
    policy : Policy
    scored : Scored or None
        None when the scorer failed.
    thresholds : Mapping[Label, ThresholdInForce]
        What decides about each label, for every `Label`, by the policy and the model that scored.
    word_rule_hits : tuple[WordRuleHit, ...]
    prior_decision : DecisionAction or None
        How the same text was decided before in this forum, if lately.
    audit_point : float
        In [0, 1), a hash of forum, comment and revision: the audit sample takes those below
        ``policy.audit_share``.
    """

    comment: Comment
    policy: Policy
    scored: Scored | None
    thresholds: Mapping[Label, ThresholdInForce]
    word_rule_hits: tuple[WordRuleHit, ...]
    prior_decision: DecisionAction | None
    audit_point: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What a phase found.

    Attributes
    ----------
    verdict : Verdict
    reasons : tuple[str, ...]
    is_final : bool
        Later phases are not asked.
    is_queued : bool
        Whether a person shall look at it.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    is_final: bool = False
    is_queued: bool = False
