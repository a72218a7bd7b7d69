"""The messages that a forum gets: what each event says.

Standard Webhooks bodies (``type``, ``timestamp``, ``data``). No message carries comment text: the
forum has it.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from classifiers.labels import Label
from moderation.domain.forum import Forum
from moderation.domain.judgement import Judgement
from moderation.services.runtime import Runtime
from moderation.storage.database import Connection
from moderation.storage.deliveries import NewDelivery, insert_delivery

VERDICT_GIVEN = "comment.verdict"
DECISION_MADE = "comment.decided"
DECISION_UNDONE = "comment.decision_undone"
TEST = "moderation.test"
APPEAL_DECIDED = "comment.appeal_decided"


def rfc3339(at: datetime) -> str:
    """Return a time as the API writes it."""
    return at.isoformat().replace("+00:00", "Z")


def put_in_outbox(
    connection: Connection,
    runtime: Runtime,
    forum: Forum,
    judgement: Judgement,
    event_type: str,
    data: dict[str, Any],
) -> None:
    """Write a message into the outbox, in the caller's transaction.

    A forum without a callback address reads decisions by ``GET /v1/comments/{id}``.
    """
    if forum.callback_url is None:
        return
    now = runtime.clock()
    body = {
        "type": event_type,
        "timestamp": rfc3339(now),
        "data": {
            "forum": forum.slug,
            "comment_id": judgement.external_id,
            "revision": judgement.revision,
            "review_item_id": judgement.item_id,
            **data,
        },
    }
    insert_delivery(
        connection,
        NewDelivery(
            message_id=f"msg_{runtime.new_token()}",
            forum_id=forum.id,
            comment_pk=judgement.comment_pk,
            event_type=event_type,
            payload=json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        ),
        at=now,
    )


def put_test_in_outbox(runtime: Runtime, forum: Forum) -> int:
    """Write a message that says nothing, to see whether the callback takes it."""
    now = runtime.clock()
    body = {"type": TEST, "timestamp": rfc3339(now), "data": {"forum": forum.slug}}
    with runtime.database.write() as connection:
        return insert_delivery(
            connection,
            NewDelivery(
                message_id=f"msg_{runtime.new_token()}",
                forum_id=forum.id,
                comment_pk=None,
                event_type=TEST,
                payload=json.dumps(body, separators=(",", ":")),
            ),
            at=now,
        )


def verdict_data(judgement: Judgement) -> dict[str, Any]:
    """Return what a verdict message says."""
    return {
        "verdict": judgement.verdict.value,
        "reasons": list(judgement.reasons),
        "scores": {row.label.value: row.score for row in judgement.scores},
        "model_version": judgement.model_version,
        "policy_version": judgement.policy_version,
    }


def decision_data(
    action: str, labels: dict[Label, bool], reason: str | None, decided_by: str
) -> dict[str, Any]:
    """Return what a decision message says; the moderators' note stays with them."""
    return {
        "decision": action,
        "labels": {label.value: judged for label, judged in labels.items()},
        "reason": reason,
        "decided_by": decided_by,
    }
