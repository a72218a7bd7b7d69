"""The review queue as it is read: one item, a page, the next free one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
)

from moderation.domain.reach import ForumKeys
from moderation.domain.review import ItemState
from moderation.domain.verdict import Source
from moderation.storage.queue_filters import QueueFilter, behind, narrowed, ordering
from moderation.storage.tables import authors as authors_table
from moderation.storage.tables import comments, forums, review_items, threads, users
from moderation.storage.within import within

OPEN_STATES = (ItemState.PENDING.value, ItemState.CLAIMED.value)


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One item of the queue with what a list shows of it.

    Attributes
    ----------
    risk : float
        Highest deciding score, in [0, 1]; 0 for an audit sample, whose scores are hidden.
    usefulness : float
        What a decision would teach the model, in [0, 1]; 0 for an audit sample.
    author_pk, thread_pk : int or None
        Our keys.
    host : str or None
        Host name of the page that the comment stands on.
    due_at : datetime or None
        When the forum's time target is broken.
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
    author_pk: int | None
    thread_pk: int | None
    language: str | None
    host: str | None
    created_at: datetime
    due_at: datetime | None
    claimed_by_id: int | None
    claimed_by: str | None
    claim_token: str | None
    claim_expires_at: datetime | None
    decision_id: int | None
    body: str
    author_name: str | None
    thread_title: str | None
    is_demo: bool


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
    escalated_in: ForumKeys,
) -> int | None:
    """Return the key of the next item that may be claimed.

    Parameters
    ----------
    after : int or None
        Start behind this item, so that a skipped one does not come back at once.
    escalated_in : ForumKeys
        The forums whose escalated items are offered.
    """
    query = narrowed(connection, select(review_items.c.id), wanted).where(is_free(now))
    if escalated_in is not None:
        is_for_all = ~review_items.c.is_escalated
        query = query.where(or_(is_for_all, within(review_items.c.forum_id, escalated_in)))
    if after is not None:
        query = behind(connection, query, wanted.order, after)
    query = query.order_by(*ordering(wanted.order)).limit(1)
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True, of=review_items)
    found: int | None = connection.scalar(query)
    return found


def list_items(
    connection: Connection, wanted: QueueFilter, *, after: int | None, limit: int
) -> list[ReviewItem]:
    """Return one page of open items. Keyset: ``after`` is the last item of the page before."""
    query = narrowed(connection, _list_query(), wanted)
    if after is not None:
        query = behind(connection, query, wanted.order, after)
    rows = connection.execute(query.order_by(*ordering(wanted.order)).limit(limit)).mappings()
    return [_item(row) for row in rows]


def list_items_before(
    connection: Connection, wanted: QueueFilter, *, before: int, limit: int
) -> list[ReviewItem]:
    """Return the open items that stand in front of an item, the nearest first."""
    query = narrowed(connection, _list_query(), wanted)
    query = behind(connection, query, wanted.order, before, back=True)
    order = ordering(wanted.order, back=True)
    rows = connection.execute(query.order_by(*order).limit(limit)).mappings()
    return [_item(row) for row in rows]


def items_held_by(
    connection: Connection, user_id: int, *, now: datetime, forums: ForumKeys
) -> list[ReviewItem]:
    """Return the items that a moderator holds by a claim in force, oldest claim first."""
    query = _list_query().where(
        review_items.c.claimed_by == user_id,
        review_items.c.state == ItemState.CLAIMED.value,
        review_items.c.claim_expires_at > now,
        within(review_items.c.forum_id, forums),
    )
    rows = connection.execute(query.order_by(review_items.c.claim_expires_at)).mappings()
    return [_item(row) for row in rows]


_MOST_COUNTED = 2_500
"""Of this many alike, one more teaches a fiftieth of the first: further counting tells nothing."""

_COUNT_KIND = select(func.count()).select_from(
    select(review_items.c.id)
    .where(review_items.c.forum_id == bindparam("forum"), review_items.c.kind == bindparam("kind"))
    .limit(_MOST_COUNTED)
    .subquery()
)


def count_kind(connection: Connection, forum_id: int, kind: str) -> int:
    """Return how many items of a kind a forum has queued, open or closed, counted up to 2,500."""
    counted: int = connection.execute(_COUNT_KIND, {"forum": forum_id, "kind": kind}).scalar_one()
    return counted


def is_free(now: datetime) -> ColumnElement[bool]:
    """Tell whether nobody holds the item, or its claim has run out."""
    return or_(
        review_items.c.state == ItemState.PENDING.value,
        and_(
            review_items.c.state == ItemState.CLAIMED.value,
            review_items.c.claim_expires_at <= now,
        ),
    )


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
        author_pk=row["author_id"],
        thread_pk=row["thread_id"],
        language=row["language"],
        host=row["host"],
        created_at=row["created_at"],
        due_at=row["due_at"],
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
