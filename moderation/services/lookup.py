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
from moderation.storage import judgements
from moderation.storage.appeals import by_comment
from moderation.storage.database import Connection
from moderation.storage.decisions import decision_by_id
from moderation.storage.events import comment_events
from moderation.storage.queue_pages import ReviewItem, item_by_id


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
        item = _item_of(connection, judgement)
        decision = _in_force(connection, item)
        return CommentRecord(
            judgement=judgement,
            decision=decision,
            appeal=by_comment(connection, judgement.comment_pk),
            statement=(
                statement(decision, item)
                if item and decision and decision.action is DecisionAction.REJECT
                else None
            ),
            history=tuple(comment_events(connection, forum.id, external_id)),
        )


def decision_in_force(connection: Connection, judgement: Judgement) -> Decision | None:
    """Return what a person decided about a comment and has not taken back."""
    return _in_force(connection, _item_of(connection, judgement))


def _item_of(connection: Connection, judgement: Judgement) -> ReviewItem | None:
    return item_by_id(connection, judgement.item_id) if judgement.item_id is not None else None


def _in_force(connection: Connection, item: ReviewItem | None) -> Decision | None:
    if item is None or item.decision_id is None:
        return None
    return decision_by_id(connection, item.decision_id)
