"""Forums and their credentials: register, list, rotate, recognise."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from moderation.domain.errors import ConflictError, InvalidInputError, NotFoundError
from moderation.domain.forum import Forum, check_callback_url, check_slug, is_slug
from moderation.domain.policy import Policy
from moderation.domain.reach import EVERYWHERE, Reach
from moderation.domain.review import Role
from moderation.services.runtime import Runtime
from moderation.storage import forums, policies
from moderation.storage.database import Connection
from moderation.storage.events import append_event

ROTATION_OVERLAP = timedelta(hours=24)
"""How long the old credentials stay valid beside the new ones, if not told otherwise."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a forum needs to speak to us. The bearer key is shown once: only its digest is kept.

    Attributes
    ----------
    bearer_key : str
    signing_secret : str
        ``whsec_...``; signs requests to us and our messages to the forum.
    """

    bearer_key: str
    signing_secret: str


def add_forum(runtime: Runtime, forum: Forum, *, by: str = "operator") -> tuple[Forum, Credentials]:
    """Register a forum with new credentials and the default policy.

    Raises
    ------
    InvalidInputError
        If a field breaks a rule.
    ConflictError
        If the name is taken.
    """
    _check(forum)
    made = new_credentials()
    with runtime.database.write() as connection:
        if forums.forum_by_slug(connection, forum.slug) is not None:
            raise ConflictError(f"There is a forum {forum.slug!r} already.")
        now = runtime.clock()
        stored = forums.insert_forum(connection, forum, at=now)
        _store_credentials(connection, runtime, stored.id, made)
        policies.insert_policy(connection, stored.id, Policy(version=1), at=now, by=by)
        append_event(
            connection,
            "forum_added",
            at=now,
            actor=by,
            forum_id=stored.id,
            details={"slug": stored.slug},
        )
    return stored, made


def rotate_secret(
    runtime: Runtime, slug: str, *, overlap: timedelta = ROTATION_OVERLAP, by: str = "operator"
) -> Credentials:
    """Give a forum new credentials; the old ones stay valid for the overlap."""
    made = new_credentials()
    with runtime.database.write() as connection:
        forum = _known(connection, slug)
        until = runtime.clock() + overlap
        for kind in ("bearer", "signing"):
            forums.expire_credentials(connection, forum.id, kind, until=until)
        _store_credentials(connection, runtime, forum.id, made)
        append_event(connection, "secret_rotated", at=runtime.clock(), actor=by, forum_id=forum.id)
    return made


def set_callback(
    runtime: Runtime,
    slug: str,
    url: str | None,
    *,
    allows_private: bool = False,
    by: str = "operator",
) -> Forum:
    """Set where a forum's messages go; None for nowhere."""
    if url is not None:
        check_callback_url(url)
    with runtime.database.write() as connection:
        forum = _known(connection, slug)
        forums.update_callback(connection, forum.id, url, allows_private=allows_private)
        append_event(connection, "callback_set", at=runtime.clock(), actor=by, forum_id=forum.id)
    return replace(forum, callback_url=url, allows_private_callback=allows_private)


def list_forums(
    runtime: Runtime, reach: Reach = EVERYWHERE, *, needed: Role = Role.VIEWER
) -> list[Forum]:
    """Return the forums in which somebody has a role, by name."""
    with runtime.database.read() as connection:
        return [one for one in forums.list_forums(connection) if reach.has_in(one.id, needed)]


def find_forum(runtime: Runtime, slug: str) -> Forum | None:
    """Return a forum by its name, or None."""
    with runtime.database.read() as connection:
        return forums.forum_by_slug(connection, slug)


def remove_forum(runtime: Runtime, slug: str) -> None:
    """Remove a demo forum with everything in it.

    Raises
    ------
    NotFoundError
        If there is no such forum.
    ConflictError
        If it is no demo: a real forum's decisions are not thrown away by one command.
    """
    with runtime.database.write() as connection:
        forum = _known(connection, slug)
        if not forum.is_demo:
            raise ConflictError(f"{slug!r} is no demo forum.")
        forums.delete_forum(connection, forum.id)


def forum_by_key(runtime: Runtime, bearer_key: str) -> Forum | None:
    """Return the forum that a bearer key belongs to, or None."""
    with runtime.database.look() as connection:
        return forums.forum_by_key_digest(connection, key_digest(bearer_key), now=runtime.clock())


def forum_with_secrets(runtime: Runtime, slug: str) -> tuple[Forum, Sequence[str]] | None:
    """Return a forum with its valid signing secrets, newest first, or None."""
    if not is_slug(slug):
        return None
    with runtime.database.look() as connection:
        return forums.forum_with_secrets(connection, slug, now=runtime.clock())


def new_credentials() -> Credentials:
    """Return fresh credentials of 256 bits each.

    The bearer key is made of small letters and digits and is shorter than 64 characters: Akismet's
    clients write it into a host name.
    """
    key = base64.b32encode(secrets.token_bytes(32)).decode("ascii").rstrip("=").lower()
    secret = base64.b64encode(secrets.token_bytes(32)).decode("ascii")
    return Credentials(f"mod_{key}", f"whsec_{secret}")


def key_digest(bearer_key: str) -> str:
    """Return what is stored of a bearer key.

    SHA-256 without salt or stretching is enough: the key is 256 random bits, nothing to guess.
    """
    return hashlib.sha256(bearer_key.encode("utf-8", "surrogatepass")).hexdigest()


def _check(forum: Forum) -> None:
    check_slug(forum.slug)
    if not 1 <= len(forum.name) <= 200 or not forum.name.isprintable():  # noqa: PLR2004 - the column's length
        raise InvalidInputError(
            "That is no title.", fields={"name": "expected 1 to 200 visible characters"}
        )
    if forum.callback_url is not None:
        check_callback_url(forum.callback_url)


def _store_credentials(
    connection: Connection, runtime: Runtime, forum_id: int, made: Credentials
) -> None:
    now = runtime.clock()
    forums.insert_bearer_key(connection, forum_id, key_digest(made.bearer_key), at=now)
    forums.insert_signing_secret(connection, forum_id, made.signing_secret, at=now)


def _known(connection: Connection, slug: str) -> Forum:
    forum = forums.forum_by_slug(connection, slug)
    if forum is None:
        raise NotFoundError(f"There is no forum {slug!r}.")
    return forum
