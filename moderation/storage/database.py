"""The engine and the two kinds of transaction."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from moderation.domain.errors import ConflictError, InvalidInputError, StorageUnavailableError
from moderation.storage.as_json import as_json
from moderation.storage.sealing import GivenKeys, KeySource, Vault
from moderation.storage.shared_sync import SharedSync

__all__ = ["Connection", "Database", "open_database"]

_log = structlog.stdlib.get_logger(__name__)

_NO_KEYS = GivenKeys()

_BUSY_TIMEOUT_S = 10
_SET_BUSY_TIMEOUT = f"PRAGMA busy_timeout={_BUSY_TIMEOUT_S * 1000}"
_RETRY_S = 0.001


class Database:
    """Gives out transactions. One service call opens one of them.

    A write transaction takes SQLite's write lock at its start (``BEGIN IMMEDIATE``): otherwise two
    writers that began by reading would fail half-way instead of waiting for each other.
    """

    def __init__(self, engine: Engine, vault: Vault, sync: SharedSync | None = None) -> None:
        self._engine = engine
        self._reading = engine.execution_options(vault=vault)
        self._writing = engine.execution_options(vault=vault, sqlite_immediate=True)
        self.vault = vault
        self._sync = sync
        self._turn = threading.Lock()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite."""
        return self._engine.dialect.name == "sqlite"

    @property
    def engine(self) -> Engine:
        """The engine, for the migrations."""
        return self._engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that reads.

        Raises
        ------
        StorageUnavailableError
            If the database cannot be reached.
        """
        with self._transaction(is_write=False) as connection:
            yield connection

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """Open a connection for `Prepared` statements that read, each in a transaction of its own.

        What else is executed begins a transaction as in `read`, from there on.

        Raises
        ------
        StorageUnavailableError
            If the database cannot be reached.
        """
        with _told(), self._reading.connect() as connection:
            yield connection

    @contextmanager
    def write(self, *, waits: bool = True) -> Iterator[Connection]:
        """Open a transaction that is committed at the end, and rolled back on any error.

        Parameters
        ----------
        waits : bool
            Whether to return only when a power cut would not undo it. Otherwise the caller calls
            `make_durable` before it acknowledges anything.

        Raises
        ------
        StorageUnavailableError
            If the database cannot be reached.
        ConflictError
            If somebody else stored a row of the same name at the same moment.
        InvalidInputError
            If the database refuses a value, such as a NUL in a text.
        """
        with self._my_turn(), self._transaction(is_write=True) as connection:
            yield connection
        if waits:
            self.make_durable()

    def make_durable(self) -> None:
        """Return when all that can be read now would survive a power cut.

        Every write does so at its end; a read only when it says that something is stored.

        Raises
        ------
        StorageUnavailableError
            If the disk does not take it.
        """
        if self._sync is None:
            return
        try:
            self._sync.wait()
        except OSError as error:
            self._rewrite()
            _log.error("the disk did not take SQLite's log; it was written anew", reason=str(error))

    def _rewrite(self) -> None:
        # After a failed sync the system may think that it has written what it has not: what the
        # log holds goes into the database, which SQLite syncs by itself.
        try:
            with self._engine.connect() as connection:
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(FULL)").scalar_one()
        except DBAPIError as error:
            raise StorageUnavailableError("The disk does not take what is written.") from error
        if busy:
            raise StorageUnavailableError("The disk does not take what is written.")

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        # SQLite lets those who wait for its lock sleep and try again, the longer the more they
        # tried: among the threads of one process, a lock that wakes the next at once is fairer.
        if not self.is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=_BUSY_TIMEOUT_S):
            raise StorageUnavailableError("The database is busy.")
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def _transaction(self, *, is_write: bool) -> Iterator[Connection]:
        engine = self._writing if is_write else self._reading
        with _told(), engine.connect() as connection, connection.begin():
            yield connection

    def ping(self) -> None:
        """Ask the database for a sign of life; raises `StorageUnavailableError`."""
        with self.read() as connection:
            connection.execute(text("SELECT 1"))

    def dispose(self) -> None:
        """Close the pool, for example before a fork."""
        self._engine.dispose()


@contextmanager
def _told() -> Iterator[None]:
    """Tell what the database refuses in our own words."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError) as error:
        raise StorageUnavailableError("The database cannot be reached now.") from error
    except IntegrityError as error:
        if not _is_duplicate(error):
            raise
        message = "Somebody else has done the same at the same moment; look, and try again."
        raise ConflictError(message) from error
    except DataError as error:
        raise InvalidInputError("The database cannot hold one of the values.") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StorageUnavailableError("The database cannot be reached now.") from error
        raise


