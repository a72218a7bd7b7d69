"""What is known of a comment that arrives, asked in one statement: every comment asks it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, literal, select, true

from moderation.domain.review import DecisionAction
from moderation.storage.decisions import is_in_force
from moderation.storage.policies import CURRENT_VERSION
from moderation.storage.prepared import Prepared
from moderation.storage.tables import comments, decisions, review_items


@dataclass(frozen=True, slots=True)
class PriorDecision:
    """The newest decision in force on the same text in the same forum."""

    action: DecisionAction
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows of a comment that arrives.

    Attributes
    ----------
    policy_version : int
        Of the forum's policy in force; 0 when it has none.
    is_stored : bool
        Whether this revision is stored already.
    prior : PriorDecision or None
    """

    policy_version: int
    is_stored: bool
    prior: PriorDecision | None


def known_of(
    connection: Connection, forum_id: int, external_id: str, revision: str, repeat_key: str | None
) -> Known:
    """Return what is known of a comment."""
    asked = {
        "forum": forum_id,
        "external": external_id,
        "revision": revision,
        "key": repeat_key,
    }
    ((version, stored, action, decided_at),) = _KNOWN.rows(connection, asked)
    prior = PriorDecision(DecisionAction(action), decided_at) if action is not None else None
    return Known(version or 0, stored is not None, prior)


_BY_REVISION = select(comments.c.id).where(
    comments.c.forum_id == bindparam("forum"),
    comments.c.external_id == bindparam("external"),
    comments.c.revision == bindparam("revision"),
)
_PRIOR = (
    select(decisions.c.action, decisions.c.created_at)
    .join(review_items, is_in_force())
    .join(comments, comments.c.id == decisions.c.comment_id)
    .where(
        comments.c.forum_id == bindparam("forum"),
        comments.c.repeat_key == bindparam("key"),
    )
    .order_by(decisions.c.id.desc())
    .limit(1)
    .subquery("prior")
)
_ALWAYS = select(literal(1).label("one")).subquery("always")
_KNOWN = Prepared(
    lambda _: select(
        CURRENT_VERSION.scalar_subquery(),
        _BY_REVISION.scalar_subquery(),
        _PRIOR.c.action,
        _PRIOR.c.created_at,
    ).select_from(_ALWAYS.outerjoin(_PRIOR, true()))
)
