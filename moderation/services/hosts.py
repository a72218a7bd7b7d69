"""Connect a forum to its software, and know who is asking."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from moderation.domain.errors import InvalidInputError, NotFoundError
from moderation.domain.forum import Forum, is_slug
from moderation.domain.host import HostConnection, HostKind, SecretPurpose, check_address
from moderation.services.registration import ROTATION_OVERLAP, key_digest
from moderation.services.runtime import Runtime
from moderation.storage import forums, hosts
from moderation.storage.events import append_event

_MAX_SECRET_CHARS = 4000


@dataclass(frozen=True, slots=True)
class KnownHost:
    """A host with the forum that it belongs to and the secrets for one purpose, newest first."""

    forum: Forum
    connection: HostConnection
    secrets: Sequence[str] = ()
    purpose: SecretPurpose = SecretPurpose.WEBHOOK


def connect(
    runtime: Runtime,
    host: HostConnection,
    shared: Mapping[SecretPurpose, str],
    *,
    overlap: timedelta = ROTATION_OVERLAP,
) -> None:
    """Store how a forum's software is reached; secrets of before stay valid for the overlap.

    Parameters
    ----------
    shared : Mapping[SecretPurpose, str]
        One secret each, or several that are all valid, separated by white space.

    Raises
    ------
    InvalidInputError
        If the address or a secret cannot be used.
    """
    if host.address is not None:
        check_address(host.address, allows_private=host.allows_private)
    for purpose, secrets_given in shared.items():
        _check_secrets(purpose, secrets_given.split())
    with runtime.database.write() as connection:
        now = runtime.clock()
        hosts.put_connection(connection, host, at=now)
        for purpose, secrets_given in shared.items():
            hosts.expire_secrets(connection, host.forum_id, purpose, until=now + overlap)
            for secret in secrets_given.split():
                digest = key_digest(secret) if purpose in hosts.ADDRESSES else ""
                hosts.insert_secret(
                    connection, host.forum_id, purpose, secret, digest=digest, at=now
                )
        append_event(
            connection,
            "host_connected",
            at=now,
            actor="operator",
            forum_id=host.forum_id,
            details={"host": host.kind.value},
        )


def _check_secrets(purpose: SecretPurpose, given: Sequence[str]) -> None:
    is_fine = all(
        len(secret) <= _MAX_SECRET_CHARS and secret.isascii() and secret.isprintable()
        for secret in given
    )
    if not given or not is_fine:
        expected = f"expected 1 to {_MAX_SECRET_CHARS} visible ASCII characters"
        raise InvalidInputError("That is no secret.", fields={purpose.value: expected})


def keep_webhook_ids(runtime: Runtime, host: HostConnection, webhook_ids: tuple[str, ...]) -> None:
    """Remember what the host calls the webhooks that we registered there."""
    options = replace(host.options, webhook_ids=webhook_ids)
    with runtime.database.write() as connection:
        hosts.put_connection(connection, replace(host, options=options), at=runtime.clock())


def disconnect(runtime: Runtime, forum: Forum) -> None:
    """Forget a forum's software and the secrets that we shared with it."""
    with runtime.database.write() as connection:
        hosts.delete_connection(connection, forum.id)
        append_event(
            connection,
            "host_disconnected",
            at=runtime.clock(),
            actor="operator",
            forum_id=forum.id,
        )


def host_of(runtime: Runtime, forum: Forum, purpose: SecretPurpose) -> KnownHost | None:
    """Return a forum's host with its secrets for one purpose, None when there is none."""
    with runtime.database.read() as connection:
        host = hosts.connection_of(connection, forum.id)
        if host is None:
            return None
        now = runtime.clock()
        return KnownHost(
            forum, host, hosts.secrets_of(connection, forum.id, purpose, now=now), purpose
        )


def required_host(runtime: Runtime, forum: Forum, purpose: SecretPurpose) -> KnownHost:
    """Return a forum's host, or raise `NotFoundError` with what to do."""
    found = host_of(runtime, forum, purpose)
    if found is None:
        raise NotFoundError(
            f"{forum.slug!r} is connected to no host; 'moderation forums connect' does that."
        )
    return found


def host_by_slug(runtime: Runtime, slug: str, kind: HostKind) -> KnownHost | None:
    """Return the host that signs its requests as a forum, with its valid webhook secrets."""
    if not is_slug(slug):
        return None
    with runtime.database.read() as connection:
        host = hosts.connection_by_slug(connection, slug, kind)
        forum = forums.forum_by_id(connection, host.forum_id) if host is not None else None
        if host is None or forum is None:
            return None
        purpose = SecretPurpose.WEBHOOK
        found = hosts.secrets_of(connection, forum.id, purpose, now=runtime.clock())
        return KnownHost(forum, host, found, purpose)


def host_by_address(runtime: Runtime, token: str) -> KnownHost | None:
    """Return the host that was given an unguessable address, and what the address is for.

    The secrets are those that open the host's API, none when it is only listened to.
    """
    with runtime.database.read() as connection:
        now = runtime.clock()
        owner = hosts.address_owner(connection, key_digest(token), now=now)
        if owner is None:
            return None
        forum_id, purpose = owner
        host = hosts.connection_of(connection, forum_id)
        forum = forums.forum_by_id(connection, forum_id)
        if host is None or forum is None:
            return None
        keys = hosts.secrets_of(connection, forum_id, SecretPurpose.API_KEY, now=now)
        return KnownHost(forum, host, keys, purpose)


def new_secret() -> str:
    """Return 256 random bits as text that fits into an address and into any form."""
    return secrets.token_urlsafe(32)
