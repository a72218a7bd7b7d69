"""The compose file's topology as processes: each is killed in turn, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from moderation.domain.reach import EVERYWHERE
from moderation.domain.review import DecisionAction, DecisionInput
from moderation.services import outbox, review
from moderation.services.runtime import Runtime
from moderation.storage import judgements
from moderation.storage.database import open_database
from moderation.storage.queue_filters import QueueFilter
from tests.builders import a_user
from tests.fakes import KEYS, FakeModels
from tests.functional.running_server import RunningServer, free_port
from tests.functional.test_kill import (
    QUICK,
    Traffic,
    a_postgresql_database,
    check_rows,
    until,
)
from tests.integration.delivery.receiver import Receiver

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Redis server of this test alone."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=tmp_path) as process:
        yield f"redis://127.0.0.1:{port}/0", process
        process.kill()


class Moderators(threading.Thread):
    """Two people who decide whatever waits, as fast as they can."""

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__()
        self._runtime, self._user = runtime, a_user(runtime, name)
        self.stop, self.decided = threading.Event(), list[int]()

    def run(self) -> None:
        while not self.stop.wait(0.05):
            item = review.claim_next(self._runtime, self._user, QueueFilter(), ttl_s=300)
            if item is None or item.claim_token is None:
                continue
            with self._runtime.database.read() as connection:
                judged = judgements.judgement_by_pk(connection, item.comment_pk)
            assert judged is not None
            given = DecisionInput(DecisionAction.APPROVE, frozenset(), None, "", judged.revision)
            review.decide(self._runtime, self._user, item.id, item.claim_token, given)
            self.decided.append(item.id)


def a_worker(server: RunningServer) -> subprocess.Popen[bytes]:
    log = (server.folder / "worker.log").open("ab")
    with log:
        return subprocess.Popen(
            [sys.executable, "-m", "moderation", "worker"],
            env=server.environment,
            cwd=server.folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def test_three_servers_and_two_workers_lose_nothing_when_any_dies(
    tmp_path: Path, redis: tuple[str, subprocess.Popen[bytes]]
) -> None:
    receiver = Receiver()
    with a_postgresql_database() as url:
        settings = {
            **QUICK,
            "MODERATION_DATABASE_URL": url,
            "MODERATION_RATE_LIMIT_STORE": redis[0],
            "MODERATION_SECRET_KEY": "0123456789abcdef" * 4,
            "MODERATION_ENCRYPTION_KEYS": KEYS.keys[0],
            "MODERATION_RUNS_DELIVERIES": "false",
            "MODERATION_MODELS_DIR": str(tmp_path / "models"),
        }
        servers = []
        for number in range(3):
            folder = tmp_path / f"web{number}"
            folder.mkdir()
            servers.append(RunningServer(folder, **settings))
        workers: list[subprocess.Popen[bytes]] = []
        runtime = Runtime(
            open_database(url.replace("postgresql://", "postgresql+psycopg://")), FakeModels(None)
        )
        try:
            with ThreadPoolExecutor() as pool:  # all at once: three migrations take turns
                list(pool.map(RunningServer.start, servers))
            workers += [a_worker(server) for server in servers[:2]]
            kill_each_in_turn(runtime, servers, workers, redis[1], receiver)
        finally:
            for server in servers:
                server.kill()
            for worker in workers:
                kill(worker)
            runtime.database.dispose()
            receiver.close()


def kill_each_in_turn(
    runtime: Runtime,
    servers: list[RunningServer],
    workers: list[subprocess.Popen[bytes]],
    redis: subprocess.Popen[bytes],
    receiver: Receiver,
) -> None:
    made = servers[0].command(
        "forums", "add", "gazette", "--callback", receiver.url, "--allow-private", "--json"
    )
    assert made.returncode == 0, made.stderr
    secret = json.loads(made.stdout)["signing_secret"]
    traffic = Traffic([server.url for server in servers], secret)
    moderators = [Moderators(runtime, name) for name in ("mira", "noor")]
    for moderator in moderators:
        moderator.start()
    try:
        for victim in (servers[0].kill, lambda: kill(workers[0]), redis.kill, servers[1].kill):
            traffic.wait_for(20)
            victim()
        traffic.wait_for(20)
    finally:
        traffic.stop()
        for moderator in moderators:
            moderator.stop.set()
            moderator.join(60)
    assert traffic.refused == []
    assert httpx.get(f"{servers[2].url}/readyz", timeout=5).status_code == 200
    until(lambda: set(outbox.counts_by_state(runtime, EVERYWHERE)) == {"delivered"}, 150)
    check_rows(runtime, traffic.acknowledged)
    check_decisions(moderators)


def check_decisions(moderators: list[Moderators]) -> None:
    decided = [item for moderator in moderators for item in moderator.decided]
    assert decided
    assert len(decided) == len(set(decided))  # no item twice


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


def test_a_machine_with_another_key_does_not_start(tmp_path: Path) -> None:
    with a_postgresql_database() as url:
        first, other = (
            RunningServer(tmp_path / name, MODERATION_DATABASE_URL=url) for name in ("a", "b")
        )
        for server in (first, other):
            server.folder.mkdir()
        assert first.command("init").returncode == 0
        for command in (["serve"], ["serve", "--no-init"], ["worker"]):
            refused = other.command(*command, timeout=60)
            assert refused.returncode == 2
            assert "Copy encryption.keys from the machine that set this" in refused.stderr
        told = other.command("doctor", "main")
        assert told.returncode == 1
        assert "cannot be read with the keys in" in told.stdout
        shutil.copyfile(first.folder / "var/encryption.keys", other.folder / "var/encryption.keys")
        try:
            other.start()
        finally:
            other.kill()
