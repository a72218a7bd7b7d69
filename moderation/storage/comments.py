"""Comments, their authors and threads, and the verdicts on them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from moderation.domain.comment import Author, Comment, Thread
from moderation.domain.judgement import PlacedSpan, QuoteText
from moderation.domain.verdict import Outcome
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
    _lock(connection, forum_id, {name for comment in batch for name in _touched(comment)})


def take_turns_for_authors(connection: Connection, forum_id: int, ids: Iterable[str]) -> None:
    """Let writers of the same authors go one after the other, as `take_turns` does."""
    _lock(connection, forum_id, {f"author {external_id}" for external_id in ids})


def _lock(connection: Connection, forum_id: int, names: set[str]) -> None:
    if connection.dialect.name != "postgresql":
        return
    digests = (zlib.crc32(f"{forum_id} {name}".encode("utf-8", "surrogatepass")) for name in names)
    # Everybody takes the locks in the same order, which is why nobody waits in a circle.
    for lock in sorted({digest % _LOCKS for digest in digests}):
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK_SPACE, lock)))


def _touched(comment: Comment | str) -> Iterator[str]:
    if isinstance(comment, str):
        yield f"comment {comment}"
        return
    yield f"comment {comment.external_id}"
    if comment.author is not None:
        yield f"author {comment.author.external_id}"
    if comment.thread is not None:
        yield f"thread {comment.thread.external_id}"


def insert_comment(
    connection: Connection, forum_id: int, new: NewComment, *, at: datetime
) -> int | None:
    """Store a comment and its verdict.

    Returns
    -------
    int or None
        Our key; None when this revision is stored already, also by a copy that arrived at the
        same moment.
    """
    statement = _insert_or_ignore(connection, comments).values(
        **comment_values(forum_id, new, at=at),
        author_id=put_author(connection, forum_id, new.comment.author),
        thread_id=put_thread(connection, forum_id, new.comment.thread),
    )
    comment_pk: int | None = connection.scalar(statement.returning(comments.c.id))
    if comment_pk is not None:
        connection.execute(insert(verdicts).values(**verdict_values(comment_pk, new, at=at)))
    return comment_pk


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
    return connection.scalars(
        update(comments)
        .where(
            comments.c.forum_id == forum_id,
            comments.c.external_id == external_id,
            comments.c.id != comment_pk,
            comments.c.is_latest,
        )
        .values(is_latest=False)
        .returning(comments.c.id)
    ).all()


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
        "scores": [
            [row.label.value, row.score, row.threshold, row.rule, row.flags]
            for row in outcome.scores
        ],
        "spans": [
            [s.label.value, s.start, s.end, s.source_start, s.source_end, s.weight]
            for s in new.spans
        ],
        "rule_spans": [
            [span.start, span.end, span.rule_id, span.source_start, span.source_end]
            for span in outcome.rule_spans
        ],
        "model_version": outcome.model_version,
        "policy_version": outcome.policy_version,
        "request_id": new.request_id,
        "created_at": at,
    }


def _insert_or_ignore(connection: Connection, table: Table) -> Any:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def put_author(connection: Connection, forum_id: int, author: Author | None) -> int | None:
    """Store what is known of an author; returns our key, None for nobody."""
    if author is None:
        return None
    return _upsert(connection, authors, forum_id, author.external_id, _known(author))


def put_thread(connection: Connection, forum_id: int, thread: Thread | None) -> int | None:
    """Store what is known of a thread; returns our key, None for none."""
    if thread is None:
        return None
    return _upsert(connection, threads, forum_id, thread.external_id, _known(thread))


def put_authors(connection: Connection, forum_id: int, named: Sequence[Author]) -> dict[str, int]:
    """Store what is known of many authors, each named once; returns our keys by theirs."""
    return _upsert_many(connection, authors, forum_id, {a.external_id: _known(a) for a in named})


def put_threads(connection: Connection, forum_id: int, named: Sequence[Thread]) -> dict[str, int]:
    """Store what is known of many threads, each named once; returns our keys by theirs."""
    return _upsert_many(connection, threads, forum_id, {t.external_id: _known(t) for t in named})


def _known(one: Author | Thread) -> dict[str, Any]:
    """Return what was said of an author or a thread, by column."""
    values = (
        {
            "name": one.name,
            "joined_at": one.joined_at,
            "post_count": one.post_count,
            "is_trusted": one.is_trusted,
        }
        if isinstance(one, Author)
        else {"title": one.title, "url": one.url}
    )
    return {name: value for name, value in values.items() if value is not None}


def _upsert_many(
    connection: Connection, table: Table, forum_id: int, values: Mapping[str, dict[str, Any]]
) -> dict[str, int]:
    """Store many rows: one statement for all of which the same columns are known."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for external_id, known in values.items():
        row = {"forum_id": forum_id, "external_id": external_id, **known}
        by_columns.setdefault(tuple(known), []).append(row)
    for columns, rows in by_columns.items():
        statement = dialect.insert(table)
        new = {name: statement.excluded[name] for name in columns or ("external_id",)}
        connection.execute(
            statement.on_conflict_do_update(index_elements=["forum_id", "external_id"], set_=new),
            rows,
        )
    stored = select(table.c.external_id, table.c.id).where(
        table.c.forum_id == forum_id, table.c.external_id.in_(list(values))
    )
    return {external_id: pk for external_id, pk in connection.execute(stored)}  # noqa: C416 - rows


def _upsert(
    connection: Connection, table: Table, forum_id: int, external_id: str, values: dict[str, Any]
) -> int:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(forum_id=forum_id, external_id=external_id, **values)
    # With nothing new to say, the key is set to itself: only so does RETURNING give the row.
    statement = statement.on_conflict_do_update(
        index_elements=["forum_id", "external_id"], set_=values or {"external_id": external_id}
    )
    pk: int = connection.execute(statement.returning(table.c.id)).scalar_one()
    return pk


def repeat_key_of(connection: Connection, comment_pk: int) -> str | None:
    """Return the digest by which the same text is found again."""
    return connection.scalar(select(comments.c.repeat_key).where(comments.c.id == comment_pk))
