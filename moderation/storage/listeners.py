"""Who is told what a person decided, in one statement."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from moderation.domain.forum import Forum
from moderation.domain.host import HostConnection
from moderation.storage.comment_callbacks import CommentCallback
from moderation.storage.forums import FORUM, forum_of
from moderation.storage.hosts import host_of
from moderation.storage.tables import comment_callbacks, comments, forums, host_connections


@dataclass(frozen=True, slots=True)
class Listeners:
    """The forum of a comment, and who else wants to know.

    Attributes
    ----------
    host : HostConnection or None
        How the forum's software is reached.
    callback : CommentCallback or None
        An address that was named with this comment alone.
    """

    forum: Forum
    host: HostConnection | None
    callback: CommentCallback | None


_HOST = [column.label(f"host_{column.name}") for column in host_connections.c]
_OF_COMMENT = (
    select(
        *FORUM,
        *_HOST,
        comment_callbacks.c.url,
        comment_callbacks.c.guid,
        comment_callbacks.c.was_spam,
    )
    .select_from(comments)
    .join(forums, forums.c.id == comments.c.forum_id)
    .outerjoin(host_connections, host_connections.c.forum_id == forums.c.id)
    .outerjoin(comment_callbacks, comment_callbacks.c.comment_id == comments.c.id)
    .where(comments.c.id == bindparam("pk"))
)


def listeners_of(connection: Connection, comment_pk: int) -> Listeners:
    """Return who is told about a stored comment."""
    row = connection.execute(_OF_COMMENT, {"pk": comment_pk}).mappings().one()
    has_host = row["host_forum_id"] is not None
    return Listeners(
        forum=forum_of(row),
        host=host_of({c.name: row[f"host_{c.name}"] for c in host_connections.c})
        if has_host
        else None,
        callback=CommentCallback(row["url"], row["guid"], row["was_spam"])
        if row["url"] is not None
        else None,
    )
