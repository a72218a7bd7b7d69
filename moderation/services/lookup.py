"""Read one comment with all that happened to it, for the forum that sent it."""

from __future__ import annotations

from dataclasses import dataclass

from moderation.domain.errors import NotFoundError
from moderation.domain.forum import Forum
from moderation.domain.judgement import Decision, HistoryEvent, Judgement
from moderation.services.runtime import Runtime
from moderation.storage import comments, judgements
from moderation.storage.database import Connection
from moderation.storage.decisions import item_decisions
from moderation.storage.events import comment_events


@dataclass(frozen=True, slots=True)
class CommentRecord:
    """A comment's newest revision, its decisions and its history over all revisions.

    Attributes
    ----------
    decision : Decision or None
        The decision in force on the newest revision.
    """

    judgement: Judgement
    decision: Decision | None
    history: tuple[HistoryEvent, ...]


def read_comment(runtime: Runtime, forum: Forum, external_id: str) -> CommentRecord:
    """Return a comment; raises `NotFoundError` if this forum never sent it."""
    with runtime.database.read() as connection:
        judgement = judgements.latest_judgement(connection, forum.id, external_id)
        if judgement is None:
            raise NotFoundError("No such comment.")
        pks = list(comments.revision_pks(connection, forum.id, external_id))
        return CommentRecord(
            judgement=judgement,
            decision=decision_in_force(connection, judgement),
            history=tuple(comment_events(connection, pks)),
        )


def decision_in_force(connection: Connection, judgement: Judgement) -> Decision | None:
    """Return what a person decided about a comment and has not taken back."""
    if judgement.item_id is None:
        return None
    made = item_decisions(connection, judgement.item_id)
    undone = {decision.undoes_id for decision in made}
    in_force = [d for d in made if d.undoes_id is None and d.id not in undone]
    return in_force[-1] if in_force else None
