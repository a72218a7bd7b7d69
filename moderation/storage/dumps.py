"""The whole database as one file, taken and brought back while others use it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, inspect

from moderation.domain.errors import ConflictError, ModerationError
from moderation.storage.database import Database

SQLITE_FILE = "moderation.sqlite3"
POSTGRESQL_FILE = "moderation.pgdump"


def dump_name(database: Database) -> str:
    """Return what the dump of such a database is called."""
    return SQLITE_FILE if database.is_sqlite else POSTGRESQL_FILE


def dump(database: Database, target: Path) -> None:
    """Write the database as it is at one moment into a new file; nobody has to wait for it.

    SQLite by its online backup, PostgreSQL by ``pg_dump``.

    Raises
    ------
    ModerationError
        If ``pg_dump`` is missing or fails; with what it said.
    """
    if database.is_sqlite:
        with closing(_open(database)) as source, closing(sqlite3.connect(target)) as copy:
            # In one step, so in one read transaction: in WAL mode writers go on beside it, and
            # the copy needs not begin anew at each of their commits.
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without companions
        _check(target)
        return
    _run(
        database.engine.url,
        ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}"],
    )


def load(database: Database, source: Path, *, replaces: bool) -> None:
    """Bring a dump back, whole or not at all.

    Parameters
    ----------
    replaces : bool
        Whether what the database holds now may be thrown away.

    Raises
    ------
    ConflictError
        If the database holds something and may not be replaced.
    ModerationError
        If the file is damaged, or ``pg_restore`` is missing or fails.
    """
    if not replaces and inspect(database.engine).get_table_names():
        raise ConflictError(
            "The database is not empty; restore with --replace to throw away what it holds."
        )
    if database.is_sqlite:
        _check(source)
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy,
            closing(_open(database)) as target,
        ):
            copy.backup(target)
        return
    _run(
        database.engine.url,
        [
            "pg_restore",
            "--single-transaction",
            "--exit-on-error",
            "--no-owner",
            "--no-privileges",
            *(["--clean", "--if-exists"] if replaces else []),
            f"--dbname={database.engine.url.database}",
            str(source),
        ],
    )


def _open(database: Database) -> sqlite3.Connection:
    return sqlite3.connect(database.engine.url.database or "", timeout=30, isolation_level=None)


def _check(path: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        raise ModerationError(f"{path} is damaged: {said}")


def _run(url: URL, command: list[str]) -> None:
    # By environment: the list of processes shows every user the arguments of a command.
    asked = {
        "PGHOST": url.host,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        **{f"PG{name.upper()}": str(value) for name, value in url.query.items()},
    }
    environment = os.environ | {name: value for name, value in asked.items() if value}
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            command, env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise ModerationError(
            f"{command[0]} is not installed; it comes with PostgreSQL's client tools."
        ) from None
    if done.returncode:
        raise ModerationError(f"{command[0]} failed: {done.stderr.strip()[-2000:]}")
