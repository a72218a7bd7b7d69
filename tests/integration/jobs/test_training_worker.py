"""The training worker with real processes: done, failed, cancelled, stopped."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from moderation.domain.forum import Forum
from moderation.domain.review import Role
from moderation.domain.training import MAX_LOG_CHARS, JobState, TrainingJob
from moderation.jobs import training as jobs
from moderation.jobs.training import TrainingWorker
from moderation.services import training
from moderation.services.bucket import Bucket
from moderation.services.model_store import ModelStore
from moderation.services.runtime import Runtime
from moderation.storage.users import User
from tests.builders import a_comment, a_user, decided, sqlite_only, submitted
from tests.functional.running_server import free_port
from tests.model_store_server import CREDENTIALS, running_model_store

SCRIPT = str(Path(__file__).with_name("scripted.py"))


@pytest.fixture(autouse=True)
def beats_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BEAT_S", 0.05)


@pytest.fixture
def ada(runtime: Runtime) -> User:
    return a_user(runtime, "ada", Role.ADMIN)


def worker(runtime: Runtime, folder: Path, how: str) -> TrainingWorker:
    return TrainingWorker(runtime, folder / "scratch", command=(sys.executable, SCRIPT, how))


@contextmanager
def running(work: Callable[[], object]) -> Iterator[None]:
    thread = threading.Thread(target=work)
    thread.start()
    yield
    thread.join(30)
    assert not thread.is_alive()


def wait_for(runtime: Runtime, job_id: int, is_so: Callable[[TrainingJob], bool]) -> TrainingJob:
    deadline = time.monotonic() + 30
    while not is_so(job := training.training_job(runtime, job_id)):
        assert time.monotonic() < deadline, job
        time.sleep(0.02)
    return job


def test_a_job_trains_on_the_decisions_and_keeps_the_result(
    runtime: Runtime, forum: Forum, ada: User, tmp_path: Path
) -> None:
    decided(runtime, ada, submitted(runtime, forum, a_comment(text="You idiot.")))
    work = worker(runtime, tmp_path, "finish")
    assert not work.run_once()
    job_id = training.request_training(runtime, ada)
    assert work.run_once()
    job = training.training_job(runtime, job_id)
    assert (job.state, job.candidate, job.error) == (JobState.DONE, "v", None)
    assert job.result is not None
    assert job.result["rows"] == 1
    assert "a warning" in job.progress.log
    assert "1 labels (sha256:" in job.progress.log
    assert "idiot" not in job.progress.log
    assert (job.progress.done, job.progress.total) == (1, 6)
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_job_that_fails_says_why(runtime: Runtime, ada: User, tmp_path: Path) -> None:
    job_id = training.request_training(runtime, ada)
    assert worker(runtime, tmp_path, "fail").run_once()
    job = training.training_job(runtime, job_id)
    assert (job.state, job.error) == (JobState.FAILED, "labels: too few")


def test_a_training_that_cannot_start_fails_and_the_worker_goes_on(
    runtime: Runtime, ada: User, tmp_path: Path
) -> None:
    job_id = training.request_training(runtime, ada)
    assert TrainingWorker(runtime, tmp_path, command=("/nonexistent",)).run_once()
    assert training.training_job(runtime, job_id).state is JobState.FAILED


@pytest.fixture
def store_port(monkeypatch: pytest.MonkeyPatch) -> int:
    """Where a model store will be."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    return free_port()


def with_store(runtime: Runtime, port: int) -> Runtime:
    bucket = Bucket("s3://models/production", endpoint=f"http://127.0.0.1:{port}")
    return replace(runtime, store=ModelStore(runtime.models.registry, bucket))


@sqlite_only
def test_a_model_store_that_is_away_is_waited_for(
    runtime: Runtime, ada: User, tmp_path: Path, store_port: int
) -> None:
    job_id = training.request_training(runtime, ada)
    shared = with_store(runtime, store_port)
    with running(worker(shared, tmp_path, "fail").run_once):
        waiting = wait_for(runtime, job_id, lambda job: job.progress.log.count("\n") > 1)
        assert "The model store cannot be reached" in waiting.progress.log
        with running_model_store(store_port):
            job = wait_for(runtime, job_id, lambda job: not job.state.is_open)
    assert job.error == "labels: too few"  # the training began


@sqlite_only
def test_a_model_store_that_stays_away_ends_the_job_with_a_sentence(
    runtime: Runtime,
    ada: User,
    tmp_path: Path,
    store_port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "STORE_PATIENCE_S", 0)
    job_id = training.request_training(runtime, ada)
    assert worker(with_store(runtime, store_port), tmp_path, "finish").run_once()
    job = training.training_job(runtime, job_id)
    assert job.state is JobState.FAILED
    assert "The model store cannot be reached" in str(job.error)


def test_cancelling_ends_the_process(runtime: Runtime, ada: User, tmp_path: Path) -> None:
    job_id = training.request_training(runtime, ada)
    begin = time.monotonic()
    with running(worker(runtime, tmp_path, "hang").run_once):
        wait_for(runtime, job_id, lambda job: job.progress.step == "reading")
        training.cancel_training(runtime, ada, job_id)
    assert training.training_job(runtime, job_id).state is JobState.CANCELLED
    assert time.monotonic() - begin < 30


def test_a_worker_that_stops_leaves_a_job_that_can_be_started_again(
    runtime: Runtime, ada: User, tmp_path: Path
) -> None:
    stop = threading.Event()
    job_id = training.request_training(runtime, ada)
    with running(lambda: worker(runtime, tmp_path, "hang").run(stop)):
        wait_for(runtime, job_id, lambda job: job.progress.step == "reading")
        stop.set()
    job = training.training_job(runtime, job_id)
    assert job.state is JobState.FAILED
    assert "Start it again" in str(job.error)
    assert training.request_training(runtime, ada) > job_id


def test_a_long_log_keeps_its_end() -> None:
    report = jobs._Report()
    for number in range(3000):
        report.take(f"line {number}\n")
    assert len(report.progress.log) <= MAX_LOG_CHARS
    assert report.progress.log.splitlines()[-1] == "line 2999"
    assert report.progress.log.startswith("line ")
