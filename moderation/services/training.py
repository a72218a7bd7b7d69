"""Training jobs: ask for one, watch it, stop it; and the worker's side of the same row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from classifiers.suspicious import from_record
from moderation.domain.errors import ConflictError, NotFoundError
from moderation.domain.review import Role
from moderation.domain.training import HEARTBEAT_LIMIT_S, JobProgress, JobState, TrainingJob
from moderation.services.exporting import ExportFormat, ExportReceipt, export_labels
from moderation.services.registration import find_forum
from moderation.services.roles import require_role_everywhere
from moderation.services.runtime import Runtime
from moderation.services.second_opinions import AskOutcome, ask_about
from moderation.storage import forums, judgements, training_jobs
from moderation.storage.events import append_event
from moderation.storage.labelled import ExportFilter
from moderation.storage.users import User

LOST = "The worker that ran it went away (killed, or the machine restarted). Start it again."
MAX_ERROR_CHARS = 1000


@dataclass(frozen=True, slots=True)
class TakenJob:
    """A job that is ours to run."""

    job: TrainingJob
    token: str


def request_training(
    runtime: Runtime, user: User, *, forum: str | None = None, seed: int = 0
) -> int:
    """Queue a job for the worker; returns its key.

    Raises
    ------
    NotAllowedError
        Unless the person is an admin.
    NotFoundError
        If there is no such forum.
    ConflictError
        If a job waits or runs already.
    """
    require_role_everywhere(user, Role.ADMIN)
    if forum is not None and find_forum(runtime, forum) is None:
        raise NotFoundError("There is no such forum.")
    end_lost_jobs(runtime)
    with runtime.database.write() as connection:
        running = training_jobs.open_job(connection)
        if running is not None:
            raise ConflictError(f"Training {running.id} waits or runs already; only one may.")
        now = runtime.clock()
        job_id = training_jobs.insert_job(
            connection, forum=forum, seed=seed, by=user.username, at=now
        )
        details = {"job": job_id, "forum": forum, "seed": seed}
        append_event(connection, "training_asked", at=now, actor=user.username, details=details)
    return job_id


def cancel_training(runtime: Runtime, user: User, job_id: int) -> JobState:
    """Cancel a job that waits, or ask the worker to stop one that runs; returns its state.

    Raises
    ------
    NotAllowedError
        Unless the person is an admin.
    NotFoundError, ConflictError
        If there is no such job, or it has ended.
    """
    require_role_everywhere(user, Role.ADMIN)
    with runtime.database.write() as connection:
        job = training_jobs.job_by_id(connection, job_id)
        if job is None:
            raise NotFoundError("There is no such training.")
        now = runtime.clock()
        if job.state is JobState.QUEUED:
            training_jobs.close_job(connection, job_id, JobState.CANCELLED, at=now)
        elif not training_jobs.ask_to_stop(connection, job_id):
            raise ConflictError("This training has ended already.")
        append_event(
            connection, "training_cancelled", at=now, actor=user.username, details={"job": job_id}
        )
    return JobState.CANCELLED if job.state is JobState.QUEUED else JobState.RUNNING


def training_job(runtime: Runtime, job_id: int) -> TrainingJob:
    """Return a job; raises `NotFoundError` if there is none."""
    with runtime.database.read() as connection:
        job = training_jobs.job_by_id(connection, job_id)
    if job is None:
        raise NotFoundError("There is no such training.")
    return job


def latest_trainings(runtime: Runtime, *, limit: int = 10) -> Sequence[TrainingJob]:
    """Return the newest jobs, newest first."""
    with runtime.database.read() as connection:
        return training_jobs.latest_jobs(connection, limit=limit)


def end_lost_jobs(runtime: Runtime) -> None:
    """Mark jobs as failed whose worker gives no sign of life, so that another may start."""
    now = runtime.clock()
    since = now - timedelta(seconds=HEARTBEAT_LIMIT_S)
    with runtime.database.read() as connection:
        lost = training_jobs.lost_jobs(connection, silent_since=since)
    for job_id in lost:
        with runtime.database.write() as connection:
            if job_id in training_jobs.lost_jobs(connection, silent_since=since):
                training_jobs.close_job(connection, job_id, JobState.FAILED, at=now, error=LOST)


def take_training(runtime: Runtime) -> TakenJob | None:
    """Start the job that waits, if there is one; of several workers one gets it."""
    end_lost_jobs(runtime)
    with runtime.database.read() as connection:
        waiting = training_jobs.open_job(connection)
    if waiting is None or waiting.state is not JobState.QUEUED:
        return None
    token = runtime.new_token()
    with runtime.database.write() as connection:
        job_id = training_jobs.take_queued(connection, token=token, at=runtime.clock())
        job = training_jobs.job_by_id(connection, job_id) if job_id is not None else None
    return TakenJob(job, token) if job is not None else None


def note_progress(runtime: Runtime, taken: TakenJob, progress: JobProgress) -> bool:
    """Write down how far the job is; returns whether to go on.

    It ends when somebody cancelled it, or when it was taken for lost and marked as failed.
    """
    with runtime.database.write() as connection:
        wants_cancel = training_jobs.beat(
            connection, taken.job.id, token=taken.token, progress=progress, at=runtime.clock()
        )
    return wants_cancel is False


def end_training(
    runtime: Runtime,
    taken: TakenJob,
    state: JobState,
    *,
    result: dict[str, Any] | None = None,
    error: str | None = None,
) -> None:
    """Write down how a job ended, unless it is no longer this worker's."""
    now = runtime.clock()
    with runtime.database.write() as connection:
        is_ours = training_jobs.close_job(
            connection,
            taken.job.id,
            state,
            at=now,
            token=taken.token,
            result=result,
            error=error[:MAX_ERROR_CHARS] if error is not None else None,
        )
        if is_ours:
            details = {
                "job": taken.job.id,
                "state": state.value,
                "candidate": (result or {}).get("candidate_version"),
                "failed_gates": (result or {}).get("failed_gates", []),
            }
            append_event(
                connection,
                "training_ended",
                at=now,
                actor=taken.job.requested_by,
                details=details,
            )


