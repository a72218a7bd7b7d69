"""The review queue as it is read: one item, a page, the next free one, the counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    func,
    or_,
    select,
    tuple_,
)

from moderation.domain.review import ItemState
from moderation.domain.verdict import Source
from moderation.storage.tables import authors as authors_table
from moderation.storage.tables import comments, forums, review_items, threads, users

_Query = TypeVar("_Query", bound=Select[*tuple[Any, ...]])


OPEN_STATES = (ItemState.PENDING.value, ItemState.CLAIMED.value)


class QueueOrder(StrEnum):
    """How the queue is sorted."""

    OLDEST = "oldest"
    RISKIEST = "riskiest"
    USEFUL = "useful"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which open items; None or False means all.

    Attributes
    ----------
    label : str or None
        Items whose strongest flagged label is this one.
    source : Source or None
    is_held, is_reported, is_escalated : bool
        Only those.
    """

    forum: str | None = None
    label: str | None = None
    source: Source | None = None
    is_held: bool = False
    is_reported: bool = False
    is_escalated: bool = False
    order: QueueOrder = QueueOrder.OLDEST


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One item of the queue with what a list shows of it.

    Attributes
    ----------
    risk : float
        Highest deciding score, in [0, 1]; 0 for an audit sample, whose scores are hidden.
    usefulness : float
        What a decision would teach the model, in [0, 1]; 0 for an audit sample.
    claimed_by : str or None
        The moderator's name.
    """

    id: int
    comment_pk: int
    forum_id: int
    forum_slug: str
    forum_name: str
    state: ItemState
    reasons: tuple[str, ...]
    source: Source
    is_held: bool
    is_audit: bool
    is_escalated: bool
    report_count: int
    risk: float
    usefulness: float
    top_label: str | None
    created_at: datetime
    claimed_by_id: int | None
    claimed_by: str | None
    claim_token: str | None
    claim_expires_at: datetime | None
    decision_id: int | None
    body: str
    author_name: str | None
    thread_title: str | None
    is_demo: bool


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How much work there is. Ages in seconds are left to the reader of ``oldest_at``."""

    waiting: int
    held: int
    reported: int
    escalated: int
    audit: int
    claimed: int
    oldest_at: datetime | None


def item_by_id(connection: Connection, item_id: int) -> ReviewItem | None:
    """Return one item, open or closed."""
    found = connection.execute(_list_query().where(review_items.c.id == item_id)).mappings().first()
    return _item(found) if found else None


def next_free(
    connection: Connection,
    wanted: QueueFilter,
    *,
    now: datetime,
    after: int | None,
    sees_escalated: bool,
) -> int | None:
    """Return the key of the next item that may be claimed.

    Parameters
    ----------
    after : int or None
        Start behind this item, so that a skipped one does not come back at once.
    sees_escalated : bool
        Whether escalated items are offered.
    """
    query = _filtered(select(review_items.c.id), wanted).where(is_free(now))
    if not sees_escalated:
        query = query.where(~review_items.c.is_escalated)
    if after is not None:
        query = _behind(connection, query, wanted.order, after)
    query = query.order_by(*_ordering(wanted.order)).limit(1)
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True, of=review_items)
    found: int | None = connection.scalar(query)
    return found


def list_items(
    connection: Connection, wanted: QueueFilter, *, after: int | None, limit: int
) -> list[ReviewItem]:
    """Return one page of open items. Keyset: ``after`` is the last item of the page before."""
    query = _filtered(_list_query(), wanted)
    if after is not None:
        query = _behind(connection, query, wanted.order, after)
    rows = connection.execute(query.order_by(*_ordering(wanted.order)).limit(limit)).mappings()
    return [_item(row) for row in rows]


def list_items_before(
    connection: Connection, wanted: QueueFilter, *, before: int, limit: int
) -> list[ReviewItem]:
    """Return the open items that stand in front of an item, the nearest first."""
    query = _behind(connection, _filtered(_list_query(), wanted), wanted.order, before, back=True)
    keyset = _keyset(wanted.order)
    is_falling = wanted.order in _FALLING
    order = keyset if is_falling else tuple(column.desc() for column in keyset)
    rows = connection.execute(query.order_by(*order).limit(limit)).mappings()
    return [_item(row) for row in rows]


def items_held_by(connection: Connection, user_id: int, *, now: datetime) -> list[ReviewItem]:
    """Return the items that a moderator holds by a claim in force, oldest claim first."""
    query = _list_query().where(
        review_items.c.claimed_by == user_id,
        review_items.c.state == ItemState.CLAIMED.value,
        review_items.c.claim_expires_at > now,
    )
    rows = connection.execute(query.order_by(review_items.c.claim_expires_at)).mappings()
    return [_item(row) for row in rows]


def count_open(connection: Connection) -> int:
    """Return how many items are open; answered by an index alone."""
    counted = (
        select(func.count()).select_from(review_items).where(review_items.c.state.in_(OPEN_STATES))
    )
    return connection.scalar(counted) or 0


