"""Whether the service can do its work, and how much of it there is."""

from __future__ import annotations

from dataclasses import dataclass

from moderation.domain.errors import StorageUnavailableError, UnreadableSecretError
from moderation.services.runtime import Runtime
from moderation.services.stored_secrets import require_key
from moderation.storage import queue_tally, schema
from moderation.storage.deliveries import count_by_state
from moderation.storage.queue_filters import QueueFilter
from moderation.storage.queue_tally import QueueCounts


@dataclass(frozen=True, slots=True)
class Readiness:
    """The state of each part.

    Attributes
    ----------
    database, migrations, secrets, model : str
        ``ok`` or what is wrong.
    model_version : str or None
    """

    database: str
    migrations: str
    secrets: str
    model: str
    model_version: str | None

    @property
    def is_ready(self) -> bool:
        """Whether every part is ok."""
        return self.database == self.migrations == self.secrets == self.model == "ok"


def readiness(runtime: Runtime) -> Readiness:
    """Ask each part."""
    scorer = runtime.models.loaded().current
    model = "ok" if scorer is not None else "no bundle could be loaded; every comment is held"
    version = scorer.model_version if scorer is not None else None
    try:
        revision = schema.current(runtime.database)
    except StorageUnavailableError:
        return Readiness("cannot be reached", "unknown", "unknown", model, version)
    newest = schema.head()
    migrations = "ok" if revision == newest else f"at {revision or 'nothing'}, expected {newest}"
    return Readiness("ok", migrations, _secrets(runtime), model, version)


def _secrets(runtime: Runtime) -> str:
    try:
        require_key(runtime)
    except UnreadableSecretError:
        return "cannot be read with this process's keys"
    return "ok"


@dataclass(frozen=True, slots=True)
class Workload:
    """What waits, for the metrics."""

    queue: QueueCounts
    deliveries: dict[str, int]


def workload(runtime: Runtime) -> Workload:
    """Count what waits."""
    with runtime.database.read() as connection:
        counts = queue_tally.queue_counts(connection, QueueFilter(), now=runtime.clock())
        return Workload(counts, count_by_state(connection, None))
