"""The disk is full, the database is away: nothing acknowledged is lost, and all goes on after."""

from __future__ import annotations

import os
import resource
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from sqlalchemy.engine import make_url

from moderation.services.runtime import Runtime
from moderation.storage.database import open_database
from tests.fakes import FakeModels
from tests.functional.running_server import Forum, RunningServer, free_port
from tests.functional.test_kill import (
    QUICK,
    Traffic,
    a_postgresql_database,
    check_queue_continues,
    check_rows,
    until,
)

pytestmark = pytest.mark.slow

OUTAGE_S = 3.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server on SQLite."""
    running = RunningServer(tmp_path, **QUICK)
    running.start()
    yield running
    running.kill()


def allow_bytes(server: RunningServer, most: int) -> None:
    """Let no file of the server's processes grow beyond a size, as on a full disk."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(ProcessLookupError):
            if os.getpgid(int(folder.name)) == server.group:
                limits = (most, resource.RLIM_INFINITY)
                resource.prlimit(int(folder.name), resource.RLIMIT_FSIZE, limits)


def status_of(server: RunningServer, secret: str, number: int) -> int:
    forum = Forum(server.url, secret)
    try:
        comment = {"id": f"full-{number}", "text": "Thank you.", "author": {"id": "u"}}
        return forum.send("POST", "/v1/comments", comment).status_code
    finally:
        forum.close()


def test_a_full_disk_acknowledges_nothing_that_it_does_not_take(server: RunningServer) -> None:
    secret = server.signing_secret()
    traffic = Traffic([server.url], secret, forum="main")
    try:
        traffic.wait_for(20)
        allow_bytes(server, 4096)
        until(lambda: status_of(server, secret, 0) == 503, 60)
        before = len(traffic.acknowledged)
        time.sleep(OUTAGE_S)
        assert len(traffic.acknowledged) == before
        assert httpx.get(f"{server.url}/healthz", timeout=10).status_code == 200
        allow_bytes(server, resource.RLIM_INFINITY)
        traffic.wait_for(20)
    finally:
        traffic.stop()
    assert traffic.refused == []
    check(f"sqlite:///{server.folder / 'var' / 'moderation.sqlite3'}", traffic)


class Wire:
    """Lies between the service and its database, and can be cut."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self.port = free_port()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._is_cut = False
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._is_cut:
                near.close()
                continue
            far = socket.create_connection(self._target)
            self._open |= {near, far}
            threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        other = {near: far, far: near}
        with suppress(OSError, ValueError):
            while True:
                for side in select.select([near, far], [], [])[0]:
                    data = side.recv(65536)
                    if not data:
                        return self._close(near, far)
                    other[side].sendall(data)
        return self._close(near, far)

    def _close(self, *sides: socket.socket) -> None:
        for side in sides:
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
            side.close()
            self._open.discard(side)

    def cut(self) -> None:
        """End every connection and take no new one."""
        self._is_cut = True
        self._close(*list(self._open))

    def mend(self) -> None:
        """Let connections through again."""
        self._is_cut = False

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()
        self.cut()


@pytest.mark.postgresql
def test_a_database_that_is_away_under_traffic_costs_answers_and_no_comment(
    tmp_path: Path,
) -> None:
    with a_postgresql_database() as url:
        given = make_url(url)
        wire = Wire(given.host or "127.0.0.1", given.port or 5432)
        by_wire = given.set(host="127.0.0.1", port=wire.port).render_as_string(hide_password=False)
        server = RunningServer(tmp_path, MODERATION_DATABASE_URL=by_wire, **QUICK)
        server.start()
        ready = f"{server.url}/readyz"
        traffic = Traffic([server.url], server.signing_secret(), forum="main")
        try:
            for _ in range(3):
                traffic.wait_for(20)
                wire.cut()
                until(lambda: httpx.get(ready, timeout=30).status_code == 503, 60)
                time.sleep(OUTAGE_S)
                wire.mend()
                traffic.wait_for(20)
            assert httpx.get(ready, timeout=30).json()["database"] == "ok"
        finally:
            traffic.stop()
            server.kill()
            wire.close()
        assert traffic.refused == []
        check(url.replace("postgresql://", "postgresql+psycopg://"), traffic)


def check(url: str, traffic: Traffic) -> None:
    runtime = Runtime(open_database(url), FakeModels(None))
    check_rows(runtime, traffic.acknowledged)
    check_queue_continues(runtime)
    runtime.database.dispose()