def write_labels(runtime: Runtime, path: Path, *, forum: str | None) -> ExportReceipt:
    """Write the labels that train into a file, a row at a time."""
    with path.open("wb") as file:
        return export_labels(runtime, ExportFilter(forum=forum), file, ExportFormat.JSONL)


def example_texts(runtime: Runtime, keys: Sequence[str]) -> dict[str, str]:
    """Return texts of comments that a result names as ``forum:comment id``, if we still have them.

    A comment that was deleted meanwhile is not among them.
    """
    found = {}
    with runtime.database.read() as connection:
        known = {forum.slug: forum.id for forum in forums.list_forums(connection)}
        for key in keys:
            slug, _, external_id = key.partition(":")
            if slug not in known:
                continue
            judgement = judgements.latest_judgement(connection, known[slug], external_id)
            if judgement is not None and judgement.deleted_at is None:
                found[key] = judgement.body
    return found


def ask_about_suspicious(
    runtime: Runtime, job_id: int, chosen: Collection[str]
) -> Mapping[AskOutcome, int]:
    """Ask for second opinions on suspicious labels that a training found; returns what became.

    Parameters
    ----------
    chosen : collection of str
        Places in the result's list, from ``"0"``; others are passed over.

    Raises
    ------
    NotFoundError
        If there is no such training.
    """
    found = (training_job(runtime, job_id).result or {}).get("suspicious", ())
    rows = [from_record(row) for number, row in enumerate(found) if str(number) in chosen]
    return Counter(ask_about(runtime, row.forum, row.comment_id, row.revision) for row in rows)
