"""The forum's word rules."""

from __future__ import annotations

from moderation.domain.verdict import ReasonKind, strictest
from moderation.pipeline.evidence import Evidence, Finding


def word_rule(evidence: Evidence) -> Finding | None:
    """Apply the strictest action among the rules that matched; name each rule once."""
    hits = evidence.word_rule_hits
    if not hits:
        return None
    names = dict.fromkeys(hit.span.rule_id for hit in hits)
    return Finding(
        strictest(hit.action for hit in hits),
        tuple(f"{ReasonKind.WORD_RULE}:{name}" for name in names),
        is_queued=True,
    )
