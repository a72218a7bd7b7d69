"""The model's scores against the policy."""

from __future__ import annotations

from moderation.domain.verdict import ReasonKind, strictest
from moderation.pipeline.evidence import Evidence, Finding


def over_threshold(evidence: Evidence) -> Finding | None:
    """Flag or hold by the labels at or above their thresholds, highest score first."""
    if evidence.scored is None:
        return None
    scores, thresholds = evidence.scored.probabilities, evidence.thresholds
    flagged = [
        label
        for label in evidence.policy.labels
        if label in scores and scores[label] >= thresholds[label].flags_from
    ]
    if not flagged:
        return None
    ordered = sorted(flagged, key=lambda label: -scores[label])
    return Finding(
        strictest(thresholds[label].verdict(scores[label]) for label in flagged),
        tuple(f"{ReasonKind.OVER_THRESHOLD}:{label}" for label in ordered),
        is_queued=True,
    )
