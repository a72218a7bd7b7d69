"""What was acknowledged is on the disk: power cuts between any two syncs, and a disk that fails."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from moderation.services.runtime import Runtime
from moderation.storage import shared_sync
from moderation.storage.database import Database, open_database
from moderation.storage.tables import events
from tests.builders import a_comment, register_forum, submitted
from tests.fakes import KEYS, START, FakeModels, FakeScorer, FixedClock
from tests.integration.racing import race


@pytest.fixture
def file(migrated_file: Path, tmp_path: Path) -> Path:
    path = tmp_path / "moderation.sqlite3"
    shutil.copyfile(migrated_file, path)
    return path


@pytest.fixture
def durable(file: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{file}", keys=KEYS)
    yield opened
    opened.dispose()


class Disk:
    """Keeps what the disk holds after each sync of the log; a sync takes its time."""

    def __init__(self, file: Path) -> None:
        self._log = Path(f"{file}-wal")
        self._database = file.read_bytes()
        self.logs = [self._log.read_bytes() if self._log.exists() else b""]

    def flush(self, log: int) -> None:
        given = self._log.read_bytes()  # what is written later is not part of this sync
        time.sleep(0.005)
        os.fsync(log)
        self.logs.append(given)

    def after_power_cut(self, moment: int, folder: Path) -> set[str]:
        """Return the rows that a restart finds when the cut came before the next sync."""
        folder.mkdir()
        (folder / "m.sqlite3").write_bytes(self._database)
        (folder / "m.sqlite3-wal").write_bytes(self.logs[moment])
        with sqlite3.connect(folder / "m.sqlite3") as found:
            return {row[0] for row in found.execute("SELECT kind FROM events")}


def _write(database: Database, kind: str) -> None:
    with database.write() as connection:
        connection.execute(insert(events).values(at=START, kind=kind, actor="a", details={}))


def test_after_a_power_cut_at_any_moment_what_was_acknowledged_is_there(
    file: Path, durable: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(file)
    monkeypatch.setattr(shared_sync, "_flush", disk.flush)
    acknowledged: list[tuple[str, int]] = []

    def writer(name: int) -> None:
        for number in range(8):
            kind = f"{name}-{number}"
            _write(durable, kind)
            acknowledged.append((kind, len(disk.logs) - 1))

    assert race(writer, range(6)) == [None] * 6
    for moment in range(len(disk.logs)):
        found = disk.after_power_cut(moment, tmp_path / f"cut-{moment}")
        assert {kind for kind, sync in acknowledged if sync <= moment} <= found
    assert len(disk.logs) < len(acknowledged)  # writers share a sync


def test_a_comment_is_acknowledged_when_the_disk_has_it(
    file: Path, durable: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = Runtime(database=durable, models=FakeModels(FakeScorer()), clock=FixedClock())
    forum = register_forum(runtime).forum
    disk = Disk(file)
    monkeypatch.setattr(shared_sync, "_flush", disk.flush)
    submitted(runtime, forum, a_comment())
    assert "verdict" in disk.after_power_cut(len(disk.logs) - 1, tmp_path / "cut")
    syncs = len(disk.logs)
    submitted(runtime, forum, a_comment())  # again: the first answer may still be on its way
    assert len(disk.logs) > syncs


def test_nobody_waits_for_the_disk_while_holding_the_write_lock(
    durable: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_slow, may_go_on = threading.Event(), threading.Event()

    def flush(_: int) -> None:
        is_slow.set()
        assert may_go_on.wait(10)

    monkeypatch.setattr(shared_sync, "_flush", flush)
    first = threading.Thread(target=_write, args=(durable, "first"))
    first.start()
    assert is_slow.wait(10)
    with durable.write() as connection:  # the lock is free, though the first is not acknowledged
        connection.execute(insert(events).values(at=START, kind="second", actor="a", details={}))
        assert first.is_alive()
        may_go_on.set()
    first.join(10)
    assert not first.is_alive()


def test_a_log_that_the_disk_does_not_take_is_put_into_the_database(
    file: Path, durable: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError("input/output error")

    monkeypatch.setattr(shared_sync, "_flush", fail)
    _write(durable, "kept")
    shutil.copyfile(file, tmp_path / "alone.sqlite3")  # without the log
    with sqlite3.connect(tmp_path / "alone.sqlite3") as found:
        assert found.execute("SELECT kind FROM events").fetchall() == [("kept",)]
