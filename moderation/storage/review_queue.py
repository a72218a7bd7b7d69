"""The review queue. Claiming and deciding are compare-and-set, one statement each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    insert,
    or_,
    select,
    update,
)

from moderation.domain.reach import ForumKeys
from moderation.domain.review import NO_TARGET_MINUTES, ItemState
from moderation.domain.verdict import Source
from moderation.storage.prepared import Prepared
from moderation.storage.queue_filters import QueueFilter
from moderation.storage.queue_pages import OPEN_STATES, is_free, next_free
from moderation.storage.tables import comments, review_items


@dataclass(frozen=True, slots=True)
class NewItem:
    """A comment to be queued.

    Attributes
    ----------
    host : str or None
        Host name of the page that it stands on.
    time_target_minutes : int
        Within which a person should decide it; 0 when the forum has none.
    """

    comment_pk: int
    forum_id: int
    reasons: tuple[str, ...]
    source: Source
    is_held: bool
    is_audit: bool
    risk: float
    top_label: str | None
    report_count: int = 0
    usefulness: float = 0.0
    kind: str | None = None
    host: str | None = None
    time_target_minutes: int = 0


@dataclass(frozen=True, slots=True)
class ClaimedItem:
    """What its new holder must know of an item that was just claimed."""

    id: int
    forum_id: int
    comment_pk: int
    claim_token: str


def item_values(item: NewItem, *, at: datetime) -> dict[str, Any]:
    """Return what is stored of a new item, what it copies from its comment aside."""
    return {
        "comment_id": item.comment_pk,
        "forum_id": item.forum_id,
        "state": ItemState.PENDING.value,
        "reasons": list(item.reasons),
        "source": item.source.value,
        "is_held": item.is_held,
        "is_audit": item.is_audit,
        "risk": item.risk,
        "usefulness": item.usefulness,
        "kind": item.kind,
        "top_label": item.top_label,
        "report_count": item.report_count,
        "host": item.host,
        "created_at": at,
        "due_at": at + timedelta(minutes=item.time_target_minutes or NO_TARGET_MINUTES),
    }


def insert_item(connection: Connection, item: NewItem, *, at: datetime) -> int:
    """Queue a comment; returns the item's key."""
    ((author_id, thread_id, language),) = _COPIED.rows(connection, {"pk": item.comment_pk})
    values = item_values(item, at=at)
    values |= {"author_id": author_id, "thread_id": thread_id, "language": language}
    ((pk,),) = _INSERT.rows(connection, values)
    return int(pk)


_COPIED = Prepared(
    lambda _: select(comments.c.author_id, comments.c.thread_id, comments.c.language).where(
        comments.c.id == bindparam("pk")
    )
)
_INSERT = Prepared(lambda _: insert(review_items).returning(review_items.c.id))


def close_open_items(
    connection: Connection, comment_pks: Sequence[int], state: ItemState, *, at: datetime
) -> Sequence[int]:
    """Close the open items of the given revisions; returns the keys of those closed."""
    return connection.scalars(
        update(review_items)
        .where(review_items.c.comment_id.in_(comment_pks), review_items.c.state.in_(OPEN_STATES))
        .values(
            state=state.value,
            closed_at=at,
            claimed_by=None,
            claim_token=None,
            claim_expires_at=None,
        )
        .returning(review_items.c.id)
    ).all()


def reopen_withdrawn(connection: Connection, comment_pks: Sequence[int]) -> Sequence[int]:
    """Open the withdrawn items of the given revisions again, where they are the newest."""
    newest = select(comments.c.id).where(comments.c.id.in_(comment_pks), comments.c.is_latest)
    return connection.scalars(
        update(review_items)
        .where(
            review_items.c.comment_id.in_(newest),
            review_items.c.state == ItemState.WITHDRAWN.value,
        )
        .values(state=ItemState.PENDING.value, closed_at=None)
        .returning(review_items.c.id)
    ).all()


def add_report(
    connection: Connection, item_id: int, reasons: tuple[str, ...], *, is_first: bool
) -> None:
    """Count a reader's report on an item, and stop hiding it as an audit sample."""
    values: dict[str, Any] = {
        "report_count": review_items.c.report_count + 1,
        "reasons": list(reasons),
    }
    if is_first:
        values["is_audit"] = False
    connection.execute(update(review_items).where(review_items.c.id == item_id).values(**values))


