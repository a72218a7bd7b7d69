"""An archive scored on a real Dask cluster, of which a worker is killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from moderation.cli.scoring import CHUNK
from tests.functional.running_server import free_port

LINES = 14 * CHUNK


def started(module: str, *arguments: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, "MODERATION_DATA_DIR": str(folder / "var")},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    address = f"tcp://127.0.0.1:{free_port()}"
    scheduler = started(
        "distributed.cli.dask_scheduler",
        *("--host", address, "--no-dashboard"),
        folder=tmp_path,
    )
    plain = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
    workers = [
        started("distributed.cli.dask_worker", address, *plain, folder=tmp_path) for _ in range(2)
    ]
    yield address, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_a_killed_worker_changes_no_answer(
    tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[str]]]
) -> None:
    address, workers = cluster
    archive = tmp_path / "archive.jsonl"
    lines = [json.dumps({"id": n, "text": f"You fool, number {n}."}) for n in range(LINES)]
    lines[7] = "no JSON"
    archive.write_text("\n".join(lines) + "\n")
    alone = started("moderation", "score", str(archive), folder=tmp_path).communicate()[0]

    scoring = started("moderation", "score", str(archive), "--scheduler", address, folder=tmp_path)
    assert scoring.stdout is not None
    answers = [scoring.stdout.readline()]
    workers[0].send_signal(signal.SIGKILL)
    answers += scoring.stdout.readlines()
    scoring.stdout.close()

    assert scoring.wait() == 1  # the line that is no JSON
    assert len(answers) == LINES
    assert "".join(answers) == alone


def test_a_cluster_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "archive.jsonl"
    archive.write_text('{"id": 1, "text": "x"}\n')
    address = f"tcp://127.0.0.1:{free_port()}"
    asked = subprocess.run(
        [sys.executable, "-c", _IMPATIENT, "score", str(archive), "--scheduler", address],
        env={**os.environ, "MODERATION_DATA_DIR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 1
    assert f"no cluster at {address}" in asked.stderr


_IMPATIENT = "from moderation.cli import cluster, main; cluster._CONNECT_S = 1; main()"
