"""From judgements to the JSON that forums read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from moderation.domain.judgement import Decision, HistoryEvent, Judgement, PlacedSpan
from moderation.domain.offsets import utf16_offsets
from moderation.domain.verdict import LabelScore, RuleSpan
from moderation.services.appeals import FiledAppeal, appeal_data
from moderation.services.feedback import FeedbackReceipt
from moderation.services.judging import JudgedComment
from moderation.services.lookup import CommentRecord
from moderation.services.messages import rfc3339
from moderation.services.reporting import ReportReceipt
from moderation.web.schemas import OffsetUnit

_TOLD = frozenset(
    {"verdict", "reasons", "model_version", "policy_version", "decision", "reason", "event"}
)
"""Details of events that a forum may read; moderators' notes are not among them."""


def verdict_answer(judgement: Judgement, unit: OffsetUnit) -> dict[str, Any]:
    """Return the answer to a submitted comment; the same as long as the comment is stored."""
    return {
        "id": judgement.external_id,
        "revision": judgement.revision,
        "is_latest": judgement.is_latest,
        "verdict": judgement.verdict.value,
        "reasons": list(judgement.reasons),
        "scores": _scores(judgement.scores),
        **_places(judgement.source, judgement.spans, judgement.rule_spans, unit),
        "model_version": judgement.model_version,
        "policy_version": judgement.policy_version,
        "review_item_id": judgement.item_id,
        "judged_at": rfc3339(judgement.judged_at),
        "request_id": judgement.request_id,
    }


def score_answer(judged: JudgedComment, unit: OffsetUnit, *, request_id: str) -> dict[str, Any]:
    """Return the answer to a comment that was scored and not stored."""
    outcome = judged.outcome
    return {
        "verdict": outcome.verdict.value,
        "reasons": list(outcome.reasons),
        "scores": _scores(outcome.scores),
        **_places(judged.comment.text, judged.spans, outcome.rule_spans, unit),
        "model_version": outcome.model_version,
        "policy_version": outcome.policy_version,
        "request_id": request_id,
    }


def record_answer(record: CommentRecord, unit: OffsetUnit) -> dict[str, Any]:
    """Return a comment with its decision and its history."""
    judgement = record.judgement
    state = judgement.item_state
    return {
        **verdict_answer(judgement, unit),
        "review_state": state.value if state is not None else None,
        "decision": decision_answer(record.decision) if record.decision is not None else None,
        "statement_of_reasons": (
            record.statement.to_document() if record.statement is not None else None
        ),
        "appeal": appeal_data(record.appeal) if record.appeal is not None else None,
        "deleted_at": rfc3339(judgement.deleted_at) if judgement.deleted_at is not None else None,
        "history": [_event(event) for event in record.history],
    }


def report_answer(external_id: str, receipt: ReportReceipt) -> dict[str, Any]:
    """Return what became of a reader's report."""
    return {
        "id": external_id,
        "review_item_id": receipt.item_id,
        "review_state": receipt.item_state,
        "report_count": receipt.report_count,
        "is_new": receipt.is_new,
    }


def appeal_answer(external_id: str, filed: FiledAppeal) -> dict[str, Any]:
    """Return what became of an appeal."""
    return {
        "id": external_id,
        "appeal_id": filed.appeal.id,
        **appeal_data(filed.appeal),
        "is_new": filed.is_new,
    }


def _scores(rows: Iterable[LabelScore]) -> dict[str, Any]:
    return {
        row.label.value: {
            "score": row.score,
            "threshold": row.threshold,
            "flags": row.flags,
            "rule": row.rule,
        }
        for row in rows
    }


def _places(
    source: str, spans: Sequence[PlacedSpan], rule_spans: Sequence[RuleSpan], unit: OffsetUnit
) -> dict[str, Any]:
    place = _translation(source, [*spans, *rule_spans], unit)
    return {
        "offsets": unit.value,
        "spans": [
            {
                "label": span.label.value,
                "start": place[span.source_start],
                "end": place[span.source_end],
                "weight": span.weight,
            }
            for span in spans
        ],
        "word_rules": [
            {
                "rule_id": span.rule_id,
                "start": place[span.source_start],
                "end": place[span.source_end],
            }
            for span in rule_spans
        ],
    }


def feedback_answer(comment_id: str, receipt: FeedbackReceipt) -> dict[str, Any]:
    """Return what became of feedback."""
    return {
        "id": comment_id,
        "revision": receipt.revision,
        "feedback_id": receipt.id,
        "source": receipt.source,
        "labels": {label.value: answer for label, answer in receipt.labels.items()},
        "weight": receipt.weight,
        "is_new": receipt.is_new,
    }


def _translation(
    source: str, spans: Sequence[PlacedSpan | RuleSpan], unit: OffsetUnit
) -> Mapping[int, int]:
    positions = sorted({at for span in spans for at in (span.source_start, span.source_end)})
    if unit is OffsetUnit.CODEPOINT:
        return {at: at for at in positions}
    return dict(zip(positions, utf16_offsets(source, positions), strict=True))


def decision_answer(decision: Decision) -> dict[str, Any]:
    """Return what a moderator decided."""
    return {
        "decision": decision.action.value,
        "labels": {label.value: is_true for label, is_true in decision.labels.items()},
        "reason": decision.reason,
        "decided_by": decision.moderator,
        "decided_at": rfc3339(decision.created_at),
        "revision": decision.revision,
        "model_version": decision.model_version,
        "policy_version": decision.policy_version,
    }


def _event(event: HistoryEvent) -> dict[str, Any]:
    return {
        "at": rfc3339(event.at),
        "kind": event.kind,
        "actor": event.actor,
        "details": {name: value for name, value in event.details.items() if name in _TOLD},
    }