def count_kind(connection: Connection, forum_id: int, kind: str) -> int:
    """Return how many items of a kind a forum has queued, open or closed."""
    counted = select(func.count()).select_from(review_items)
    return (
        connection.scalar(
            counted.where(review_items.c.forum_id == forum_id, review_items.c.kind == kind)
        )
        or 0
    )


def queue_counts(connection: Connection, wanted: QueueFilter, *, now: datetime) -> QueueCounts:
    """Count the open items that match."""

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(review_items.c.id).filter(condition)

    claimed = and_(review_items.c.state == ItemState.CLAIMED.value, ~is_free(now))
    row = (
        connection.execute(
            _filtered(
                select(
                    func.count(review_items.c.id).label("waiting"),
                    count(review_items.c.is_held).label("held"),
                    count(review_items.c.report_count > 0).label("reported"),
                    count(review_items.c.is_escalated).label("escalated"),
                    count(review_items.c.is_audit).label("audit"),
                    count(claimed).label("claimed"),
                    func.min(review_items.c.created_at).label("oldest_at"),
                ),
                wanted,
            )
        )
        .mappings()
        .one()
    )
    return QueueCounts(**row)


def is_free(now: datetime) -> ColumnElement[bool]:
    """Tell whether nobody holds the item, or its claim has run out."""
    return or_(
        review_items.c.state == ItemState.PENDING.value,
        and_(
            review_items.c.state == ItemState.CLAIMED.value,
            review_items.c.claim_expires_at <= now,
        ),
    )


def _filtered(query: _Query, wanted: QueueFilter) -> _Query:
    query = query.where(review_items.c.state.in_(OPEN_STATES))
    if wanted.forum is not None:
        forum_id = select(forums.c.id).where(forums.c.slug == wanted.forum).scalar_subquery()
        query = query.where(review_items.c.forum_id == forum_id)
    if wanted.label is not None:
        query = query.where(review_items.c.top_label == wanted.label)
    if wanted.source is not None:
        query = query.where(review_items.c.source == wanted.source.value)
    if wanted.is_held:
        query = query.where(review_items.c.is_held)
    if wanted.is_reported:
        query = query.where(review_items.c.report_count > 0)
    if wanted.is_escalated:
        query = query.where(review_items.c.is_escalated)
    return query


_FALLING: Mapping[QueueOrder, ColumnElement[float]] = {
    QueueOrder.RISKIEST: review_items.c.risk,
    QueueOrder.USEFUL: review_items.c.usefulness,
}
"""Orders that begin at the highest value, with what they sort by."""


def _keyset(order: QueueOrder) -> tuple[ColumnElement[Any], ...]:
    if order in _FALLING:
        return (_FALLING[order], review_items.c.id)
    return (review_items.c.created_at, review_items.c.id)


def _ordering(order: QueueOrder) -> tuple[ColumnElement[Any], ...]:
    if order in _FALLING:
        return tuple(column.desc() for column in _keyset(order))
    return _keyset(order)


def _behind(
    connection: Connection,
    query: _Query,
    order: QueueOrder,
    after: int,
    *,
    back: bool = False,
) -> _Query:
    last = connection.execute(select(*_keyset(order)).where(review_items.c.id == after)).first()
    if last is None:
        return query
    is_falling = order in _FALLING
    there = tuple_(last[0], after)
    place = tuple_(*_keyset(order))
    return query.where(place < there if is_falling != back else place > there)


def _list_query() -> Select[*tuple[Any, ...]]:
    return (
        select(
            review_items,
            forums.c.slug.label("forum_slug"),
            forums.c.name.label("forum_name"),
            forums.c.is_demo,
            users.c.username.label("claimed_by_name"),
            comments.c.body,
            authors_table.c.name.label("author_name"),
            authors_table.c.external_id.label("author_external_id"),
            threads.c.title.label("thread_title"),
        )
        .join(forums, forums.c.id == review_items.c.forum_id)
        .join(comments, comments.c.id == review_items.c.comment_id)
        .outerjoin(authors_table, authors_table.c.id == comments.c.author_id)
        .outerjoin(threads, threads.c.id == comments.c.thread_id)
        .outerjoin(users, users.c.id == review_items.c.claimed_by)
    )


def _item(row: RowMapping) -> ReviewItem:
    return ReviewItem(
        id=row["id"],
        comment_pk=row["comment_id"],
        forum_id=row["forum_id"],
        forum_slug=row["forum_slug"],
        forum_name=row["forum_name"],
        state=ItemState(row["state"]),
        reasons=tuple(row["reasons"]),
        source=Source(row["source"]),
        is_held=row["is_held"],
        is_audit=row["is_audit"],
        is_escalated=row["is_escalated"],
        report_count=row["report_count"],
        risk=row["risk"],
        usefulness=row["usefulness"],
        top_label=row["top_label"],
        created_at=row["created_at"],
        claimed_by_id=row["claimed_by"],
        claimed_by=row["claimed_by_name"],
        claim_token=row["claim_token"],
        claim_expires_at=row["claim_expires_at"],
        decision_id=row["decision_id"],
        body=row["body"],
        author_name=row["author_name"] or row["author_external_id"],
        thread_title=row["thread_title"],
        is_demo=row["is_demo"],
    )
