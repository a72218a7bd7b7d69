"""A comment comes in: the same one gets the same answer, a new one is judged and stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from classifiers.labels import DECIDING_LABELS
from classifiers.scorer import Scored, Scorer
from moderation.domain.comment import Comment, host_name
from moderation.domain.errors import ModerationError
from moderation.domain.forum import Forum
from moderation.domain.judgement import Judgement
from moderation.domain.policy import Policy
from moderation.domain.review import DecisionAction, ItemState
from moderation.domain.verdict import ReasonKind, Verdict, source_of
from moderation.pipeline.usefulness import kind_of, uncertainty, usefulness
from moderation.services import messages
from moderation.services.host_actions import put_verdict_task
from moderation.services.judging import (
    JudgedComment,
    ReducedComment,
    judge_comment,
    reduce_comment,
    score_comments,
)
from moderation.services.live_policies import LivePolicy
from moderation.services.runtime import Runtime
from moderation.storage import comments as comment_rows
from moderation.storage import judgements, queue_pages, review_queue, shadow_scores
from moderation.storage.database import Connection
from moderation.storage.decisions import prior_decisions
from moderation.storage.events import append_event


@dataclass(frozen=True, slots=True)
class Submission:
    """The answer to one submitted comment.

    Attributes
    ----------
    judgement : Judgement
    is_replay : bool
        Whether the comment had been stored before.
    """

    judgement: Judgement
    is_replay: bool


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
        stored = [
            judgements.stored_judgement(connection, forum.id, c.external_id, c.revision)
            for c in batch
        ]
        priors = [
            None if known else _prior_decision(connection, runtime, forum, live, comment)
            for known, comment in zip(stored, reduced, strict=True)
        ]
    if all(stored):
        return [Submission(known, is_replay=True) for known in stored if known is not None]
    models = runtime.models.loaded()
    new = [comment for known, comment in zip(stored, reduced, strict=True) if known is None]
    scored = iter(score_comments(models.current, new))
    shadowed = iter(_shadow_scores(models.shadow, new))
    with runtime.database.write() as connection:
        comment_rows.take_turns(connection, forum.id, (comment.comment for comment in new))
        answers = []
        for known, comment, prior in zip(stored, reduced, priors, strict=True):
            if known is not None:
                answers.append(Submission(known, is_replay=True))
                continue
            judged_by = partial(
                judge_comment, comment, live=live, forum_slug=forum.slug, prior_decision=prior
            )
            by_shadow = next(shadowed)
            writer = _Writer(connection, runtime, forum, request_id, tells_forum=tells_forum)
            answers.append(
                writer.store(
                    judged_by(next(scored), scorer=models.current),
                    shadow=judged_by(by_shadow, scorer=models.shadow) if by_shadow else None,
                )
            )
        return answers


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


def item_kind(judged: JudgedComment) -> str | None:
    """Return the kind of item that a comment makes; None hides what an audit sample is."""
    return None if judged.outcome.is_audit else kind_of(judged.outcome, judged.body)


def new_item(
    pk: int, forum: Forum, judged: JudgedComment, policy: Policy, *, kind: str | None, alike: int
) -> review_queue.NewItem:
    """Return the item to queue for a comment.

    Parameters
    ----------
    alike : int
        Items of the same kind that the forum has.
    """
    outcome = judged.outcome
    top = outcome.top_label
    risk = max((r.score for r in outcome.scores if r.label in DECIDING_LABELS), default=1.0)
    return review_queue.NewItem(
        comment_pk=pk,
        forum_id=forum.id,
        reasons=outcome.reasons,
        source=source_of(outcome.reasons),
        is_held=outcome.verdict is Verdict.HOLD,
        is_audit=outcome.is_audit,
        # Sorted by its score, an audit sample would give away what it must hide.
        risk=0.0 if outcome.is_audit else risk,
        usefulness=(0.0 if outcome.is_audit else usefulness(uncertainty(outcome), alike)),
        kind=kind,
        top_label=top.value if top is not None else None,
        host=host_name(judged.comment.permalink),
        time_target_minutes=policy.time_target_minutes,
    )


def new_comment(
    runtime: Runtime, forum: Forum, judged: JudgedComment, *, request_id: str
) -> comment_rows.NewComment:
    """Return what is stored of a judged comment: under a pseudonym where the forum asks for it."""
    comment = judged.comment
    if forum.pseudonymises_authors:
        comment = runtime.pseudonyms().for_storing(forum.slug, comment)
    return comment_rows.NewComment(
        comment=comment,
        body=judged.body,
        quotes=judged.quotes,
        repeat_key=judged.repeat_key,
        outcome=judged.outcome,
        spans=judged.spans,
        request_id=request_id,
    )


class _Writer:
    """Stores judged comments in the caller's transaction."""

    def __init__(
        self,
        connection: Connection,
        runtime: Runtime,
        forum: Forum,
        request_id: str,
        *,
        tells_forum: bool,
    ) -> None:
        self._connection = connection
        self._runtime = runtime
        self._forum = forum
        self._request_id = request_id
        self._tells_forum = tells_forum

    def store(self, judged: JudgedComment, *, shadow: JudgedComment | None) -> Submission:
        comment, now = judged.comment, self._runtime.clock()
        pk = comment_rows.insert_comment(
            self._connection,
            self._forum.id,
            new_comment(self._runtime, self._forum, judged, request_id=self._request_id),
            at=now,
        )
        if pk is None:  # a copy arrived at the same moment and was first
            return Submission(self._stored(comment), is_replay=True)
        older = self._supersede(comment.external_id, pk)
        if judged.outcome.is_queued:
            self._queue(pk, judged)
        if shadow is not None:
            shadow_scores.insert_scores(self._connection, pk, shadow.outcome)
        judgement = self._stored(comment)
        self._tell(judgement, older)
        return Submission(judgement, is_replay=False)

    def _stored(self, comment: Comment) -> Judgement:
        stored = judgements.stored_judgement(
            self._connection, self._forum.id, comment.external_id, comment.revision
        )
        if stored is None:
            raise ModerationError("a comment that was just stored cannot be read")
        return stored

    def _supersede(self, external_id: str, pk: int) -> Sequence[int]:
        older = comment_rows.supersede_older(self._connection, self._forum.id, external_id, pk)
        if not older:
            return older
        now = self._runtime.clock()
        review_queue.close_open_items(self._connection, older, ItemState.SUPERSEDED, at=now)
        for old in older:
            append_event(
                self._connection,
                "superseded",
                at=now,
                actor="forum",
                forum_id=self._forum.id,
                comment_pk=old,
            )
        return older

    def _queue(self, pk: int, judged: JudgedComment) -> None:
        kind = item_kind(judged)
        alike = queue_pages.count_kind(self._connection, self._forum.id, kind) if kind else 0
        policy = self._runtime.policies.of(self._connection, self._forum.id).policy
        review_queue.insert_item(
            self._connection,
            new_item(pk, self._forum, judged, policy, kind=kind, alike=alike),
            at=self._runtime.clock(),
        )

    def _tell(self, judgement: Judgement, older: Sequence[int]) -> None:
        append_event(
            self._connection,
            "verdict",
            at=judgement.judged_at,
            actor="model",
            forum_id=self._forum.id,
            comment_pk=judgement.comment_pk,
            details={
                "verdict": judgement.verdict.value,
                "reasons": list(judgement.reasons),
                "model_version": judgement.model_version,
                "policy_version": judgement.policy_version,
            },
        )
        if not self._tells_forum:
            return
        put_verdict_task(self._connection, self._runtime, judgement, older)
        if judgement.verdict is not Verdict.PUBLISH:
            messages.put_in_outbox(
                self._connection,
                self._runtime,
                self._forum,
                judgement,
                messages.VERDICT_GIVEN,
                messages.verdict_data(judgement),
            )


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
