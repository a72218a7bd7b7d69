"""What every decision does: it is stored, it teaches, and the forum is told."""

from __future__ import annotations

from moderation.domain.errors import NotFoundError
from moderation.domain.judgement import Decision, Judgement
from moderation.domain.review import DecisionAction
from moderation.services import messages
from moderation.services.akismet_callbacks import put_decision_in_outbox
from moderation.services.host_actions import put_decision_task
from moderation.services.runtime import Runtime
from moderation.services.statements import statement
from moderation.storage import decisions, forums, judgements, queue_pages
from moderation.storage.database import Connection
from moderation.storage.events import append_event
from moderation.storage.feedback import NewFeedback, insert_feedback
from moderation.storage.queue_pages import ReviewItem


def teach(connection: Connection, judgement: Judgement, decision: Decision, source: str) -> None:
    """Put a decision's labels where all labels are that train (ADR 14)."""
    insert_feedback(
        connection,
        NewFeedback(
            forum_id=judgement.forum_id,
            comment_pk=judgement.comment_pk,
            source=source,
            labels=decision.labels,
            decision=decision.action.value,
            reason=decision.reason,
            decided_by=decision.moderator,
            decision_id=decision.id,
        ),
        at=decision.created_at,
    )


def announce(
    connection: Connection,
    runtime: Runtime,
    judgement: Judgement,
    decision: Decision,
    event_type: str,
) -> None:
    """Write a decision into the history and into the outbox."""
    is_undo = event_type == messages.DECISION_UNDONE
    append_event(
        connection,
        "decision_undone" if is_undo else "decided",
        at=decision.created_at,
        actor=decision.moderator,
        forum_id=judgement.forum_id,
        comment_pk=judgement.comment_pk,
        details={"decision": decision.action.value, "reason": decision.reason},
    )
    put_decision_in_outbox(
        connection,
        runtime,
        judgement,
        is_spam=None if is_undo else decision.action is DecisionAction.REJECT,
    )
    put_decision_task(connection, runtime, judgement, None if is_undo else decision.action)
    forum = forums.forum_by_id(connection, judgement.forum_id)
    if forum is not None:
        data = messages.decision_data(
            decision.action.value, decision.labels, decision.reason, decision.moderator
        )
        if decision.action is DecisionAction.REJECT:
            data["statement_of_reasons"] = statement(connection, decision).to_document()
        if is_undo:
            data["verdict"] = judgement.verdict.value
        messages.put_in_outbox(connection, runtime, forum, judgement, event_type, data)


def known_item(connection: Connection, item_id: int) -> ReviewItem:
    """Return an item or raise `NotFoundError`."""
    item = queue_pages.item_by_id(connection, item_id)
    if item is None:
        raise NotFoundError("No such review item.")
    return item


def known_judgement(connection: Connection, item: ReviewItem) -> Judgement:
    """Return the judgement of an item's comment or raise `NotFoundError`."""
    judgement = judgements.judgement_by_pk(connection, item.comment_pk)
    if judgement is None:
        raise NotFoundError("No such comment.")
    return judgement


def known_decision(connection: Connection, decision_id: int) -> Decision:
    """Return a decision or raise `NotFoundError`."""
    decision = decisions.decision_by_id(connection, decision_id)
    if decision is None:
        raise NotFoundError("No such decision.")
    return decision
