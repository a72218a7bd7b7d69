"""Appeals: filed once by an author, answered by another moderator than the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from moderation.domain.appeal import (
    MAX_APPEAL_WORDS,
    AlreadyAppealedError,
    Appeal,
    AppealAnswer,
    AppealState,
    NotAppealableError,
    check_answer,
)
from moderation.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from moderation.domain.feedback import FeedbackSource
from moderation.domain.forum import Forum
from moderation.domain.judgement import Decision, Judgement
from moderation.domain.reach import Reach
from moderation.domain.review import DecisionAction, DecisionInput, Role
from moderation.domain.statement import AFTER_APPEAL, Statement, statement_of
from moderation.services import messages
from moderation.services.deciding import (
    known_case,
    known_decision,
    replace,
)
from moderation.services.lookup import decision_in_force
from moderation.services.messages import rfc3339
from moderation.services.roles import require_role_in
from moderation.services.runtime import Runtime
from moderation.storage import appeals as stored
from moderation.storage import forums, judgements
from moderation.storage.comments import take_turns
from moderation.storage.database import Connection
from moderation.storage.events import append_event
from moderation.storage.users import User

MOST_OPEN = 200
MOST_ANSWERED = 50


@dataclass(frozen=True, slots=True)
class FiledAppeal:
    """An appeal and whether it was filed just now."""

    appeal: Appeal
    is_new: bool


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal with what it is about."""

    appeal: Appeal
    decision: Decision
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class AuthorView:
    """What an author sees: the comment, the rejection, and the appeal if there is one.

    Attributes
    ----------
    decision : Decision or None
        The rejection that may be appealed, or was; None when there is none.
    """

    forum: Forum
    judgement: Judgement
    decision: Decision | None
    appeal: Appeal | None


def file_appeal(  # noqa: PLR0913 - what an appeal names
    runtime: Runtime,
    forum: Forum,
    external_id: str,
    words: str,
    *,
    days: int,
    author_id: str | None = None,
    revision: str | None = None,
) -> FiledAppeal:
    """File an author's appeal against the rejection in force. The same words again are a replay.

    Parameters
    ----------
    days : int
        How long after the rejection an appeal is taken.
    author_id : str or None
        Who appeals, by the forum's id; must be the comment's author. None trusts the forum.
    revision : str or None
        The revision that was rejected; None for the newest.

    Raises
    ------
    InvalidInputError
        Naming ``words`` or ``author_id``.
    NotFoundError
        If the forum has sent no such comment.
    AlreadyAppealedError, NotAppealableError
        If it was appealed in other words, or cannot be.
    """
    said = words.strip()
    if not 1 <= len(said) <= MAX_APPEAL_WORDS:
        raise InvalidInputError(
            "An appeal takes words.",
            fields={"words": f"expected 1 to {MAX_APPEAL_WORDS} characters"},
        )
    with runtime.database.write() as connection:
        take_turns(connection, forum.id, [external_id])
        judgement = _judgement(connection, forum, external_id, revision)
        _check_author(judgement, author_id)
        before = stored.by_comment(connection, judgement.comment_pk)
        if before is not None:
            if before.words != said:
                raise AlreadyAppealedError("This comment was appealed before: once is the limit.")
            return FiledAppeal(before, is_new=False)
        decision = _appealable(connection, runtime, judgement, days)
        new = stored.NewAppeal(judgement.comment_pk, forum.id, decision.item_id, decision.id, said)
        appeal_id = stored.insert_appeal(connection, new, at=runtime.clock())
        append_event(
            connection,
            "appealed",
            at=runtime.clock(),
            actor="author",
            forum_id=forum.id,
            comment_pk=judgement.comment_pk,
        )
        return FiledAppeal(_known(connection, appeal_id), is_new=True)


def check_appealable(runtime: Runtime, forum: Forum, external_id: str, *, days: int) -> Judgement:
    """Return the comment if its author may appeal now. Raises as `file_appeal`."""
    with runtime.database.read() as connection:
        judgement = _judgement(connection, forum, external_id, None)
        if stored.by_comment(connection, judgement.comment_pk) is not None:
            raise AlreadyAppealedError("This comment was appealed before: once is the limit.")
        _appealable(connection, runtime, judgement, days)
        return judgement


def author_view(runtime: Runtime, slug: str, external_id: str, revision: str) -> AuthorView:
    """Return what an author sees of one revision. Raises `NotFoundError`."""
    with runtime.database.read() as connection:
        forum = forums.forum_by_slug(connection, slug)
        if forum is None:
            raise NotFoundError("No such forum.")
        judgement = _judgement(connection, forum, external_id, revision)
        appeal = stored.by_comment(connection, judgement.comment_pk)
        decision = (
            known_decision(connection, appeal.decision_id)
            if appeal is not None
            else decision_in_force(connection, judgement)
        )
        is_rejected = decision is not None and decision.action is DecisionAction.REJECT
        return AuthorView(forum, judgement, decision if is_rejected else None, appeal)


def open_appeals(runtime: Runtime, reach: Reach) -> list[Appeal]:
    """Return the appeals that wait, oldest first."""
    within = reach.forums(Role.MODERATOR)
    with runtime.database.read() as connection:
        return stored.list_appeals(
            connection, [AppealState.OPEN], within, is_newest_first=False, limit=MOST_OPEN
        )


