"""Trusted authors are published."""

from __future__ import annotations

from moderation.domain.verdict import ReasonKind, Verdict
from moderation.pipeline.evidence import Evidence, Finding


def trusted_author(evidence: Evidence) -> Finding | None:
    """Publish when the policy lists the author, or believes the forum's own mark."""
    author = evidence.comment.author
    if author is None:
        return None
    is_listed = author.external_id in evidence.policy.trusted_authors
    if is_listed or (author.is_trusted and evidence.policy.trusts_host_flag):
        return Finding(Verdict.PUBLISH, (ReasonKind.TRUSTED_AUTHOR.value,), is_final=True)
    return None
