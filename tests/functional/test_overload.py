"""More requests than threads: some are sent away at once, nothing acknowledged is lost."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.functional.running_server import RunningServer

CLIENTS, EACH = 40, 5


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    running = RunningServer(
        tmp_path,
        MODERATION_SERVER_THREADS="2",
        MODERATION_OVERLOAD_WAIT_MS="40",
        MODERATION_RATE_LIMIT_PER_MINUTE="1000000",
    )
    running.start()
    yield running
    running.stop()


@pytest.mark.slow
def test_overload_sends_away_and_recovers(server: RunningServer) -> None:
    headers = {"Authorization": f"Bearer {server.bearer_key}"}

    def send(number: int) -> list[tuple[str, httpx.Response]]:
        with httpx.Client(base_url=server.url, headers=headers, timeout=30) as client:
            return [
                (name, client.post("/v1/comments", json={"id": name, "text": f"Hello, {name}."}))
                for name in (f"c{number}-{turn}" for turn in range(EACH))
            ]

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = [answer for sent in pool.map(send, range(CLIENTS)) for answer in sent]

    counted = Counter(answer.status_code for _, answer in answers)
    assert set(counted) == {201, 503}
    away = next(answer for _, answer in answers if answer.status_code == 503)
    assert away.json()["code"] == "overloaded"
    assert int(away.headers["Retry-After"]) > 0

    time.sleep(0.2)
    with httpx.Client(base_url=server.url, headers=headers, timeout=30) as client:
        for name, answer in answers:
            again = client.post("/v1/comments", json={"id": name, "text": f"Hello, {name}."})
            is_replay = again.headers.get("Idempotent-Replayed") == "true"
            assert again.status_code in {200, 201}
            assert is_replay == (answer.status_code == 201)


@pytest.mark.slow
def test_an_open_connection_keeps_no_thread_from_others(tmp_path: Path) -> None:
    # A thread looks for the next request of its connection itself, for a moment and while nobody
    # else needs it: with one thread, two clients that keep their connections take turns.
    server = RunningServer(tmp_path, MODERATION_SERVER_THREADS="1")
    server.start()
    try:
        headers = {"Authorization": f"Bearer {server.bearer_key}"}
        with (
            httpx.Client(base_url=server.url, headers=headers, timeout=10) as one,
            httpx.Client(base_url=server.url, headers=headers, timeout=10) as other,
        ):
            for turn in range(20):
                for name, client in (("one", one), ("other", other)):
                    comment = {"id": f"{name}-{turn}", "text": f"Hello, {name}."}
                    assert client.post("/v1/comments", json=comment).status_code == 201
    finally:
        server.stop()