def open_database(
    url: str,
    *,
    pool_size: int = 16,
    keys: KeySource = _NO_KEYS,
    survives_power_cuts: bool = True,
) -> Database:
    """Open the database.

    Parameters
    ----------
    url : str
        ``sqlite:///PATH`` or ``postgresql+psycopg://...``.
    pool_size : int
        Connections kept for PostgreSQL.
    keys : KeySource
        Opens the secrets in it; without keys the rest can be used.
    survives_power_cuts : bool
        Whether a write on SQLite returns only when the disk has it. PostgreSQL's own settings say
        that for itself.
    """
    parsed = make_url(url)
    sync = None
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            file = Path(parsed.database)
            file.parent.mkdir(parents=True, exist_ok=True)
            sync = SharedSync(file) if survives_power_cuts else None
        engine = create_engine(
            parsed,
            connect_args={"timeout": _BUSY_TIMEOUT_S, "check_same_thread": False},
            pool_size=pool_size,
            max_overflow=8,
            hide_parameters=True,  # comment text must not reach a log by way of an error
            json_serializer=as_json,
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=8,
            hide_parameters=True,
            json_serializer=as_json,
            pool_pre_ping=True,
            pool_timeout=5,
            connect_args={"connect_timeout": 5},
        )
        event.listen(engine, "connect", _prepare_postgresql)
    return Database(engine, Vault(keys), sync)


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver must not begin transactions by itself: we say BEGIN, and which kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    _turn_wal_on(cursor)
    cursor.execute("PRAGMA synchronous=NORMAL")  # `SharedSync` does the rest of FULL
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(_SET_BUSY_TIMEOUT)
    cursor.close()


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    # Our queries are short and read few rows by index: to compile them, to share them out among
    # processes, or to fear a read that is not in order costs more than it saves.
    was_autocommit = connection.autocommit
    connection.autocommit = True  # set for good, not for a transaction
    with connection.cursor() as cursor:
        for setting in (
            "jit = off",
            "max_parallel_workers_per_gather = 0",
            "random_page_cost = 1.1",
        ):
            cursor.execute(f"SET {setting}")
    connection.autocommit = was_autocommit


def _turn_wal_on(cursor: sqlite3.Cursor) -> None:
    # SQLite does not wait for a lock when the mode changes, so two processes that open a new file
    # at the same moment would see one of them fail: we wait in its place.
    last_try = time.monotonic() + _BUSY_TIMEOUT_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > last_try:
                raise
            time.sleep(0.01)
        else:
            return


def _is_duplicate(error: IntegrityError) -> bool:
    """Tell whether a unique constraint was hurt, not one that guards our own mistakes."""
    if getattr(error.orig, "sqlstate", None) == _PG_UNIQUE_VIOLATION:
        return True
    return getattr(error.orig, "sqlite_errorcode", None) in _SQLITE_DUPLICATES


_PG_UNIQUE_VIOLATION = "23505"
_SQLITE_DUPLICATES = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}


def _begin_sqlite(connection: Connection) -> None:
    is_write = connection.get_execution_options().get("sqlite_immediate", False)
    cursor = connection.connection.cursor()
    try:
        if is_write:
            _begin_writing(cursor)
        else:
            cursor.execute("BEGIN")
    except sqlite3.OperationalError as error:
        raise OperationalError("BEGIN", None, error) from error
    finally:
        cursor.close()


def _begin_writing(cursor: DBAPICursor) -> None:
    # SQLite itself would sleep up to 100 ms while another process writes: ours is short.
    cursor.execute("PRAGMA busy_timeout=0")
    last_try = time.monotonic() + _BUSY_TIMEOUT_S
    try:
        while True:
            try:
                cursor.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if not _is_busy(error) or time.monotonic() > last_try:
                    raise
                time.sleep(_RETRY_S)
            else:
                return
    finally:
        cursor.execute(_SET_BUSY_TIMEOUT)


def _is_busy(error: BaseException | None) -> bool:
    # Or a kind of it, which the upper bytes tell.
    code = getattr(error, "sqlite_errorcode", 0)
    return isinstance(code, int) and code & 0xFF == sqlite3.SQLITE_BUSY
