"""Stored texts, found by their hash."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from classifiers.labelled import sha256_of
from moderation.storage.tables import comments, feedback

_BATCH = 2000


@dataclass(frozen=True, slots=True)
class FoundText:
    """A text as it was scored, with its context."""

    text: str
    title: str | None = None
    parent: str | None = None


def texts_by_digest(connection: Connection, digests: Collection[str]) -> dict[str, FoundText]:
    """Return the stored texts that have one of the SHA-256 digests.

    Reads every stored text once, some at a time: this is seldom asked, and an index of hashes
    would be written with every comment.
    """
    wanted = set(digests)
    found: dict[str, FoundText] = {}
    for text in _stored_texts(connection):
        digest = sha256_of(text.text)
        if digest in wanted:
            found[digest] = text
            wanted.discard(digest)
            if not wanted:
                break
    return found


def _stored_texts(connection: Connection) -> Iterator[FoundText]:
    of_comments = select(
        comments.c.id, comments.c.body, comments.c.scored_title, comments.c.parent_text
    )
    for row in _pages(connection, of_comments, comments.c.id):
        yield FoundText(row.body, row.scored_title, row.parent_text)
    of_feedback = select(feedback.c.id, feedback.c.text, feedback.c.provenance)
    for row in _pages(connection, of_feedback.where(feedback.c.text.is_not(None)), feedback.c.id):
        known = row.provenance or {}
        yield FoundText(row.text, known.get("title"), known.get("parent"))


def _pages(connection: Connection, query: Select[Any], key: Any) -> Iterator[Any]:
    last = 0
    while rows := connection.execute(query.where(key > last).order_by(key).limit(_BATCH)).all():
        yield from rows
        last = rows[-1].id
