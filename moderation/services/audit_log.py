"""The audit log: the events of every kind, searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from moderation.domain.reach import Reach
from moderation.domain.review import Role
from moderation.services.runtime import Runtime
from moderation.storage import audit_log
from moderation.storage.audit_log import LogEntry, LogFilter

__all__ = ["LogEntry", "LogFilter", "LogPage", "log_page"]


@dataclass(frozen=True, slots=True)
class LogPage:
    """One page of the log.

    Attributes
    ----------
    kinds : Sequence[str]
        The kinds of event that the reader may find in it.
    next_before : int or None
        Where the next page begins; None at the end.
    """

    entries: tuple[LogEntry, ...]
    kinds: Sequence[str]
    next_before: int | None


def log_page(
    runtime: Runtime,
    reach: Reach,
    wanted: LogFilter,
    *,
    before: int | None = None,
    limit: int = 100,
) -> LogPage:
    """Return events that fit, newest first."""
    with runtime.database.read() as connection:
        found = audit_log.find_events(
            connection, wanted, reach.forums(Role.ADMIN), before=before, limit=limit + 1
        )
        kinds = audit_log.kinds(connection, reach.forums(Role.ADMIN))
    page = tuple(found[:limit])
    return LogPage(page, kinds, page[-1].id if len(found) > limit else None)
