"""A forum's traffic over some time: what was scored, what came before a moderator, what he said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, null, or_, select

from classifiers.labels import Label
from classifiers.scorer import ScoringInput
from moderation.domain.review import DecisionAction
from moderation.storage.sampling import Sample, portions
from moderation.storage.tables import comments, decisions, policies, review_items, verdicts

_BATCH = 2000


@dataclass(frozen=True, slots=True)
class TrafficRow:
    """One comment with its verdict and the decision in force, if there is one.

    Attributes
    ----------
    reasons : tuple[str, ...]
        Of the verdict; later reports are not among them.
    is_reported : bool
    scores : dict[Label, float]
        Empty when the scorer failed.
    labels : dict[Label, bool] or None
        As decided; None while nobody has.
    stands_for : float
        How many comments of its kind the row stands for, where only a sample was read.
    """

    comment_pk: int
    received_at: datetime
    reasons: tuple[str, ...]
    is_reported: bool
    scores: dict[Label, float]
    model_version: str | None
    policy_version: int
    labels: dict[Label, bool] | None
    stands_for: float = 1.0


@dataclass(frozen=True, slots=True)
class Span:
    """Some time; without an end it lasts until now."""

    since: datetime
    until: datetime | None = None

    def holds(self, column: ColumnElement[datetime]) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions that a column lies in it."""
        begun = column >= self.since
        return (begun,) if self.until is None else (begun, column < self.until)


def count_traffic(connection: Connection, forum_id: int, span: Span) -> int:
    """Return how many comments came in, the newest revision of each."""
    return (
        connection.scalar(select(func.count(comments.c.id)).where(*_came_in(forum_id, span))) or 0
    )


def count_decided(connection: Connection, forum_id: int, span: Span) -> int:
    """Return how many items were queued that are decided now, the audit sample aside."""
    return (
        connection.scalar(
            select(func.count())
            .select_from(review_items)
            .where(*_decided(forum_id, span), ~review_items.c.is_audit)
        )
        or 0
    )


def first_received(connection: Connection, forum_id: int) -> datetime | None:
    """Return when the forum's first comment came in."""
    return connection.scalar(
        select(comments.c.received_at)
        .where(comments.c.forum_id == forum_id)
        .order_by(comments.c.received_at)
        .limit(1)
    )


def undecided_rows(
    connection: Connection, forum_id: int, span: Span, sample: Sample
) -> Iterator[TrafficRow]:
    """Yield a sample of the comments that came in and that nobody has decided."""
    sampled = connection.scalars(
        select(comments.c.id).where(*_came_in(forum_id, span), sample.takes(comments.c.id))
    ).all()
    query = (
        select(*_COLUMNS, null().label("labels"))
        .select_from(comments)
        .join(verdicts, verdicts.c.comment_id == comments.c.id)
        .outerjoin(review_items, review_items.c.comment_id == comments.c.id)
        .where(review_items.c.decision_id.is_(None))
    )
    for keys in portions(sampled):
        for row in connection.execute(query.where(comments.c.id.in_(keys))):
            yield _row(row, sample.stands_for)


def decided_rows(
    connection: Connection, forum_id: int, span: Span, sample: Sample
) -> Iterator[TrafficRow]:
    """Yield a sample of the comments that were queued and are decided.

    What the audit sample queued is given whole: it is rare, and all that speaks for comments which
    were not flagged. The span is that of the queueing, which a late report may begin.
    """
    in_force = review_items.c.decision_id
    sampled = connection.scalars(
        select(in_force).where(
            *_decided(forum_id, span), or_(review_items.c.is_audit, sample.takes(in_force))
        )
    ).all()
    query = (
        select(*_COLUMNS, review_items.c.is_audit, decisions.c.labels)
        .select_from(decisions)
        .join(review_items, review_items.c.id == decisions.c.item_id)
        .join(comments, comments.c.id == review_items.c.comment_id)
        .join(verdicts, verdicts.c.comment_id == comments.c.id)
        .where(comments.c.is_latest)
    )
    for keys in portions(sampled):
        for row in connection.execute(query.where(decisions.c.id.in_(keys))):
            yield _row(row, 1.0 if row.is_audit else sample.stands_for)


