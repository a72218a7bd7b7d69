"""Take personal data out of rows that stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    cast,
    delete,
    exists,
    literal,
    select,
    update,
)

from moderation.domain.review import ItemState
from moderation.storage.comments import take_turns_for_authors
from moderation.storage.review_queue import close_open_items
from moderation.storage.tables import (
    appeals,
    authors,
    comments,
    decisions,
    deliveries,
    events,
    feedback,
    reports,
    review_items,
    second_opinions,
    verdicts,
)

_MACHINES = ("model", "forum", "reader", "worker", "retention")
_EXPORTS_LISTED = 100


def erase_texts(connection: Connection, comment_pks: Sequence[int], *, at: datetime) -> None:
    """Erase what was written in comments and about them; open items leave the queue."""
    close_open_items(connection, comment_pks, ItemState.WITHDRAWN, at=at)
    connection.execute(
        update(comments)
        .where(comments.c.id.in_(comment_pks))
        .values(
            source="",
            body="",
            quotes=[],
            repeat_key=None,
            scored_title=None,
            parent_text=None,
            permalink=None,
            erased_at=at,
        )
    )
    about = verdicts.c.comment_id.in_(comment_pks)
    connection.execute(update(verdicts).where(about).values(spans=[], rule_spans=[]))
    notes = decisions.c.comment_id.in_(comment_pks)
    connection.execute(update(decisions).where(notes, decisions.c.note != "").values(note=""))
    judged = select(decisions.c.id).where(notes)
    connection.execute(
        update(second_opinions)
        .where(second_opinions.c.decision_id.in_(judged), second_opinions.c.note.is_not(None))
        .values(note="")
    )
    connection.execute(
        update(reports).where(reports.c.comment_id.in_(comment_pks)).values(note=None)
    )
    connection.execute(
        update(appeals).where(appeals.c.comment_id.in_(comment_pks)).values(words="")
    )
    _erase_event_notes(connection, comment_pks)


def _erase_event_notes(connection: Connection, comment_pks: Sequence[int]) -> None:
    found = connection.execute(
        select(events.c.id, events.c.details).where(
            events.c.comment_id.in_(comment_pks), events.c.kind.in_(("skipped", "escalated"))
        )
    )
    for pk, details in found.all():
        if "note" in details:
            kept = {name: value for name, value in details.items() if name != "note"}
            connection.execute(update(events).where(events.c.id == pk).values(details=kept))


def erase_parent_texts(connection: Connection, comment_pks: Sequence[int]) -> None:
    """Erase the comments' text where a reply in the same thread was stored with it."""
    asked = comments.alias()
    replies = exists().where(
        asked.c.id.in_(comment_pks),
        asked.c.thread_id == comments.c.thread_id,
        asked.c.external_id == comments.c.parent_external_id,
    )
    threads = select(asked.c.thread_id).where(asked.c.id.in_(comment_pks))
    connection.execute(
        update(comments)
        .where(comments.c.thread_id.in_(threads), comments.c.parent_text.is_not(None), replies)
        .values(parent_text=None)
    )


def forget_authors(connection: Connection, forum_id: int, comment_pks: Sequence[int]) -> None:
    """Forget who wrote and who reported comments; an author without any comment left is gone."""
    chosen = comments.c.id.in_(comment_pks)
    touched = connection.execute(
        select(authors.c.id, authors.c.external_id)
        .where(authors.c.id.in_(select(comments.c.author_id).where(chosen)))
        .order_by(authors.c.id)
    ).all()
    take_turns_for_authors(connection, forum_id, [row.external_id for row in touched])
    connection.execute(update(comments).where(chosen).values(author_id=None))
    queued = review_items.c.comment_id.in_(comment_pks)
    connection.execute(update(review_items).where(queued).values(author_id=None))
    remove_idle_authors(connection, [row.id for row in touched])
    connection.execute(
        update(reports).where(reports.c.comment_id.in_(comment_pks)).values(reporter_key=_nobody())
    )


def remove_idle_authors(connection: Connection, author_pks: Sequence[int]) -> None:
    """Remove authors who have no comment."""
    has_comment = exists().where(comments.c.author_id == authors.c.id)
    connection.execute(delete(authors).where(authors.c.id.in_(author_pks), ~has_comment))


def forget_reporter(connection: Connection, forum_id: int, reporter_key: str) -> int:
    """Take a reader's name off every report; returns how many there were."""
    return connection.execute(
        update(reports)
        .where(reports.c.forum_id == forum_id, reports.c.reporter_key == reporter_key)
        .values(reporter_key=_nobody(), note=None)
    ).rowcount


def _nobody() -> ColumnElement[Any]:
    # Each report keeps a key of its own, so that it still counts once.
    return literal("erased:") + cast(reports.c.id, String)


def remove_imported(connection: Connection, forum_id: int, *, field: str, value: str) -> int:
    """Remove imported labels whose row named this author or comment; returns how many."""
    return connection.execute(
        delete(feedback).where(
            feedback.c.forum_id == forum_id,
            feedback.c.comment_id.is_(None),
            feedback.c.provenance[field].as_string() == value,
        )
    ).rowcount


def remove_decisions(connection: Connection, item_pks: Sequence[int]) -> None:
    """Remove items with their decisions, second opinions, labels and moderators' history."""
    pks = list(
        connection.scalars(select(review_items.c.comment_id).where(review_items.c.id.in_(item_pks)))
    )
    connection.execute(
        delete(events).where(events.c.comment_id.in_(pks), events.c.actor.not_in(_MACHINES))
    )
    connection.execute(
        delete(deliveries).where(
            deliveries.c.comment_id.in_(pks), deliveries.c.state == "delivered"
        )
    )
    connection.execute(delete(feedback).where(feedback.c.comment_id.in_(pks)))
    connection.execute(delete(review_items).where(review_items.c.id.in_(item_pks)))


def exports_since(connection: Connection, forum_slug: str, since: datetime) -> list[dict[str, Any]]:
    """Return the exports of labels that may hold a forum's comments, newest first."""
    rows = connection.execute(
        select(events.c.at, events.c.actor, events.c.details)
        .where(events.c.kind == "labels_exported", events.c.at >= since)
        .order_by(events.c.id.desc())
        .limit(_EXPORTS_LISTED)
    )
    return [
        {
            "at": row.at.isoformat().replace("+00:00", "Z"),
            "by": row.actor,
            "pseudonymised": bool(row.details.get("pseudonymised")),
            "text_dropped": bool(row.details.get("text_dropped")),
        }
        for row in rows
        if row.details.get("filters", {}).get("forum") in (None, forum_slug)
    ]
