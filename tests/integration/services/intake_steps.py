"""Steps of intake that several tests take."""

from __future__ import annotations

from sqlalchemy import func, select

from moderation.domain.comment import Comment
from moderation.domain.forum import Forum
from moderation.services.intake import submit_comment
from moderation.services.runtime import Runtime
from moderation.services.storing import Submission
from moderation.storage.tables import (
    metadata,
)

INSULT = "You are an idiot and everybody here knows it."


def count(runtime: Runtime, table: str) -> int:
    with runtime.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(metadata.tables[table])) or 0


def submit(runtime: Runtime, forum: Forum, comment: Comment) -> Submission:
    return submit_comment(runtime, forum, comment, request_id="req-test")
