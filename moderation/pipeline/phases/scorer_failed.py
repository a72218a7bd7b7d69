"""Without a score there is no publication."""

from __future__ import annotations

from moderation.domain.verdict import ReasonKind, Verdict
from moderation.pipeline.evidence import Evidence, Finding


def scorer_failed(evidence: Evidence) -> Finding | None:
    """Hold when the scorer gave no answer (``docs/adr/0002-hold-never-reject.md``)."""
    if evidence.scored is not None:
        return None
    return Finding(Verdict.HOLD, (ReasonKind.SCORER_FAILED.value,), is_queued=True)
