"""Steps of a review that several tests take."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from moderation.domain.forum import Forum
from moderation.domain.review import DecisionAction, DecisionInput, ReasonCode
from moderation.services.runtime import Runtime
from moderation.storage.queue_filters import QueueFilter
from moderation.storage.queue_pages import ReviewItem
from moderation.storage.tables import decisions, deliveries
from tests.builders import a_comment, submitted

ANY = QueueFilter()


INSULT = "You are an idiot and everybody here knows it."


def queued(runtime: Runtime, forum: Forum, external_id: str = "c1", text: str = INSULT) -> int:
    item_id = submitted(runtime, forum, a_comment(external_id, text)).item_id
    assert item_id is not None
    return item_id


def token(item: ReviewItem) -> str:
    assert item.claim_token is not None
    return item.claim_token


def rejection(text: str = INSULT, note: str = "") -> DecisionInput:
    return DecisionInput(
        DecisionAction.REJECT,
        frozenset(),
        ReasonCode.INSULT,
        note,
        a_comment(text=text).revision,
    )


def messages(runtime: Runtime) -> list[dict[str, Any]]:
    with runtime.database.read() as connection:
        rows = connection.scalars(select(deliveries.c.payload).order_by(deliveries.c.id)).all()
    return [json.loads(row) for row in rows]


def decision_count(runtime: Runtime) -> int:
    with runtime.database.read() as connection:
        return len(connection.scalars(select(decisions.c.id)).all())
