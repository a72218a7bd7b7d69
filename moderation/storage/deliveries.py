"""The outbox: messages written with what they tell, sent later, kept until acknowledged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    and_,
    bindparam,
    exists,
    func,
    insert,
    select,
    update,
)

from moderation.domain.host import HOST_EVENT_PREFIX
from moderation.domain.reach import ForumKeys
from moderation.storage.prepared import Prepared
from moderation.storage.tables import comments, deliveries, forums
from moderation.storage.within import newest_within
from moderation.storage.within import within as is_within


@dataclass(frozen=True, slots=True)
class Delivery:
    """One outgoing message.

    Attributes
    ----------
    message_id : str
        The ``webhook-id``, constant over all tries.
    payload : str
        The JSON body as it is sent and signed.
    state : str
        ``pending``, ``delivered`` or ``parked``.
    attempts : int
        Tries so far.
    """

    id: int
    message_id: str
    forum_id: int
    forum_slug: str
    comment_pk: int | None
    event_type: str
    payload: str
    state: str
    attempts: int
    next_attempt_at: datetime
    last_status: int | None
    last_error: str | None
    created_at: datetime
    closed_at: datetime | None
    callback_url: str | None
    allows_private_callback: bool


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message to write into the outbox.

    Attributes
    ----------
    url : str or None
        Where it goes; None for the forum's callback address.
    """

    message_id: str
    forum_id: int
    comment_pk: int | None
    event_type: str
    payload: str
    url: str | None = None


def insert_delivery(connection: Connection, new: NewDelivery, *, at: datetime) -> int:
    """Write a message into the outbox, due at once."""
    values = {
        "message_id": new.message_id,
        "forum_id": new.forum_id,
        "comment_id": new.comment_pk,
        "event_type": new.event_type,
        "payload": new.payload,
        "url": new.url,
        "state": "pending",
        "next_attempt_at": at,
        "created_at": at,
    }
    ((pk,),) = _INSERT.rows(connection, values)
    return int(pk)


def is_due(connection: Connection, *, now: datetime) -> bool:
    """Return whether there is a message to send: most of the times there is none."""
    return connection.scalar(_DUE, {"now": now, "most": 1}) is not None


def oldest_due(connection: Connection, *, now: datetime) -> datetime | None:
    """Return since when the message that has been due for longest is."""
    pk = connection.scalar(_DUE, {"now": now, "most": 1})
    return connection.scalar(select(deliveries.c.next_attempt_at).where(deliveries.c.id == pk))


def lease_due(
    connection: Connection, *, now: datetime, until: datetime, token: str, limit: int
) -> list[Delivery]:
    """Take messages that are due, so that no other worker sends them until ``until``.

    A message waits while an earlier one of the same comment, in any revision, is pending: the forum
    hears of things in the order in which they happened. A worker that dies lets its lease run out.
    """
    statement = _DUE_UNLESS_LOCKED[connection.dialect.name]
    due = connection.scalars(statement, {"now": now, "most": limit}).all()
    if not due:
        return []
    taken = connection.scalars(
        update(deliveries)
        .where(deliveries.c.id.in_(due))
        .values(
            next_attempt_at=until,
            lease_token=token,
            attempts=deliveries.c.attempts + 1,
        )
        .returning(deliveries.c.id)
    ).all()
    return _select(connection, deliveries.c.id.in_(taken))


def _due() -> Select[tuple[int]]:
    earlier, this, other = deliveries.alias("earlier"), comments.alias(), comments.alias()
    blocked = exists().where(
        and_(
            this.c.id == deliveries.c.comment_id,
            other.c.forum_id == this.c.forum_id,
            other.c.external_id == this.c.external_id,
            earlier.c.comment_id == other.c.id,
            earlier.c.id < deliveries.c.id,
            earlier.c.state == "pending",
            # What a host does and what a callback tells take different ways.
            earlier.c.event_type.startswith(HOST_EVENT_PREFIX)
            == deliveries.c.event_type.startswith(HOST_EVENT_PREFIX),
        )
    )
    return (
        select(deliveries.c.id)
        .where(
            deliveries.c.state == "pending",
            deliveries.c.next_attempt_at <= bindparam("now"),
            ~blocked,
        )
        .order_by(deliveries.c.next_attempt_at, deliveries.c.id)
        .limit(bindparam("most"))
    )


