"""Which open items, and in which order: the conditions that every reading of the queue shares.

Each order has an index of open items that carries all columns of the filters, so that a page costs
the same wherever it begins and whatever it leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, UnaryExpression, select, tuple_
from sqlalchemy.sql import operators

from moderation.domain.reach import ForumKeys
from moderation.domain.verdict import Source
from moderation.storage.tables import forums, review_items

_Query = TypeVar("_Query", bound=Select[*tuple[Any, ...]])


class QueueOrder(StrEnum):
    """How the queue is sorted."""

    OLDEST = "oldest"
    DUE = "due"
    RISKIEST = "riskiest"
    REPORTED = "reported"
    USEFUL = "useful"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which open items; None or False means all.

    Attributes
    ----------
    forum : str or None
        The forum's slug.
    label : str or None
        Items whose strongest flagged label is this one.
    source : Source or None
    language : str or None
        As the forum names it.
    host : str or None
        Host name of the page that the comment stands on, in lower case.
    author, thread : int or None
        Our keys.
    is_held, is_reported, is_escalated : bool
        Only those.
    within : ForumKeys
        Only items of forums that the reader may see.
    """

    forum: str | None = None
    label: str | None = None
    source: Source | None = None
    language: str | None = None
    host: str | None = None
    author: int | None = None
    thread: int | None = None
    is_held: bool = False
    is_reported: bool = False
    is_escalated: bool = False
    order: QueueOrder = QueueOrder.OLDEST
    within: ForumKeys = None


FALLING: Mapping[QueueOrder, ColumnElement[Any]] = {
    QueueOrder.RISKIEST: review_items.c.risk,
    QueueOrder.REPORTED: review_items.c.report_count,
    QueueOrder.USEFUL: review_items.c.usefulness,
}
"""Orders that begin at the highest value, with what they sort by."""

_RISING: Mapping[QueueOrder, ColumnElement[Any]] = {
    QueueOrder.OLDEST: review_items.c.created_at,
    QueueOrder.DUE: review_items.c.due_at,
}


def is_open() -> ColumnElement[bool]:
    """Return the condition by which the indexes of open items are found."""
    return review_items.c.closed_at.is_(None)


def narrowed(connection: Connection, query: _Query, wanted: QueueFilter) -> _Query:
    """Leave the open items that match."""
    query = query.where(is_open())
    if wanted.within is not None:
        forum = _by_order(connection, review_items.c.forum_id)
        query = query.where(forum.in_(sorted(wanted.within)))
    return _as_asked(connection, query, wanted)


def _as_asked(connection: Connection, query: _Query, wanted: QueueFilter) -> _Query:
    given = {
        "forum_id": wanted.forum,
        "top_label": wanted.label,
        "source": wanted.source.value if wanted.source is not None else None,
        "language": wanted.language,
        "host": wanted.host,
    }
    for name, value in given.items():
        if value is not None:
            column = _by_order(connection, review_items.c[name])
            query = query.where(column == (_forum_id(value) if name == "forum_id" else value))
    if wanted.author is not None:
        query = query.where(review_items.c.author_id == wanted.author)
    if wanted.thread is not None:
        query = query.where(review_items.c.thread_id == wanted.thread)
    if wanted.is_held:
        query = query.where(review_items.c.is_held)
    if wanted.is_reported:
        query = query.where(review_items.c.report_count > 0)
    if wanted.is_escalated:
        query = query.where(review_items.c.is_escalated)
    return query


def ordering(order: QueueOrder, *, back: bool = False) -> tuple[ColumnElement[Any], ...]:
    """Return what an order sorts by; with ``back`` from its end."""
    if (order in FALLING) != back:
        return tuple(column.desc() for column in keyset(order))
    return keyset(order)


def place_of(order: QueueOrder, item_id: int) -> tuple[Any, int]:
    """Return where an item stands in an order; of one that is gone, nothing stands behind it."""
    column, key = keyset(order)
    return select(column).where(key == item_id).scalar_subquery(), item_id


def behind(
    query: _Query, order: QueueOrder, place: tuple[Any, int], *, back: bool = False
) -> _Query:
    """Leave what comes after a place in an order; with ``back`` what comes before it."""
    here = tuple_(*keyset(order))
    there = tuple_(*place)
    return query.where(here < there if (order in FALLING) != back else here > there)


def keyset(order: QueueOrder) -> tuple[ColumnElement[Any], ...]:
    """Return the two columns that give each item its place in an order."""
    column = FALLING[order] if order in FALLING else _RISING[order]
    return (column, review_items.c.id)


def _forum_id(slug: str) -> Any:
    return select(forums.c.id).where(forums.c.slug == slug).scalar_subquery()


def _by_order(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[Any]:
    # SQLite would take any index that begins with the column, and then sort the whole queue.
    # Source: https://sqlite.org/optoverview.html, the unary plus.
    if connection.dialect.name != "sqlite":
        return column
    return UnaryExpression(column, operator=operators.custom_op("+"))
