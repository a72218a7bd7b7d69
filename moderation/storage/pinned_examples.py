"""Pinned examples."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, insert, or_, select

from classifiers.labels import Label
from moderation.domain.pin import NewPin, Pin
from moderation.storage.tables import forums, pinned_examples


def insert_pin(connection: Connection, pin: NewPin, *, by: str, at: datetime) -> int:
    """Store a pin; returns its key."""
    pk: int = connection.execute(
        insert(pinned_examples)
        .values(
            forum_id=pin.forum_id,
            text=pin.text,
            label=pin.label.value,
            must_flag=pin.must_flag,
            note=pin.note,
            created_by=by,
            created_at=at,
        )
        .returning(pinned_examples.c.id)
    ).scalar_one()
    return pk


def same_pin(connection: Connection, pin: NewPin) -> int | None:
    """Return a pin of the same text, label and forum, whatever it wants."""
    found: int | None = connection.scalar(
        select(pinned_examples.c.id).where(
            pinned_examples.c.label == pin.label.value,
            pinned_examples.c.text == pin.text,
            pinned_examples.c.forum_id.is_(None)
            if pin.forum_id is None
            else pinned_examples.c.forum_id == pin.forum_id,
        )
    )
    return found


def list_pins(connection: Connection, *, forum: str | None = None) -> Sequence[Pin]:
    """Return the pins, oldest first; with a forum's slug its own and those of every forum."""
    query = (
        select(pinned_examples, forums.c.slug)
        .outerjoin(forums, forums.c.id == pinned_examples.c.forum_id)
        .order_by(pinned_examples.c.id)
    )
    if forum is not None:
        query = query.where(or_(forums.c.slug == forum, pinned_examples.c.forum_id.is_(None)))
    else:
        query = query.where(or_(~forums.c.is_demo, pinned_examples.c.forum_id.is_(None)))
    return [_pin(row) for row in connection.execute(query).mappings()]


def pin_by_id(connection: Connection, pin_id: int) -> Pin | None:
    """Return one pin."""
    query = select(pinned_examples, forums.c.slug).outerjoin(
        forums, forums.c.id == pinned_examples.c.forum_id
    )
    row = connection.execute(query.where(pinned_examples.c.id == pin_id)).mappings().first()
    return _pin(row) if row else None


def delete_pin(connection: Connection, pin_id: int) -> bool:
    """Remove a pin; returns whether it was there."""
    done = connection.execute(
        delete(pinned_examples)
        .where(pinned_examples.c.id == pin_id)
        .returning(pinned_examples.c.id)
    )
    return done.scalar_one_or_none() is not None


def _pin(row: RowMapping) -> Pin:
    return Pin(
        id=row["id"],
        forum_id=row["forum_id"],
        forum=row["slug"],
        text=row["text"],
        label=Label(row["label"]),
        must_flag=row["must_flag"],
        note=row["note"],
        created_by=row["created_by"],
        created_at=row["created_at"],
    )
