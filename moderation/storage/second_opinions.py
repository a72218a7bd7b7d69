"""Second opinions. Taking, giving and settling one are compare-and-set, one statement each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from classifiers.labels import Label
from moderation.domain.judgement import Decision
from moderation.domain.reach import ForumKeys
from moderation.domain.review import DecisionAction
from moderation.domain.second_opinion import OpinionState
from moderation.storage.tables import decisions, second_opinions, users
from moderation.storage.tables import forums as forums_table
from moderation.storage.within import within

_first = users.alias("first_users")
_second = users.alias("second_users")


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """One second opinion with the decision that it is about.

    Attributes
    ----------
    first_action, first_labels, first_reason : DecisionAction, dict[Label, bool], str or None
        The decision; whoever is to give the opinion must not see it.
    second_action, second_labels, second_reason
        The opinion; None until it was given.
    """

    id: int
    item_id: int
    forum_id: int
    forum_name: str
    decision_id: int
    state: OpinionState
    first_user_id: int
    first_user: str
    first_action: DecisionAction
    first_labels: dict[Label, bool]
    first_reason: str | None
    first_note: str
    second_user_id: int | None
    second_user: str | None
    second_action: DecisionAction | None
    second_labels: dict[Label, bool]
    second_reason: str | None
    second_note: str | None
    claimed_by: int | None
    given_at: datetime | None


def ask(
    connection: Connection,
    decision: Decision,
    first_user_id: int,
    forum_id: int,
    because: str,
    *,
    at: datetime,
) -> bool:
    """Ask for a second opinion on a decision; returns whether none was asked for before."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    done = connection.execute(
        dialect.insert(second_opinions)
        .values(
            item_id=decision.item_id,
            forum_id=forum_id,
            decision_id=decision.id,
            first_user_id=first_user_id,
            asked_because=because,
            state=OpinionState.WAITING.value,
            created_at=at,
        )
        .on_conflict_do_nothing(index_elements=["decision_id"])
    )
    return done.rowcount == 1


def void_for_decision(connection: Connection, decision_id: int) -> None:
    """Drop the opinion about a decision that no longer stands, unless it is settled."""
    connection.execute(
        update(second_opinions)
        .where(
            second_opinions.c.decision_id == decision_id,
            second_opinions.c.state.in_([OpinionState.WAITING.value, OpinionState.DISPUTED.value]),
        )
        .values(state=OpinionState.VOID.value, claimed_by=None, claim_expires_at=None)
    )


def take_next(
    connection: Connection, user_id: int, forums: ForumKeys, *, now: datetime, expires_at: datetime
) -> int | None:
    """Take the opinion that a person holds already, else the next free one on another's decision.

    One statement takes it, so two people never hold the same one; returns its key.
    """
    free = or_(
        second_opinions.c.claimed_by.is_(None),
        second_opinions.c.claimed_by == user_id,
        second_opinions.c.claim_expires_at <= now,
    )
    open_to_me = and_(
        second_opinions.c.state == OpinionState.WAITING.value,
        second_opinions.c.first_user_id != user_id,
        within(second_opinions.c.forum_id, forums),
        free,
    )
    held_first = (second_opinions.c.claimed_by != user_id).asc().nulls_last()
    query = select(second_opinions.c.id).where(open_to_me)
    query = query.order_by(held_first, second_opinions.c.id).limit(1)
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    found: int | None = connection.scalar(query)
    if found is None:
        return None
    done = connection.execute(
        update(second_opinions)
        .where(second_opinions.c.id == found, open_to_me)
        .values(claimed_by=user_id, claim_expires_at=expires_at)
    )
    return found if done.rowcount == 1 else None


def give(
    connection: Connection,
    opinion_id: int,
    user_id: int,
    values: dict[str, Any],
    *,
    at: datetime,
) -> bool:
    """Store a given opinion if the person holds it; ``values`` are its columns, state included."""
    done = connection.execute(
        update(second_opinions)
        .where(
            second_opinions.c.id == opinion_id,
            second_opinions.c.state == OpinionState.WAITING.value,
            second_opinions.c.claimed_by == user_id,
            second_opinions.c.first_user_id != user_id,
        )
        .values(
            second_user_id=user_id,
            given_at=at,
            claimed_by=None,
            claim_expires_at=None,
            **values,
        )
    )
    return done.rowcount == 1


