"""Many new comments at once: one statement a table instead of one a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, Select, Text, bindparam, exists, select

from moderation.domain.comment import Author, Thread
from moderation.storage.as_json import as_json
from moderation.storage.comments import (
    NewComment,
    comment_values,
    put_authors,
    put_threads,
    verdict_values,
)
from moderation.storage.many_rows import insert_rows, new_keys, one_column
from moderation.storage.prepared import Prepared
from moderation.storage.review_queue import NewItem, item_values
from moderation.storage.tables import comments, decisions, review_items, verdicts

_Named = TypeVar("_Named", Author, Thread)


def any_known(connection: Connection, forum_id: int, external_ids: Sequence[str]) -> bool:
    """Tell whether a forum has sent any of these comments before, in whatever revision."""
    asked = {"forum": forum_id, "names": as_json(external_ids)}
    ((is_known,),) = _ANY_KNOWN.rows(connection, asked)
    return bool(is_known)


def _any_known(dialect: str) -> Select[bool]:
    names = one_column(dialect, bindparam("names", type_=Text))
    is_known = exists().where(
        comments.c.forum_id == bindparam("forum"),
        comments.c.external_id.in_(select(names.c.value)),
    )
    return select(is_known)


_ANY_KNOWN = Prepared(_any_known)


def has_decisions(connection: Connection, forum_id: int) -> bool:
    """Tell whether anything was decided in a forum."""
    return bool(connection.scalar(select(exists().where(decisions.c.forum_id == forum_id))))


class Placed(NamedTuple):
    """Our keys of a comment that was just stored, and what a queue item copies from it."""

    comment_pk: int
    author_id: int | None
    thread_id: int | None
    language: str | None


def insert_comments(
    connection: Connection, forum_id: int, batch: Sequence[NewComment], *, at: datetime
) -> list[Placed]:
    """Store comments that are not known yet, with their verdicts; returns their keys in order."""
    authors = put_authors(connection, forum_id, _each_once(new.comment.author for new in batch))
    threads = put_threads(connection, forum_id, _each_once(new.comment.thread for new in batch))
    placed = [
        Placed(
            pk,
            authors[author.external_id] if (author := new.comment.author) is not None else None,
            threads[thread.external_id] if (thread := new.comment.thread) is not None else None,
            new.comment.language,
        )
        for pk, new in zip(new_keys(connection, comments, len(batch)), batch, strict=True)
    ]
    rows = []
    for place, new in zip(placed, batch, strict=True):
        values = comment_values(forum_id, new, at=at)
        values["id"] = place.comment_pk
        values["author_id"] = place.author_id
        values["thread_id"] = place.thread_id
        rows.append(values)
    insert_rows(connection, comments, rows)
    judged = [
        verdict_values(place.comment_pk, new, at=at)
        for place, new in zip(placed, batch, strict=True)
    ]
    insert_rows(connection, verdicts, judged)
    return placed


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


def insert_items(
    connection: Connection, items: Sequence[tuple[Placed, NewItem]], *, at: datetime
) -> None:
    """Queue many comments."""
    rows = [
        {
            **item_values(item, at=at),
            "author_id": place.author_id,
            "thread_id": place.thread_id,
            "language": place.language,
        }
        for place, item in items
    ]
    insert_rows(connection, review_items, rows)
