"""The review queue as it is read: one item, a page, the next free one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    func,
    or_,
    select,
    union_all,
)

from moderation.domain.reach import ForumKeys
from moderation.domain.review import ItemState
from moderation.domain.verdict import Source
from moderation.storage.as_json import as_json
from moderation.storage.many_rows import one_column
from moderation.storage.prepared import Prepared
from moderation.storage.queue_filters import (
    FALLING,
    QueueFilter,
    QueueOrder,
    behind,
    keyset,
    narrowed,
    ordering,
    place_of,
)
from moderation.storage.tables import authors as authors_table
from moderation.storage.tables import comments, forums, review_items, threads, users
from moderation.storage.within import within

OPEN_STATES = (ItemState.PENDING.value, ItemState.CLAIMED.value)

_ITEMS = (
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
_BY_ID = _ITEMS.where(review_items.c.id == bindparam("item"))


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
    found = connection.execute(_BY_ID, {"item": item_id}).mappings().first()
    return item_of(found) if found else None


def next_free(
    connection: Connection,
    wanted: QueueFilter,
    *,
    now: datetime,
    after: int | None,
    escalated_in: ForumKeys,
) -> Select[int]:
    """Return the query of the next item that may be claimed; PostgreSQL locks its row.

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
        query = behind(query, wanted.order, place_of(wanted.order, after))
    query = query.order_by(*ordering(wanted.order)).limit(1)
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True, of=review_items)
    return query


def list_items(
    connection: Connection, wanted: QueueFilter, *, after: int | None, limit: int
) -> list[ReviewItem]:
    """Return one page of open items. Keyset: ``after`` is the last item of the page before."""
    query = narrowed(connection, _ITEMS, wanted)
    if after is not None:
        query = behind(query, wanted.order, place_of(wanted.order, after))
    rows = connection.execute(query.order_by(*ordering(wanted.order)).limit(limit)).mappings()
    return [item_of(row) for row in rows]


def items_around(
    connection: Connection, wanted: QueueFilter, here: ReviewItem, *, before: int, after: int
) -> tuple[list[ReviewItem], list[ReviewItem]]:
    """Return the open items in front of an item and behind it, both in the order of the queue.

    Parameters
    ----------
    before, after : int
        How many of each at most.
    """

    def keys(limit: int, *, back: bool) -> Select[int]:
        query = narrowed(connection, select(review_items.c.id), wanted)
        query = behind(query, wanted.order, _place(wanted.order, here), back=back)
        found = query.order_by(*ordering(wanted.order, back=back)).limit(limit)
        return select(found.subquery().c.id)

    around = union_all(keys(before, back=True), keys(after, back=False))
    query = _ITEMS.where(review_items.c.id.in_(around)).order_by(*ordering(wanted.order))
    found = [item_of(row) for row in connection.execute(query).mappings()]
    is_falling = wanted.order in FALLING
    middle = _place(wanted.order, here)
    front = [one for one in found if (_place(wanted.order, one) < middle) != is_falling]
    return front, found[len(front) :]


def items_held_by(
    connection: Connection, user_id: int, *, now: datetime, forums: ForumKeys
) -> list[ReviewItem]:
    """Return the items that a moderator holds by a claim in force, oldest claim first."""
    query = _ITEMS.where(
        review_items.c.claimed_by == user_id,
        review_items.c.state == ItemState.CLAIMED.value,
        review_items.c.claim_expires_at > now,
        within(review_items.c.forum_id, forums),
    )
    rows = connection.execute(query.order_by(review_items.c.claim_expires_at)).mappings()
    return [item_of(row) for row in rows]


_MOST_COUNTED = 2_500
"""Of this many alike, one more teaches a fiftieth of the first: further counting tells nothing."""


def count_kinds(connection: Connection, forum_id: int, kinds: Collection[str]) -> dict[str, int]:
    """Return how many items of each kind a forum has queued, open or closed, up to 2,500 each."""
    if not kinds:
        return {}
    asked = {"forum": forum_id, "kinds": as_json(list(kinds))}
    return dict(_COUNT_KINDS.rows(connection, asked))


def _count_kinds(dialect: str) -> Select[str, int]:
    kinds = one_column(dialect, bindparam("kinds", type_=Text))
    alike = (
        select(review_items.c.id)
        .where(review_items.c.forum_id == bindparam("forum"), review_items.c.kind == kinds.c.value)
        .limit(_MOST_COUNTED)
        .correlate(kinds)
        .subquery()
    )
    count = select(func.count()).select_from(alike).scalar_subquery()
    return select(kinds.c.value, count.label("alike"))


_COUNT_KINDS = Prepared(_count_kinds)


def is_free(now: datetime) -> ColumnElement[bool]:
    """Tell whether nobody holds the item, or its claim has run out."""
    return or_(
        review_items.c.state == ItemState.PENDING.value,
        and_(
            review_items.c.state == ItemState.CLAIMED.value,
            review_items.c.claim_expires_at <= now,
        ),
    )


def _place(order: QueueOrder, item: ReviewItem) -> tuple[Any, int]:
    return getattr(item, str(keyset(order)[0].key)), item.id


def item_of(row: Mapping[Any, Any]) -> ReviewItem:
    """Return the item in a row that names all columns of the table and what is joined to them."""
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