def claim_item(
    connection: Connection,
    item_id: int,
    user_id: int,
    token: str,
    *,
    now: datetime,
    expires_at: datetime,
) -> bool:
    """Claim one item if it is free, expired or already the caller's.

    One statement: of two who try, the database lets one through.
    """
    free = or_(is_free(now), review_items.c.claimed_by == user_id)
    done = connection.execute(
        update(review_items)
        .where(review_items.c.id == item_id, review_items.c.state.in_(OPEN_STATES), free)
        .values(
            state=ItemState.CLAIMED.value,
            claimed_by=user_id,
            claim_token=token,
            claim_expires_at=expires_at,
        )
    )
    return done.rowcount == 1


def claim_next(  # noqa: PLR0913 - what to claim, and for whom
    connection: Connection,
    wanted: QueueFilter,
    user_id: int,
    token: str,
    *,
    now: datetime,
    expires_at: datetime,
    after: int | None,
    leaves: int | None,
    escalated_in: ForumKeys,
) -> ClaimedItem | None:
    """Claim the next free item that `next_free` finds, in the statement that finds it.

    Parameters
    ----------
    leaves : int or None
        The item that the moderator has just left: it does not come back at once.
    """
    free = next_free(connection, wanted, now=now, after=after, escalated_in=escalated_in)
    if leaves is not None:
        free = free.where(review_items.c.id != leaves)
    row = connection.execute(
        update(review_items)
        .where(review_items.c.id == free.scalar_subquery())
        .values(
            state=ItemState.CLAIMED.value,
            claimed_by=user_id,
            claim_token=token,
            claim_expires_at=expires_at,
        )
        .returning(review_items.c.id, review_items.c.forum_id, review_items.c.comment_id)
    ).first()
    return ClaimedItem(row.id, row.forum_id, row.comment_id, token) if row is not None else None


def release_claim(
    connection: Connection, item_id: int, token: str, *, is_escalated: bool | None = None
) -> bool:
    """Give an item back to the queue if the token still holds it."""
    values: dict[str, Any] = {
        "state": ItemState.PENDING.value,
        "claimed_by": None,
        "claim_token": None,
        "claim_expires_at": None,
    }
    if is_escalated is not None:
        values["is_escalated"] = is_escalated
    done = connection.execute(
        update(review_items).where(*_held_by(item_id, token)).values(**values)
    )
    return done.rowcount == 1


def extend_claim(connection: Connection, item_id: int, token: str, *, expires_at: datetime) -> bool:
    """Lengthen a claim if the token still holds it."""
    done = connection.execute(
        update(review_items).where(*_held_by(item_id, token)).values(claim_expires_at=expires_at)
    )
    return done.rowcount == 1


def close_by_decision(
    connection: Connection, item_id: int, token: str, decision_id: int, *, at: datetime
) -> bool:
    """Decide an item if the token still holds it (compare-and-set)."""
    done = connection.execute(
        update(review_items)
        .where(*_held_by(item_id, token))
        .values(
            state=ItemState.DECIDED.value,
            decision_id=decision_id,
            closed_at=at,
            claimed_by=None,
            claim_token=None,
            claim_expires_at=None,
        )
    )
    return done.rowcount == 1


def replace_decision(
    connection: Connection, item_id: int, decision_id: int, new_decision_id: int
) -> bool:
    """Let a decided item rest on another decision, if the first one is still in force."""
    done = connection.execute(
        update(review_items)
        .where(
            review_items.c.id == item_id,
            review_items.c.state == ItemState.DECIDED.value,
            review_items.c.decision_id == decision_id,
        )
        .values(decision_id=new_decision_id)
    )
    return done.rowcount == 1


def reopen_for(
    connection: Connection,
    item_id: int,
    decision_id: int,
    user_id: int,
    token: str,
    *,
    expires_at: datetime,
) -> bool:
    """Take a decided item back into a claim, if this decision is still in force."""
    done = connection.execute(
        update(review_items)
        .where(
            review_items.c.id == item_id,
            review_items.c.state == ItemState.DECIDED.value,
            review_items.c.decision_id == decision_id,
        )
        .values(
            state=ItemState.CLAIMED.value,
            decision_id=None,
            closed_at=None,
            claimed_by=user_id,
            claim_token=token,
            claim_expires_at=expires_at,
        )
    )
    return done.rowcount == 1


def _held_by(item_id: int, token: str) -> tuple[ColumnElement[bool], ...]:
    return (
        review_items.c.id == item_id,
        review_items.c.state == ItemState.CLAIMED.value,
        review_items.c.claim_token == token,
    )
