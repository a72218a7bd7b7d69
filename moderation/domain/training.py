"""A training job: somebody asked for the next model, a worker makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

MAX_LOG_CHARS = 8_000
"""How much of a job's log is kept: its end, where the news is."""

HEARTBEAT_LIMIT_S = 60.0
"""A job without a sign of life for so long has lost its worker, in seconds."""


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Whether the job waits or runs; one job at most is open."""
        return self in {JobState.QUEUED, JobState.RUNNING}


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is.

    Attributes
    ----------
    step : str
        What is done now, in words.
    done, total : int
        Steps.
    log : str
        End of the log, at most `MAX_LOG_CHARS`; holds no comment text.
    """

    step: str = ""
    done: int = 0
    total: int = 0
    log: str = ""


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """One job.

    Attributes
    ----------
    forum : str or None
        Slug of the only forum whose labels train; None for all but demos.
    is_cancel_wanted : bool
        Somebody asked the worker to stop it.
    result : Mapping[str, Any] or None
        What the run says of its candidate (`training.retrain`), once done.
    error : str or None
        Why it failed, in a sentence.
    """

    id: int
    state: JobState
    forum: str | None
    seed: int
    requested_by: str
    created_at: datetime
    started_at: datetime | None
    heartbeat_at: datetime | None
    finished_at: datetime | None
    is_cancel_wanted: bool
    progress: JobProgress
    result: Mapping[str, Any] | None
    error: str | None

    @property
    def candidate(self) -> str | None:
        """Version of the model that was made."""
        found = (self.result or {}).get("candidate_version")
        return str(found) if found else None
