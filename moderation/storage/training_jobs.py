"""Training jobs as rows. A column that is unique while a job is open allows one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, or_, select, update

from moderation.domain.training import JobProgress, JobState, TrainingJob
from moderation.storage.tables import training_jobs

_OPEN = 1


def insert_job(
    connection: Connection, *, forum: str | None, seed: int, by: str, at: datetime
) -> int:
    """Queue a job; returns its key. A second open one violates the schema."""
    pk: int = connection.execute(
        insert(training_jobs)
        .values(
            state=JobState.QUEUED.value,
            open_slot=_OPEN,
            forum=forum,
            seed=seed,
            requested_by=by,
            created_at=at,
            steps_done=0,
            steps_total=0,
            step="",
            log="",
        )
        .returning(training_jobs.c.id)
    ).scalar_one()
    return pk


def job_by_id(connection: Connection, job_id: int) -> TrainingJob | None:
    """Return one job."""
    row = connection.execute(select(training_jobs).where(training_jobs.c.id == job_id)).mappings()
    found = row.first()
    return _job(found) if found else None


def open_job(connection: Connection) -> TrainingJob | None:
    """Return the job that waits or runs."""
    found = connection.execute(
        select(training_jobs).where(training_jobs.c.open_slot == _OPEN)
    ).mappings()
    row = found.first()
    return _job(row) if row else None


def latest_jobs(connection: Connection, *, limit: int) -> Sequence[TrainingJob]:
    """Return the newest jobs, newest first."""
    rows = connection.execute(
        select(training_jobs).order_by(training_jobs.c.id.desc()).limit(limit)
    ).mappings()
    return [_job(row) for row in rows]


def take_queued(connection: Connection, *, token: str, at: datetime) -> int | None:
    """Start the queued job for the worker with the token; None when there is none."""
    found: int | None = connection.execute(
        update(training_jobs)
        .where(
            training_jobs.c.open_slot == _OPEN,
            training_jobs.c.state == JobState.QUEUED.value,
        )
        .values(state=JobState.RUNNING.value, worker_token=token, started_at=at, heartbeat_at=at)
        .returning(training_jobs.c.id)
    ).scalar_one_or_none()
    return found


def beat(
    connection: Connection, job_id: int, *, token: str, progress: JobProgress, at: datetime
) -> bool | None:
    """Write down progress as a sign of life.

    Returns
    -------
    bool or None
        Whether the job is to be stopped; None when it is no longer this worker's.
    """
    wants_cancel: bool | None = connection.execute(
        update(training_jobs)
        .where(_runs_for(job_id, token))
        .values(
            step=progress.step,
            steps_done=progress.done,
            steps_total=progress.total,
            log=progress.log,
            heartbeat_at=at,
        )
        .returning(training_jobs.c.is_cancel_wanted)
    ).scalar_one_or_none()
    return wants_cancel


def close_job(  # noqa: PLR0913 - one column each
    connection: Connection,
    job_id: int,
    state: JobState,
    *,
    at: datetime,
    token: str | None = None,
    result: Mapping[str, Any] | None = None,
    error: str | None = None,
) -> bool:
    """End an open job; with a token only if it still is that worker's. Returns whether it did."""
    whose = (
        _runs_for(job_id, token)
        if token is not None
        else (training_jobs.c.id == job_id) & (training_jobs.c.open_slot == _OPEN)
    )
    done = connection.execute(
        update(training_jobs)
        .where(whose)
        .values(
            state=state.value,
            open_slot=None,
            worker_token=None,
            finished_at=at,
            result=dict(result) if result is not None else None,
            error=error,
        )
        .returning(training_jobs.c.id)
    )
    return done.scalar_one_or_none() is not None


def ask_to_stop(connection: Connection, job_id: int) -> bool:
    """Ask the worker to stop a running job; returns whether it runs."""
    found = connection.execute(
        update(training_jobs)
        .where(training_jobs.c.id == job_id, training_jobs.c.state == JobState.RUNNING.value)
        .values(is_cancel_wanted=True)
        .returning(training_jobs.c.id)
    )
    return found.scalar_one_or_none() is not None


def lost_jobs(connection: Connection, *, silent_since: datetime) -> Sequence[int]:
    """Return running jobs without a sign of life since then."""
    return connection.scalars(
        select(training_jobs.c.id).where(
            training_jobs.c.state == JobState.RUNNING.value,
            or_(
                training_jobs.c.heartbeat_at.is_(None),
                training_jobs.c.heartbeat_at < silent_since,
            ),
        )
    ).all()


def _runs_for(job_id: int, token: str) -> Any:
    return (
        (training_jobs.c.id == job_id)
        & (training_jobs.c.worker_token == token)
        & (training_jobs.c.state == JobState.RUNNING.value)
    )


def _job(row: RowMapping) -> TrainingJob:
    return TrainingJob(
        id=row["id"],
        state=JobState(row["state"]),
        forum=row["forum"],
        seed=row["seed"],
        requested_by=row["requested_by"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        heartbeat_at=row["heartbeat_at"],
        finished_at=row["finished_at"],
        is_cancel_wanted=row["is_cancel_wanted"],
        progress=JobProgress(row["step"], row["steps_done"], row["steps_total"], row["log"]),
        result=row["result"],
        error=row["error"],
    )
