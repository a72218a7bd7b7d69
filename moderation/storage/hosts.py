"""Connections to hosts, the secrets shared with them, and what they told us."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, exists, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from moderation.domain.host import HostConnection, HostKind, HostOptions, SecretPurpose
from moderation.storage.prepared import Prepared
from moderation.storage.sealing import vault_of
from moderation.storage.tables import (
    comments,
    forums,
    host_connections,
    host_events,
    host_names,
    host_secrets,
    review_items,
    threads,
)

_EVENTS_KEPT = timedelta(days=30)
"""Hosts repeat an event for some hours at most."""

_FORGETS_EVERY = 256

ADDRESSES = (SecretPurpose.POST_ADDRESS, SecretPurpose.TOPIC_ADDRESS)
"""Secrets that are part of an address: 256 random bits, found by their digest."""


def put_connection(connection: Connection, host: HostConnection, *, at: datetime) -> None:
    """Store how a forum's software is reached, in place of anything before."""
    connection.execute(delete(host_connections).where(host_connections.c.forum_id == host.forum_id))
    connection.execute(
        insert(host_connections).values(
            forum_id=host.forum_id,
            kind=host.kind.value,
            address=host.address,
            allows_private=host.allows_private,
            actor=host.actor,
            options=host.options.to_document(),
            next_poll_at=at,
            created_at=at,
        )
    )


def delete_connection(connection: Connection, forum_id: int) -> None:
    """Forget a host with the secrets that we shared."""
    connection.execute(delete(host_connections).where(host_connections.c.forum_id == forum_id))
    connection.execute(delete(host_secrets).where(host_secrets.c.forum_id == forum_id))


def connection_of(connection: Connection, forum_id: int) -> HostConnection | None:
    """Return how a forum's software is reached."""
    row = _BY_FORUM.row(connection, {"forum": forum_id})
    return host_of(dict(zip(host_connections.c.keys(), row, strict=True))) if row else None


def connection_by_slug(connection: Connection, slug: str, kind: HostKind) -> HostConnection | None:
    """Return a forum's connection, if it is of that kind."""
    asked = {"slug": slug, "kind": kind.value}
    row = connection.execute(_BY_SLUG, asked).mappings().first()
    return host_of(row) if row is not None else None


def host_of(row: Mapping[Any, Any]) -> HostConnection:
    """Return the connection in a row of the table."""
    return HostConnection(
        forum_id=row["forum_id"],
        kind=HostKind(row["kind"]),
        address=row["address"],
        allows_private=row["allows_private"],
        actor=row["actor"],
        options=HostOptions.from_document(row["options"]),
    )


def insert_secret(
    connection: Connection,
    forum_id: int,
    purpose: SecretPurpose,
    secret: str,
    *,
    digest: str,
    at: datetime,
) -> None:
    """Store a secret; its digest is what an address is looked up by, empty for other purposes."""
    sealed = vault_of(connection).seal(secret)
    connection.execute(
        insert(host_secrets).values(
            forum_id=forum_id, purpose=purpose.value, secret=sealed, digest=digest, created_at=at
        )
    )


def expire_secrets(
    connection: Connection, forum_id: int, purpose: SecretPurpose, *, until: datetime
) -> None:
    """Let the secrets of one purpose that have no end yet end at ``until``."""
    columns = host_secrets.c
    connection.execute(
        update(host_secrets)
        .where(
            columns.forum_id == forum_id,
            columns.purpose == purpose.value,
            or_(columns.expires_at.is_(None), columns.expires_at > until),
        )
        .values(expires_at=until)
    )


def secrets_of(
    connection: Connection, forum_id: int, purpose: SecretPurpose, *, now: datetime
) -> Sequence[str]:
    """Return the valid secrets, newest first."""
    stored = connection.scalars(_SECRETS, {"forum": forum_id, "purpose": purpose.value, "now": now})
    vault = vault_of(connection)
    return [vault.open(secret) for secret in stored]


def address_owner(
    connection: Connection, digest: str, *, now: datetime
) -> tuple[int, SecretPurpose] | None:
    """Return whose an unguessable address is, and what it is for."""
    columns = host_secrets.c
    row = connection.execute(
        select(columns.forum_id, columns.purpose).where(
            columns.digest == digest,
            columns.purpose.in_(ADDRESSES),
            or_(columns.expires_at.is_(None), columns.expires_at > now),
        )
    ).first()
    return (row.forum_id, SecretPurpose(row.purpose)) if row is not None else None


def was_seen(connection: Connection, forum_id: int, event_id: str) -> bool:
    """Return whether an event was taken before."""
    return connection.scalar(_SEEN, {"forum": forum_id, "event": event_id}) is not None


