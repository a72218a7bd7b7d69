"""Decisions: append-only. The item points at the one in force."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    func,
    insert,
    select,
    union_all,
)

from classifiers.labels import Label
from moderation.domain.judgement import Decision
from moderation.domain.reach import ForumKeys
from moderation.domain.review import DecisionAction
from moderation.storage.tables import (
    authors,
    comments,
    decisions,
    forums,
    review_items,
    second_opinions,
    users,
)
from moderation.storage.within import newest_within
from moderation.storage.within import within as is_within


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision to store."""

    item_id: int
    comment_pk: int
    forum_id: int
    action: DecisionAction
    labels: dict[Label, bool]
    reason: str | None
    note: str
    moderator_id: int
    revision: str
    model_version: str | None
    policy_version: int
    undoes_id: int | None = None


def insert_decision(
    connection: Connection, new: NewDecision, *, moderator: str, at: datetime
) -> Decision:
    """Store a decision and return it; ``moderator`` is the name of who made it."""
    values = {
        "item_id": new.item_id,
        "comment_id": new.comment_pk,
        "forum_id": new.forum_id,
        "action": new.action.value,
        "labels": {label.value: judged for label, judged in new.labels.items()},
        "reason": new.reason,
        "note": new.note,
        "moderator_id": new.moderator_id,
        "revision": new.revision,
        "model_version": new.model_version,
        "policy_version": new.policy_version,
        "undoes_id": new.undoes_id,
        "created_at": at,
    }
    pk = connection.execute(_INSERT, values).scalar_one()
    return _decision({**values, "id": pk, "username": moderator})


_INSERT = insert(decisions).returning(decisions.c.id)


def _query() -> Select[*tuple[Any, ...]]:
    return select(decisions, users.c.username).join(users, users.c.id == decisions.c.moderator_id)


def is_in_force() -> ColumnElement[bool]:
    """Return the condition that joins a decision to the item that still rests on it."""
    # The item is found by its own key, which is an index; `decision_id` has none.
    return and_(
        review_items.c.id == decisions.c.item_id, review_items.c.decision_id == decisions.c.id
    )


_BY_ID = _query().where(decisions.c.id == bindparam("decision"))


def decision_by_id(connection: Connection, decision_id: int) -> Decision | None:
    """Return one decision."""
    found = connection.execute(_BY_ID, {"decision": decision_id}).mappings().first()
    return _decision(found) if found else None


def moderator_of(connection: Connection, decision_id: int) -> int:
    """Return who made a decision."""
    moderator: int = connection.execute(
        select(decisions.c.moderator_id).where(decisions.c.id == decision_id)
    ).scalar_one()
    return moderator


def count_decided_by(connection: Connection, user_id: int) -> int:
    """Return how many decisions a moderator has made, undone ones included."""
    return (
        connection.scalar(
            select(func.count(decisions.c.id)).where(decisions.c.moderator_id == user_id)
        )
        or 0
    )


def count_since(connection: Connection, user_id: int, since: datetime) -> tuple[int, int]:
    """Return how many comments a moderator decided since a moment, and rejected of them."""
    given = decisions.c.action != DecisionAction.UNDO.value
    rejected = func.count().filter(decisions.c.action == DecisionAction.REJECT.value)
    row = connection.execute(
        select(func.count(), rejected).where(
            decisions.c.moderator_id == user_id, decisions.c.created_at >= since, given
        )
    ).one()
    return row[0], row[1]


def last_decision_of(connection: Connection, user_id: int, *, within: ForumKeys) -> Decision | None:
    """Return the moderator's newest decision that is still in force."""
    # A subquery of its own for each row, newest first: joined, PostgreSQL reads all of them.
    in_force = select(review_items.c.decision_id).where(review_items.c.id == decisions.c.item_id)
    found = connection.execute(
        _query()
        .where(
            decisions.c.moderator_id == user_id,
            in_force.scalar_subquery() == decisions.c.id,
            is_within(decisions.c.forum_id, within),
        )
        .order_by(decisions.c.id.desc())
        .limit(1)
    )
    row = found.mappings().first()
    return _decision(row) if row else None


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """One line of the list of decisions.

    Attributes
    ----------
    is_in_force : bool
        Whether the item still rests on this decision, so that it can be undone.
    """

    decision: Decision
    forum_id: int
    forum_name: str
    body: str
    author_name: str | None
    is_in_force: bool


