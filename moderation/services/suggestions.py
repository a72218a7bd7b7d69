"""Labels that come with a text of their own: what other services' clients teach us."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifiers.labels import Label
from moderation.domain.comment import Comment
from moderation.domain.errors import NotFoundError
from moderation.domain.feedback import FeedbackSource
from moderation.domain.forum import Forum
from moderation.domain.review import DecisionAction
from moderation.services.feedback import GivenFeedback, record_feedback
from moderation.services.judging import reduce_comment
from moderation.services.runtime import Runtime
from moderation.storage.events import append_event
from moderation.storage.feedback import ImportedLabel, insert_suggested


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a client says a comment is.

    Attributes
    ----------
    comment : Comment
        As the client sends it now.
    ids : Sequence[str]
        Names under which it may be stored, most likely first.
    labels : Mapping[Label, bool]
        Judged labels, at least one.
    source : FeedbackSource
    decision : DecisionAction or None
        What the forum did with it, if that follows.
    given_by : str or None
        Who says so.
    """

    comment: Comment
    ids: Sequence[str]
    labels: Mapping[Label, bool]
    source: FeedbackSource
    decision: DecisionAction | None = None
    given_by: str | None = None


def record_suggestion(runtime: Runtime, forum: Forum, suggestion: Suggestion) -> None:
    """Store a label: on the comment if it is stored, else with the text that came along.

    Raises
    ------
    InvalidInputError
        If no label is judged.
    """
    given = GivenFeedback(
        labels=suggestion.labels,
        source=suggestion.source.value,
        decision=suggestion.decision,
        given_by=suggestion.given_by,
        revision=suggestion.comment.revision,
    )
    for external_id in suggestion.ids:
        try:
            record_feedback(runtime, forum, external_id, given)
        except NotFoundError:
            continue
        return
    _store_with_text(runtime, forum, suggestion)


def _store_with_text(runtime: Runtime, forum: Forum, suggestion: Suggestion) -> None:
    body = reduce_comment(suggestion.comment).reduced.text
    if not body.strip():  # nothing but quotes: there are no words to learn from
        return
    thread, parent = suggestion.comment.thread, suggestion.comment.parent
    context = {
        "title": thread.title if thread is not None else None,
        "parent": parent.text if parent is not None else None,
    }
    labels = {label.value: suggestion.labels[label] for label in sorted(suggestion.labels)}
    key = [forum.id, suggestion.source, suggestion.given_by, body, context, labels]
    with runtime.database.write() as connection:
        now = runtime.clock()
        insert_suggested(
            connection,
            ImportedLabel(
                forum_id=forum.id,
                source=suggestion.source.value,
                labels=suggestion.labels,
                text=body,
                decision=suggestion.decision.value if suggestion.decision is not None else None,
                reason=None,
                decided_by=suggestion.given_by,
                decided_at=now,
                weight=None,
                provenance={name: text for name, text in context.items() if text is not None},
                row_digest=hashlib.sha256(
                    json.dumps(key).encode("utf-8", "surrogatepass")
                ).hexdigest(),
            ),
            at=now,
        )
        append_event(
            connection,
            "feedback",
            at=now,
            actor="forum",
            forum_id=forum.id,
            details={"source": suggestion.source.value, "labels": labels},
        )
