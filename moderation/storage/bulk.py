"""Many new comments at once: one statement a table instead of one a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, exists, select

from moderation.domain.comment import Author, Thread
from moderation.storage.comments import (
    NewComment,
    comment_values,
    put_authors,
    put_threads,
    verdict_values,
)
from moderation.storage.many_rows import insert_rows, new_keys
from moderation.storage.review_queue import NewItem, item_values
from moderation.storage.tables import comments, decisions, review_items, verdicts

_Named = TypeVar("_Named", Author, Thread)


def any_known(connection: Connection, forum_id: int, external_ids: Sequence[str]) -> bool:
    """Tell whether a forum has sent any of these comments before, in whatever revision."""
    return bool(
        connection.scalar(
            select(
                exists().where(
                    comments.c.forum_id == forum_id, comments.c.external_id.in_(external_ids)
                )
            )
        )
    )


def has_decisions(connection: Connection, forum_id: int) -> bool:
    """Tell whether anything was decided in a forum."""
    return bool(connection.scalar(select(exists().where(decisions.c.forum_id == forum_id))))


def insert_comments(
    connection: Connection, forum_id: int, batch: Sequence[NewComment], *, at: datetime
) -> list[int]:
    """Store comments that are not known yet, with their verdicts; returns our keys in order."""
    authors = put_authors(connection, forum_id, _each_once(new.comment.author for new in batch))
    threads = put_threads(connection, forum_id, _each_once(new.comment.thread for new in batch))
    pks = new_keys(connection, comments, len(batch))
    rows = []
    for pk, new in zip(pks, batch, strict=True):
        author, thread = new.comment.author, new.comment.thread
        values = comment_values(forum_id, new, at=at)
        values["id"] = pk
        values["author_id"] = authors[author.external_id] if author is not None else None
        values["thread_id"] = threads[thread.external_id] if thread is not None else None
        rows.append(values)
    insert_rows(connection, comments, rows)
    judged = [verdict_values(pk, new, at=at) for pk, new in zip(pks, batch, strict=True)]
    insert_rows(connection, verdicts, judged)
    return pks


def _each_once(named: Iterable[_Named | None]) -> list[_Named]:
    """Return each author or thread once, with what was last said of it."""
    merged: dict[str, _Named] = {}
    for one in named:
        if one is None or merged.get(one.external_id) == one:
            continue
        said = {
            field.name: getattr(one, field.name)
            for field in fields(one)
            if getattr(one, field.name) is not None
        }
        merged[one.external_id] = replace(merged.get(one.external_id, one), **said)
    return list(merged.values())


def insert_items(connection: Connection, items: Sequence[NewItem], *, at: datetime) -> None:
    """Queue many comments."""
    if not items:
        return
    places = {
        row.id: row
        for row in connection.execute(
            select(
                comments.c.id, comments.c.author_id, comments.c.thread_id, comments.c.language
            ).where(comments.c.id.in_([item.comment_pk for item in items]))
        )
    }
    rows = []
    for item in items:
        place = places[item.comment_pk]
        rows.append(
            {
                **item_values(item, at=at),
                "author_id": place.author_id,
                "thread_id": place.thread_id,
                "language": place.language,
            }
        )
    insert_rows(connection, review_items, rows)