def mark_seen(connection: Connection, forum_id: int, event_id: str, *, at: datetime) -> None:
    """Remember an event; now and then, forget those that no host repeats any more."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(
        dialect.insert(host_events)
        .values(forum_id=forum_id, event_id=event_id, at=at)
        .on_conflict_do_nothing()
    )
    if zlib.crc32(event_id.encode()) % _FORGETS_EVERY:
        return
    columns = host_events.c
    connection.execute(
        delete(host_events).where(columns.forum_id == forum_id, columns.at < at - _EVENTS_KEPT)
    )


def awaits_name(
    connection: Connection, forum_id: int, thread: str | None, *, since: datetime
) -> bool:
    """Return whether a queued comment of a thread has no name of the host's own yet."""
    asked = {"forum": forum_id, "thread": thread, "since": since}
    return connection.scalar(_AWAITS_NAME, asked) is not None


def put_name(connection: Connection, forum_id: int, external_id: str, name: str) -> None:
    """Store the host's own name for a comment."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(
        dialect.insert(host_names)
        .values(forum_id=forum_id, external_id=external_id, name=name)
        .on_conflict_do_update(index_elements=["forum_id", "external_id"], set_={"name": name})
    )


def name_of(connection: Connection, forum_id: int, external_id: str) -> str | None:
    """Return the host's own name for a comment."""
    columns = host_names.c
    return connection.scalar(
        select(columns.name).where(columns.forum_id == forum_id, columns.external_id == external_id)
    )


def is_poll_due(connection: Connection, kind: HostKind, *, now: datetime) -> bool:
    """Return whether a host is due to be polled."""
    return connection.scalar(_due(kind, now)) is not None


def _due(kind: HostKind, now: datetime) -> Select[tuple[int]]:
    columns = host_connections.c
    return (
        select(columns.forum_id)
        .where(
            columns.kind == kind.value, columns.address.is_not(None), columns.next_poll_at <= now
        )
        .order_by(columns.next_poll_at)
        .limit(1)
    )


def lease_poll(
    connection: Connection, kind: HostKind, *, now: datetime, until: datetime
) -> tuple[HostConnection, datetime | None] | None:
    """Take one host that is due to be polled; nobody else gets it before ``until``.

    Returns
    -------
    tuple or None
        The connection, and up to when its posts are known.
    """
    columns = host_connections.c
    due = connection.scalar(_due(kind, now))
    row = (
        connection.execute(
            update(host_connections)
            .where(columns.forum_id == due, columns.next_poll_at <= now)
            .values(next_poll_at=until)
            .returning(host_connections)
        )
        .mappings()
        .first()
    )
    return (host_of(row), row["polled_until"]) if row is not None else None


def set_polled(
    connection: Connection, forum_id: int, *, polled_until: datetime | None, next_at: datetime
) -> None:
    """Write down how far a host was read; None leaves that as it is."""
    values: dict[str, datetime] = {"next_poll_at": next_at}
    if polled_until is not None:
        values["polled_until"] = polled_until
    connection.execute(
        update(host_connections).where(host_connections.c.forum_id == forum_id).values(**values)
    )


# Statements that every message of a host asks. Built once: building costs more than running.

_BY_FORUM = Prepared(  # asked by every comment that is flagged
    lambda _: select(host_connections).where(host_connections.c.forum_id == bindparam("forum"))
)
_BY_SLUG = (
    select(host_connections)
    .join(forums, forums.c.id == host_connections.c.forum_id)
    .where(forums.c.slug == bindparam("slug"), host_connections.c.kind == bindparam("kind"))
)
_SECRETS = (
    select(host_secrets.c.secret)
    .where(
        host_secrets.c.forum_id == bindparam("forum"),
        host_secrets.c.purpose == bindparam("purpose"),
        or_(
            host_secrets.c.expires_at.is_(None),
            host_secrets.c.expires_at > bindparam("now", type_=host_secrets.c.expires_at.type),
        ),
    )
    .order_by(host_secrets.c.id.desc())
)
_SEEN = select(host_events.c.at).where(
    host_events.c.forum_id == bindparam("forum"), host_events.c.event_id == bindparam("event")
)
_AWAITS_NAME = (
    select(comments.c.id)
    .join(threads, threads.c.id == comments.c.thread_id)
    .join(review_items, review_items.c.comment_id == comments.c.id)
    .where(
        threads.c.forum_id == bindparam("forum"),
        threads.c.external_id == bindparam("thread"),
        comments.c.received_at >= bindparam("since"),
        ~exists().where(
            host_names.c.forum_id == threads.c.forum_id,
            host_names.c.external_id == comments.c.external_id,
        ),
    )
    .limit(1)
)
