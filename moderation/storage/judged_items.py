"""An item of the queue together with the judgement that it is about, in one statement."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam

from moderation.domain.judgement import Judgement
from moderation.storage.judgements import JUDGEMENTS, judgement_of
from moderation.storage.queue_pages import ReviewItem, item_of
from moderation.storage.tables import forums, review_items, users

_COPIED = [column.name for column in review_items.c if column.name not in {"id", "state"}]
"""What the judgement does not read of its item already."""

_SHARED = ("body", "author_name", "author_external_id", "thread_title")

_BY_ITEM = (
    JUDGEMENTS.add_columns(
        *(review_items.c[name].label(f"item_{name}") for name in _COPIED),
        forums.c.slug.label("forum_slug"),
        forums.c.name.label("forum_name"),
        forums.c.is_demo,
        users.c.username.label("claimed_by_name"),
    )
    .join(forums, forums.c.id == review_items.c.forum_id)
    .outerjoin(users, users.c.id == review_items.c.claimed_by)
    .where(review_items.c.id == bindparam("item"))
)


def judged_item(connection: Connection, item_id: int) -> tuple[ReviewItem, Judgement] | None:
    """Return an item, open or closed, and the judgement of its comment."""
    row = connection.execute(_BY_ITEM, {"item": item_id}).mappings().first()
    if row is None:
        return None
    of_item = {column.name: row[f"item_{column.name}"] for column in review_items.c}
    joined = ("forum_slug", "forum_name", "is_demo", "claimed_by_name", *_SHARED)
    return item_of(of_item | {name: row[name] for name in joined}), judgement_of(row)
