"""Appeals: one a comment's revision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, insert, select, update

from moderation.domain.appeal import Appeal, AppealState
from moderation.domain.reach import ForumKeys
from moderation.storage.tables import appeals, decisions, users
from moderation.storage.tables import forums as forums_table
from moderation.storage.within import within


@dataclass(frozen=True, slots=True)
class NewAppeal:
    """An appeal to store."""

    comment_pk: int
    forum_id: int
    item_id: int
    decision_id: int
    words: str


def insert_appeal(connection: Connection, new: NewAppeal, *, at: datetime) -> int:
    """Store an appeal; returns its key."""
    pk: int = connection.execute(
        insert(appeals)
        .values(
            comment_id=new.comment_pk,
            forum_id=new.forum_id,
            item_id=new.item_id,
            decision_id=new.decision_id,
            words=new.words,
            state=AppealState.OPEN.value,
            created_at=at,
        )
        .returning(appeals.c.id)
    ).scalar_one()
    return pk


def by_id(connection: Connection, appeal_id: int) -> Appeal | None:
    """Return one appeal."""
    return _one(connection, _query().where(appeals.c.id == appeal_id))


def by_comment(connection: Connection, comment_pk: int) -> Appeal | None:
    """Return the appeal about one revision of a comment."""
    return _one(connection, _query().where(appeals.c.comment_id == comment_pk))


def list_appeals(
    connection: Connection,
    states: Sequence[AppealState],
    forums: ForumKeys,
    *,
    is_newest_first: bool,
    limit: int,
) -> list[Appeal]:
    """Return appeals in some states."""
    order = appeals.c.id.desc() if is_newest_first else appeals.c.id
    query = _query().where(
        appeals.c.state.in_([one.value for one in states]), within(appeals.c.forum_id, forums)
    )
    rows = connection.execute(query.order_by(order).limit(limit)).mappings()
    return [_appeal(row) for row in rows]


def close_appeal(
    connection: Connection,
    appeal_id: int,
    state: AppealState,
    user_id: int,
    statement: dict[str, Any],
    *,
    at: datetime,
) -> bool:
    """Answer an appeal if it is still open."""
    done = connection.execute(
        update(appeals)
        .where(appeals.c.id == appeal_id, appeals.c.state == AppealState.OPEN.value)
        .values(state=state.value, decided_by=user_id, decided_at=at, statement=statement)
    )
    return done.rowcount == 1


def void_for_decision(connection: Connection, decision_id: int, *, at: datetime) -> None:
    """Close the open appeal about a decision that was taken back."""
    connection.execute(
        update(appeals)
        .where(appeals.c.decision_id == decision_id, appeals.c.state == AppealState.OPEN.value)
        .values(state=AppealState.VOID.value, decided_at=at)
    )


def _query() -> Select[*tuple[Any, ...]]:
    return (
        select(
            appeals,
            forums_table.c.name.label("forum_name"),
            decisions.c.moderator_id.label("first_moderator_id"),
            users.c.username,
        )
        .join(forums_table, forums_table.c.id == appeals.c.forum_id)
        .join(decisions, decisions.c.id == appeals.c.decision_id)
        .outerjoin(users, users.c.id == appeals.c.decided_by)
    )


def _one(connection: Connection, query: Select[*tuple[Any, ...]]) -> Appeal | None:
    row = connection.execute(query).mappings().first()
    return _appeal(row) if row else None


def _appeal(row: RowMapping) -> Appeal:
    return Appeal(
        id=row["id"],
        comment_pk=row["comment_id"],
        forum_id=row["forum_id"],
        forum_name=row["forum_name"],
        item_id=row["item_id"],
        decision_id=row["decision_id"],
        first_moderator_id=row["first_moderator_id"],
        words=row["words"],
        state=AppealState(row["state"]),
        created_at=row["created_at"],
        decided_by=row["username"],
        decided_at=row["decided_at"],
        statement=row["statement"],
    )