_COLUMNS: tuple[Any, ...] = (
    comments.c.id,
    comments.c.received_at,
    verdicts.c.reasons,
    verdicts.c.scores,
    verdicts.c.model_version,
    verdicts.c.policy_version,
    review_items.c.report_count,
)


def _row(row: Row[*tuple[Any, ...]], stands_for: float) -> TrafficRow:
    return TrafficRow(
        comment_pk=row.id,
        received_at=row.received_at,
        reasons=tuple(row.reasons),
        is_reported=bool(row.report_count),
        scores={Label(score[0]): score[1] for score in row.scores},
        model_version=row.model_version,
        policy_version=row.policy_version,
        labels=(
            {Label(name): is_so for name, is_so in row.labels.items()}
            if row.labels is not None
            else None
        ),
        stands_for=stands_for,
    )


def scoring_inputs(connection: Connection, comment_pks: Sequence[int]) -> dict[int, ScoringInput]:
    """Return what a scorer sees of some comments, by our keys."""
    found: dict[int, ScoringInput] = {}
    for keys in portions(comment_pks):
        rows = connection.execute(
            select(
                comments.c.id, comments.c.body, comments.c.parent_text, comments.c.scored_title
            ).where(comments.c.id.in_(keys))
        )
        found |= {row.id: ScoringInput(row.body, row.scored_title, row.parent_text) for row in rows}
    return found


def audit_shares(connection: Connection, forum_id: int) -> dict[int, float]:
    """Return the audit share of each version of a forum's policy that names one."""
    rows = connection.execute(
        select(policies.c.version, policies.c.document).where(policies.c.forum_id == forum_id)
    )
    return {
        row.version: float(row.document["audit_share"])
        for row in rows
        if "audit_share" in row.document
    }


def _came_in(forum_id: int, span: Span) -> tuple[ColumnElement[bool], ...]:
    return (
        comments.c.forum_id == forum_id,
        *span.holds(comments.c.received_at),
        comments.c.is_latest,
    )


def _decided(forum_id: int, span: Span) -> tuple[ColumnElement[bool], ...]:
    return (
        review_items.c.forum_id == forum_id,
        *span.holds(review_items.c.created_at),
        review_items.c.decision_id.is_not(None),
    )


@dataclass(frozen=True, slots=True)
class CommentText:
    """A comment's own words and what became of it.

    Attributes
    ----------
    item_id : int or None
        None when it was never queued.
    action : DecisionAction or None
        The decision in force; None while there is none.
    """

    comment_pk: int
    body: str
    received_at: datetime
    item_id: int | None
    action: DecisionAction | None


def recent_texts(
    connection: Connection, forum_id: int, since: datetime, *, limit: int
) -> Iterator[CommentText]:
    """Yield a forum's comments, newest first: the newest revisions, deleted ones left out."""
    rows = connection.execute(
        select(
            comments.c.id,
            comments.c.body,
            comments.c.received_at,
            review_items.c.id.label("item_id"),
            decisions.c.action,
        )
        .outerjoin(review_items, review_items.c.comment_id == comments.c.id)
        .outerjoin(decisions, decisions.c.id == review_items.c.decision_id)
        .where(*_came_in(forum_id, Span(since)), comments.c.deleted_at.is_(None))
        .order_by(comments.c.received_at.desc(), comments.c.id.desc())
        .limit(limit)
    ).yield_per(_BATCH)
    for row in rows:
        action = DecisionAction(row.action) if row.action is not None else None
        yield CommentText(row.id, row.body, row.received_at, row.item_id, action)
