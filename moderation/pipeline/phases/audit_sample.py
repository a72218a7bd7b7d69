"""A random share of what nothing flagged."""

from __future__ import annotations

from moderation.domain.verdict import ReasonKind, Verdict
from moderation.pipeline.evidence import Evidence, Finding


def audit_sample(evidence: Evidence) -> Finding | None:
    """Queue, and publish, a comment whose hash falls into the audit share.

    Asked only when no other phase queued the comment. Without such a sample the labels would
    echo the model, and recall could not be estimated (``docs/adr/0005-audit-sample.md``).
    """
    if evidence.audit_point >= evidence.policy.audit_share:
        return None
    return Finding(Verdict.PUBLISH, (ReasonKind.AUDIT_SAMPLE.value,), is_queued=True)
