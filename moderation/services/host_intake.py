"""What hosts tell: a post written, edited, removed, brought back; in any order, and repeatedly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from moderation.domain.comment import Comment
from moderation.domain.forum import Forum
from moderation.domain.host import (
    TEST_AUTHOR,
    HostAction,
    HostConnection,
    HostEvent,
    HostEventKind,
    HostKind,
    HostTask,
    SecretPurpose,
)
from moderation.domain.judgement import Judgement
from moderation.hosts import discourse
from moderation.hosts.dialogue import HostOutcome
from moderation.services.host_actions import put_task
from moderation.services.hosts import KnownHost
from moderation.services.intake import score_only, submit_comment, submit_comments
from moderation.services.removal import delete_comment, restore_comment
from moderation.services.runtime import Runtime
from moderation.services.storing import Submission
from moderation.storage import deliveries, forums, hosts, judgements


class Taken(StrEnum):
    """What became of an event."""

    JUDGED = "judged"
    REPEATED = "repeated"
    OUTDATED = "outdated"
    REMOVED = "removed"
    RESTORED = "restored"
    ASKED_BACK = "asked_back"
    IGNORED = "ignored"
    TESTED = "tested"


@dataclass(frozen=True, slots=True)
class HostReceipt:
    """What became of an event.

    Attributes
    ----------
    judgement : Judgement or None
        For ``judged`` and ``repeated``.
    delivery_id : int or None
        The sign of life that a test event asks of the host.
    """

    taken: Taken
    why: str = ""
    judgement: Judgement | None = None
    delivery_id: int | None = None


def take_event(
    runtime: Runtime, known: KnownHost, event: HostEvent, *, request_id: str
) -> HostReceipt:
    """Do what an event asks for; the same event again changes nothing.

    Raises
    ------
    StorageUnavailableError
        If the database is away; the host should try again.
    """
    forum_id = known.forum.id
    if event.event_id is not None:
        with runtime.database.read() as connection:
            if hosts.was_seen(connection, forum_id, event.event_id):
                return HostReceipt(Taken.REPEATED, "this event was taken before")
    if event.task is not None:
        return _asked_back(runtime, known, event, event.task)
    receipt = _take(runtime, known, event, request_id)
    if event.event_id is not None and receipt.taken in _CHANGES:
        with runtime.database.write() as connection:
            hosts.mark_seen(connection, forum_id, event.event_id, at=runtime.clock())
    return receipt


_CHANGES = frozenset({Taken.JUDGED, Taken.REMOVED, Taken.RESTORED})
"""What a repetition might undo; the others change nothing, and are not worth a write."""

_NAMES_COME_WITHIN = timedelta(hours=24)


def _asked_back(
    runtime: Runtime, known: KnownHost, event: HostEvent, task: HostTask
) -> HostReceipt:
    """Write down what the host shall be asked, unless nobody needs to know it."""
    now = runtime.clock()
    if known.connection.kind is HostKind.CORAL:
        since = now - _NAMES_COME_WITHIN
        with runtime.database.read() as connection:
            if not hosts.awaits_name(connection, known.forum.id, task.thread_id, since=since):
                return HostReceipt(Taken.IGNORED, "no comment of that story is in the queue")
    with runtime.database.write() as connection:
        put_task(connection, runtime, known.forum.id, task)
        if event.event_id is not None:
            hosts.mark_seen(connection, known.forum.id, event.event_id, at=now)
    return HostReceipt(Taken.ASKED_BACK)


def _take(runtime: Runtime, known: KnownHost, event: HostEvent, request_id: str) -> HostReceipt:
    if event.kind is HostEventKind.PING:
        return HostReceipt(Taken.TESTED, "ping")
    comment = event.comment
    if comment is None:
        return HostReceipt(Taken.IGNORED, event.why)
    if is_test(comment):
        return take_test(runtime, known, comment)
    does = {HostEventKind.REMOVED: _removed, HostEventKind.RECOVERED: _recovered}
    take = does.get(event.kind, take_comment)
    return take(runtime, known.forum, comment, request_id=request_id)


def is_test(comment: Comment) -> bool:
    """Return whether a comment is one of ``moderation doctor``."""
    return comment.author is not None and comment.author.external_id == TEST_AUTHOR


def take_test(runtime: Runtime, known: KnownHost, comment: Comment) -> HostReceipt:
    """Score a test comment without storing it, and ask the host for a sign of life."""
    score_only(runtime, known.forum, [comment])
    if known.connection.address is None:
        return HostReceipt(Taken.TESTED)
    with runtime.database.write() as connection:
        task = HostTask(HostAction.CHECK)
        delivery_id = put_task(connection, runtime, known.forum.id, task)
    return HostReceipt(Taken.TESTED, delivery_id=delivery_id)


def take_comment(
    runtime: Runtime, forum: Forum, comment: Comment, *, request_id: str
) -> HostReceipt:
    """Judge a comment unless what we have is newer, the same, or of a deleted comment."""
    with runtime.database.read() as connection:
        latest = judgements.latest_judgement(connection, forum.id, comment.external_id)
    if latest is not None:
        if latest.deleted_at is not None:
            return HostReceipt(Taken.OUTDATED, "the comment has been deleted since")
        if discourse.is_older(comment.revision, latest.revision):
            return HostReceipt(Taken.OUTDATED, "a newer revision is stored")
        if (latest.source, latest.text_format) == (comment.text, comment.text_format):
            return HostReceipt(Taken.REPEATED, "the text is the same", latest)
    return _receipt(submit_comment(runtime, forum, comment, request_id=request_id))


def _receipt(submission: Submission) -> HostReceipt:
    taken = Taken.REPEATED if submission.is_replay else Taken.JUDGED
    return HostReceipt(taken, judgement=submission.judgement)


def _removed(runtime: Runtime, forum: Forum, comment: Comment, *, request_id: str) -> HostReceipt:
    with runtime.database.read() as connection:
        latest = judgements.latest_judgement(connection, forum.id, comment.external_id)
    if latest is None:
        # Its creation is still on the way: stored as deleted, it is not judged anew then.
        submit_comments(runtime, forum, [comment], request_id=request_id, tells_forum=False)
    delete_comment(runtime, forum, comment.external_id)
    return HostReceipt(Taken.REMOVED)


def _recovered(runtime: Runtime, forum: Forum, comment: Comment, *, request_id: str) -> HostReceipt:
    with runtime.database.read() as connection:
        latest = judgements.latest_judgement(connection, forum.id, comment.external_id)
    if latest is not None:
        restore_comment(runtime, forum, comment.external_id)
    receipt = take_comment(runtime, forum, comment, request_id=request_id)
    return HostReceipt(Taken.RESTORED, judgement=receipt.judgement)


@dataclass(frozen=True, slots=True)
class ReadyTask:
    """What a task needs beside itself.

    Attributes
    ----------
    name : str or None
        The host's own name for the comment; for Invision, the member in whose name we report.
    """

    forum: Forum
    connection: HostConnection
    api_key: str
    name: str | None


def prepare(runtime: Runtime, forum_id: int, task: HostTask) -> ReadyTask | None:
    """Return what a task needs now, None when the forum is connected to nothing."""
    with runtime.database.read() as connection:
        host = hosts.connection_of(connection, forum_id)
        forum = forums.forum_by_id(connection, forum_id)
        if host is None or forum is None:
            return None
        now = runtime.clock()
        keys = hosts.secrets_of(connection, forum_id, SecretPurpose.API_KEY, now=now)
        name = hosts.name_of(connection, forum_id, task.comment_id)
    if name is None and host.kind is HostKind.INVISION:
        name = host.actor
    return ReadyTask(forum, host, keys[0] if keys else "", name)


def take_read(runtime: Runtime, forum: Forum, outcome: HostOutcome, *, request_id: str) -> None:
    """Take what a host gave when it was asked: comments, or its own name for one."""
    for comment in outcome.comments:
        take_comment(runtime, forum, comment, request_id=request_id)
    if outcome.name is not None:
        external_id, name = outcome.name
        with runtime.database.write() as connection:
            hosts.put_name(connection, forum.id, external_id, name)
            # A decision may have waited for the name, by now for hours.
            deliveries.hasten_host_tasks(connection, forum.id, external_id, at=runtime.clock())
