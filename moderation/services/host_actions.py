"""What a host is asked to do after a verdict and after a decision, written into the outbox."""

from __future__ import annotations

from collections.abc import Sequence

from moderation.domain.host import HostAction, HostConnection, HostKind, HostTask, event_type_of
from moderation.domain.judgement import Judgement
from moderation.domain.review import DecisionAction, ItemState
from moderation.domain.verdict import Verdict
from moderation.services.runtime import Runtime
from moderation.storage import hosts, judgements
from moderation.storage.database import Connection
from moderation.storage.deliveries import NewDelivery, insert_delivery

_MAX_MESSAGE_CHARS = 400


def put_verdict_task(
    connection: Connection, runtime: Runtime, judgement: Judgement, older: Sequence[int]
) -> None:
    """Ask the host to hide what is held and to show its moderators what is flagged.

    Coral is not asked: it has the verdict as its phase's answer.

    Parameters
    ----------
    older : Sequence[int]
        Keys of the revisions that this one replaces: what was hidden undecided is shown again
        when its author has mended it.
    """
    host = hosts.connection_of(connection, judgement.forum_id)
    if host is None or host.kind is HostKind.CORAL or host.address is None:
        return
    if judgement.verdict is Verdict.HOLD:
        _put(connection, runtime, judgement, HostAction.HIDE)
        return
    if any(_was_hidden(connection, pk) for pk in older):
        _put(connection, runtime, judgement, HostAction.SHOW)
    if judgement.verdict is Verdict.FLAG and host.options.flags:
        _put(connection, runtime, judgement, HostAction.FLAG)


def _was_hidden(connection: Connection, comment_pk: int) -> bool:
    judgement = judgements.judgement_by_pk(connection, comment_pk)
    return (
        judgement is not None
        and judgement.verdict is Verdict.HOLD
        and judgement.item_state is ItemState.SUPERSEDED
    )


def put_decision_task(
    connection: Connection,
    runtime: Runtime,
    judgement: Judgement,
    host: HostConnection | None,
    action: DecisionAction | None,
) -> None:
    """Ask the host to do what a person decided.

    Parameters
    ----------
    action : DecisionAction or None
        None when a decision was taken back: what the verdict did counts again.
    """
    if host is None or host.address is None:
        return
    if action is None:
        is_held = judgement.verdict is Verdict.HOLD
        wanted = HostAction.HIDE if is_held else HostAction.SHOW
    else:
        is_rejected = action is DecisionAction.REJECT
        wanted = HostAction.REMOVE if is_rejected else HostAction.SHOW
    _put(connection, runtime, judgement, wanted)


def put_task(
    connection: Connection,
    runtime: Runtime,
    forum_id: int,
    task: HostTask,
    *,
    comment_pk: int | None = None,
) -> int:
    """Write a task for a host into the outbox, in the caller's transaction."""
    return insert_delivery(
        connection,
        NewDelivery(
            message_id=f"msg_{runtime.new_token()}",
            forum_id=forum_id,
            comment_pk=comment_pk,
            event_type=event_type_of(task.action),
            payload=task.to_json(),
        ),
        at=runtime.clock(),
    )


def _put(
    connection: Connection, runtime: Runtime, judgement: Judgement, action: HostAction
) -> None:
    task = HostTask(
        action=action,
        comment_id=judgement.external_id,
        thread_id=judgement.thread.external_id if judgement.thread else None,
        message=_message(judgement),
    )
    put_task(connection, runtime, judgement.forum_id, task, comment_pk=judgement.comment_pk)


def _message(judgement: Judgement) -> str:
    flags = [f"{row.label.value} {row.score:.2f}" for row in judgement.scores if row.flags]
    why = ", ".join(flags) or ", ".join(reason.replace("_", " ") for reason in judgement.reasons)
    return f"Comment moderation flagged this for review: {why}"[:_MAX_MESSAGE_CHARS]
