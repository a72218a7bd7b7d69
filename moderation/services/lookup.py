"""Read one comment with all that happened to it, for the forum that sent it."""

from __future__ import annotations

from dataclasses import dataclass

from moderation.domain.appeal import Appeal
from moderation.domain.errors import NotFoundError
from moderation.domain.forum import Forum
from moderation.domain.judgement import Decision, HistoryEvent, Judgement
from moderation.domain.review import DecisionAction
from moderation.domain.statement import Statement
from moderation.services.runtime import Runtime
from moderation.services.statements import statement
from moderation.storage import comments, judgements
from moderation.storage.appeals import by_comment
from moderation.storage.database import Connection
from moderation.storage.decisions import decision_by_id
from moderation.storage.events import comment_events
from moderation.storage.queue_pages import item_by_id


@dataclass(frozen=True, slots=True)
class CommentRecord:
    """A comment's newest revision, its decisions and its history over all revisions.

    Attributes
    ----------
    decision : Decision or None
        The decision in force on the newest revision.
    appeal : Appeal or None
        The author's appeal about the newest revision.
    statement : Statement or None
        The reasons for a rejection in force.
    """

    judgement: Judgement
    decision: Decision | None
    appeal: Appeal | None
    statement: Statement | None
    history: tuple[HistoryEvent, ...]


def read_comment(runtime: Runtime, forum: Forum, external_id: str) -> CommentRecord:
    """Return a comment; raises `NotFoundError` if this forum never sent it."""
    with runtime.database.read() as connection:
        judgement = judgements.latest_judgement(connection, forum.id, external_id)
        if judgement is None:
            raise NotFoundError("No such comment.")
        decision = decision_in_force(connection, judgement)
        is_rejected = decision is not None and decision.action is DecisionAction.REJECT
        pks = list(comments.revision_pks(connection, forum.id, external_id))
        return CommentRecord(
            judgement=judgement,
            decision=decision,
            appeal=by_comment(connection, judgement.comment_pk),
            statement=statement(connection, decision) if decision and is_rejected else None,
            history=tuple(comment_events(connection, pks)),
        )


def decision_in_force(connection: Connection, judgement: Judgement) -> Decision | None:
    """Return what a person decided about a comment and has not taken back."""
    if judgement.item_id is None:
        return None
    item = item_by_id(connection, judgement.item_id)
    if item is None or item.decision_id is None:
        return None
    return decision_by_id(connection, item.decision_id)