def answered_appeals(runtime: Runtime, reach: Reach) -> list[Appeal]:
    """Return the appeals that were answered, newest first."""
    closed = [AppealState.UPHELD, AppealState.DENIED, AppealState.VOID]
    within = reach.forums(Role.MODERATOR)
    with runtime.database.read() as connection:
        return stored.list_appeals(
            connection, closed, within, is_newest_first=True, limit=MOST_ANSWERED
        )


def view_appeal(runtime: Runtime, user: User, appeal_id: int) -> AppealView:
    """Return an appeal with what it is about. Raises `NotFoundError`."""
    with runtime.database.read() as connection:
        appeal = _known(connection, appeal_id)
        require_role_in(user, appeal.forum_id, Role.MODERATOR)
        _, judgement = known_case(connection, appeal.item_id)
        return AppealView(appeal, known_decision(connection, appeal.decision_id), judgement)


def decide_appeal(runtime: Runtime, user: User, appeal_id: int, answer: AppealAnswer) -> Appeal:
    """Answer an appeal; the forum is told with a statement of reasons.

    An upheld appeal is a new decision that approves the comment. Its labels train with the source
    ``appeal``; those of the first decision no longer do.

    Raises
    ------
    InvalidInputError
        Naming ``facts`` or ``rule``.
    NotAllowedError
        If the person made the decision that is appealed.
    ConflictError
        If it was answered, or the decision or the comment changed meanwhile.
    """
    check_answer(answer)
    with runtime.database.write() as connection:
        appeal = _known(connection, appeal_id)
        require_role_in(user, appeal.forum_id, Role.MODERATOR)
        if appeal.first_moderator_id == user.id:
            raise NotAllowedError("Another moderator decides an appeal than the one who rejected.")
        case = item, judgement = known_case(connection, appeal.item_id)
        first = known_decision(connection, appeal.decision_id)
        statement = _statement(answer, item.source)
        state = AppealState.UPHELD if answer.is_upheld else AppealState.DENIED
        is_ours = stored.close_appeal(
            connection, appeal.id, state, user.id, statement.to_document(), at=runtime.clock()
        )
        if not is_ours:
            raise ConflictError("This appeal was answered, or its decision taken back, meanwhile.")
        if answer.is_upheld:
            approval = DecisionInput(
                DecisionAction.APPROVE, answer.labels, None, answer.facts, judgement.revision
            )
            source = FeedbackSource.APPEAL.value
            replace(connection, runtime, user, case, first, approval, source=source)
        _tell(connection, runtime, judgement, _known(connection, appeal_id), user)
        return _known(connection, appeal_id)


def _tell(
    connection: Connection, runtime: Runtime, judgement: Judgement, appeal: Appeal, user: User
) -> None:
    append_event(
        connection,
        f"appeal_{appeal.state.value}",
        at=runtime.clock(),
        actor=user.username,
        forum_id=appeal.forum_id,
        comment_pk=appeal.comment_pk,
    )
    forum = forums.forum_by_id(connection, appeal.forum_id)
    if forum is not None:
        data = {"appeal": appeal_data(appeal)}
        messages.put_in_outbox(connection, runtime, forum, judgement, messages.APPEAL_DECIDED, data)


def appeal_data(appeal: Appeal) -> dict[str, object]:
    """Return an appeal as messages and the API tell it; the author's words stay here."""
    return {
        "state": appeal.state.value,
        "filed_at": rfc3339(appeal.created_at),
        "decided_at": rfc3339(appeal.decided_at) if appeal.decided_at is not None else None,
        "statement_of_reasons": appeal.statement,
    }


def _statement(answer: AppealAnswer, source: str) -> Statement:
    action = DecisionAction.APPROVE if answer.is_upheld else DecisionAction.REJECT
    rule = answer.rule.value if answer.rule is not None else None
    return statement_of(
        action, rule, facts=answer.facts.strip(), source=source, redress=AFTER_APPEAL
    )


def _judgement(
    connection: Connection, forum: Forum, external_id: str, revision: str | None
) -> Judgement:
    found = (
        judgements.latest_judgement(connection, forum.id, external_id)
        if revision is None
        else judgements.stored_judgement(connection, forum.id, external_id, revision)
    )
    if found is None:
        raise NotFoundError("No such comment.")
    return found


def _check_author(judgement: Judgement, author_id: str | None) -> None:
    author = judgement.author
    if author_id is not None and (author is None or author.external_id != author_id):
        raise InvalidInputError(
            "Only the author may appeal.", fields={"author_id": "expected the comment's author"}
        )


def _appealable(
    connection: Connection, runtime: Runtime, judgement: Judgement, days: int
) -> Decision:
    if not judgement.is_latest or judgement.deleted_at is not None:
        raise NotAppealableError("The author or the forum has changed the comment since.")
    decision = decision_in_force(connection, judgement)
    if decision is None or decision.action is not DecisionAction.REJECT:
        raise NotAppealableError("No rejection by a moderator is in force.")
    if runtime.clock() - decision.created_at > timedelta(days=days):
        raise NotAppealableError(f"The rejection is more than {days} days old.")
    return decision


def _known(connection: Connection, appeal_id: int) -> Appeal:
    appeal = stored.by_id(connection, appeal_id)
    if appeal is None:
        raise NotFoundError("No such appeal.")
    return appeal
