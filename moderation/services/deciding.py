"""What every decision does: it is stored, it teaches, and the forum is told."""

from __future__ import annotations

from moderation.domain.errors import ConflictError, NotFoundError
from moderation.domain.feedback import FeedbackSource
from moderation.domain.judgement import Decision, Judgement
from moderation.domain.review import DecisionAction, DecisionInput, Role, judged_labels
from moderation.services import messages
from moderation.services.akismet_callbacks import put_decision_in_outbox
from moderation.services.host_actions import put_decision_task
from moderation.services.roles import require_role_in
from moderation.services.runtime import Runtime
from moderation.services.statements import statement
from moderation.storage import (
    appeals,
    decisions,
    queue_pages,
    review_queue,
    second_opinions,
)
from moderation.storage.database import Connection
from moderation.storage.events import append_event
from moderation.storage.feedback import (
    NewFeedback,
    insert_feedback,
    withdraw_decision,
    withdraw_from,
)
from moderation.storage.judged_items import judged_item
from moderation.storage.listeners import listeners_of
from moderation.storage.queue_pages import ReviewItem
from moderation.storage.users import User

Case = tuple[ReviewItem, Judgement]
"""An item and what it is about."""


def record(  # noqa: PLR0913 - what a decision is made of
    connection: Connection,
    runtime: Runtime,
    user: User,
    item_id: int,
    judgement: Judgement,
    given: DecisionInput,
    *,
    undoes: Decision | None = None,
) -> Decision:
    """Store a decision about what a judgement says; the item does not point at it yet."""
    return decisions.insert_decision(
        connection,
        decisions.NewDecision(
            item_id=item_id,
            comment_pk=judgement.comment_pk,
            forum_id=judgement.forum_id,
            action=given.action,
            labels={} if undoes else judged_labels(given),
            reason=given.reason.value if given.reason else None,
            note=given.note.strip(),
            moderator_id=user.id,
            revision=judgement.revision,
            model_version=judgement.model_version,
            policy_version=judgement.policy_version,
            undoes_id=undoes.id if undoes else None,
        ),
        moderator=user.username,
        at=runtime.clock(),
    )


def retire(connection: Connection, runtime: Runtime, comment_pk: int, decision: Decision) -> None:
    """End what hung on a decision: its labels, the opinions about it, an open appeal against it."""
    now = runtime.clock()
    withdraw_decision(connection, decision.id, at=now)
    withdraw_from(connection, comment_pk, FeedbackSource.SECOND_OPINION.value, at=now)
    second_opinions.void_for_decision(connection, decision.id)
    appeals.void_for_decision(connection, decision.id, at=now)


def replace(  # noqa: PLR0913 - two decisions, who and what about
    connection: Connection,
    runtime: Runtime,
    user: User,
    case: Case,
    first: Decision,
    given: DecisionInput,
    *,
    source: str,
) -> Decision:
    """Put a decision in the place of the one in force; it teaches, and the forum is told again.

    Parameters
    ----------
    source : str
        Where the new decision's labels come from.

    Raises
    ------
    ConflictError
        If the first decision is no longer in force.
    """
    _, judgement = case
    new = record(connection, runtime, user, first.item_id, judgement, given)
    if not review_queue.replace_decision(connection, first.item_id, first.id, new.id):
        raise ConflictError("The decision was taken back, or the comment changed, meanwhile.")
    retire(connection, runtime, judgement.comment_pk, first)
    teach(connection, judgement, new, source)
    announce(connection, runtime, case, new, messages.DECISION_MADE, source=source)
    return new


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
    case: Case,
    decision: Decision,
    event_type: str,
    *,
    source: str,
) -> None:
    """Write a decision into the history and into the outbox, and count it."""
    item, judgement = case
    runtime.tally.count_decision(decision.action.value, source)
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
    told = listeners_of(connection, judgement.comment_pk)
    put_decision_in_outbox(
        connection,
        runtime,
        judgement,
        told.callback,
        is_spam=None if is_undo else decision.action is DecisionAction.REJECT,
    )
    done = None if is_undo else decision.action
    put_decision_task(connection, runtime, judgement, told.host, done)
    data = messages.decision_data(
        decision.action.value, decision.labels, decision.reason, decision.moderator
    )
    if decision.action is DecisionAction.REJECT:
        data["statement_of_reasons"] = statement(decision, item).to_document()
    if is_undo:
        data["verdict"] = judgement.verdict.value
    messages.put_in_outbox(connection, runtime, told.forum, judgement, event_type, data)


def known_item(connection: Connection, item_id: int) -> ReviewItem:
    """Return an item or raise `NotFoundError`."""
    item = queue_pages.item_by_id(connection, item_id)
    if item is None:
        raise NotFoundError("No such review item.")
    return item


def known_case(connection: Connection, item_id: int) -> Case:
    """Return an item with its judgement or raise `NotFoundError`."""
    case = judged_item(connection, item_id)
    if case is None:
        raise NotFoundError("No such review item.")
    return case


def case_for(connection: Connection, user: User, item_id: int, needed: Role) -> Case:
    """Return an item with its judgement. Raises as `item_for`."""
    case = known_case(connection, item_id)
    require_role_in(user, case[0].forum_id, needed)
    return case


def item_for(connection: Connection, user: User, item_id: int, needed: Role) -> ReviewItem:
    """Return an item in whose forum a person has a role.

    Raises
    ------
    NotFoundError
        If there is no such item, or its forum is not for this person.
    NotAllowedError
        If the role is not enough.
    """
    item = known_item(connection, item_id)
    require_role_in(user, item.forum_id, needed)
    return item


def known_decision(connection: Connection, decision_id: int) -> Decision:
    """Return a decision or raise `NotFoundError`."""
    decision = decisions.decision_by_id(connection, decision_id)
    if decision is None:
        raise NotFoundError("No such decision.")
    return decision
