"""Feedback: one table of judged labels from every door. Rows are withdrawn, never removed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from classifiers.labels import Label
from moderation.storage.tables import comments, feedback


@dataclass(frozen=True, slots=True)
class NewFeedback:
    """A judged label set on a stored comment.

    Attributes
    ----------
    decision_id : int or None
        The desk's decision that it comes from; None for any other door.
    decided_by : str or None
        Who judged.
    """

    forum_id: int
    comment_pk: int
    source: str
    labels: Mapping[Label, bool]
    decision: str | None = None
    reason: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_id: int | None = None


@dataclass(frozen=True, slots=True)
class ImportedLabel:
    """A judged label set that brings its own text.

    Attributes
    ----------
    forum_id : int or None
        The forum of ours that it belongs to, if any.
    weight : float or None
        Its own weight in training; None for that of its source.
    provenance : Mapping[str, Any]
        The other fields of the export contract, as the file had them.
    row_digest : str
        SHA-256 of the row: the same row is stored once.
    """

    forum_id: int | None
    source: str
    labels: Mapping[Label, bool]
    text: str
    decision: str | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None
    weight: float | None
    provenance: Mapping[str, Any]
    row_digest: str


@dataclass(frozen=True, slots=True)
class StoredFeedback:
    """Feedback on a comment as stored."""

    id: int
    source: str
    labels: dict[Label, bool]
    decision: str | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None


def insert_feedback(connection: Connection, new: NewFeedback, *, at: datetime) -> int:
    """Store feedback on a comment; returns its key."""
    pk: int = connection.execute(
        insert(feedback)
        .values(
            forum_id=new.forum_id,
            comment_id=new.comment_pk,
            decision_id=new.decision_id,
            source=new.source,
            labels=_written(new.labels),
            decision=new.decision,
            reason=new.reason,
            decided_by=new.decided_by,
            decided_at=new.decided_at if new.decided_at is not None else at,
            created_at=at,
        )
        .returning(feedback.c.id)
    ).scalar_one()
    return pk


def insert_imported(connection: Connection, rows: Sequence[ImportedLabel], *, at: datetime) -> int:
    """Store imported labels, each row once; returns how many are new.

    A row that was withdrawn before counts again.
    """
    if not rows:
        return 0
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(feedback)
    statement = statement.on_conflict_do_update(
        index_elements=["row_digest"],
        set_={
            "withdrawn_at": None,
            "created_at": at,
            "forum_id": statement.excluded.forum_id,
            "weight": statement.excluded.weight,
        },
        where=feedback.c.withdrawn_at.is_not(None),
    )
    stored = connection.execute(
        statement.returning(feedback.c.id), [_imported_values(row, at) for row in rows]
    )
    return len(stored.all())


def insert_suggested(connection: Connection, row: ImportedLabel, *, at: datetime) -> None:
    """Store a label that brings its own text; said again, it counts as said now."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(feedback).values(_imported_values(row, at))
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["row_digest"], set_={"decided_at": row.decided_at}
        )
    )


def _imported_values(row: ImportedLabel, at: datetime) -> dict[str, Any]:
    return {
        "forum_id": row.forum_id,
        "source": row.source,
        "labels": _written(row.labels),
        "text": row.text,
        "decision": row.decision,
        "reason": row.reason,
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "weight": row.weight,
        "provenance": dict(row.provenance),
        "row_digest": row.row_digest,
        "created_at": at,
    }


def known_digests(connection: Connection, digests: Sequence[str]) -> set[str]:
    """Return which of the rows are stored already, and not withdrawn."""
    return set(
        connection.scalars(
            select(feedback.c.row_digest).where(
                feedback.c.row_digest.in_(digests), feedback.c.withdrawn_at.is_(None)
            )
        ).all()
    )


@dataclass(frozen=True, slots=True)
class ImportedFilter:
    """Which imported labels; None means all.

    Attributes
    ----------
    since, until : datetime or None
        Imported on or after, and before.
    """

    source: str
    since: datetime | None = None
    until: datetime | None = None


def count_imported(connection: Connection, wanted: ImportedFilter) -> int:
    """Return how many imported labels count."""
    query = select(func.count(feedback.c.id)).where(*_imported(wanted))
    return connection.scalar(query) or 0


def withdraw_imported(connection: Connection, wanted: ImportedFilter, *, at: datetime) -> int:
    """Let imported labels no longer count; returns how many."""
    done = connection.execute(update(feedback).where(*_imported(wanted)).values(withdrawn_at=at))
    return done.rowcount


def _imported(wanted: ImportedFilter) -> list[ColumnElement[bool]]:
    conditions = [
        feedback.c.row_digest.is_not(None),
        feedback.c.withdrawn_at.is_(None),
        feedback.c.source == wanted.source,
    ]
    if wanted.since is not None:
        conditions.append(feedback.c.created_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(feedback.c.created_at < wanted.until)
    return conditions


def own_judgements(
    connection: Connection, keys: Collection[tuple[int, str]]
) -> set[tuple[int, str, str, str, datetime]]:
    """Return what was judged here of comments: forum, comment id, revision, source and time.

    Parameters
    ----------
    keys : Collection[tuple[int, str]]
        Forum and comment id.
    """
    if not keys:
        return set()
    rows = connection.execute(
        select(
            comments.c.forum_id,
            comments.c.external_id,
            comments.c.revision,
            feedback.c.source,
            feedback.c.decided_at,
        )
        .join(comments, comments.c.id == feedback.c.comment_id)
        .where(tuple_(comments.c.forum_id, comments.c.external_id).in_(keys))
    )
    return {tuple(row) for row in rows}


def withdraw_decision(connection: Connection, decision_id: int, *, at: datetime) -> None:
    """Let the feedback of an undone decision no longer count."""
    connection.execute(
        update(feedback)
        .where(feedback.c.decision_id == decision_id, feedback.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
    )


def withdraw_from(connection: Connection, comment_pk: int, source: str, *, at: datetime) -> None:
    """Let what one door said of a comment no longer count."""
    connection.execute(
        update(feedback)
        .where(
            feedback.c.comment_id == comment_pk,
            feedback.c.source == source,
            feedback.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=at)
    )


def feedback_on(connection: Connection, comment_pk: int) -> list[StoredFeedback]:
    """Return what was judged of a comment and not withdrawn, oldest first."""
    rows = connection.execute(
        select(feedback)
        .where(feedback.c.comment_id == comment_pk, feedback.c.withdrawn_at.is_(None))
        .order_by(feedback.c.id)
    ).mappings()
    return [_stored(row) for row in rows]


def _written(labels: Mapping[Label, bool]) -> dict[str, bool]:
    return {label.value: labels[label] for label in Label if label in labels}


def _stored(row: RowMapping) -> StoredFeedback:
    return StoredFeedback(
        id=row["id"],
        source=row["source"],
        labels={Label(name): judged for name, judged in row["labels"].items()},
        decision=row["decision"],
        reason=row["reason"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
    )
