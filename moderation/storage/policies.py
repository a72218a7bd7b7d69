"""Policies: every version is kept, because verdicts name the one they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from moderation.domain.policy import Policy
from moderation.domain.policy_document import from_document, to_document
from moderation.storage.tables import policies


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version and how it came about.

    Attributes
    ----------
    because : str or None
        What its author said about it.
    """

    policy: Policy
    created_at: datetime
    created_by: str
    because: str | None

    @property
    def version(self) -> int:
        """Its number, from 1 on."""
        return self.policy.version


def insert_policy(
    connection: Connection,
    forum_id: int,
    policy: Policy,
    *,
    at: datetime,
    by: str,
    because: str | None = None,
) -> None:
    """Store one version."""
    connection.execute(
        insert(policies).values(
            forum_id=forum_id,
            version=policy.version,
            document=to_document(policy),
            created_at=at,
            created_by=by,
            because=because,
        )
    )


def current_version(connection: Connection, forum_id: int) -> int:
    """Return the newest version's number; 0 when there is none."""
    return connection.scalar(CURRENT_VERSION, {"forum": forum_id}) or 0


CURRENT_VERSION = (  # asked for every comment
    select(policies.c.version)
    .where(policies.c.forum_id == bindparam("forum"))
    .order_by(policies.c.version.desc())
    .limit(1)
)


def policy_version(connection: Connection, forum_id: int, version: int) -> Policy | None:
    """Return one version."""
    document = connection.scalar(
        select(policies.c.document).where(
            policies.c.forum_id == forum_id, policies.c.version == version
        )
    )
    return from_document(document, version=version) if document is not None else None


def current_policy(connection: Connection, forum_id: int) -> Policy:
    """Return the newest version; the built-in default when there is none."""
    row = connection.execute(
        select(policies.c.version, policies.c.document)
        .where(policies.c.forum_id == forum_id)
        .order_by(policies.c.version.desc())
        .limit(1)
    ).first()
    return from_document(row.document, version=row.version) if row else Policy(version=0)


def list_versions(
    connection: Connection, forum_id: int, *, before: int | None = None, limit: int
) -> list[PolicyVersion]:
    """Return versions, newest first.

    Parameters
    ----------
    before : int or None
        Keyset: the last version of the page before.
    """
    query = (
        select(policies)
        .where(policies.c.forum_id == forum_id)
        .order_by(policies.c.version.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(policies.c.version < before)
    return [
        PolicyVersion(
            from_document(row.document, version=row.version),
            row.created_at,
            row.created_by,
            row.because,
        )
        for row in connection.execute(query)
    ]
