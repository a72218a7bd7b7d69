"""Comments, their authors and threads, and the verdicts on them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from moderation.domain.comment import Author, Comment, Thread
from moderation.domain.judgement import PlacedSpan, QuoteText
from moderation.domain.verdict import Outcome
from moderation.storage.many_rows import insert_rows
from moderation.storage.prepared import Prepared
from moderation.storage.tables import authors, comments, threads, verdicts


@dataclass(frozen=True, slots=True)
class NewComment:
    """A comment with what the pipeline made of it, ready to store."""

    comment: Comment
    body: str
    quotes: tuple[QuoteText, ...]
    repeat_key: str | None
    outcome: Outcome
    spans: tuple[PlacedSpan, ...]
    request_id: str


_LOCK_SPACE = 4_207_212  # any number, the same for all our processes
_LOCKS = 256  # as many as one batch may hold: PostgreSQL keeps its locks in a small table


def take_turns(connection: Connection, forum_id: int, batch: Iterable[Comment | str]) -> None:
    """Let writers of the same comments, authors or threads go one after the other.

    Otherwise two revisions that arrive at once would both be the latest, two first reports would
    make two items, and two batches that name the same authors in another order would wait for
    each other for ever. SQLite has one writer at a time anyway.

    Parameters
    ----------
    batch : Iterable[Comment | str]
        Comments, or just their ids when no author or thread is touched.
    """
    take_turns_in(connection, ((forum_id, comment) for comment in batch))


def take_turns_in(connection: Connection, batch: Iterable[tuple[int, Comment | str]]) -> None:
    """Do as `take_turns` for comments of several forums, each with the forum's key."""
    _lock(
        connection,
        {(forum_id, name) for forum_id, comment in batch for name in _touched(comment)},
    )


def take_turns_for_authors(connection: Connection, forum_id: int, ids: Iterable[str]) -> None:
    """Let writers of the same authors go one after the other, as `take_turns` does."""
    _lock(connection, {(forum_id, f"author {external_id}") for external_id in ids})


def _lock(connection: Connection, names: set[tuple[int, str]]) -> None:
    if connection.dialect.name != "postgresql":
        return
    digests = (
        zlib.crc32(f"{forum_id} {name}".encode("utf-8", "surrogatepass"))
        for forum_id, name in names
    )
    # Everybody takes the locks in the same order, which is why nobody waits in a circle.
    for lock in sorted({digest % _LOCKS for digest in digests}):
        connection.execute(_TAKE_LOCK, {"space": _LOCK_SPACE, "lock": lock})


def _touched(comment: Comment | str) -> Iterator[str]:
    if isinstance(comment, str):
        yield f"comment {comment}"
        return
    yield f"comment {comment.external_id}"
    if comment.author is not None:
        yield f"author {comment.author.external_id}"
    if comment.thread is not None:
        yield f"thread {comment.thread.external_id}"


@dataclass(frozen=True, slots=True)
class StoredComment:
    """A comment that was just stored, with all that is known of its author and thread."""

    pk: int
    author: Author | None
    thread: Thread | None


def insert_comment(
    connection: Connection, forum_id: int, new: NewComment, *, at: datetime
) -> StoredComment | None:
    """Store a comment; its verdict follows by `insert_verdicts` in the same transaction.

    Returns
    -------
    StoredComment or None
        None when this revision is stored already, also by a copy that arrived at the same moment.
    """
    author_pk, author = put_author(connection, forum_id, new.comment.author)
    thread_pk, thread = put_thread(connection, forum_id, new.comment.thread)
    values = comment_values(forum_id, new, at=at) | {"author_id": author_pk, "thread_id": thread_pk}
    row = _INSERT_NEW.row(connection, values)
    return StoredComment(row[0], author, thread) if row else None


def insert_verdicts(
    connection: Connection, judged: Sequence[tuple[int, NewComment]], *, at: datetime
) -> None:
    """Store the verdicts on comments, given by our keys."""
    insert_rows(connection, verdicts, [verdict_values(pk, new, at=at) for pk, new in judged])


def comment_values(forum_id: int, new: NewComment, *, at: datetime) -> dict[str, Any]:
    """Return what is stored of a comment, author and thread aside."""
    comment = new.comment
    return {
        "forum_id": forum_id,
        "external_id": comment.external_id,
        "revision": comment.revision,
        "is_latest": True,
        "source": comment.text,
        "text_format": comment.text_format.value,
        "body": new.body,
        "quotes": [[quote.text, quote.attribution] for quote in new.quotes],
        "repeat_key": new.repeat_key,
        "scored_title": comment.thread.title if comment.thread else None,
        "parent_external_id": comment.parent.external_id if comment.parent else None,
        "parent_text": comment.parent.text if comment.parent else None,
        "permalink": comment.permalink,
        "language": comment.language,
        "posted_at": comment.posted_at,
        "received_at": at,
    }


def supersede_older(
    connection: Connection, forum_id: int, external_id: str, comment_pk: int
) -> Sequence[int]:
    """Mark the earlier revisions as no longer the latest; returns their keys."""
    key = {"forum": forum_id, "external": external_id, "newest": comment_pk}
    return [pk for (pk,) in _SUPERSEDE.rows(connection, key)]


def mark_deleted(
    connection: Connection, forum_id: int, external_id: str, *, at: datetime
) -> Sequence[int]:
    """Mark every revision as deleted by the forum; returns the keys newly marked."""
    return connection.scalars(
        update(comments)
        .where(
            comments.c.forum_id == forum_id,
            comments.c.external_id == external_id,
            comments.c.deleted_at.is_(None),
        )
        .values(deleted_at=at)
        .returning(comments.c.id)
    ).all()


