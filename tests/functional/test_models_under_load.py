"""Promotion, shadow and rollback under load: no request fails, and no answer mixes two models."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.bundles import add_bundle
from tests.functional.running_server import Forum, RunningServer

pytestmark = pytest.mark.slow

CLIENTS = 3
TEXT = "You are an idiot, and the minister lies."


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path, MODERATION_MODEL_POLL_S="0.05")
    running.start()
    yield running
    running.stop()


class Load:
    """Forums that send the same text again and again, as new comments and for a score alone."""

    def __init__(self, url: str, secret: str) -> None:
        self._url, self._secret = url, secret
        self._stop = threading.Event()
        self.answers: list[httpx.Response] = []
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(CLIENTS)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=60)

    def _run(self, client: int) -> None:
        forum = Forum(self._url, self._secret)
        number = 0
        while not self._stop.is_set():
            number += 1
            body = {"id": f"{client}-{number}", "text": TEXT}
            self.answers.append(forum.send("POST", "/v1/comments", body))
            self.answers.append(forum.send("POST", "/v1/score", {"text": TEXT}))
        forum.close()

    def wait_for(self, version: str) -> None:
        """Wait until an answer names the version."""
        deadline = time.monotonic() + 30
        seen = 0
        while time.monotonic() < deadline:
            fresh = self.answers[seen:]
            seen += len(fresh)
            if any(answer.json().get("model_version") == version for answer in fresh):
                return
            time.sleep(0.02)
        raise AssertionError(f"no answer by {version} within 30 s")


def test_no_request_fails_and_each_version_gives_one_answer(server: RunningServer) -> None:
    models = server.folder / "var" / "models"
    first, second = (add_bundle(models, f"2026-01-0{n}T00:00:00Z") for n in (1, 2))
    secret = server.signing_secret()
    with closing(Forum(server.url, secret)) as forum:
        before = str(forum.send("POST", "/v1/score", {"text": TEXT}).json()["model_version"])

    def run(*arguments: str) -> None:
        done = server.command("models", *arguments)
        assert done.returncode == 0, done.stderr

    with Load(server.url, secret) as load:
        load.wait_for(before)
        run("promote", first, "--reason", "a test")
        load.wait_for(first)
        run("shadow", second)
        run("promote", second, "--reason", "a test")
        load.wait_for(second)
        run("rollback", "--reason", "a test")
        load.wait_for(first)

    assert {answer.status_code for answer in load.answers} == {200, 201}
    scores = defaultdict(set)
    for answer in load.answers:
        body = answer.json()
        scores[body["model_version"]].add(str(body["scores"]))
    assert set(scores) == {before, first, second}
    assert {version: len(said) for version, said in scores.items()} == dict.fromkeys(scores, 1)
    assert len({str(said) for said in scores.values()}) >= 2
