"""Decided texts by the keys under which near ones are found."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from moderation.storage.tables import comments, text_bands

_NEWEST_OF_EACH = 12
"""A text that was copied a thousand times needs no thousand comparisons."""


def keep_bands(
    connection: Connection, forum_id: int, comment_pk: int, bands: Sequence[int]
) -> None:
    """Keep the keys of a comment, unless they are kept already."""
    kept = select(text_bands.c.band).where(text_bands.c.comment_id == comment_pk)
    if bands and connection.scalar(kept.limit(1)) is None:
        rows = [
            {"forum_id": forum_id, "band": band, "comment_id": comment_pk} for band in set(bands)
        ]
        connection.execute(insert(text_bands), rows)


def near_texts(connection: Connection, forum_id: int, bands: Sequence[int]) -> dict[int, str]:
    """Return the reduced texts that share a key, by comment: candidates, the newest of each key."""
    found: set[int] = set()
    for band in bands:
        newest = (
            select(text_bands.c.comment_id)
            .where(text_bands.c.forum_id == forum_id, text_bands.c.band == band)
            .order_by(text_bands.c.comment_id.desc())
            .limit(_NEWEST_OF_EACH)
        )
        found.update(connection.scalars(newest))
    rows = connection.execute(
        select(comments.c.id, comments.c.body).where(comments.c.id.in_(found))
    )
    return {row.id: row.body for row in rows}