def settle(connection: Connection, opinion_id: int, user_id: int, *, at: datetime) -> bool:
    """Close a dispute if it is still open."""
    done = connection.execute(
        update(second_opinions)
        .where(
            second_opinions.c.id == opinion_id,
            second_opinions.c.state == OpinionState.DISPUTED.value,
        )
        .values(state=OpinionState.SETTLED.value, settled_by=user_id, settled_at=at)
    )
    return done.rowcount == 1


def by_id(connection: Connection, opinion_id: int) -> SecondOpinion | None:
    """Return one opinion."""
    row = connection.execute(_query().where(second_opinions.c.id == opinion_id)).mappings().first()
    return _opinion(row) if row else None


def held_on_item(connection: Connection, item_id: int, user_id: int) -> int | None:
    """Return the opinion on an item that a person holds now: what was decided stays hidden."""
    return connection.scalar(
        select(second_opinions.c.id).where(
            second_opinions.c.item_id == item_id,
            second_opinions.c.claimed_by == user_id,
            second_opinions.c.state == OpinionState.WAITING.value,
        )
    )


def disputed(connection: Connection, forums: ForumKeys, *, limit: int) -> list[SecondOpinion]:
    """Return what waits for a senior, the oldest first."""
    rows = connection.execute(
        _query()
        .where(
            second_opinions.c.state == OpinionState.DISPUTED.value,
            within(second_opinions.c.forum_id, forums),
        )
        .order_by(second_opinions.c.id)
        .limit(limit)
    ).mappings()
    return [_opinion(row) for row in rows]


def waiting_for(connection: Connection, user_id: int, forums: ForumKeys) -> int:
    """Return how many opinions a person may give."""
    return (
        connection.scalar(
            select(func.count(second_opinions.c.id)).where(
                second_opinions.c.state == OpinionState.WAITING.value,
                second_opinions.c.first_user_id != user_id,
                within(second_opinions.c.forum_id, forums),
            )
        )
        or 0
    )


def given(connection: Connection, forums: ForumKeys) -> Sequence[SecondOpinion]:
    """Return every opinion that was given and not voided, in order."""
    query = _query().where(
        second_opinions.c.given_at.is_not(None),
        second_opinions.c.state != OpinionState.VOID.value,
        within(second_opinions.c.forum_id, forums),
    )
    rows = connection.execute(query.order_by(second_opinions.c.given_at)).mappings()
    return [_opinion(row) for row in rows]


def _query() -> Select[*tuple[Any, ...]]:
    return (
        select(
            second_opinions,
            decisions.c.action.label("first_action"),
            decisions.c.labels.label("first_labels"),
            decisions.c.reason.label("first_reason"),
            decisions.c.note.label("first_note"),
            _first.c.username.label("first_user"),
            _second.c.username.label("second_user"),
            forums_table.c.name.label("forum_name"),
        )
        .join(decisions, decisions.c.id == second_opinions.c.decision_id)
        .join(forums_table, forums_table.c.id == second_opinions.c.forum_id)
        .join(_first, _first.c.id == second_opinions.c.first_user_id)
        .outerjoin(_second, _second.c.id == second_opinions.c.second_user_id)
    )


def _opinion(row: RowMapping) -> SecondOpinion:
    return SecondOpinion(
        id=row["id"],
        item_id=row["item_id"],
        forum_id=row["forum_id"],
        forum_name=row["forum_name"],
        decision_id=row["decision_id"],
        state=OpinionState(row["state"]),
        first_user_id=row["first_user_id"],
        first_user=row["first_user"],
        first_action=DecisionAction(row["first_action"]),
        first_labels=_labels(row["first_labels"]),
        first_reason=row["first_reason"],
        first_note=row["first_note"],
        second_user_id=row["second_user_id"],
        second_user=row["second_user"],
        second_action=DecisionAction(row["action"]) if row["action"] else None,
        second_labels=_labels(row["labels"] or {}),
        second_reason=row["reason"],
        second_note=row["note"],
        claimed_by=row["claimed_by"],
        given_at=row["given_at"],
    )


def _labels(stored: dict[str, bool]) -> dict[Label, bool]:
    return {Label(name): is_so for name, is_so in stored.items()}
