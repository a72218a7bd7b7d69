"""The same text, or nearly the same, decided before."""

from __future__ import annotations

from dataclasses import dataclass

from moderation.domain import near_text
from moderation.domain.judgement import Decision, Judgement
from moderation.storage import comments, decisions, text_bands
from moderation.storage.database import Connection


@dataclass(frozen=True, slots=True)
class Precedent:
    """A decision in force on a text like this one.

    Attributes
    ----------
    similarity : float
        In [0, 1]; 1 for the same words.
    body : str
        The text that was decided.
    """

    decision: Decision
    similarity: float
    body: str


def precedents(
    connection: Connection, judgement: Judgement, *, limit: int
) -> tuple[Precedent, ...]:
    """Return decisions in force on like texts of the forum, the most alike and newest first."""
    alike = _near(connection, judgement)
    key = comments.repeat_key_of(connection, judgement.comment_pk)
    if key is not None:
        same = decisions.prior_decisions(
            connection, judgement.forum_id, key, since=None, limit=limit + 1
        )
        alike |= {made.comment_pk: (1.0, judgement.body) for made in same}
    alike.pop(judgement.comment_pk, None)
    found = [
        Precedent(made, *alike[made.comment_pk])
        for made in decisions.decisions_on(connection, alike)
    ]
    found.sort(key=lambda one: (-one.similarity, -one.decision.id))
    return tuple(found[:limit])


def keep(connection: Connection, judgement: Judgement) -> None:
    """Let a decided text be found by those that are nearly the same."""
    keys = near_text.bands(near_text.shingles(judgement.body))
    text_bands.keep_bands(connection, judgement.forum_id, judgement.comment_pk, keys)


def _near(connection: Connection, judgement: Judgement) -> dict[int, tuple[float, str]]:
    mine = near_text.shingles(judgement.body)
    found = text_bands.near_texts(connection, judgement.forum_id, near_text.bands(mine))
    scored = {
        pk: (near_text.similarity(mine, near_text.shingles(body)), body)
        for pk, body in found.items()
    }
    return {pk: one for pk, one in scored.items() if one[0] >= near_text.NEARLY_THE_SAME}
