"""Who wrote what: one author's rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from moderation.domain.comment import Author
from moderation.storage.comments import take_turns_for_authors
from moderation.storage.erasing import remove_idle_authors
from moderation.storage.tables import (
    appeals,
    authors,
    comments,
    reports,
    review_items,
    threads,
    verdicts,
)


@dataclass(frozen=True, slots=True)
class StoredAuthor:
    """An author with our key."""

    pk: int
    author: Author


def find_author(connection: Connection, forum_id: int, external_id: str) -> StoredAuthor | None:
    """Find an author by the forum's id, or by the pseudonym that stands for it."""
    columns = authors.c
    row = connection.execute(
        select(authors).where(columns.forum_id == forum_id, columns.external_id == external_id)
    ).first()
    if row is None:
        return None
    known = Author(row.external_id, row.name, row.joined_at, row.post_count, row.is_trusted)
    return StoredAuthor(row.id, known)


def author_comment_pks(connection: Connection, author_pk: int, *, limit: int) -> list[int]:
    """Return some of an author's comments, oldest first."""
    return list(
        connection.scalars(
            select(comments.c.id)
            .where(comments.c.author_id == author_pk)
            .order_by(comments.c.id)
            .limit(limit)
        )
    )


def first_received_at(connection: Connection, author_pk: int) -> datetime | None:
    """Return when the first comment that we still link to an author arrived."""
    found: datetime | None = connection.scalar(
        select(func.min(comments.c.received_at)).where(comments.c.author_id == author_pk)
    )
    return found


def author_comments_page(
    connection: Connection, author_pk: int, *, after: int, limit: int
) -> list[dict[str, Any]]:
    """Return an author's comments with their verdicts, in the order of their arrival."""
    rows = connection.execute(
        select(
            comments.c.id.label("pk"),
            comments.c.external_id,
            comments.c.revision,
            comments.c.source,
            comments.c.text_format,
            comments.c.parent_external_id,
            comments.c.permalink,
            comments.c.posted_at,
            comments.c.received_at,
            comments.c.deleted_at,
            comments.c.erased_at,
            threads.c.external_id.label("thread_id"),
            appeals.c.words.label("appeal"),
            verdicts.c.verdict,
            verdicts.c.reasons,
            verdicts.c.scores,
            verdicts.c.model_version,
        )
        .outerjoin(threads, threads.c.id == comments.c.thread_id)
        .outerjoin(appeals, appeals.c.comment_id == comments.c.id)
        .outerjoin(verdicts, verdicts.c.comment_id == comments.c.id)
        .where(comments.c.author_id == author_pk, comments.c.id > after)
        .order_by(comments.c.id)
        .limit(limit)
    )
    return [dict(row) for row in rows.mappings()]


def reports_by(connection: Connection, forum_id: int, reporter_key: str) -> list[dict[str, Any]]:
    """Return the reports that a reader has made."""
    rows = connection.execute(
        select(comments.c.external_id, reports.c.reason, reports.c.note, reports.c.created_at)
        .join(comments, comments.c.id == reports.c.comment_id)
        .where(reports.c.forum_id == forum_id, reports.c.reporter_key == reporter_key)
        .order_by(reports.c.id)
    )
    return [dict(row) for row in rows.mappings()]


def unpseudonymised(
    connection: Connection, forum_id: int, *, after: int, limit: int
) -> list[tuple[int, str]]:
    """Return the next authors of a forum as key and id, whatever their ids look like."""
    columns = authors.c
    rows = connection.execute(
        select(columns.id, columns.external_id)
        .where(columns.forum_id == forum_id, columns.id > after)
        .order_by(columns.id)
        .limit(limit)
    )
    return [(row.id, row.external_id) for row in rows]


def rename_author(
    connection: Connection, forum_id: int, pk: int, external_id: str, name: str
) -> None:
    """Store an author under a pseudonym; one that is there already takes the comments over."""
    take_turns_for_authors(connection, forum_id, [external_id, name])
    there = find_author(connection, forum_id, name)
    if there is None:
        connection.execute(
            update(authors).where(authors.c.id == pk).values(external_id=name, name=None)
        )
    else:
        for table in (comments, review_items):
            connection.execute(
                update(table).where(table.c.author_id == pk).values(author_id=there.pk)
            )
        remove_idle_authors(connection, [pk])


def reader_reports(
    connection: Connection, forum_id: int, *, after: int, limit: int
) -> list[tuple[int, str]]:
    """Return the next reports whose reader is known, as key and reporter's key."""
    columns = reports.c
    rows = connection.execute(
        select(columns.id, columns.reporter_key)
        .where(
            columns.forum_id == forum_id,
            columns.id > after,
            columns.reporter_key.like("reader:%"),
        )
        .order_by(columns.id)
        .limit(limit)
    )
    return [(row.id, row.reporter_key) for row in rows]


def rename_reporter(connection: Connection, report_pk: int, reporter_key: str) -> None:
    """Store a report under another key."""
    connection.execute(
        update(reports).where(reports.c.id == report_pk).values(reporter_key=reporter_key)
    )
