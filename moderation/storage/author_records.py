"""An author's record in one forum: how much was seen, and how it was decided."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select, true

from moderation.domain.review import DecisionAction
from moderation.storage.decisions import is_in_force
from moderation.storage.tables import authors, comments, decisions, review_items

_RECENT = 20


@dataclass(frozen=True, slots=True)
class AuthorRecord:
    """An author's history in one forum.

    Attributes
    ----------
    comments : int
        Comments seen, newest revision of each.
    approved, rejected : int
        Decisions in force.
    recent : tuple[DecisionAction, ...]
        The last decisions in force, oldest first, at most 20.
    """

    comments: int
    approved: int
    rejected: int
    recent: tuple[DecisionAction, ...]


_AUTHOR = (
    select(authors.c.id)
    .where(authors.c.forum_id == bindparam("forum"), authors.c.external_id == bindparam("author"))
    .scalar_subquery()
)
_SEEN = (
    select(func.count(comments.c.id))
    .where(comments.c.author_id == _AUTHOR, comments.c.is_latest)
    .scalar_subquery()
)
_JUDGED = (
    select(decisions.c.id, decisions.c.action)
    .join(review_items, is_in_force())
    .join(comments, comments.c.id == decisions.c.comment_id)
    .where(comments.c.author_id == _AUTHOR)
    .cte()
)
_COUNTED = select(
    _SEEN.label("seen"),
    func.count().filter(_JUDGED.c.action == DecisionAction.APPROVE.value).label("approved"),
    func.count().filter(_JUDGED.c.action == DecisionAction.REJECT.value).label("rejected"),
).subquery()
_NEWEST = select(_JUDGED).order_by(_JUDGED.c.id.desc()).limit(_RECENT).subquery()
_RECORD = select(_COUNTED, _NEWEST.c.action).outerjoin(_NEWEST, true()).order_by(_NEWEST.c.id)


def author_record(connection: Connection, forum_id: int, author: str) -> AuthorRecord:
    """Return an author's history."""
    rows = connection.execute(_RECORD, {"forum": forum_id, "author": author}).all()
    return AuthorRecord(
        comments=rows[0].seen,
        approved=rows[0].approved,
        rejected=rows[0].rejected,
        recent=tuple(DecisionAction(row.action) for row in rows if row.action is not None),
    )
