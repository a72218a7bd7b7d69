"""Build what a test needs, naming only what the test is about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
from argon2 import PasswordHasher

from moderation.domain.comment import Author, Comment, content_revision
from moderation.domain.forum import Forum
from moderation.domain.judgement import Decision, Judgement
from moderation.domain.reach import Reach
from moderation.domain.review import DecisionAction, DecisionInput, ReasonCode, Role
from moderation.domain.text_format import TextFormat
from moderation.services import policy_changes, registration, review
from moderation.services.intake import submit_comment
from moderation.services.registration import Credentials
from moderation.services.runtime import Runtime
from moderation.storage import users
from moderation.storage.users import User

sqlite_only = pytest.mark.parametrize("database_kind", ["sqlite"])
"""For tests in which the kind of database cannot matter."""

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class RegisteredForum:
    """A forum with its credentials."""

    forum: Forum
    credentials: Credentials


def register_forum(
    runtime: Runtime, slug: str = "gazette", *, callback_url: str | None = None, **policy: Any
) -> RegisteredForum:
    """Register a forum; ``policy`` are fields of the policy document, audit sample off."""
    forum = Forum(0, slug, slug.title(), callback_url, allows_private_callback=True)
    stored, credentials = registration.add_forum(runtime, forum)
    document = {"audit_share": 0, **policy}
    policy_changes.change_policy(runtime, slug, document, by="test")
    return RegisteredForum(stored, credentials)


def a_comment(
    external_id: str = "c1",
    text: str = "Thank you, that was helpful.",
    *,
    text_format: TextFormat = TextFormat.PLAIN,
    **fields: Any,
) -> Comment:
    """Return a comment; its revision follows from its text."""
    comment = Comment(
        external_id=external_id,
        revision=content_revision(text, text_format),
        text=text,
        text_format=text_format,
        author=Author("u1", "Ada"),
    )
    return replace(comment, **fields)


def submitted(runtime: Runtime, forum: Forum, comment: Comment | None = None) -> Judgement:
    """Submit a comment and return its judgement."""
    comment = comment if comment is not None else a_comment()
    return submit_comment(runtime, forum, comment, request_id="req-test").judgement


def a_user(runtime: Runtime, username: str = "mira", role: Reach | Role = Role.MODERATOR) -> User:
    """Add a person who signs in with `PASSWORD`; hashed once, because that is slow on purpose."""
    reach = Reach(role) if isinstance(role, Role) else role
    with runtime.database.write() as connection:
        return users.insert_user(connection, username, _password_hash(), reach, at=runtime.clock())


@cache
def _password_hash() -> str:
    return PasswordHasher().hash(PASSWORD)


def decided(
    runtime: Runtime,
    user: User,
    judgement: Judgement,
    *,
    reason: ReasonCode | None = ReasonCode.INSULT,
    note: str = "",
) -> Decision:
    """Claim and reject a queued comment; approve it when there is no reason."""
    assert judgement.item_id is not None
    item = review.claim(runtime, user, judgement.item_id, ttl_s=300)
    assert item.claim_token is not None
    action = DecisionAction.APPROVE if reason is None else DecisionAction.REJECT
    given = DecisionInput(action, frozenset(), reason, note, judgement.revision)
    return review.decide(runtime, user, item.id, item.claim_token, given)
