"""What a shadow model would have said."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from classifiers.scorer import Scored
from moderation.storage.tables import review_items, shadow_scores, verdicts


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """How a shadow model compares with the model that decided.

    Attributes
    ----------
    comments : int
        Comments that both have scored.
    both, only_shadow, only_current : int
        How many of them both, only the shadow, or only the deciding model would flag.
    """

    comments: int
    both: int
    only_shadow: int
    only_current: int


def insert_scores(connection: Connection, comment_pk: int, scored: Scored, *, flags: bool) -> None:
    """Store a shadow's scores of one comment."""
    connection.execute(
        insert(shadow_scores).values(
            comment_id=comment_pk,
            model_version=scored.model_version,
            scores={label.value: value for label, value in scored.probabilities.items()},
            flags=flags,
        )
    )


def shadow_report(connection: Connection, model_version: str) -> ShadowReport:
    """Compare a shadow with what decided meanwhile."""
    current = (
        select(review_items.c.id)
        .where(
            review_items.c.comment_id == shadow_scores.c.comment_id,
            review_items.c.top_label.is_not(None),
        )
        .exists()
    )
    count = func.count(shadow_scores.c.comment_id)
    row = connection.execute(
        select(
            count,
            count.filter(shadow_scores.c.flags, current),
            count.filter(shadow_scores.c.flags, ~current),
            count.filter(~shadow_scores.c.flags, current),
        )
        .join(verdicts, verdicts.c.comment_id == shadow_scores.c.comment_id)
        .where(shadow_scores.c.model_version == model_version)
    ).one()
    return ShadowReport(*row)
