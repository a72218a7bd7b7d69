"""Ask the phases in order and put their findings together."""

from __future__ import annotations

import hashlib

from moderation.domain.verdict import LabelScore, Outcome, strictest
from moderation.pipeline.evidence import Evidence, Finding
from moderation.pipeline.phases import LAST, PHASES


def judge(evidence: Evidence) -> Outcome:
    """Return the outcome for one comment."""
    findings: list[Finding] = []
    is_audit = False
    for phase in PHASES:
        finding = phase(evidence)
        if finding is None:
            continue
        if finding.is_final:
            findings = [finding]
            break
        findings.append(finding)
    else:
        if not any(finding.is_queued for finding in findings):
            audit = LAST(evidence)
            is_audit = audit is not None
            findings += [audit] if audit is not None else []
    scored = evidence.scored
    return Outcome(
        verdict=strictest(finding.verdict for finding in findings),
        reasons=tuple(reason for finding in findings for reason in finding.reasons),
        scores=label_scores(evidence),
        spans=scored.spans if scored is not None else (),
        rule_spans=tuple(hit.span for hit in evidence.word_rule_hits),
        model_version=scored.model_version if scored is not None else None,
        policy_version=evidence.policy.version,
        is_queued=any(finding.is_queued for finding in findings),
        is_audit=is_audit,
    )


def label_scores(evidence: Evidence) -> tuple[LabelScore, ...]:
    """Return each score beside the threshold in force, in the order of `Label`."""
    if evidence.scored is None:
        return ()
    scores = evidence.scored.probabilities
    return tuple(
        [
            LabelScore(
                label,
                score,
                threshold.value,
                threshold.rule,
                score >= threshold.flags_from,
            )
            for label, threshold in evidence.thresholds.items()
            if threshold.value is not None and (score := scores.get(label)) is not None
        ]
    )


def audit_point(forum: str, external_id: str, revision: str) -> float:
    """Return the comment's place in [0, 1) for the audit sample.

    A hash, so that the same comment always falls alike (no state, no seed to lose).
    """
    key = f"audit\0{forum}\0{external_id}\0{revision}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(key).digest()[:8], "big") / 2**64
