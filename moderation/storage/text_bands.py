"""Decided texts by the keys under which near ones are found."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from sqlalchemy import Connection, Select, bindparam, select, union_all
from sqlalchemy.dialects import postgresql, sqlite

from moderation.storage.tables import comments, text_bands

_NEWEST_OF_EACH = 12
"""A text that was copied a thousand times needs no thousand comparisons."""


def keep_bands(
    connection: Connection, forum_id: int, comment_pk: int, bands: Sequence[int]
) -> None:
    """Keep the keys of a comment; those that are kept already stay."""
    if not bands:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    rows = [{"forum_id": forum_id, "band": band, "comment_id": comment_pk} for band in set(bands)]
    connection.execute(dialect.insert(text_bands).on_conflict_do_nothing(), rows)


def near_texts(connection: Connection, forum_id: int, bands: Sequence[int]) -> dict[int, str]:
    """Return the reduced texts that share a key, by comment: candidates, the newest of each key."""
    if not bands:
        return {}
    asked = {f"band_{place}": band for place, band in enumerate(bands)}
    rows = connection.execute(_near(len(bands)), {"forum": forum_id, **asked})
    return {row.id: row.body for row in rows}


@functools.cache
def _near(bands: int) -> Select[int, str]:
    """Return the statement that looks under so many keys at once, each along its own index."""
    newest = [
        select(text_bands.c.comment_id)
        .where(
            text_bands.c.forum_id == bindparam("forum"),
            text_bands.c.band == bindparam(f"band_{place}"),
        )
        .order_by(text_bands.c.comment_id.desc())
        .limit(_NEWEST_OF_EACH)
        .subquery()
        for place in range(bands)
    ]
    found = union_all(*(select(one.c.comment_id) for one in newest))
    return select(comments.c.id, comments.c.body).where(comments.c.id.in_(found))
