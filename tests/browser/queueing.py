"""Comments that wait on the desk."""

from __future__ import annotations

from moderation.domain.forum import Forum
from moderation.services.runtime import Runtime
from tests.builders import a_comment, submitted


def queue(runtime: Runtime, forum: Forum, *texts: str) -> list[int]:
    items = []
    for number, text in enumerate(texts):
        judgement = submitted(runtime, forum, a_comment(f"c{number}", text))
        assert judgement.item_id is not None
        items.append(judgement.item_id)
    return items
