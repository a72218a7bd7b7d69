"""The training worker: takes a job, runs ``python -m training`` beside the server, reports.

Training is a process of its own: this one never loads scikit-learn. It ends when its standard
input ends, so it does not outlive a worker that was killed.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moderation.domain.errors import ModerationError
from moderation.domain.training import MAX_LOG_CHARS, JobProgress, JobState
from moderation.services import pins, training
from moderation.services.bucket import BucketError
from moderation.services.model_store import ModelStore
from moderation.services.rounds import attempt, work_until
from moderation.services.runtime import Runtime
from moderation.services.training import TakenJob

_log = logging.getLogger(__name__)

IDLE_S = 2.0
"""How long a worker without work waits before it looks again, in seconds."""

BEAT_S = 2.0
"""Time between two signs of life, in seconds."""

PATIENCE_S = 10.0
"""How long a process that was asked to end may take, in seconds."""

STORE_PATIENCE_S = 300.0
"""How long a model store that is away is waited for, in seconds."""

Command = Sequence[str]
TRAINING: Command = (sys.executable, "-m", "training")


class TrainingWorker:
    """Runs the jobs that the desk asks for, one at a time.

    Parameters
    ----------
    runtime : Runtime
    scratch_dir : Path
        Where the labels lie while a job runs.
    command : sequence of str
        Starts training; the tests have their own.
    """

    def __init__(self, runtime: Runtime, scratch_dir: Path, *, command: Command = TRAINING) -> None:
        self._runtime = runtime
        self._scratch_dir = scratch_dir
        self._command = command

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop; outlives a database that goes away."""
        work_until(stop, lambda: self.run_once(stop), idle_s=IDLE_S, what="training jobs")

    def run_once(self, stop: threading.Event | None = None) -> bool:
        """Run the job that waits; returns whether there was one."""
        taken = training.take_training(self._runtime)
        if taken is None:
            return False
        _log.info("training %s begins", taken.job.id)
        asked_to_stop = stop if stop is not None else threading.Event()
        attempt(
            lambda: self._run(taken, asked_to_stop),
            lambda error: self._fail(taken, error),
            what=f"training {taken.job.id}",
        )
        return True

    def _fail(self, taken: TakenJob, error: Exception) -> None:
        said = error.message if isinstance(error, ModerationError) else type(error).__name__
        training.end_training(self._runtime, taken, JobState.FAILED, error=said)

    def _run(self, taken: TakenJob, stop: threading.Event) -> None:
        self._scratch_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._scratch_dir, prefix="training-") as folder:
            report = _Report()
            # The candidate is compared with the model that decides now, on every machine.
            self._share(ModelStore.pull, taken, report, stop)
            report.say("taking the labels from the database")
            training.note_progress(self._runtime, taken, report.progress)
            labels = Path(folder) / "labels.jsonl"
            receipt = training.write_labels(self._runtime, labels, forum=taken.job.forum)
            pinned = Path(folder) / "pins.jsonl"
            n_pins = pins.write_pins(self._runtime, pinned, forum=taken.job.forum)
            report.say(f"{receipt.rows} labels ({receipt.digest}), {n_pins} pinned examples")
            arguments = [*self._arguments(taken, labels), "--pins", str(pinned)]
            with _Child([*self._command, *arguments], report) as child:
                state, error = self._follow(taken, child, report, stop)
        if state is JobState.DONE and report.candidate is not None:
            made = [report.candidate]
            if self._share(lambda store: store.publish(made), taken, report, stop):
                report.say("the candidate lies in the model store")
        training.note_progress(self._runtime, taken, report.progress)
        result = report.result if state is JobState.DONE else None
        training.end_training(self._runtime, taken, state, result=result, error=error)
        _log.info("training %s is %s", taken.job.id, state.value)

    def _arguments(self, taken: TakenJob, labels: Path) -> list[str]:
        return [
            "retrain",
            str(labels),
            "--models-dir",
            str(self._runtime.models.registry.models_dir),
            "--seed",
            str(taken.job.seed),
            "--actor",
            taken.job.requested_by,
            "--no-promote",
            "--background",
            "--json",
        ]

    def _share(
        self,
        act: Callable[[ModelStore], None],
        taken: TakenJob,
        report: _Report,
        stop: threading.Event,
    ) -> bool:
        """Do something with the model store, waiting for one that is away; False without one."""
        store = self._runtime.store
        last_try = time.monotonic() + STORE_PATIENCE_S
        while store is not None:
            try:
                act(store)
            except BucketError as error:
                report.say(error.message)
                training.note_progress(self._runtime, taken, report.progress)
                if time.monotonic() > last_try or stop.wait(BEAT_S):
                    raise
            else:
                return True
        return False

    def _follow(
        self, taken: TakenJob, child: _Child, report: _Report, stop: threading.Event
    ) -> tuple[JobState, str | None]:
        while not child.wait(BEAT_S):
            if stop.is_set():
                return JobState.FAILED, "The worker was stopped. Start it again."
            if not training.note_progress(self._runtime, taken, report.progress):
                return JobState.CANCELLED, None
        if report.result is not None:
            return JobState.DONE, None
        return JobState.FAILED, report.error or f"It ended with status {child.status}; see the log."


@dataclass
class _Report:
    """What a training process has said so far."""

    progress: JobProgress = field(default_factory=JobProgress)
    result: dict[str, Any] | None = None
    error: str | None = None

    @property
    def candidate(self) -> str | None:
        """The version that was made, if one was."""
        version = (self.result or {}).get("candidate_version")
        return str(version) if version else None

    def take(self, line: str) -> None:
        """Read one line of the process's output."""
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            self.say(line.strip())
        elif event.get("event") == "progress":
            self.say(str(event["step"]), int(event["done"]), int(event["total"]))
        elif event.get("event") == "result":
            self.result = {name: value for name, value in event.items() if name != "event"}
            self.say(str(event.get("message", "done")))
        elif event.get("event") == "error":
            self.error = str(event.get("message", ""))
            self.say(self.error)

    def say(self, text: str, done: int | None = None, total: int | None = None) -> None:
        """Add a line to the log, which keeps its end."""
        before = self.progress
        log = f"{before.log}{text}\n"
        if len(log) > MAX_LOG_CHARS:
            log = log[-MAX_LOG_CHARS:].partition("\n")[2]
        self.progress = JobProgress(
            before.step if done is None else text[:200],
            before.done if done is None else done,
            before.total if total is None else total,
            log,
        )


class _Child:
    """A training process whose output a thread reads; it is gone when the block ends."""

    def __init__(self, command: Command, report: _Report) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._report = report
        self._reader = threading.Thread(target=self._read, name="training-output", daemon=True)
        self._reader.start()

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._reader.join(PATIENCE_S)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    @property
    def status(self) -> int | None:
        """The exit status, once it has ended."""
        return self._process.returncode

    def wait(self, timeout_s: float) -> bool:
        """Wait for the end; returns whether it has come, with all output read."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        self._reader.join(PATIENCE_S)
        return True

    def _read(self) -> None:
        stream = self._process.stdout
        if stream is not None:
            for line in stream:
                self._report.take(line)
