"""An archive goes in many at a time, and ends as if each comment had come by the webhook."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from moderation.domain.comment import Author, Parent, Thread
from moderation.domain.forum import Forum
from moderation.domain.text_format import TextFormat
from moderation.services import archive
from moderation.services.archive import import_comments
from moderation.services.intake import submit_comments
from moderation.services.runtime import Runtime
from moderation.storage.tables import metadata
from tests.builders import a_comment, a_user, decided, register_forum, submitted
from tests.fakes import START

BATCH = [
    a_comment(
        f"c{number}",
        f"{('you idiot', 'Thank you', 'vermin, all of you')[number % 3]} {number}",
        author=Author(f"u{number % 4}", f"Name {number}") if number % 5 else None,
        thread=Thread(f"t{number % 2}", "Budget day") if number % 7 else None,
        permalink=f"https://forum.example/c{number}",
        language="en",
    )
    for number in range(24)
] + [
    a_comment(
        f"m{number}",
        f"{'<blockquote>damn</blockquote>' * (number % 2)}<p>Vermin, <b>y\u00f6u</b> {number}</p>",
        text_format=TextFormat.HTML,
        parent=Parent(f"c{number}", "you moron") if number % 3 else None,
        posted_at=START,
    )
    for number in range(6)
]


def stored(runtime: Runtime, forum: Forum) -> dict[str, list[dict[str, Any]]]:
    """Return a forum's rows without their keys."""
    found = {}
    with runtime.database.read() as connection:
        for name in ("comments", "authors", "threads", "review_items", "events"):
            table = metadata.tables[name]
            rows = connection.execute(
                select(table).where(table.c.forum_id == forum.id).order_by(table.c.id)
            ).mappings()
            found[name] = [
                {k: v for k, v in row.items() if not k.endswith("id") or k == "external_id"}
                for row in rows
                if row.get("kind") not in {"forum_added", "policy_changed"}
            ]
        verdicts, comments = metadata.tables["verdicts"], metadata.tables["comments"]
        rows = connection.execute(
            select(verdicts)
            .join(comments, comments.c.id == verdicts.c.comment_id)
            .where(comments.c.forum_id == forum.id)
            .order_by(comments.c.id)
        ).mappings()
        found["verdicts"] = [{k: v for k, v in row.items() if k != "comment_id"} for row in rows]
    return found


def test_many_at_a_time_store_what_one_by_one_stores(
    runtime: Runtime, forum: Forum, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = register_forum(runtime, "herald").forum
    submit_comments(runtime, other, BATCH, request_id="r", tells_forum=False)
    monkeypatch.delattr(archive, "submit_comments")

    assert import_comments(runtime, forum, BATCH, request_id="r") == (30, 0)

    assert stored(runtime, forum) == stored(runtime, other)


def test_what_is_known_or_decided_goes_the_webhooks_way(runtime: Runtime, forum: Forum) -> None:
    first = submitted(runtime, forum, BATCH[0])
    assert import_comments(runtime, forum, BATCH[:3], request_id="r") == (2, 1)
    twice = [replace(BATCH[5], revision="1"), replace(BATCH[5], revision="2")]
    assert import_comments(runtime, forum, twice, request_id="r") == (2, 0)
    decided(runtime, a_user(runtime), first)
    again = replace(BATCH[0], external_id="copy", text="you idiot and a longer text for repeats")
    assert import_comments(runtime, forum, [again], request_id="r") == (1, 0)
    assert [row["is_latest"] for row in stored(runtime, forum)["comments"]][3:5] == [False, True]
