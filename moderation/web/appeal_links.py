"""Addresses that let an author appeal: signed, expiring, and good for one comment's revision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from itsdangerous import BadData, URLSafeSerializer

from moderation.web import current

_SALT = "appeal"


@dataclass(frozen=True, slots=True)
class AppealLink:
    """What a link names."""

    forum: str
    external_id: str
    revision: str
    until: datetime

    @property
    def is_expired(self) -> bool:
        """Whether its time is over."""
        return current.runtime().clock() > self.until


def sign(link: AppealLink) -> str:
    """Return the token of a link."""
    content = [link.forum, link.external_id, link.revision, int(link.until.timestamp())]
    return str(_serializer().dumps(content))


def read(token: str) -> AppealLink | None:
    """Return what a token names; None when we did not sign it."""
    try:
        forum, external_id, revision, until = _serializer().loads(token)
    except (BadData, ValueError, TypeError):
        return None
    return AppealLink(forum, external_id, revision, datetime.fromtimestamp(until, tz=UTC))


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current.secret_key(), salt=_SALT)
