"""Answer comments that come in another service's format, as the forum's policy says.

"Store and queue" takes the same way as the native webhook; "score only" leaves no trace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from classifiers.labels import Label
from moderation.domain.comment import Comment
from moderation.domain.drop_in import DropIn, is_spam
from moderation.domain.forum import Forum
from moderation.domain.judgement import Judgement
from moderation.domain.review import DecisionAction, ItemState
from moderation.domain.verdict import LabelScore, Outcome, Verdict
from moderation.services.intake import score_only, submit_comments
from moderation.services.lookup import decision_in_force
from moderation.services.runtime import Runtime
from moderation.services.storing import Submission

_AT_ONCE = 100
"""Comments stored in one transaction: SQLite has one writer, and others wait for it."""


@dataclass(frozen=True, slots=True)
class DropInAnswer:
    """What another service's format is filled from.

    Attributes
    ----------
    verdict : Verdict
        The machine's.
    is_spam : bool
        What Akismet's clients are told: the decision in force, or what the policy makes of the
        verdict.
    scores : Mapping[Label, LabelScore]
        Empty when the scorer failed.
    model_version : str or None
        None when the scorer failed.
    stored : Judgement or None
        None when the comment was only scored.
    is_new : bool
        Stored now.
    waits : bool
        Whether a person is going to decide about it.
    """

    verdict: Verdict
    is_spam: bool
    scores: Mapping[Label, LabelScore]
    model_version: str | None
    stored: Judgement | None = None
    is_new: bool = False
    waits: bool = False


def drop_in_of(runtime: Runtime, forum: Forum) -> DropIn:
    """Return what the forum's policy says about other services' formats."""
    with runtime.database.read() as connection:
        return runtime.policies.of(connection, forum.id).policy.drop_in


def answer_comments(
    runtime: Runtime,
    forum: Forum,
    batch: Sequence[Comment],
    *,
    request_id: str,
    may_store: bool = True,
    model_version: str | None = None,
) -> list[DropInAnswer]:
    """Judge comments; answers in order.

    Parameters
    ----------
    may_store : bool
        Whether the caller allows it; the forum's policy must want it as well. A blank text is never
        stored.
    model_version : str, optional
        Of the installed model that scores. Such comments are never stored: a stored verdict is that
        of the model in force.

    Raises
    ------
    InvalidInputError
        If no such model can score.
    StorageUnavailableError
        If the database is away.
    """
    drop_in = drop_in_of(runtime, forum)
    stores = may_store and model_version is None and drop_in.stores
    is_kept = [stores and bool(comment.text.strip()) for comment in batch]
    kept = [comment for comment, keep in zip(batch, is_kept, strict=True) if keep]
    passing = [comment for comment, keep in zip(batch, is_kept, strict=True) if not keep]
    submitted = iter(_submitted(runtime, forum, kept, request_id=request_id))
    judged = iter(score_only(runtime, forum, passing, model_version=model_version))
    return [
        _stored_answer(runtime, drop_in, next(submitted))
        if keep
        else _passing_answer(drop_in, next(judged).outcome)
        for keep in is_kept
    ]


def _passing_answer(drop_in: DropIn, outcome: Outcome) -> DropInAnswer:
    return DropInAnswer(
        verdict=outcome.verdict,
        is_spam=is_spam(drop_in, outcome.verdict, outcome.reasons, outcome.scores),
        scores={row.label: row for row in outcome.scores},
        model_version=outcome.model_version,
    )


def _submitted(
    runtime: Runtime, forum: Forum, batch: Sequence[Comment], *, request_id: str
) -> list[Submission]:
    submissions: list[Submission] = []
    for start in range(0, len(batch), _AT_ONCE):
        part = batch[start : start + _AT_ONCE]
        submissions += submit_comments(runtime, forum, part, request_id=request_id)
    return submissions


_OPEN = {ItemState.PENDING, ItemState.CLAIMED}


def _stored_answer(runtime: Runtime, drop_in: DropIn, submission: Submission) -> DropInAnswer:
    judgement = submission.judgement
    answer = DropInAnswer(
        verdict=judgement.verdict,
        is_spam=is_spam(drop_in, judgement.verdict, judgement.reasons, judgement.scores),
        scores={row.label: row for row in judgement.scores},
        model_version=judgement.model_version,
        stored=judgement,
        is_new=not submission.is_replay,
        waits=judgement.item_state in _OPEN,
    )
    if not submission.is_replay:
        return answer
    with runtime.database.read() as connection:
        decision = decision_in_force(connection, judgement)
    if decision is None:
        return answer
    return replace(answer, is_spam=decision.action is DecisionAction.REJECT, waits=False)