# Built once: comments that wait need the first, and a worker asks for the others all the time.
_INSERT = Prepared(lambda _: insert(deliveries).returning(deliveries.c.id))
_DUE = _due()
_DUE_UNLESS_LOCKED = {
    "sqlite": _DUE,
    "postgresql": _DUE.with_for_update(skip_locked=True, of=deliveries),
}


def settle(  # noqa: PLR0913 - the outcome of one try
    connection: Connection,
    delivery_id: int,
    token: str,
    *,
    state: str,
    next_attempt_at: datetime,
    status: int | None,
    error: str | None,
    at: datetime,
) -> bool:
    """Write down how a try ended, if the lease is still ours."""
    done = connection.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id, deliveries.c.lease_token == token)
        .values(
            state=state,
            next_attempt_at=next_attempt_at,
            last_status=status,
            last_error=error,
            lease_token=None,
            closed_at=None if state == "pending" else at,
        )
    )
    return done.rowcount == 1


def replay(connection: Connection, delivery_id: int, *, at: datetime) -> bool:
    """Make a closed message due again, under the same ``webhook-id``."""
    done = connection.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id, deliveries.c.state != "pending")
        .values(state="pending", attempts=0, next_attempt_at=at, closed_at=None)
    )
    return done.rowcount == 1


def hasten_host_tasks(
    connection: Connection, forum_id: int, external_id: str, *, at: datetime
) -> None:
    """Make what the host shall do with a comment due now, unless somebody is sending it."""
    of_the_comment = select(comments.c.id).where(
        comments.c.forum_id == forum_id, comments.c.external_id == external_id
    )
    connection.execute(
        update(deliveries)
        .where(
            deliveries.c.comment_id.in_(of_the_comment),
            deliveries.c.event_type.startswith(HOST_EVENT_PREFIX),
            deliveries.c.state == "pending",
            deliveries.c.lease_token.is_(None),
            deliveries.c.next_attempt_at > at,
        )
        .values(next_attempt_at=at)
    )


def list_deliveries(
    connection: Connection, within: ForumKeys, *, state: str | None, before: int | None, limit: int
) -> list[Delivery]:
    """Return messages, newest first; ``before`` is the last one of the page before."""
    conditions = [deliveries.c.state == state] if state is not None else []
    if before is not None:
        conditions.append(deliveries.c.id < before)
    newest = newest_within(deliveries, within, *conditions, limit=limit)
    return _select(connection, deliveries.c.id.in_(newest), newest_first=True, limit=limit)


def delivery_by_id(connection: Connection, delivery_id: int) -> Delivery | None:
    """Return one message."""
    found = _select(connection, deliveries.c.id == delivery_id)
    return found[0] if found else None


def comment_deliveries(connection: Connection, comment_pk: int) -> list[Delivery]:
    """Return the messages about one revision, oldest first."""
    return _select(connection, deliveries.c.comment_id == comment_pk)


def count_by_state(connection: Connection, within: ForumKeys) -> dict[str, int]:
    """Return how many messages there are in each state."""
    rows = connection.execute(
        select(deliveries.c.state, func.count(deliveries.c.id))
        .where(is_within(deliveries.c.forum_id, within))
        .group_by(deliveries.c.state)
    )
    return {state: number for state, number in rows}  # noqa: C416 - rows are no pairs to mypy


def _select(
    connection: Connection, *conditions: Any, newest_first: bool = False, limit: int | None = None
) -> list[Delivery]:
    order = deliveries.c.id.desc() if newest_first else deliveries.c.id
    query = (
        select(
            deliveries,
            forums.c.slug.label("forum_slug"),
            func.coalesce(deliveries.c.url, forums.c.callback_url).label("callback_url"),
            forums.c.allows_private_callback,
        )
        .join(forums, forums.c.id == deliveries.c.forum_id)
        .where(*conditions)
        .order_by(order)
        .limit(limit)
    )
    return [_delivery(row) for row in connection.execute(query).mappings()]


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(
        id=row["id"],
        message_id=row["message_id"],
        forum_id=row["forum_id"],
        forum_slug=row["forum_slug"],
        comment_pk=row["comment_id"],
        event_type=row["event_type"],
        payload=row["payload"],
        state=row["state"],
        attempts=row["attempts"],
        next_attempt_at=row["next_attempt_at"],
        last_status=row["last_status"],
        last_error=row["last_error"],
        created_at=row["created_at"],
        closed_at=row["closed_at"],
        callback_url=row["callback_url"],
        allows_private_callback=row["allows_private_callback"],
    )
