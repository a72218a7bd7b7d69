"""A comment comes in: the same one gets the same answer, a new one is judged and stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from classifiers.scorer import Scored, Scorer
from moderation.domain.comment import Comment
from moderation.domain.forum import Forum
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
from moderation.storage.arrivals import PriorDecision, known_of
from moderation.storage.judgements import stored_judgement


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
    if not batch:
        return []
    reduced = [reduce_comment(comment) for comment in batch]
    with runtime.database.look() as connection:
        found = [
            known_of(connection, forum.id, one.external_id, one.revision, body.repeat_key)
            for one, body in zip(batch, reduced, strict=True)
        ]
        live = runtime.policies.of_version(connection, forum.id, found[0].policy_version)
        stored = [
            stored_judgement(connection, forum.id, one.external_id, one.revision)
            if known.is_stored
            else None
            for one, known in zip(batch, found, strict=True)
        ]
    priors = [
        _prior_action(runtime, live, one.prior)
        for one, known in zip(found, stored, strict=True)
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
    submitted = iter(runtime.intake.do(to_store, partial(_write, runtime)) if to_store else [])
    # Also of what was stored before: its first answer may still be waiting for the disk.
    runtime.database.make_durable()
    return [
        Submission(known, is_replay=True) if known is not None else next(submitted)
        for known in stored
    ]


def _write(runtime: Runtime, gathered: Sequence[Sequence[ToStore]]) -> list[list[Submission]]:
    answers = iter(store_all(runtime, [one for group in gathered for one in group]))
    return [[next(answers) for _ in group] for group in gathered]


def _shadow_scores(scorer: Scorer | None, batch: Sequence[ReducedComment]) -> list[Scored | None]:
    return [None] * len(batch) if scorer is None else score_comments(scorer, batch)


def _prior_action(
    runtime: Runtime, live: LivePolicy, prior: PriorDecision | None
) -> DecisionAction | None:
    days = live.policy.repeat_days
    if prior is None or days == 0 or prior.decided_at < runtime.clock() - timedelta(days=days):
        return None
    return prior.action


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
