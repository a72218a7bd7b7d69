"""What a shadow model would have said, beside what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Exists, Select, func, insert, select

from classifiers.labels import DECIDING_LABELS
from moderation.domain.review import DecisionAction
from moderation.domain.verdict import Outcome
from moderation.storage.tables import (
    comments,
    decisions,
    forums,
    review_items,
    shadow_scores,
    verdicts,
)


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """How a shadow model compares with the model that decided.

    Attributes
    ----------
    comments : int
        Comments that both have scored.
    both, only_shadow, only_current : int
        How many of them both, only the shadow, or only the deciding model would flag.
    since, until : datetime or None
        When the first and the last of them came.
    """

    comments: int
    both: int
    only_shadow: int
    only_current: int
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Flip:
    """A comment on which the two models disagree.

    Attributes
    ----------
    item_id : int or None
        Its item in the queue, if it has one.
    is_deserved : bool or None
        What a person decided, if somebody did.
    """

    body: str
    forum: str
    item_id: int | None
    is_deserved: bool | None


@dataclass(frozen=True, slots=True)
class Judged:
    """Decided comments by who would flag them, and how many of them deserved it."""

    shadow: int
    shadow_deserved: int
    current: int
    current_deserved: int


_INSERT = insert(shadow_scores)


def insert_scores(connection: Connection, said: Sequence[tuple[int, Outcome]]) -> None:
    """Store what a shadow would have said of comments, under each forum's own policy."""
    if said:
        connection.execute(
            _INSERT,
            [
                {
                    "comment_id": comment_pk,
                    "model_version": outcome.model_version,
                    "scores": {row.label.value: row.score for row in outcome.scores},
                    "flags": outcome.is_queued and outcome.top_label is not None,
                }
                for comment_pk, outcome in said
            ],
        )


def _current_flags() -> Exists:
    flagged = review_items.alias("flagged")
    return (
        select(flagged.c.id)
        .where(flagged.c.comment_id == shadow_scores.c.comment_id, flagged.c.top_label.is_not(None))
        .exists()
    )


def shadow_report(connection: Connection, model_version: str) -> ShadowReport:
    """Compare a shadow with what decided meanwhile."""
    current = _current_flags()
    count = func.count(shadow_scores.c.comment_id)
    row = connection.execute(
        select(
            count,
            count.filter(shadow_scores.c.flags, current),
            count.filter(shadow_scores.c.flags, ~current),
            count.filter(~shadow_scores.c.flags, current),
            func.min(verdicts.c.created_at),
            func.max(verdicts.c.created_at),
        )
        .join(verdicts, verdicts.c.comment_id == shadow_scores.c.comment_id)
        .where(shadow_scores.c.model_version == model_version)
    ).one()
    return ShadowReport(*row)


def flips(
    connection: Connection, model_version: str, *, by_shadow: bool, limit: int
) -> Sequence[Flip]:
    """Return comments that only one of the two models flags, newest first, decided ones before.

    Parameters
    ----------
    by_shadow : bool
        Whether the shadow is the one that flags.
    """
    current = _current_flags()
    wanted = (shadow_scores.c.flags & ~current) if by_shadow else (~shadow_scores.c.flags & current)
    rows = connection.execute(
        _with_decision(
            select(
                comments.c.body,
                forums.c.slug,
                review_items.c.id.label("item_id"),
                decisions.c.action,
                decisions.c.labels,
            ),
            model_version,
        )
        .join(forums, forums.c.id == comments.c.forum_id)
        .where(wanted, comments.c.deleted_at.is_(None))
        .order_by(decisions.c.id.is_(None), comments.c.id.desc())
        .limit(limit)
    )
    return [
        Flip(row.body, row.slug, row.item_id, _is_deserved(row.action, row.labels)) for row in rows
    ]


def judged_meanwhile(connection: Connection, model_version: str) -> Judged:
    """Count the decided comments that each model flags, and those that deserved it."""
    rows = connection.execute(
        _with_decision(
            select(
                shadow_scores.c.flags,
                _current_flags().label("current"),
                decisions.c.action,
                decisions.c.labels,
            ),
            model_version,
        ).where(decisions.c.id.is_not(None))
    )
    counts = [0, 0, 0, 0]
    for row in rows:
        is_deserved = bool(_is_deserved(row.action, row.labels))
        counts[0] += row.flags
        counts[1] += row.flags and is_deserved
        counts[2] += row.current
        counts[3] += row.current and is_deserved
    return Judged(*counts)


def _with_decision(
    query: Select[*tuple[object, ...]], model_version: str
) -> Select[*tuple[object, ...]]:
    return (
        query.select_from(shadow_scores)
        .join(comments, comments.c.id == shadow_scores.c.comment_id)
        .outerjoin(review_items, review_items.c.comment_id == comments.c.id)
        .outerjoin(decisions, decisions.c.id == review_items.c.decision_id)
        .where(shadow_scores.c.model_version == model_version)
    )


def _is_deserved(action: str | None, labels: dict[str, bool] | None) -> bool | None:
    """Whether a person found what the models look for; a rejection for another reason is none."""
    if action is None:
        return None
    judged = [labels[label.value] for label in DECIDING_LABELS if labels and label.value in labels]
    return any(judged) if judged else action == DecisionAction.REJECT
