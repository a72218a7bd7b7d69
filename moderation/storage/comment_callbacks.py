"""Addresses that want to be told about one comment."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from moderation.storage.tables import comment_callbacks


@dataclass(frozen=True, slots=True)
class CommentCallback:
    """Where a later verdict goes.

    Attributes
    ----------
    guid : str
        The comment's name there.
    was_spam : bool
        What was answered at first.
    """

    url: str
    guid: str
    was_spam: bool


def put_callback(connection: Connection, comment_pk: int, callback: CommentCallback) -> None:
    """Store an address in place of any earlier one."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = asdict(callback)
    connection.execute(
        dialect.insert(comment_callbacks)
        .values(comment_id=comment_pk, **values)
        .on_conflict_do_update(index_elements=["comment_id"], set_=values)
    )
