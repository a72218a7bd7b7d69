"""The forum has deleted a comment, or brought it back."""

from __future__ import annotations

from moderation.domain.errors import NotFoundError
from moderation.domain.forum import Forum
from moderation.domain.review import ItemState
from moderation.services.runtime import Runtime
from moderation.storage import comments, review_queue
from moderation.storage.events import append_event


def delete_comment(runtime: Runtime, forum: Forum, external_id: str) -> bool:
    """Take a comment out of the queue and mark it as deleted; repeatable.

    The judged text stays for retraining: hosts delete what was rejected, and a model trained on
    the approved half alone would be worthless (``docs/adr/0008-delete-withdraws.md``).

    Returns
    -------
    bool
        False when it had been deleted before.

    Raises
    ------
    NotFoundError
        If the forum never sent such a comment.
    """
    with runtime.database.write() as connection:
        comments.take_turns(connection, forum.id, [external_id])
        known = comments.revision_pks(connection, forum.id, external_id)
        if not known:
            raise NotFoundError("No such comment.")
        now = runtime.clock()
        marked = comments.mark_deleted(connection, forum.id, external_id, at=now)
        review_queue.close_open_items(connection, known, ItemState.WITHDRAWN, at=now)
        for pk in marked:
            append_event(
                connection, "deleted", at=now, actor="forum", forum_id=forum.id, comment_pk=pk
            )
        return bool(marked)


def restore_comment(runtime: Runtime, forum: Forum, external_id: str) -> bool:
    """Take back a deletion: the comment waits in the queue again if it did before; repeatable.

    Returns
    -------
    bool
        False when it was not deleted.

    Raises
    ------
    NotFoundError
        If the forum never sent such a comment.
    """
    with runtime.database.write() as connection:
        comments.take_turns(connection, forum.id, [external_id])
        if not comments.revision_pks(connection, forum.id, external_id):
            raise NotFoundError("No such comment.")
        restored = comments.mark_restored(connection, forum.id, external_id)
        review_queue.reopen_withdrawn(connection, restored)
        for pk in restored[-1:]:
            append_event(
                connection,
                "restored",
                at=runtime.clock(),
                actor="forum",
                forum_id=forum.id,
                comment_pk=pk,
            )
        return bool(restored)
