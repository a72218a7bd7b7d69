"""A forum's policy: read it, replace it by a new version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moderation.domain.errors import NotFoundError
from moderation.domain.policy import Policy
from moderation.domain.policy_document import from_document
from moderation.services.runtime import Runtime
from moderation.storage import forums, policies
from moderation.storage.events import append_event


def read_policy(runtime: Runtime, slug: str) -> Policy:
    """Return the policy in force. Raises `NotFoundError`."""
    with runtime.database.read() as connection:
        forum = forums.forum_by_slug(connection, slug)
        if forum is None:
            raise NotFoundError(f"There is no forum {slug!r}.")
        return policies.current_policy(connection, forum.id)


def change_policy(runtime: Runtime, slug: str, document: Mapping[str, Any], *, by: str) -> Policy:
    """Put a new version in force.

    Raises
    ------
    InvalidInputError
        Naming every wrong field; nothing is changed.
    """
    with runtime.database.write() as connection:
        forum = forums.forum_by_slug(connection, slug)
        if forum is None:
            raise NotFoundError(f"There is no forum {slug!r}.")
        version = policies.current_version(connection, forum.id) + 1
        policy = from_document(document, version=version)
        policies.insert_policy(connection, forum.id, policy, at=runtime.clock(), by=by)
        append_event(
            connection,
            "policy_changed",
            at=runtime.clock(),
            actor=by,
            forum_id=forum.id,
            details={"version": version},
        )
        return policy
