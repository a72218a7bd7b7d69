"""A comment comes in: the same one gets the same answer, a new one is judged and stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from classifiers.scorer import Scored, Scorer
from moderation.domain.comment import Comment
from moderation.domain.forum import Forum
from moderation.domain.judgement import Judgement
from moderation.domain.review import DecisionAction
from moderation.domain.verdict import ReasonKind
from moderation.services.judging import (
    JudgedComment,
    ReducedComment,
    judge_comment,
    reduce_comment,
    score_comments,
)
from moderation.services.live_policies import LivePolicy
from moderation.services.runtime import Runtime
from moderation.services.storing import Submission, ToStore, store_all
from moderation.storage import judgements
from moderation.storage.comments import is_stored
from moderation.storage.database import Connection
from moderation.storage.decisions import prior_decisions


def submit_comment(
    runtime: Runtime, forum: Forum, comment: Comment, *, request_id: str
) -> Submission:
    """Judge and store one comment, or return what is stored.

    Raises
    ------
    StorageUnavailableError
        If the database is away; then nothing is stored and the forum should try again.
    """
    return submit_comments(runtime, forum, [comment], request_id=request_id)[0]


def submit_comments(
    runtime: Runtime,
    forum: Forum,
    batch: Sequence[Comment],
    *,
    request_id: str,
    tells_forum: bool = True,
) -> list[Submission]:
    """Judge and store several comments in one transaction; answers in order.

    Parameters
    ----------
    tells_forum : bool
        Whether flagged and held comments are announced to the forum's callback address; not
        for an archive, whose comments the forum has long shown.
    """
    reduced = [reduce_comment(comment) for comment in batch]
    with runtime.database.read() as connection:
        live = runtime.policies.of(connection, forum.id)
        stored = [_stored(connection, forum, comment) for comment in batch]
        priors = [
            _prior_decision(connection, runtime, forum, live, comment)
            for known, comment in zip(stored, reduced, strict=True)
            if known is None
        ]
    models = runtime.models.loaded()
    new = [comment for known, comment in zip(stored, reduced, strict=True) if known is None]
    to_store = [
        ToStore(
            forum=forum,
            policy=live.policy,
            judged=judged_by(scored, scorer=models.current),
            shadow=judged_by(by_shadow, scorer=models.shadow) if by_shadow else None,
            request_id=request_id,
            tells_forum=tells_forum,
        )
        for judged_by, scored, by_shadow in zip(
            [
                partial(
                    judge_comment, comment, live=live, forum_slug=forum.slug, prior_decision=prior
                )
                for comment, prior in zip(new, priors, strict=True)
            ],
            score_comments(models.current, new),
            _shadow_scores(models.shadow, new),
            strict=True,
        )
    ]
    if len(new) < len(batch):  # the promise of the first answer may still be on its way
        runtime.database.make_durable()
    submitted = iter(runtime.intake.do(to_store, partial(_write, runtime)) if to_store else [])
    return [
        Submission(known, is_replay=True) if known is not None else next(submitted)
        for known in stored
    ]


def _write(runtime: Runtime, gathered: Sequence[Sequence[ToStore]]) -> list[list[Submission]]:
    answers = iter(store_all(runtime, [one for group in gathered for one in group]))
    return [[next(answers) for _ in group] for group in gathered]


def _stored(connection: Connection, forum: Forum, comment: Comment) -> Judgement | None:
    if not is_stored(connection, forum.id, comment.external_id, comment.revision):
        return None
    return judgements.stored_judgement(connection, forum.id, comment.external_id, comment.revision)


def _shadow_scores(scorer: Scorer | None, batch: Sequence[ReducedComment]) -> list[Scored | None]:
    return [None] * len(batch) if scorer is None else score_comments(scorer, batch)


def _prior_decision(
    connection: Connection,
    runtime: Runtime,
    forum: Forum,
    live: LivePolicy,
    comment: ReducedComment,
) -> DecisionAction | None:
    days = live.policy.repeat_days
    if comment.repeat_key is None or days == 0:
        return None
    since = runtime.clock() - timedelta(days=days)
    found = prior_decisions(connection, forum.id, comment.repeat_key, since=since, limit=1)
    return found[0].action if found else None


def score_only(
    runtime: Runtime, forum: Forum, batch: Sequence[Comment], *, model_version: str | None = None
) -> list[JudgedComment]:
    """Judge comments by the forum's policy without storing anything.

    Neither repeats nor the audit sample take part: the answer rests on the text alone.

    Parameters
    ----------
    model_version : str, optional
        Of the installed model that scores, with its own thresholds; default: the current one.

    Raises
    ------
    InvalidInputError
        If no such model can score.
    """
    with runtime.database.read() as connection:
        live = runtime.policies.of(connection, forum.id)
    models = runtime.models
    scorer = models.of_version(model_version) if model_version else models.loaded().current
    reduced = [reduce_comment(comment) for comment in batch]
    return [
        _without_audit(
            judge_comment(comment, scored, live=live, scorer=scorer, forum_slug=forum.slug)
        )
        for comment, scored in zip(reduced, score_comments(scorer, reduced), strict=True)
    ]


def _without_audit(judged: JudgedComment) -> JudgedComment:
    # A stateless score has no queue to be sampled into.
    if not judged.outcome.is_audit:
        return judged
    return replace(
        judged,
        outcome=replace(
            judged.outcome,
            reasons=tuple(r for r in judged.outcome.reasons if r != ReasonKind.AUDIT_SAMPLE),
            is_queued=False,
            is_audit=False,
        ),
    )
