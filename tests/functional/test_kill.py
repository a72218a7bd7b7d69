"""SIGKILL in the middle of traffic: what was acknowledged is there once, and all goes on."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import select, text

from moderation.domain.reach import EVERYWHERE
from moderation.services import outbox, review, review_pages
from moderation.services.runtime import Runtime
from moderation.storage.database import open_database
from moderation.storage.queue_filters import QueueFilter
from moderation.storage.tables import comments, deliveries, review_items, verdicts
from tests.builders import a_user
from tests.conftest import POSTGRESQL_URL
from tests.fakes import FakeModels
from tests.functional.running_server import Forum, RunningServer
from tests.integration.delivery.receiver import Receiver

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("TORTURE_KILLS", "3"))
"""How often a server is killed; ``make torture`` asks for 200."""

CLIENTS = 4
TEXTS = ("Thank you, that helped me a lot.", "You are a complete idiot and a worthless moron.")
QUICK = {
    "MODERATION_DELIVERY_TIMEOUT_S": "8",
    "MODERATION_RATE_LIMIT_PER_MINUTE": "1000000",
}


class Traffic:
    """Clients that behave as forums do: what was not acknowledged is sent again."""

    def __init__(self, urls: Sequence[str], secret: str, *, forum: str = "gazette") -> None:
        self._urls = urls
        self._secret = secret
        self._forum = forum
        self._stop = threading.Event()
        self.acknowledged: dict[str, str] = {}
        self.refused: list[str] = []
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _run(self, client: int) -> None:
        forums = [Forum(url, self._secret, self._forum) for url in self._urls]
        chosen = client
        number = 0
        while not self._stop.is_set():
            comment = {
                "id": f"{client}-{number}",
                "text": f"{TEXTS[number % 2]} ({client}-{number})",
                "author": {"id": f"u{number % 7}"},
                "thread": {"id": f"t{number % 3}", "title": "Budget day"},
            }
            try:
                answer = forums[chosen % len(forums)].send("POST", "/v1/comments", comment)
            except httpx.TransportError:
                chosen += 1  # as a load balancer does
                self._stop.wait(0.05)
                continue
            if answer.is_success:
                self.acknowledged[str(comment["id"])] = answer.json()["verdict"]
                number += 1
            elif answer.status_code != 503:
                self.refused.append(answer.text)
                number += 1
        for forum in forums:
            forum.close()

    def wait_for(self, more: int) -> None:
        """Wait until so many more comments are acknowledged."""
        target = len(self.acknowledged) + more
        until(lambda: len(self.acknowledged) >= target, 90)

    def stop(self) -> None:
        """End the clients, each after its request."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)


def until(is_so: Callable[[], bool], timeout_s: float) -> None:
    end = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < end, "did not come true"
        time.sleep(0.05)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of this test alone."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'moderation.sqlite3'}"
        return
    with a_postgresql_database() as url:
        yield url


@contextmanager
def a_postgresql_database() -> Iterator[str]:
    """Give a database on the tests' server, removed at the end."""
    name = f"moderation_kill_{os.getpid()}"
    try:
        admin = psycopg.connect(POSTGRESQL_URL, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL server at {POSTGRESQL_URL}: {error}")
    with admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield POSTGRESQL_URL.rpartition("/")[0] + f"/{name}"
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def server(url: str, tmp_path: Path) -> Iterator[RunningServer]:
    """A running server, killed at the end whatever happened."""
    running = RunningServer(tmp_path, MODERATION_DATABASE_URL=url, **QUICK)
    running.start()
    yield running
    running.kill()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """The forum's side of the callbacks."""
    listening = Receiver()
    yield listening
    listening.close()


def test_a_killed_server_loses_and_doubles_nothing(
    server: RunningServer, url: str, receiver: Receiver
) -> None:
    made = server.command(
        "forums", "add", "gazette", "--callback", receiver.url, "--allow-private", "--json"
    )
    assert made.returncode == 0, made.stderr
    chance = random.Random(20260302)  # noqa: S311 - moments, not secrets
    traffic = Traffic([server.url], json.loads(made.stdout)["signing_secret"])
    try:
        for _ in range(KILLS):
            traffic.wait_for(10)
            time.sleep(chance.uniform(0, 0.7))
            server.kill()
            server.start()
        traffic.wait_for(10)
    finally:
        traffic.stop()
    assert traffic.refused == []

    runtime = Runtime(
        open_database(url.replace("postgresql://", "postgresql+psycopg://")), FakeModels(None)
    )
    # Deliveries that were under way when the server died come after their lease.
    until(lambda: set(outbox.counts_by_state(runtime, EVERYWHERE)) == {"delivered"}, 150)
    check_rows(runtime, traffic.acknowledged)
    check_messages(runtime, receiver)
    check_queue_continues(runtime)
    runtime.database.dispose()


def check_rows(runtime: Runtime, acknowledged: dict[str, str]) -> None:
    with runtime.database.read() as connection:
        if runtime.database.is_sqlite:
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
        stored = connection.execute(
            select(comments.c.external_id, verdicts.c.verdict, review_items.c.id)
            .outerjoin(verdicts, verdicts.c.comment_id == comments.c.id)
            .outerjoin(review_items, review_items.c.comment_id == comments.c.id)
        ).all()
    copies = Counter(row[0] for row in stored)
    assert set(copies.values()) == {1}
    given = {external_id: verdict for external_id, verdict, _ in stored}
    assert acknowledged.items() <= given.items()
    # Whole or not at all: whoever is flagged is queued.
    assert all(item is not None for _, verdict, item in stored if verdict != "publish")
    assert set(given.values()) == {"publish", "flag"}


def check_messages(runtime: Runtime, receiver: Receiver) -> None:
    ids = defaultdict(set)
    for message in receiver.messages:
        ids[json.loads(message.body)["data"]["comment_id"]].add(message.id)
    with runtime.database.read() as connection:
        flagged = connection.execute(
            select(comments.c.external_id, deliveries.c.message_id)
            .join(verdicts, verdicts.c.comment_id == comments.c.id)
            .outerjoin(deliveries, deliveries.c.comment_id == comments.c.id)
            .where(verdicts.c.verdict != "publish")
        ).all()
    assert ids == {external_id: {message_id} for external_id, message_id in flagged}


def check_queue_continues(runtime: Runtime) -> None:
    user = a_user(runtime)
    waiting = review_pages.count_waiting(runtime, EVERYWHERE)
    assert waiting > 0
    first = review.claim_next(runtime, user, QueueFilter(), ttl_s=300)
    second = review.claim_next(runtime, user, QueueFilter(), ttl_s=300)
    assert first is not None
    assert second is not None
    assert first.id != second.id
