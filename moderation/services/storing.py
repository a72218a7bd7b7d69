"""Judged comments become rows: many in one transaction, of whatever forums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from classifiers.labels import DECIDING_LABELS
from moderation.domain.comment import host_name
from moderation.domain.errors import ModerationError
from moderation.domain.forum import Forum
from moderation.domain.judgement import Judgement
from moderation.domain.policy import Policy
from moderation.domain.review import ItemState
from moderation.domain.verdict import Outcome, Verdict, source_of
from moderation.pipeline.usefulness import kind_of, uncertainty, usefulness
from moderation.services import messages
from moderation.services.host_actions import put_verdict_task
from moderation.services.judging import JudgedComment
from moderation.services.runtime import Runtime
from moderation.storage import comments as comment_rows
from moderation.storage import judgements, queue_pages, review_queue, shadow_scores
from moderation.storage.database import Connection
from moderation.storage.events import NewEvent, append_events


@dataclass(frozen=True, slots=True)
class ToStore:
    """A judged comment on its way into the database.

    Attributes
    ----------
    policy : Policy
        By which it was judged.
    shadow : JudgedComment or None
        What the shadow model would have made of it.
    tells_forum : bool
        Whether the forum's callback and software hear of it.
    """

    forum: Forum
    policy: Policy
    judged: JudgedComment
    shadow: JudgedComment | None
    request_id: str
    tells_forum: bool


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


def store_all(runtime: Runtime, batch: Sequence[ToStore]) -> list[Submission]:
    """Store comments in one transaction; answers in order, before they are durable.

    Whoever acknowledges one calls `Database.make_durable` first: many wait for the disk at once,
    and the next ones are stored meanwhile.

    Raises
    ------
    StorageUnavailableError
        If the database is away; then nothing is stored.
    """
    with runtime.database.write(waits=False) as connection:
        comment_rows.take_turns_in(
            connection, ((one.forum.id, one.judged.comment) for one in batch)
        )
        writer = _Writer(connection, runtime)
        answers = [writer.store(one) for one in batch]
        writer.flush()
        return answers


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


def verdict_event(forum: Forum, comment_pk: int, outcome: Outcome) -> NewEvent:
    """Return what the history says of a verdict."""
    return NewEvent(
        "verdict",
        "model",
        forum_id=forum.id,
        comment_pk=comment_pk,
        details={
            "verdict": outcome.verdict.value,
            "reasons": list(outcome.reasons),
            "model_version": outcome.model_version,
            "policy_version": outcome.policy_version,
        },
    )


class _Writer:
    """Stores comments one after the other; rows that nobody reads meanwhile go in at the end."""

    def __init__(self, connection: Connection, runtime: Runtime) -> None:
        self._connection = connection
        self._runtime = runtime
        self._now: datetime = runtime.clock()
        self._verdicts: list[tuple[int, comment_rows.NewComment]] = []
        self._events: list[NewEvent] = []
        self._shadows: list[tuple[int, Outcome]] = []

    def store(self, one: ToStore) -> Submission:
        new = new_comment(self._runtime, one.forum, one.judged, request_id=one.request_id)
        comment = new.comment
        stored = comment_rows.insert_comment(self._connection, one.forum.id, new, at=self._now)
        if stored is None:  # a copy arrived at the same moment and was first
            self.flush()
            return Submission(
                self._known(one.forum, comment.external_id, comment.revision), is_replay=True
            )
        older = self._supersede(one.forum, comment.external_id, stored.pk)
        item_id = self._queue(one, stored.pk) if one.judged.outcome.is_queued else None
        self._verdicts.append((stored.pk, new))
        self._events.append(verdict_event(one.forum, stored.pk, new.outcome))
        if one.shadow is not None:
            self._shadows.append((stored.pk, one.shadow.outcome))
        judgement = judgements.new_judgement(
            one.forum.id, stored, new, item_id=item_id, at=self._now
        )
        if one.tells_forum:
            self._tell(one.forum, judgement, older)
        return Submission(judgement, is_replay=False)

    def flush(self) -> None:
        comment_rows.insert_verdicts(self._connection, self._verdicts, at=self._now)
        append_events(self._connection, self._events, at=self._now)
        shadow_scores.insert_scores(self._connection, self._shadows)
        self._verdicts, self._events, self._shadows = [], [], []

    def _known(self, forum: Forum, external_id: str, revision: str) -> Judgement:
        known = judgements.stored_judgement(self._connection, forum.id, external_id, revision)
        if known is None:
            raise ModerationError("a comment that was just stored cannot be read")
        return known

    def _supersede(self, forum: Forum, external_id: str, pk: int) -> Sequence[int]:
        older = comment_rows.supersede_older(self._connection, forum.id, external_id, pk)
        if not older:
            return older
        self.flush()
        review_queue.close_open_items(self._connection, older, ItemState.SUPERSEDED, at=self._now)
        self._events += [
            NewEvent("superseded", "forum", forum_id=forum.id, comment_pk=old) for old in older
        ]
        return older

    def _queue(self, one: ToStore, pk: int) -> int:
        kind = item_kind(one.judged)
        kinds = [kind] if kind is not None else []
        alike = sum(queue_pages.count_kinds(self._connection, one.forum.id, kinds).values())
        return review_queue.insert_item(
            self._connection,
            new_item(pk, one.forum, one.judged, one.policy, kind=kind, alike=alike),
            at=self._now,
        )

    def _tell(self, forum: Forum, judgement: Judgement, older: Sequence[int]) -> None:
        is_published = judgement.verdict is Verdict.PUBLISH
        if not is_published or older:
            put_verdict_task(self._connection, self._runtime, judgement, older)
        if not is_published:
            messages.put_in_outbox(
                self._connection,
                self._runtime,
                forum,
                judgement,
                messages.VERDICT_GIVEN,
                messages.verdict_data(judgement),
            )
