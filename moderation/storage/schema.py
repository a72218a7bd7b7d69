"""Migrations: up, down, and whether the database is where the code expects it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from moderation.domain.errors import InvalidInputError
from moderation.storage.database import Database
from moderation.storage.sealing import ensure_key, ensure_key_check
from moderation.storage.tables import metadata

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 4_207_211  # any number, the same for all our processes


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """Return the newest revision of the schema."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    return revision or ""


def current(database: Database) -> str | None:
    """Return the database's revision; None when it is empty."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: object) -> bool:
    """Tell whether this code knows a revision, and can migrate from it."""
    scripts = ScriptDirectory.from_config(_config())
    return revision in {script.revision for script in scripts.walk_revisions()}


def upgrade(database: Database, revision: str = "head") -> None:
    """Migrate up, with a first key for the secrets. Two processes at once take turns.

    Raises
    ------
    InvalidInputError
        If there is no such revision, or the database is newer than this code.
    UnreadableSecretError
        If the database holds secrets and their key is not there.
    """
    with database.write() as connection, _explained():
        _take_turns(connection)
        ensure_key(connection)
        command.upgrade(_config(connection), revision)
        ensure_key_check(connection)


def downgrade(database: Database, revision: str) -> None:
    """Migrate down to ``revision``; ``base`` removes everything. Raises as `upgrade`."""
    with database.write() as connection, _explained():
        _take_turns(connection)
        command.downgrade(_config(connection), revision)


def differences(database: Database) -> list[object]:
    """Return how the database differs from `tables`; empty when they agree."""
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except CommandError as error:
        raise InvalidInputError(f"The database was not migrated: {error}") from error


def _take_turns(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
