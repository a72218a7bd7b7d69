"""Ask the phases in order and put their findings together."""

from __future__ import annotations

import hashlib

from classifiers.labels import Label
from moderation.domain.verdict import LabelScore, Outcome, Verdict, strictest
from moderation.pipeline.evidence import Evidence, Finding
from moderation.pipeline.phases import LAST, PHASES
from moderation.pipeline.phases.over_threshold import label_verdict, threshold_of


def judge(evidence: Evidence) -> Outcome:
    """Return the outcome for one comment."""
    findings: list[Finding] = []
    for phase in PHASES:
        finding = phase(evidence)
        if finding is None:
            continue
        findings.append(finding)
        if finding.is_final:
            break
    is_final = any(finding.is_final for finding in findings)
    is_audit = False
    if not is_final and not any(finding.is_queued for finding in findings):
        audit = LAST(evidence)
        is_audit = audit is not None
        findings += [audit] if audit is not None else []
    if is_final:
        findings = findings[-1:]
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
    rows: list[LabelScore] = []
    for label in Label:
        threshold = threshold_of(evidence, label)
        if label not in evidence.scored.probabilities or threshold is None:
            continue
        rule = evidence.policy.labels.get(label)
        flags = rule is not None and label_verdict(evidence, label, rule) is not Verdict.PUBLISH
        score = evidence.scored.probabilities[label]
        rows.append(LabelScore(label, score, threshold[0], threshold[1], flags))
    return tuple(rows)


def audit_point(forum: str, external_id: str, revision: str) -> float:
    """Return the comment's place in [0, 1) for the audit sample.

    A hash, so that the same comment always falls alike (no state, no seed to lose).
    """
    key = f"audit\0{forum}\0{external_id}\0{revision}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(key).digest()[:8], "big") / 2**64
