"""From what is stored about an author to the JSON that forums read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moderation.domain.judgement import Decision
from moderation.domain.retention import Erasure
from moderation.services.erasure import AuthorData
from moderation.services.messages import rfc3339
from moderation.web.api.answers import decision_answer

_BACKUPS = "Backups made before now hold it until they expire."


def erasure_answer(external_id: str, receipt: Erasure) -> dict[str, Any]:
    """Return what was erased, and where copies may be left."""
    return {
        "id": external_id,
        "comments": receipt.comments,
        "reports": receipt.reports,
        "labels": receipt.labels,
        "exports": [dict(export) for export in receipt.exports],
        "backups": _BACKUPS,
    }


def author_answer(external_id: str, found: AuthorData) -> dict[str, Any]:
    """Return what is stored about an author."""
    known = found.author
    return {
        "id": external_id,
        "name": known.name if known is not None else None,
        "joined_at": _time(known.joined_at) if known is not None else None,
        "post_count": known.post_count if known is not None else None,
        "trusted": known.is_trusted if known is not None else False,
        "comments": [_comment(row, decision) for row, decision in found.comments],
        "reports": [
            {
                "comment_id": row["external_id"],
                "reason": row["reason"],
                "note": row["note"],
                "created_at": _time(row["created_at"]),
            }
            for row in found.reports
        ],
        "next_after": found.next_after,
    }


def _comment(row: dict[str, Any], decision: Decision | None) -> dict[str, Any]:
    return {
        "id": row["external_id"],
        "revision": row["revision"],
        "text": row["source"],
        "format": row["text_format"],
        "thread_id": row["thread_id"],
        "parent_id": row["parent_external_id"],
        "permalink": row["permalink"],
        "created_at": _time(row["posted_at"]),
        "received_at": _time(row["received_at"]),
        "deleted_at": _time(row["deleted_at"]),
        "erased_at": _time(row["erased_at"]),
        "verdict": row["verdict"],
        "reasons": row["reasons"],
        "scores": {score[0]: score[1] for score in row["scores"]},
        "model_version": row["model_version"],
        "appeal": row["appeal"],
        "decision": decision_answer(decision) if decision is not None else None,
    }


def _time(at: datetime | None) -> str | None:
    return rfc3339(at) if at is not None else None
