"""Tell a client of Akismet's format what a person decided, where the client asked to be told.

The body is the one that Akismet's own WordPress plugin takes, without its ``key``: of a forum's key
only a digest is kept. The message is signed like every other (Standard Webhooks).
"""

from __future__ import annotations

import json

from moderation.domain.judgement import Judgement
from moderation.services.drop_in import DropInAnswer
from moderation.services.runtime import Runtime
from moderation.storage import comment_callbacks
from moderation.storage.comment_callbacks import CommentCallback
from moderation.storage.database import Connection
from moderation.storage.deliveries import NewDelivery, insert_delivery

VERDICT_CHANGED = "akismet.comment-check"


def remember_callback(runtime: Runtime, answer: DropInAnswer, guid: str, url: str) -> None:
    """Keep the address that wants to be told about a stored comment; the last one counts."""
    if answer.stored is None:
        return
    callback = CommentCallback(url, guid, was_spam=answer.is_spam)
    with runtime.database.write() as connection:
        comment_callbacks.put_callback(connection, answer.stored.comment_pk, callback)


def put_decision_in_outbox(
    connection: Connection,
    runtime: Runtime,
    judgement: Judgement,
    callback: CommentCallback | None,
    *,
    is_spam: bool | None,
) -> None:
    """Write the decision into the outbox, in the caller's transaction, if somebody waits for it.

    Parameters
    ----------
    is_spam : bool or None
        None when a decision was taken back: what was answered first is true again.
    """
    if callback is None:
        return
    result = callback.was_spam if is_spam is None else is_spam
    body = {
        "endpoint": "comment-check",
        "comments": [{"guid": callback.guid, "result": "true" if result else "false"}],
    }
    insert_delivery(
        connection,
        NewDelivery(
            message_id=f"msg_{runtime.new_token()}",
            forum_id=judgement.forum_id,
            comment_pk=judgement.comment_pk,
            event_type=VERDICT_CHANGED,
            payload=json.dumps(body, separators=(",", ":")),
            url=callback.url,
        ),
        at=runtime.clock(),
    )
