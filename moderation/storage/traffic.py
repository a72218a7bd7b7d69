"""A forum's traffic over some time: what was scored, what came before a moderator, what he said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from classifiers.labels import Label
from classifiers.scorer import ScoringInput
from moderation.domain.review import DecisionAction
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
    """

    comment_pk: int
    received_at: datetime
    reasons: tuple[str, ...]
    is_reported: bool
    scores: dict[Label, float]
    model_version: str | None
    policy_version: int
    labels: dict[Label, bool] | None


def count_traffic(connection: Connection, forum_id: int, since: datetime) -> int:
    """Return how many comments came in, the newest revision of each."""
    return (
        connection.scalar(
            select(func.count(comments.c.id)).where(*_in_window(forum_id, since)),
        )
        or 0
    )


def first_received(connection: Connection, forum_id: int) -> datetime | None:
    """Return when the forum's first comment came in."""
    return connection.scalar(
        select(comments.c.received_at)
        .where(comments.c.forum_id == forum_id)
        .order_by(comments.c.id)
        .limit(1)
    )


def traffic_rows(
    connection: Connection, forum_id: int, since: datetime, *, every: int = 1
) -> Iterator[TrafficRow]:
    """Yield the comments that came in, a batch at a time.

    Parameters
    ----------
    every : int
        Of comments that nobody has judged only every n-th is given; judged ones always.
    """
    query = (
        select(
            comments.c.id,
            comments.c.received_at,
            verdicts.c.reasons,
            verdicts.c.scores,
            verdicts.c.model_version,
            verdicts.c.policy_version,
            review_items.c.report_count,
            decisions.c.labels,
        )
        .join(verdicts, verdicts.c.comment_id == comments.c.id)
        .outerjoin(review_items, review_items.c.comment_id == comments.c.id)
        .outerjoin(decisions, decisions.c.id == review_items.c.decision_id)
        .where(*_in_window(forum_id, since))
        .order_by(comments.c.id)
    )
    if every > 1:
        query = query.where(
            or_(review_items.c.decision_id.is_not(None), comments.c.id % every == 0)
        )
    # As one stream: asked for batch after batch, PostgreSQL reads from the start each time.
    for row in connection.execute(query, execution_options={"yield_per": _BATCH}):
        yield TrafficRow(
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
        )


def scoring_inputs(connection: Connection, comment_pks: Sequence[int]) -> dict[int, ScoringInput]:
    """Return what a scorer sees of some comments, by our keys."""
    found: dict[int, ScoringInput] = {}
    for start in range(0, len(comment_pks), _BATCH):
        rows = connection.execute(
            select(
                comments.c.id, comments.c.body, comments.c.parent_text, comments.c.scored_title
            ).where(comments.c.id.in_(comment_pks[start : start + _BATCH]))
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


def _in_window(forum_id: int, since: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        and_(comments.c.forum_id == forum_id, comments.c.received_at >= since),
        comments.c.is_latest,
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
        .where(*_in_window(forum_id, since), comments.c.deleted_at.is_(None))
        .order_by(comments.c.received_at.desc(), comments.c.id.desc())
        .limit(limit)
    ).yield_per(_BATCH)
    for row in rows:
        action = DecisionAction(row.action) if row.action is not None else None
        yield CommentText(row.id, row.body, row.received_at, row.item_id, action)
