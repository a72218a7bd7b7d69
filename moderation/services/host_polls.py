"""Which board is due to be read, and how far it was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from moderation.domain.comment import Comment
from moderation.domain.host import HostConnection, HostKind, SecretPurpose
from moderation.services.host_intake import take_comment
from moderation.services.runtime import Runtime
from moderation.storage import forums, hosts

POLL_EVERY = timedelta(minutes=5)
_LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class DuePoll:
    """A board that is ours to read.

    Attributes
    ----------
    since : datetime or None
        Up to when its posts are known; None before the first poll.
    """

    connection: HostConnection
    api_key: str
    since: datetime | None


def lease(runtime: Runtime, kind: HostKind) -> DuePoll | None:
    """Take one board that is due; those without an API key are only listened to."""
    now = runtime.clock()
    with runtime.database.read() as connection:
        if not hosts.is_poll_due(connection, kind, now=now):
            return None
    with runtime.database.write() as connection:
        found = hosts.lease_poll(connection, kind, now=now, until=now + _LEASE)
        if found is None:
            return None
        host, since = found
        keys = hosts.secrets_of(connection, host.forum_id, SecretPurpose.API_KEY, now=now)
    return DuePoll(host, keys[0] if keys else "", since)


def take(runtime: Runtime, forum_id: int, comments: Sequence[Comment]) -> None:
    """Judge what was read and is new."""
    with runtime.database.read() as connection:
        forum = forums.forum_by_id(connection, forum_id)
    if forum is None:
        return
    for comment in comments:
        take_comment(runtime, forum, comment, request_id=f"poll_{runtime.new_token()}")


def settle(runtime: Runtime, forum_id: int, *, read_until: datetime | None) -> None:
    """Write down how far a board was read; None when it could not be read."""
    with runtime.database.write() as connection:
        next_at = runtime.clock() + POLL_EVERY
        hosts.set_polled(connection, forum_id, polled_until=read_until, next_at=next_at)
