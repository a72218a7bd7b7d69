"""Scoring and training on a real Dask cluster, of which workers are killed in the middle."""

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
from tests.unit.training.forum import AT, house_rule_export, make_registry, small_corpus
from training import cli, workers
from training.retrain import retrain

LINES = 4 * CHUNK
ROOT = Path(__file__).parents[3]


def started(module: str, *arguments: str, folder: Path) -> subprocess.Popen[str]:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env={
            **os.environ,
            "MODERATION_DATA_DIR": str(folder / "var"),
            "PYTHONPATH": path,
            # Else each look for what lay on a killed worker waits half a minute for an answer.
            "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "3s",
        },
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cluster")


@pytest.fixture(scope="module")
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """A scheduler and three workers; two of the tests kill one each."""
    address = f"tcp://127.0.0.1:{free_port()}"
    scheduler = started(
        "distributed.cli.dask_scheduler", *("--host", address, "--no-dashboard"), folder=folder
    )
    plain = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
    processes = [
        started("distributed.cli.dask_worker", address, *plain, folder=folder) for _ in range(3)
    ]
    yield address, processes
    for process in (*processes, scheduler):
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_a_training_on_a_cluster_makes_the_same_bundle(
    tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[str]]]
) -> None:
    registry = make_registry(tmp_path)
    labels = house_rule_export(tmp_path / "export.jsonl", rows=80)

    def trained(where: workers.Workers) -> str:
        return retrain(
            [labels], registry, at=AT, corpus=small_corpus(), promote=False, workers=where
        ).version

    with workers.workers_of(cluster[0]) as there:
        assert len(there.client.nthreads()) >= 1
        version = trained(there)
    # A version is the digest of all files.
    assert version == trained(workers.HERE)


def dies_once(marks: str, number: int) -> int:
    mark = Path(marks) / str(number)
    if number == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def test_a_worker_that_dies_in_a_training_loses_nothing(
    tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[str]]]
) -> None:
    with workers.workers_of(cluster[0]) as there:
        there.client.wait_for_workers(2, timeout=60)
        found = there.run(dies_once, (str(tmp_path),), [(number,) for number in range(6)])
    assert found == [number * number for number in range(6)]
    assert (tmp_path / "2").exists()


def test_a_killed_worker_changes_no_answer(
    folder: Path, cluster: tuple[str, list[subprocess.Popen[str]]]
) -> None:
    address, processes = cluster
    archive = folder / "archive.jsonl"
    lines = [json.dumps({"id": n, "text": f"You fool, number {n}."}) for n in range(LINES)]
    lines[7] = "no JSON"
    archive.write_text("\n".join(lines) + "\n")
    alone = started("moderation", "score", str(archive), folder=folder).communicate()[0]

    scoring = started("moderation", "score", str(archive), "--scheduler", address, folder=folder)
    assert scoring.stdout is not None
    answers = [scoring.stdout.readline()]
    next(process for process in processes if process.poll() is None).send_signal(signal.SIGKILL)
    answers += scoring.stdout.readlines()
    scoring.stdout.close()

    assert scoring.wait() == 1  # the line that is no JSON
    assert len(answers) == LINES
    assert "".join(answers) == alone


def test_a_cluster_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
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
    monkeypatch.setattr(workers, "_CONNECT_S", 1)
    where = ("--models-dir", str(tmp_path), "--scheduler", address)
    assert cli.main(["retrain", str(archive), *where]) == cli.BAD_INPUT
    assert f"no cluster at {address}" in capsys.readouterr().err


_IMPATIENT = "from moderation.cli import cluster, main; cluster._CONNECT_S = 1; main()"
