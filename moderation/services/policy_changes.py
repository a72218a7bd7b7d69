"""A forum's policy: read it, replace it by a new version, go back to an old one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moderation.domain.errors import ConflictError, InvalidInputError, NotFoundError
from moderation.domain.forum import Forum
from moderation.domain.policy import Policy
from moderation.domain.policy_document import from_document, to_document
from moderation.services.runtime import Runtime
from moderation.storage import forums, policies
from moderation.storage.database import Connection
from moderation.storage.events import append_event
from moderation.storage.policies import PolicyVersion

MAX_BECAUSE_LENGTH = 500

__all__ = [
    "MAX_BECAUSE_LENGTH",
    "PolicyVersion",
    "change_policy",
    "policy_version",
    "policy_versions",
    "read_policy",
    "roll_back_policy",
]


def read_policy(runtime: Runtime, slug: str) -> Policy:
    """Return the policy in force. Raises `NotFoundError`."""
    with runtime.database.read() as connection:
        return policies.current_policy(connection, _known(connection, slug).id)


def policy_versions(
    runtime: Runtime, slug: str, *, before: int | None = None, limit: int = 20
) -> list[PolicyVersion]:
    """Return a forum's versions, newest first. Raises `NotFoundError`."""
    with runtime.database.read() as connection:
        forum = _known(connection, slug)
        return policies.list_versions(connection, forum.id, before=before, limit=limit)


def policy_version(runtime: Runtime, slug: str, version: int) -> tuple[PolicyVersion, Policy]:
    """Return one version and the one before it. Raises `NotFoundError`.

    Before the first one stands the built-in default.
    """
    with runtime.database.read() as connection:
        forum = _known(connection, slug)
        found = policies.list_versions(connection, forum.id, before=version + 1, limit=2)
    if not found or found[0].version != version:
        raise NotFoundError(f"The policy of {slug!r} has no version {version}.")
    return found[0], found[1].policy if len(found) > 1 else Policy(version=0)


def change_policy(
    runtime: Runtime,
    slug: str,
    document: Mapping[str, Any],
    *,
    by: str,
    because: str = "",
    base: int | None = None,
) -> Policy:
    """Put a new version in force.

    Parameters
    ----------
    because : str
        A sentence for the team, at most `MAX_BECAUSE_LENGTH` characters; may be empty.
    base : int or None
        The version that the document was made from; None to replace whatever is in force.

    Raises
    ------
    InvalidInputError
        Naming every wrong field; nothing is changed.
    ConflictError
        If another version came in force since ``base``.
    """
    _check_because(because)
    with runtime.database.write() as connection:
        forum = _known(connection, slug)
        current = policies.current_version(connection, forum.id)
        if base is not None and base != current:
            raise ConflictError(
                f"Version {current} came in force meanwhile; look at it, then try again."
            )
        return _store(connection, runtime, forum, document, by=by, because=because)


def roll_back_policy(
    runtime: Runtime, slug: str, version: int, *, by: str, because: str = ""
) -> Policy:
    """Put an old version in force again, as a new version. Raises `NotFoundError`."""
    _check_because(because)
    with runtime.database.write() as connection:
        forum = _known(connection, slug)
        old = policies.policy_version(connection, forum.id, version)
        if old is None:
            raise NotFoundError(f"The policy of {slug!r} has no version {version}.")
        said = because or f"back to version {version}"
        return _store(connection, runtime, forum, to_document(old), by=by, because=said)


def _store(
    connection: Connection,
    runtime: Runtime,
    forum: Forum,
    document: Mapping[str, Any],
    *,
    by: str,
    because: str,
) -> Policy:
    version = policies.current_version(connection, forum.id) + 1
    policy = from_document(document, version=version)
    now, said = runtime.clock(), because.strip() or None
    policies.insert_policy(connection, forum.id, policy, at=now, by=by, because=said)
    append_event(
        connection,
        "policy_changed",
        at=now,
        actor=by,
        forum_id=forum.id,
        details={"version": version, **({"because": said} if said else {})},
    )
    return policy


def _check_because(because: str) -> None:
    if len(because) > MAX_BECAUSE_LENGTH:
        raise InvalidInputError(
            "The reason is too long.",
            fields={"because": f"expected at most {MAX_BECAUSE_LENGTH} characters"},
        )


def _known(connection: Connection, slug: str) -> Forum:
    forum = forums.forum_by_slug(connection, slug)
    if forum is None:
        raise NotFoundError(f"There is no forum {slug!r}.")
    return forum
