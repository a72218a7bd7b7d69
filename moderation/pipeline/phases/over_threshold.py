"""The model's scores against the policy."""

from __future__ import annotations

from classifiers.labels import Label
from moderation.domain.policy import LabelPolicy
from moderation.domain.verdict import ReasonKind, Verdict, strictest
from moderation.pipeline.evidence import Evidence, Finding


def over_threshold(evidence: Evidence) -> Finding | None:
    """Flag or hold by the labels at or above their thresholds, highest score first."""
    if evidence.scored is None:
        return None
    verdicts: dict[Label, Verdict] = {}
    for label, rule in evidence.policy.labels.items():
        verdict = label_verdict(evidence, label, rule)
        if verdict is not Verdict.PUBLISH:
            verdicts[label] = verdict
    if not verdicts:
        return None
    scores = evidence.scored.probabilities
    ordered = sorted(verdicts, key=lambda label: -scores[label])
    return Finding(
        strictest(verdicts.values()),
        tuple(f"{ReasonKind.OVER_THRESHOLD}:{label}" for label in ordered),
        is_queued=True,
    )


def threshold_of(evidence: Evidence, label: Label) -> tuple[float, str] | None:
    """Return the threshold in force for a label and the rule behind it, if there is one.

    A number that a rule gave counts only for the model it was computed for: scores of another
    model mean something else, so that model's own threshold stands in until the rule is asked.
    """
    rule = evidence.policy.labels.get(label)
    if rule is not None and rule.threshold is not None:
        return rule.threshold, "set by the policy"
    if rule is not None and rule.rule is not None and evidence.scored is not None:
        computed = rule.computed_for(evidence.scored.model_version)
        if computed is not None and computed.threshold is not None:
            return computed.threshold, rule.rule.sentence()
    own = evidence.thresholds.get(label)
    return (own.value, own.rule) if own is not None else None


def label_verdict(evidence: Evidence, label: Label, rule: LabelPolicy) -> Verdict:
    """Return what one label asks for."""
    if evidence.scored is None:
        return Verdict.PUBLISH
    score = evidence.scored.probabilities.get(label)
    if score is None:
        return Verdict.PUBLISH
    if rule.hold_threshold is not None and score >= rule.hold_threshold:
        return Verdict.HOLD
    threshold = threshold_of(evidence, label)
    if threshold is not None and score >= threshold[0]:
        return rule.action
    return Verdict.PUBLISH