def mark_restored(connection: Connection, forum_id: int, external_id: str) -> Sequence[int]:
    """Take back the mark of a deletion; returns the keys of the revisions that had it."""
    return connection.scalars(
        update(comments)
        .where(
            comments.c.forum_id == forum_id,
            comments.c.external_id == external_id,
            comments.c.deleted_at.is_not(None),
            comments.c.erased_at.is_(None),
        )
        .values(deleted_at=None)
        .returning(comments.c.id)
    ).all()


def revision_pks(connection: Connection, forum_id: int, external_id: str) -> Sequence[int]:
    """Return the keys of all revisions of a comment, oldest first."""
    return connection.scalars(
        select(comments.c.id)
        .where(comments.c.forum_id == forum_id, comments.c.external_id == external_id)
        .order_by(comments.c.id)
    ).all()


def first_received_at(connection: Connection, comment_pks: Sequence[int]) -> datetime:
    """Return when the first of some stored comments arrived."""
    query = select(func.min(comments.c.received_at)).where(comments.c.id.in_(comment_pks))
    found: datetime = connection.execute(query).scalar_one()
    return found


def verdict_values(comment_pk: int, new: NewComment, *, at: datetime) -> dict[str, Any]:
    """Return what is stored of a verdict."""
    outcome = new.outcome
    return {
        "comment_id": comment_pk,
        "verdict": outcome.verdict.value,
        "reasons": list(outcome.reasons),
        "scores": [[*row] for row in outcome.scores],
        "spans": [[*span] for span in new.spans],
        "rule_spans": [
            [span.start, span.end, span.rule_id, span.source_start, span.source_end]
            for span in outcome.rule_spans
        ],
        "model_version": outcome.model_version,
        "policy_version": outcome.policy_version,
        "request_id": new.request_id,
        "created_at": at,
    }


def put_author(
    connection: Connection, forum_id: int, author: Author | None
) -> tuple[int | None, Author | None]:
    """Store what is said of an author; returns our key and all that is known, None for nobody."""
    if author is None:
        return None, None
    ((pk, *known),) = _PUT_ONE_AUTHOR.rows(connection, _author_values(forum_id, author))
    return pk, Author(*known)


def put_thread(
    connection: Connection, forum_id: int, thread: Thread | None
) -> tuple[int | None, Thread | None]:
    """Store what is said of a thread; returns our key and all that is known, None for none."""
    if thread is None:
        return None, None
    ((pk, *known),) = _PUT_ONE_THREAD.rows(connection, _thread_values(forum_id, thread))
    return pk, Thread(*known)


def put_authors(connection: Connection, forum_id: int, named: Sequence[Author]) -> dict[str, int]:
    """Store what is said of many authors, each named once; returns our keys by theirs."""
    values = [_author_values(forum_id, author) for author in named]
    return _put_many(connection, _PUT_AUTHOR, values)


def put_threads(connection: Connection, forum_id: int, named: Sequence[Thread]) -> dict[str, int]:
    """Store what is said of many threads, each named once; returns our keys by theirs."""
    values = [_thread_values(forum_id, thread) for thread in named]
    return _put_many(connection, _PUT_THREAD, values)


def _put_many(
    connection: Connection, statements: Mapping[str, Any], values: Sequence[dict[str, Any]]
) -> dict[str, int]:
    if not values:
        return {}
    rows = connection.execute(statements[connection.dialect.name], values)
    return {row.external_id: row.id for row in rows}


def _author_values(forum_id: int, author: Author) -> dict[str, Any]:
    return {
        "forum_id": forum_id,
        "external_id": author.external_id,
        "name": author.name,
        "joined_at": author.joined_at,
        "post_count": author.post_count,
        "is_trusted": author.is_trusted,
    }


def _thread_values(forum_id: int, thread: Thread) -> dict[str, Any]:
    return {
        "forum_id": forum_id,
        "external_id": thread.external_id,
        "title": thread.title,
        "url": thread.url,
    }


# Statements of the way that every comment takes. Built once: building costs more than running.

_DIALECTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}


def _upsert(dialect: Any, table: Table, *names: str) -> Any:
    statement = dialect.insert(table)
    # What was not said this time stays as it was.
    said = {name: func.coalesce(statement.excluded[name], table.c[name]) for name in names}
    return statement.on_conflict_do_update(
        index_elements=["forum_id", "external_id"], set_=said
    ).returning(table.c.id, table.c.external_id, *(table.c[name] for name in names))


_INSERT_NEW = Prepared(
    lambda name: _DIALECTS[name].insert(comments).on_conflict_do_nothing().returning(comments.c.id)
)
_PUT_AUTHOR = {
    name: _upsert(dialect, authors, "name", "joined_at", "post_count", "is_trusted")
    for name, dialect in _DIALECTS.items()
}
_PUT_THREAD = {
    name: _upsert(dialect, threads, "title", "url") for name, dialect in _DIALECTS.items()
}
_PUT_ONE_AUTHOR = Prepared(_PUT_AUTHOR.__getitem__)
_PUT_ONE_THREAD = Prepared(_PUT_THREAD.__getitem__)
_TAKE_LOCK = select(func.pg_advisory_xact_lock(bindparam("space"), bindparam("lock")))
_SUPERSEDE = Prepared(
    lambda _: (
        update(comments)
        .where(
            comments.c.forum_id == bindparam("forum"),
            comments.c.external_id == bindparam("external"),
            comments.c.id != bindparam("newest"),
            comments.c.is_latest,
        )
        .values(is_latest=False)
        .returning(comments.c.id)
    )
)
