"""Forums and their credentials."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)

from moderation.domain.forum import Forum
from moderation.storage.prepared import Prepared
from moderation.storage.sealing import vault_of
from moderation.storage.tables import credentials, forums

FORUM = (
    forums.c.id,
    forums.c.slug,
    forums.c.name,
    forums.c.callback_url,
    forums.c.allows_private_callback,
    forums.c.is_demo,
    forums.c.pseudonymises_authors,
)
"""The columns of `Forum`, in the order of its fields."""


# Built once: every request asks who is calling.
_BY_SLUG = select(*FORUM).where(forums.c.slug == bindparam("slug"))


def _is_valid(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return or_(credentials.c.expires_at.is_(None), credentials.c.expires_at > now)


_BY_KEY = Prepared(
    lambda _: (
        select(*FORUM)
        .join(credentials, credentials.c.forum_id == forums.c.id)
        .where(
            credentials.c.key_digest == bindparam("digest"),
            _is_valid(bindparam("now", type_=credentials.c.expires_at.type)),
        )
    )
)
_WITH_SECRETS = Prepared(  # every signed request asks
    lambda _: (
        select(*FORUM, credentials.c.secret)
        .outerjoin(
            credentials,
            and_(
                credentials.c.forum_id == forums.c.id,
                credentials.c.kind == "signing",
                _is_valid(bindparam("now", type_=credentials.c.expires_at.type)),
            ),
        )
        .where(forums.c.slug == bindparam("slug"))
        .order_by(credentials.c.id.desc())
    )
)
_SECRETS = (
    select(credentials.c.secret)
    .where(
        credentials.c.forum_id == bindparam("forum"),
        credentials.c.kind == "signing",
        _is_valid(bindparam("now", type_=credentials.c.expires_at.type)),
    )
    .order_by(credentials.c.id.desc())
)


def forum_of(row: RowMapping) -> Forum:
    """Return the forum of a row with the columns `FORUM`."""
    return Forum(**{column.name: row[column] for column in FORUM})


def insert_forum(connection: Connection, forum: Forum, *, at: datetime) -> Forum:
    """Store a forum; its ``id`` is given by the database."""
    row = connection.execute(
        insert(forums)
        .values(
            slug=forum.slug,
            name=forum.name,
            callback_url=forum.callback_url,
            allows_private_callback=forum.allows_private_callback,
            is_demo=forum.is_demo,
            pseudonymises_authors=forum.pseudonymises_authors,
            created_at=at,
        )
        .returning(*FORUM)
    )
    return forum_of(row.mappings().one())


def update_callback(
    connection: Connection, forum_id: int, url: str | None, *, allows_private: bool
) -> None:
    """Set where a forum's messages go."""
    connection.execute(
        update(forums)
        .where(forums.c.id == forum_id)
        .values(callback_url=url, allows_private_callback=allows_private)
    )


def set_pseudonymises(connection: Connection, forum_id: int, *, wanted: bool) -> None:
    """Set whether a forum's authors are stored under pseudonyms."""
    connection.execute(
        update(forums).where(forums.c.id == forum_id).values(pseudonymises_authors=wanted)
    )


def forum_by_slug(connection: Connection, slug: str) -> Forum | None:
    """Find a forum by its name."""
    row = connection.execute(_BY_SLUG, {"slug": slug}).mappings().first()
    return forum_of(row) if row else None


def forum_with_secrets(
    connection: Connection, slug: str, *, now: datetime
) -> tuple[Forum, Sequence[str]] | None:
    """Find a forum by its name, with its valid signing secrets as `signing_secrets` has them."""
    rows = _WITH_SECRETS.rows(connection, {"slug": slug, "now": now})
    if not rows:
        return None
    vault = vault_of(connection)
    return Forum(*rows[0][:-1]), [vault.open(secret) for *_, secret in rows if secret]


def forum_by_id(connection: Connection, forum_id: int) -> Forum | None:
    """Find a forum by our key."""
    row = connection.execute(select(*FORUM).where(forums.c.id == forum_id)).mappings().first()
    return forum_of(row) if row else None


def list_forums(connection: Connection) -> list[Forum]:
    """Return all forums by name."""
    rows = connection.execute(select(*FORUM).order_by(forums.c.slug)).mappings()
    return [forum_of(row) for row in rows]


def delete_forum(connection: Connection, forum_id: int) -> None:
    """Remove a forum and, by cascade, all that belongs to it."""
    connection.execute(delete(forums).where(forums.c.id == forum_id))


def insert_bearer_key(
    connection: Connection, forum_id: int, key_digest: str, *, at: datetime
) -> None:
    """Store the digest of a bearer key."""
    connection.execute(
        insert(credentials).values(
            forum_id=forum_id, kind="bearer", key_digest=key_digest, created_at=at
        )
    )


def insert_signing_secret(
    connection: Connection, forum_id: int, secret: str, *, at: datetime
) -> None:
    """Store a signing secret (``whsec_...``)."""
    sealed = vault_of(connection).seal(secret)
    connection.execute(
        insert(credentials).values(forum_id=forum_id, kind="signing", secret=sealed, created_at=at)
    )


def expire_credentials(
    connection: Connection, forum_id: int, kind: str, *, until: datetime
) -> None:
    """Let the credentials of one kind that have no end yet end at ``until``."""
    connection.execute(
        update(credentials)
        .where(
            credentials.c.forum_id == forum_id,
            credentials.c.kind == kind,
            or_(credentials.c.expires_at.is_(None), credentials.c.expires_at > until),
        )
        .values(expires_at=until)
    )


def forum_by_key_digest(connection: Connection, key_digest: str, *, now: datetime) -> Forum | None:
    """Find the forum that a bearer key belongs to, if the key is still valid."""
    asked = {"digest": key_digest, "now": now}
    row = _BY_KEY.row(connection, asked)
    return Forum(*row) if row else None


def signing_secrets(connection: Connection, forum_id: int, *, now: datetime) -> Sequence[str]:
    """Return the valid signing secrets, newest first; two during a rotation."""
    vault = vault_of(connection)
    stored = connection.scalars(_SECRETS, {"forum": forum_id, "now": now})
    return [vault.open(secret) for secret in stored]
