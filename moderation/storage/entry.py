"""Entry to the desk: links that set a password, second factors, sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from moderation.domain.reach import Reach
from moderation.domain.review import Role
from moderation.storage.sealing import vault_of
from moderation.storage.tables import (
    desk_sessions,
    entry_links,
    forums,
    provider_identities,
    second_factors,
)


@dataclass(frozen=True, slots=True)
class EntryLink:
    """An invitation, or a way to a new password.

    Attributes
    ----------
    reach : Reach
        What an invited account may do where.
    user_id : int or None
        The account that gets a new password; None for an invitation.
    """

    id: int
    username: str
    reach: Reach
    user_id: int | None
    created_by: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """What is kept of an account's second factor.

    Attributes
    ----------
    secret : str
        Base32, as the authenticator holds it.
    last_step : int
        Number of the half minute whose code was used last: no code works twice.
    recovery_digests : tuple[str, ...]
        Of the recovery codes that are left.
    """

    secret: str
    last_step: int
    recovery_digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeskSession:
    """One session of an account."""

    id: int
    user_id: int
    browser: str
    created_at: datetime
    last_seen_at: datetime


def insert_link(  # noqa: PLR0913 - one column each
    connection: Connection,
    token_digest: str,
    username: str,
    reach: Reach,
    *,
    user_id: int | None,
    by: str,
    at: datetime,
    until: datetime,
) -> None:
    """Store a link."""
    connection.execute(
        insert(entry_links).values(
            token_digest=token_digest,
            username=username,
            role=(reach.everywhere or Role.VIEWER).value,
            forum_roles=(
                {str(key): role.value for key, role in reach.by_forum.items()}
                if reach.everywhere is None
                else None
            ),
            user_id=user_id,
            created_by=by,
            created_at=at,
            expires_at=until,
        )
    )


def link_by_digest(connection: Connection, token_digest: str, *, now: datetime) -> EntryLink | None:
    """Return a link that was not used and has not expired."""
    row = connection.execute(
        select(entry_links).where(
            entry_links.c.token_digest == token_digest,
            entry_links.c.used_at.is_(None),
            entry_links.c.expires_at > now,
        )
    ).first()
    return _link(connection, row) if row is not None else None


def open_invitations(connection: Connection, *, now: datetime) -> list[EntryLink]:
    """Return the invitations that wait."""
    rows = connection.execute(
        select(entry_links)
        .where(
            entry_links.c.user_id.is_(None),
            entry_links.c.used_at.is_(None),
            entry_links.c.expires_at > now,
        )
        .order_by(entry_links.c.id)
    )
    return [_link(connection, row) for row in rows.all()]


def _link(connection: Connection, row: Row[*tuple[Any, ...]]) -> EntryLink:
    reach = Reach(Role(row.role))
    if row.forum_roles is not None:
        there = set(connection.scalars(select(forums.c.id)))  # a forum may be gone since
        roles = {int(key): Role(role) for key, role in row.forum_roles.items()}
        reach = Reach(None, {key: role for key, role in roles.items() if key in there})
    return EntryLink(row.id, row.username, reach, row.user_id, row.created_by, row.expires_at)


def use_link(connection: Connection, link_id: int, *, at: datetime) -> bool:
    """Mark a link as used, if nobody was faster."""
    done = connection.execute(
        update(entry_links)
        .where(entry_links.c.id == link_id, entry_links.c.used_at.is_(None))
        .values(used_at=at)
    )
    return done.rowcount == 1


def second_factor(connection: Connection, user_id: int) -> SecondFactor | None:
    """Return an account's second factor."""
    row = connection.execute(
        select(second_factors).where(second_factors.c.user_id == user_id)
    ).first()
    if row is None:
        return None
    secret = vault_of(connection).open(row.secret)
    return SecondFactor(secret, row.last_step, tuple(row.recovery_digests))


def users_with_second_factor(connection: Connection) -> Sequence[int]:
    """Return the keys of the accounts that have one."""
    return connection.scalars(select(second_factors.c.user_id)).all()


def put_second_factor(
    connection: Connection, user_id: int, factor: SecondFactor, *, at: datetime
) -> None:
    """Store an account's second factor in place of the one before."""
    drop_second_factor(connection, user_id)
    connection.execute(
        insert(second_factors).values(
            user_id=user_id,
            secret=vault_of(connection).seal(factor.secret),
            last_step=factor.last_step,
            recovery_digests=list(factor.recovery_digests),
            created_at=at,
        )
    )


def use_step(connection: Connection, user_id: int, step: int) -> bool:
    """Note that the code of a half minute was used; False when it, or a later one, was before."""
    done = connection.execute(
        update(second_factors)
        .where(second_factors.c.user_id == user_id, second_factors.c.last_step < step)
        .values(last_step=step)
    )
    return done.rowcount == 1


def keep_recovery(connection: Connection, user_id: int, digests: Sequence[str]) -> None:
    """Keep these recovery codes alone."""
    connection.execute(
        update(second_factors)
        .where(second_factors.c.user_id == user_id)
        .values(recovery_digests=list(digests))
    )


def drop_second_factor(connection: Connection, user_id: int) -> None:
    """Remove an account's second factor."""
    connection.execute(delete(second_factors).where(second_factors.c.user_id == user_id))


def insert_session(
    connection: Connection, token_digest: str, user_id: int, browser: str, *, at: datetime
) -> None:
    """Store a session."""
    connection.execute(
        insert(desk_sessions).values(
            token_digest=token_digest,
            user_id=user_id,
            browser=browser,
            created_at=at,
            last_seen_at=at,
        )
    )


def list_sessions(connection: Connection, user_id: int, *, since: datetime) -> list[DeskSession]:
    """Return an account's open sessions that were begun since a moment, newest first."""
    rows = connection.execute(
        select(desk_sessions)
        .where(
            desk_sessions.c.user_id == user_id,
            desk_sessions.c.ended_at.is_(None),
            desk_sessions.c.created_at > since,
        )
        .order_by(desk_sessions.c.id.desc())
    )
    return [
        DeskSession(row.id, row.user_id, row.browser, row.created_at, row.last_seen_at)
        for row in rows
    ]


def touch_session(connection: Connection, session_id: int, *, at: datetime) -> None:
    """Note a sign of life."""
    connection.execute(
        update(desk_sessions).where(desk_sessions.c.id == session_id).values(last_seen_at=at)
    )


def end_session(connection: Connection, session_id: int, user_id: int, *, at: datetime) -> bool:
    """End one of an account's sessions."""
    done = connection.execute(
        update(desk_sessions)
        .where(
            desk_sessions.c.id == session_id,
            desk_sessions.c.user_id == user_id,
            desk_sessions.c.ended_at.is_(None),
        )
        .values(ended_at=at)
    )
    return done.rowcount == 1


def user_of_subject(connection: Connection, issuer: str, subject: str) -> int | None:
    """Return the key of the account that is bound to a provider's subject."""
    return connection.scalar(
        select(provider_identities.c.user_id).where(
            provider_identities.c.issuer == issuer, provider_identities.c.subject == subject
        )
    )


def bind_subject(connection: Connection, user_id: int, issuer: str, subject: str) -> bool:
    """Bind an account to a provider's subject; False when it is bound to another."""
    bound = connection.scalar(
        select(provider_identities.c.user_id).where(provider_identities.c.user_id == user_id)
    )
    if bound is not None:
        return False
    connection.execute(
        insert(provider_identities).values(user_id=user_id, issuer=issuer, subject=subject)
    )
    return True
