"""An archive comes in: judged and stored as by the webhook, many comments in one go."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from moderation.domain.comment import Comment
from moderation.domain.forum import Forum
from moderation.domain.policy import Policy
from moderation.services.intake import submit_comments
from moderation.services.judging import (
    JudgedComment,
    judge_comment,
    reduce_comment,
    score_comments,
)
from moderation.services.runtime import Runtime
from moderation.services.storing import item_kind, new_comment, new_item, verdict_event
from moderation.storage import bulk, queue_pages
from moderation.storage.comments import take_turns
from moderation.storage.database import Connection
from moderation.storage.events import append_events

_LIVE_BEFORE_A_LOOK = 500_000
"""New objects that are still there; some two hundred for each comment of a batch."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Let Python look for circles of garbage less often while an archive comes in.

    What a batch is made of holds no circles and goes when the batch does; looking through all of
    it again and again took a quarter of the time.
    """
    before = gc.get_threshold()
    gc.set_threshold(_LIVE_BEFORE_A_LOOK, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def import_comments(
    runtime: Runtime, forum: Forum, batch: Sequence[Comment], *, request_id: str
) -> tuple[int, int]:
    """Judge and store comments of an archive; the forum is not told about them.

    Comments that no row knows go in many at a time. Where some are known, come twice, may repeat
    what was decided, or a shadow model scores too, they go the webhook's way, one by one.

    Returns
    -------
    int, int
        Stored now, and known before.
    """
    names = [comment.external_id for comment in batch]
    is_new = len(set(names)) == len(names) and runtime.models.loaded().shadow is None
    if is_new:
        with runtime.database.read() as connection:
            is_new = not (
                bulk.any_known(connection, forum.id, names)
                or bulk.has_decisions(connection, forum.id)
            )
    if is_new and _store_all(runtime, forum, batch, request_id=request_id):
        return len(batch), 0
    answers = submit_comments(runtime, forum, batch, request_id=request_id, tells_forum=False)
    known = sum(answer.is_replay for answer in answers)
    return len(answers) - known, known


def _store_all(
    runtime: Runtime, forum: Forum, batch: Sequence[Comment], *, request_id: str
) -> bool:
    reduced = [reduce_comment(comment) for comment in batch]
    scorer = runtime.models.loaded().current
    scored = score_comments(scorer, reduced)
    with runtime.database.write() as connection:
        take_turns(connection, forum.id, batch)
        if bulk.any_known(connection, forum.id, [comment.external_id for comment in batch]):
            return False  # somebody else sent one of them meanwhile
        live, now = runtime.policies.of(connection, forum.id), runtime.clock()
        judged = [
            judge_comment(comment, score, live=live, scorer=scorer, forum_slug=forum.slug)
            for comment, score in zip(reduced, scored, strict=True)
        ]
        rows = [new_comment(runtime, forum, one, request_id=request_id) for one in judged]
        placed = bulk.insert_comments(connection, forum.id, rows, at=now)
        _queue(connection, forum, live.policy, list(zip(placed, judged, strict=True)), at=now)
        events = [
            verdict_event(forum, place.comment_pk, one.outcome)
            for place, one in zip(placed, judged, strict=True)
        ]
        append_events(connection, events, at=now)
    return True


def _queue(
    connection: Connection,
    forum: Forum,
    policy: Policy,
    judged: Sequence[tuple[bulk.Placed, JudgedComment]],
    *,
    at: datetime,
) -> None:
    queued = [(place, one, item_kind(one)) for place, one in judged if one.outcome.is_queued]
    kinds = {kind for _, _, kind in queued if kind is not None}
    alike = Counter(queue_pages.count_kinds(connection, forum.id, kinds))
    items = []
    for place, one, kind in queued:
        count = alike[kind] if kind is not None else 0
        item = new_item(place.comment_pk, forum, one, policy, kind=kind, alike=count)
        items.append((place, item))
        if kind is not None:
            alike[kind] += 1
    bulk.insert_items(connection, items, at=at)
