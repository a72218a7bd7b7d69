"""The same text, or nearly the same, decided before."""

from __future__ import annotations

from dataclasses import dataclass

from moderation.domain import near_text
from moderation.domain.judgement import Decision, Judgement
from moderation.storage import decisions, text_bands
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


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided on a comment itself, and on texts like it.

    Attributes
    ----------
    here : tuple[Decision, ...]
        Oldest first, those that were taken back included.
    alike : tuple[Precedent, ...]
        The most alike and newest first.
    """

    here: tuple[Decision, ...]
    alike: tuple[Precedent, ...]


def decided_around(connection: Connection, judgement: Judgement, *, limit: int) -> Decided:
    """Return the decisions on a comment, and those in force on like texts of the forum."""
    alike = _near(connection, judgement)
    alike.pop(judgement.comment_pk, None)
    same = (1.0, judgement.body)
    made = decisions.decisions_around(connection, judgement.comment_pk, alike, limit=limit)
    here = [one for one in made if one.comment_pk == judgement.comment_pk]
    found = [
        Precedent(one, *alike.get(one.comment_pk, same))
        for one in made
        if one.comment_pk != judgement.comment_pk
    ]
    found.sort(key=lambda one: (-one.similarity, -one.decision.id))
    return Decided(tuple(reversed(here)), tuple(found[:limit]))


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
