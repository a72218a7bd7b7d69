"""People at the desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from moderation.domain.forum import Forum
from moderation.domain.reach import Reach
from moderation.domain.review import Role
from moderation.services.runtime import Runtime
from tests.builders import a_comment, a_user, submitted
from tests.functional.desk.visitor import Visitor

Enter = Callable[..., Visitor]
Queue = Callable[..., list[int]]


@pytest.fixture
def enter(app: Flask, runtime: Runtime) -> Enter:
    """Sign somebody in; the account is made with the role."""

    def come_in(username: str = "mira", role: Reach | Role = Role.MODERATOR) -> Visitor:
        a_user(runtime, username, role)
        return Visitor(app).sign_in(username)

    return come_in


@pytest.fixture
def mira(enter: Enter) -> Visitor:
    """A moderator who is signed in."""
    return enter()


@pytest.fixture
def queued(runtime: Runtime, forum: Forum) -> Queue:
    """Queue flagged comments; returns the items' keys."""

    def put(*texts: str) -> list[int]:
        items = []
        for number, text in enumerate(texts or ("You idiot.",)):
            judgement = submitted(runtime, forum, a_comment(f"c{number}-{len(text)}", text))
            assert judgement.item_id is not None
            items.append(judgement.item_id)
        return items

    return put