def list_decided(
    connection: Connection,
    *,
    moderator_id: int | None,
    before: int | None,
    limit: int,
    hidden_from: int | None = None,
    within: ForumKeys,
) -> list[DecidedRow]:
    """Return decisions, newest first.

    Parameters
    ----------
    moderator_id : int or None
        Only this moderator's; None for all.
    before : int or None
        Keyset: the last decision of the page before.
    hidden_from : int or None
        A person who is just giving second opinions: the decisions they are about are left out.
    within : ForumKeys
        Only of these forums.
    """
    conditions = []
    if moderator_id is not None:
        conditions.append(decisions.c.moderator_id == moderator_id)
    if before is not None:
        conditions.append(decisions.c.id < before)
    if hidden_from is not None:
        held = second_opinions.c.claimed_by == hidden_from
        about = second_opinions.c.decision_id == decisions.c.id
        conditions.append(~select(second_opinions.c.id).where(about, held).exists())
    query = (
        select(
            decisions,
            users.c.username,
            forums.c.name.label("forum_name"),
            comments.c.body,
            authors.c.name.label("author_name"),
            authors.c.external_id.label("author_external_id"),
            review_items.c.decision_id.label("in_force_id"),
        )
        .join(users, users.c.id == decisions.c.moderator_id)
        .join(review_items, review_items.c.id == decisions.c.item_id)
        .join(comments, comments.c.id == decisions.c.comment_id)
        .join(forums, forums.c.id == decisions.c.forum_id)
        .outerjoin(authors, authors.c.id == comments.c.author_id)
        .order_by(decisions.c.id.desc())
        .limit(limit)
    )
    query = query.where(
        decisions.c.id.in_(newest_within(decisions, within, *conditions, limit=limit))
    )
    return [
        DecidedRow(
            decision=_decision(row),
            forum_id=row["forum_id"],
            forum_name=row["forum_name"],
            body=row["body"],
            author_name=row["author_name"] or row["author_external_id"],
            is_in_force=row["in_force_id"] == row["id"],
        )
        for row in connection.execute(query).mappings()
    ]


def prior_decisions(
    connection: Connection, forum_id: int, repeat_key: str, *, since: datetime | None, limit: int
) -> list[Decision]:
    """Return the decisions in force on the same text in the same forum, newest first."""
    asked = {
        "forum": forum_id,
        "key": repeat_key,
        "since": since if since is not None else _EVER,
        "most": limit,
    }
    return [_decision(row) for row in connection.execute(_PRIOR, asked).mappings()]


_EVER = datetime(1970, 1, 1, tzinfo=UTC)

_PRIOR = (
    _query()
    .join(review_items, is_in_force())
    .join(comments, comments.c.id == decisions.c.comment_id)
    .where(
        comments.c.forum_id == bindparam("forum"),
        comments.c.repeat_key == bindparam("key"),
        decisions.c.created_at >= bindparam("since"),
    )
    .order_by(decisions.c.id.desc())
    .limit(bindparam("most"))
)


def decisions_around(
    connection: Connection, comment_pk: int, near_pks: Collection[int], *, limit: int
) -> list[Decision]:
    """Return all decisions on a comment, and those in force on the same text and on texts near it.

    Parameters
    ----------
    near_pks : Collection[int]
        Comments whose texts are near.
    limit : int
        How many of those on the same text, the newest.

    Returns
    -------
    list[Decision]
        The newest first.
    """
    asked = {"pk": comment_pk, "near": list(near_pks), "most": limit}
    return [_decision(row) for row in connection.execute(_AROUND, asked).mappings()]


_HERE = comments.alias()
_ON_THE_SAME = (
    select(decisions.c.id)
    .join(review_items, is_in_force())
    .join(comments, comments.c.id == decisions.c.comment_id)
    .join(
        _HERE,
        and_(_HERE.c.forum_id == comments.c.forum_id, _HERE.c.repeat_key == comments.c.repeat_key),
    )
    .where(_HERE.c.id == bindparam("pk"), comments.c.id != _HERE.c.id)
    .order_by(decisions.c.id.desc())
    .limit(bindparam("most"))
    .subquery()
)
_ON_NEAR = (
    select(decisions.c.id)
    .join(review_items, is_in_force())
    .where(decisions.c.comment_id.in_(bindparam("near", expanding=True)))
)
_ON_IT = select(decisions.c.id).where(decisions.c.comment_id == bindparam("pk"))
_AROUND = (
    _query()
    .where(decisions.c.id.in_(union_all(_ON_IT, select(_ON_THE_SAME.c.id), _ON_NEAR)))
    .order_by(decisions.c.id.desc())
)


def _decision(row: Mapping[Any, Any]) -> Decision:
    return Decision(
        id=row["id"],
        item_id=row["item_id"],
        comment_pk=row["comment_id"],
        action=DecisionAction(row["action"]),
        labels={Label(name): judged for name, judged in row["labels"].items()},
        reason=row["reason"],
        note=row["note"],
        moderator=row["username"],
        revision=row["revision"],
        model_version=row["model_version"],
        policy_version=row["policy_version"],
        created_at=row["created_at"],
        undoes_id=row["undoes_id"],
    )


def item_ids_of(connection: Connection, comment_pks: Sequence[int]) -> Sequence[int]:
    """Return the keys of the items of the given revisions."""
    return connection.scalars(
        select(review_items.c.id).where(review_items.c.comment_id.in_(comment_pks))
    ).all()
