"""Moderators at work: claim, decide, skip, escalate, undo."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from moderation.domain.errors import (
    AlreadyDecidedError,
    ClaimLostError,
    ConflictError,
    ModerationError,
    NotAllowedError,
    StaleRevisionError,
)
from moderation.domain.judgement import Decision
from moderation.domain.review import (
    MAX_NOTE_LENGTH,
    DecisionAction,
    DecisionInput,
    ItemState,
    Role,
    check_decision,
)
from moderation.domain.second_opinion import second_look_point
from moderation.pipeline.usefulness import is_useful_turn
from moderation.services import messages, precedents
from moderation.services.deciding import (
    announce,
    case_for,
    item_for,
    known_decision,
    known_item,
    record,
    retire,
    teach,
)
from moderation.services.roles import require_role
from moderation.services.runtime import Runtime
from moderation.storage import (
    decisions,
    review_queue,
    second_opinions,
)
from moderation.storage.database import Connection
from moderation.storage.events import append_event
from moderation.storage.queue_filters import QueueFilter, QueueOrder
from moderation.storage.queue_pages import ReviewItem
from moderation.storage.review_queue import ClaimedItem
from moderation.storage.users import User

LEAVING_S = 15
"""How long a claim outlives its page: time enough to load the page again."""


def claim_next(
    runtime: Runtime,
    user: User,
    wanted: QueueFilter,
    *,
    ttl_s: int,
    after: int | None = None,
    useful_share: float = 1.0,
) -> ClaimedItem | None:
    """Claim the next free item of the filter; None when there is none.

    In the order of usefulness, at most ``useful_share`` of what a moderator is given is chosen so;
    the others come oldest first, so that nobody waits for ever because the model is sure.

    Parameters
    ----------
    ttl_s : int
        How long the claim lasts, in seconds.
    after : int or None
        Look behind this item first, and from the start if nothing is there.
    useful_share : float
        In [0, 1].
    """
    require_role(user, Role.MODERATOR)
    wanted = replace(wanted, within=user.reach.forums(Role.MODERATOR))
    with runtime.database.write() as connection:
        now = runtime.clock()
        if wanted.order is QueueOrder.USEFUL:
            given = decisions.count_decided_by(connection, user.id)
            if not is_useful_turn(given, useful_share):
                wanted = replace(wanted, order=QueueOrder.OLDEST)
        for start in dict.fromkeys((after, None)):
            claimed = review_queue.claim_next(
                connection,
                wanted,
                user.id,
                runtime.new_token(),
                now=now,
                expires_at=now + timedelta(seconds=ttl_s),
                after=start,
                leaves=after,
                escalated_in=user.reach.forums(Role.SENIOR),
            )
            if claimed is not None:
                runtime.tally.count_claim("taken")
                _note_claim(connection, user, claimed, at=now)
                return claimed
    return None


def claim(runtime: Runtime, user: User, item_id: int, *, ttl_s: int) -> ReviewItem:
    """Claim one item.

    Raises
    ------
    NotFoundError
        If there is no such item.
    ClaimLostError
        If somebody else holds it.
    AlreadyDecidedError
        If it is closed.
    """
    with runtime.database.write() as connection:
        return _claim(connection, runtime, user, item_id, ttl_s=ttl_s)


def renew_claim(runtime: Runtime, user: User, item_id: int, token: str, *, ttl_s: int) -> datetime:
    """Lengthen a claim; returns its new end. Raises `ClaimLostError`."""
    with runtime.database.write() as connection:
        item_for(connection, user, item_id, Role.MODERATOR)
        expires_at = runtime.clock() + timedelta(seconds=ttl_s)
        if not review_queue.extend_claim(connection, item_id, token, expires_at=expires_at):
            raise ClaimLostError("The claim is gone.")
        return expires_at


def release(
    runtime: Runtime,
    user: User,
    item_id: int,
    token: str,
    *,
    is_escalated: bool = False,
    note: str = "",
) -> None:
    """Give an item back: skipped, or escalated to a senior moderator.

    Parameters
    ----------
    note : str
        What the next moderator should know; kept in the history.

    Raises
    ------
    ClaimLostError
        If the claim is gone already.
    """
    with runtime.database.write() as connection:
        item = item_for(connection, user, item_id, Role.MODERATOR)
        escalated = True if is_escalated else None
        if not review_queue.release_claim(connection, item_id, token, is_escalated=escalated):
            raise ClaimLostError("The claim is gone.")
        became = "escalated" if is_escalated else "skipped"
        runtime.tally.count_claim(became)
        append_event(
            connection,
            became,
            at=runtime.clock(),
            actor=user.username,
            forum_id=item.forum_id,
            comment_pk=item.comment_pk,
            details={"note": note.strip()[:MAX_NOTE_LENGTH]} if note.strip() else {},
        )
    if is_escalated:
        runtime.waiting.forget()


def leave(runtime: Runtime, user: User, item_id: int, token: str) -> bool:
    """Drop a claim without a word, for example to look at the next item.

    Returns
    -------
    bool
        False when the claim was gone already, which is no harm.
    """
    with runtime.database.write() as connection:
        item_for(connection, user, item_id, Role.MODERATOR)
        return review_queue.release_claim(connection, item_id, token)


def leave_soon(runtime: Runtime, user: User, item_id: int, token: str) -> bool:
    """Let a claim end in `LEAVING_S` seconds, unless it ends earlier or is renewed.

    Returns
    -------
    bool
        False when the claim was gone already, which is no harm.
    """
    with runtime.database.write() as connection:
        item = item_for(connection, user, item_id, Role.MODERATOR)
        ends = runtime.clock() + timedelta(seconds=LEAVING_S)
        if item.claim_expires_at is None or item.claim_expires_at <= ends:
            return False
        return review_queue.extend_claim(connection, item_id, token, expires_at=ends)


def decide(
    runtime: Runtime, user: User, item_id: int, token: str, decision: DecisionInput
) -> Decision:
    """Decide an item: one transaction with the message to the forum.

    Raises
    ------
    InvalidInputError
        If the decision says too little.
    StaleRevisionError
        If another revision was judged than the newest one.
    AlreadyDecidedError, ClaimLostError
        If the claim no longer holds the item.
    """
    with runtime.database.write() as connection:
        case = item, judgement = case_for(connection, user, item_id, Role.MODERATOR)
        check_decision(decision)
        if decision.revision != judgement.revision or not judgement.is_latest:
            raise StaleRevisionError("The author has changed the comment meanwhile.")
        now = runtime.clock()
        stored = record(connection, runtime, user, item_id, judgement, decision)
        if not review_queue.close_by_decision(connection, item_id, token, stored.id, at=now):
            raise _why_lost(connection, item_id)
        precedents.keep(connection, judgement)
        teach(connection, judgement, stored, item.source)
        announce(connection, runtime, case, stored, messages.DECISION_MADE, source=item.source)
        policy = runtime.policies.of(connection, judgement.forum_id).policy
        if second_look_point(stored.id, item_id) < policy.second_opinion_share:
            second_opinions.ask(connection, stored, user.id, judgement.forum_id, "share", at=now)
    runtime.waiting.leaves(item)
    return stored


def undo(runtime: Runtime, user: User, decision_id: int, *, ttl_s: int) -> ReviewItem:
    """Take a decision back, as a decision of its own; the item is claimed for the caller.

    Raises
    ------
    NotFoundError
        If there is no such decision.
    NotAllowedError
        If it is another moderator's and the caller is not a senior.
    ConflictError
        If it is no longer in force, or the comment was edited or deleted since.
    """
    with runtime.database.write() as connection:
        undone = known_decision(connection, decision_id)
        case = item, judgement = case_for(connection, user, undone.item_id, Role.MODERATOR)
        is_own = undone.moderator == user.username
        if not is_own and not user.reach.has_in(item.forum_id, Role.SENIOR):
            raise NotAllowedError("Only a senior moderator may undo another's decision.")
        if not judgement.is_latest or judgement.deleted_at is not None:
            # A reopened item about a text that is gone could never be decided again.
            raise ConflictError("The author or the forum has changed the comment since.")
        now = runtime.clock()
        word = DecisionInput(DecisionAction.UNDO, frozenset(), None, "", undone.revision)
        reversal = record(connection, runtime, user, undone.item_id, judgement, word, undoes=undone)
        reopened = review_queue.reopen_for(
            connection,
            undone.item_id,
            undone.id,
            user.id,
            runtime.new_token(),
            expires_at=now + timedelta(seconds=ttl_s),
        )
        if not reopened:
            raise ConflictError("This decision is no longer in force.")
        retire(connection, runtime, undone.comment_pk, undone)
        announce(
            connection,
            runtime,
            case,
            reversal,
            messages.DECISION_UNDONE,
            source=item.source,
        )
        reopened_item = known_item(connection, undone.item_id)
    runtime.waiting.forget()
    return reopened_item


def _claim(
    connection: Connection, runtime: Runtime, user: User, item_id: int, *, ttl_s: int
) -> ReviewItem:
    item = item_for(connection, user, item_id, Role.MODERATOR)
    if item.is_escalated and not user.reach.has_in(item.forum_id, Role.SENIOR):
        raise NotAllowedError("This item waits for a senior moderator.")
    now = runtime.clock()
    claimed = review_queue.claim_item(
        connection,
        item_id,
        user.id,
        runtime.new_token(),
        now=now,
        expires_at=now + timedelta(seconds=ttl_s),
    )
    if not claimed:
        raise _why_lost(connection, item_id)
    if item.claimed_by_id != user.id:
        runtime.tally.count_claim("taken")
        _note_claim(connection, user, item, at=now)
    return known_item(connection, item_id)


def _note_claim(
    connection: Connection, user: User, item: ReviewItem | ClaimedItem, *, at: datetime
) -> None:
    append_event(
        connection,
        "claimed",
        at=at,
        actor=user.username,
        forum_id=item.forum_id,
        comment_pk=item.comment_pk,
    )


def _why_lost(connection: Connection, item_id: int) -> ModerationError:
    item = known_item(connection, item_id)
    if item.state is ItemState.SUPERSEDED:
        return StaleRevisionError("The author has changed the comment meanwhile.")
    if item.state is ItemState.WITHDRAWN:
        return ConflictError("The forum has deleted the comment.")
    if item.state is ItemState.DECIDED:
        return AlreadyDecidedError("Somebody has decided this item meanwhile.")
    holder = item.claimed_by or "nobody"
    return ClaimLostError(f"The claim is gone; {holder} holds the item now.")
