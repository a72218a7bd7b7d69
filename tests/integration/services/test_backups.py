"""A backup is proven by restoring it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import select

from moderation.domain.errors import ConflictError, InvalidInputError, ModerationError
from moderation.domain.forum import Forum
from moderation.services import backups, secret_key
from moderation.services.backups import Places
from moderation.services.intake import submit_comment
from moderation.services.lookup import read_comment
from moderation.services.runtime import Runtime
from moderation.storage import dumps, schema
from moderation.storage.database import open_database
from moderation.storage.tables import metadata
from tests.builders import a_comment, a_user, decided, sqlite_only, submitted
from tests.conftest import POSTGRESQL_URL
from tests.fakes import KEYS


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """An installation with a key and a bundle."""
    found = Places(tmp_path / "var", tmp_path / "var" / "models")
    secret_key.kept_secret_key(found.data_dir)
    (found.models_dir / "v1").mkdir(parents=True)
    (found.models_dir / "v1" / "manifest.json").write_text("{}")
    (found.models_dir / "pointers.json").write_text('{"current": "v1"}')
    (found.models_dir / ".tmp-1-v2").mkdir()  # a bundle that is being written
    return found


@pytest.fixture
def empty(database_kind: str, runtime: Runtime, tmp_path: Path) -> Iterator[Runtime]:
    """A second installation with an empty database."""
    if database_kind == "sqlite":
        second = open_database(f"sqlite:///{tmp_path / 'second' / 'm.sqlite3'}", keys=KEYS)
        yield replace(runtime, database=second)
        second.dispose()
        return
    name = f"moderation_restore_{os.getpid()}"
    with psycopg.connect(POSTGRESQL_URL, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        base = POSTGRESQL_URL.rpartition("/")[0].replace("postgresql://", "postgresql+psycopg://")
        second = open_database(f"{base}/{name}", keys=KEYS)
        yield replace(runtime, database=second)
        second.dispose()
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def rows(runtime: Runtime) -> dict[str, list[tuple[object, ...]]]:
    with runtime.database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=str)
            for table in metadata.sorted_tables
        }


def test_what_is_restored_is_what_was_there(
    runtime: Runtime, empty: Runtime, forum: Forum, places: Places, tmp_path: Path
) -> None:
    judgement = submitted(runtime, forum, a_comment(text="you idiot"))
    decided(runtime, a_user(runtime), judgement)
    schema.upgrade(runtime.database)  # as at every start; leaves what the key is known by
    before = rows(runtime)
    second = Places(tmp_path / "second", tmp_path / "second" / "models")

    backups.back_up(runtime, places, tmp_path / "backup")
    submitted(runtime, forum, a_comment("later"))
    backups.restore(empty, second, tmp_path / "backup")

    assert rows(empty) == before
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in second.models_dir.iterdir()) == ["pointers.json", "v1"]
    key = secret_key.FILE_NAME
    assert (second.data_dir / key).read_bytes() == (places.data_dir / key).read_bytes()
    submitted(empty, forum, a_comment("new"))  # and work goes on
    assert read_comment(empty, forum, "c1").decision is not None

    with pytest.raises(ConflictError, match="--replace"):
        backups.restore(empty, second, tmp_path / "backup")
    backups.restore(empty, second, tmp_path / "backup", replaces=True)
    assert rows(empty) == before


@sqlite_only
def test_a_backup_under_traffic_is_whole_and_nobody_waits(
    runtime: Runtime, empty: Runtime, forum: Forum, places: Places, tmp_path: Path
) -> None:
    stop = threading.Event()
    answered: list[str] = []

    def traffic() -> None:
        while not stop.is_set():
            comment = a_comment(f"t{len(answered)}")
            submit_comment(runtime, forum, comment, request_id="r")
            answered.append(comment.external_id)

    client = threading.Thread(target=traffic)
    client.start()
    try:
        while len(answered) < 20:
            stop.wait(0.01)
        known = list(answered)
        backups.back_up(runtime, places, tmp_path / "backup")
        while len(answered) < len(known) + 5:
            stop.wait(0.01)
    finally:
        stop.set()
        client.join()
    backups.restore(empty, Places(tmp_path / "b", tmp_path / "b" / "m"), tmp_path / "backup")
    restored = rows(empty)
    names = {row[2] for row in restored["comments"]}
    assert set(known) <= names <= set(answered) | {f"t{len(answered)}"}
    assert len(restored["verdicts"]) == len(names)  # nothing half-written


@sqlite_only
def test_a_damaged_backup_is_refused(
    runtime: Runtime, empty: Runtime, forum: Forum, places: Places, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    with pytest.raises(InvalidInputError, match="no backup"):
        backups.check_backup(folder)
    backups.back_up(runtime, places, folder)
    with pytest.raises(ConflictError, match="there already"):
        backups.back_up(runtime, places, folder)
    with (folder / "moderation.sqlite3").open("r+b") as file:
        file.seek(5000)
        file.write(b"\xff" * 100)
    with pytest.raises(InvalidInputError, match="changed"):
        backups.restore(empty, places, folder)


def test_postgresql_tools_get_the_password_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    fake = tmp_path / "pg_dump"
    fake.write_text(f'#!/bin/sh\necho "$@" > {told}\ntest "$PGPASSWORD" = "s3cret!"\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    database = open_database("postgresql+psycopg://ada:s3cret%21@db.example:5433/m")
    dumps.dump(database, tmp_path / "out")
    assert "s3cret" not in told.read_text()
    fake.write_text("#!/bin/sh\necho gone >&2; exit 1\n")
    with pytest.raises(ModerationError, match="pg_dump failed: gone"):
        dumps.dump(database, tmp_path / "out")
