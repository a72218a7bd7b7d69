"""Fixtures for all tests: a fresh migrated database, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql

from moderation.app import create_app
from moderation.config import Settings
from moderation.domain.forum import Forum
from moderation.services.runtime import Runtime
from moderation.storage import schema
from moderation.storage.database import Database, open_database
from moderation.storage.tables import metadata
from tests.builders import RegisteredForum, register_forum
from tests.fakes import KEYS, FakeModels, FakeScorer, FixedClock

POSTGRESQL_URL = os.environ.get(
    "TEST_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432/postgres"
)
"""A server on which the tests may create databases."""


RUNS_ALL = os.environ.get("MODERATION_TEST_ALL") == "1"
"""Where everything is installed, a test that is skipped is a test that fails."""


_Report = TypeVar("_Report", pytest.TestReport, pytest.CollectReport)


def _not_skipped(report: _Report) -> _Report:
    if RUNS_ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"MODERATION_TEST_ALL allows no skips: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a skipped test where nothing may be skipped."""
    return _not_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fail a module that skips itself where nothing may be skipped."""
    return _not_skipped((yield))


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on; ``tests.builders.sqlite_only`` narrows it."""
    return str(request.param)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy: migrating once is faster than for each test."""
    path = tmp_path_factory.mktemp("migrated") / "template.sqlite3"
    database = open_database(f"sqlite:///{path}", survives_power_cuts=False)
    schema.upgrade(database)
    database.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A migrated PostgreSQL database of this test process alone."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"moderation_test_{worker}_{os.getpid()}"
    try:
        server = psycopg.connect(POSTGRESQL_URL, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL server at {POSTGRESQL_URL}: {error}")
    with server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        # A crash of the server may lose these rows: they are test rows.
        server.execute(
            sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(name))
        )
        base = POSTGRESQL_URL.rpartition("/")[0].replace("postgresql://", "postgresql+psycopg://")
        url = f"{base}/{name}"
        database = open_database(url)
        schema.upgrade(database)
        database.dispose()
        yield url
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty, migrated database."""
    if database_kind == "sqlite":
        path = tmp_path / "moderation.sqlite3"
        shutil.copyfile(request.getfixturevalue("migrated_file"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgresql_url")
    _empty(url)
    return url


@pytest.fixture
def empty_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database without a single table."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty' / 'moderation.sqlite3'}"
        return
    request.getfixturevalue("postgresql_url")  # skips where there is no server
    name = f"moderation_empty_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with psycopg.connect(POSTGRESQL_URL, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        base = POSTGRESQL_URL.rpartition("/")[0].replace("postgresql://", "postgresql+psycopg://")
        yield f"{base}/{name}"
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _empty(url: str) -> None:
    # Ten times faster than TRUNCATE, which makes new files for every table and index.
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name)))
        connection.execute(
            "SELECT setval(oid::regclass, 1, false) FROM pg_class"
            " WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
        )


@pytest.fixture
def clock() -> FixedClock:
    """The time of the service, from ``tests.fakes.START`` on."""
    return FixedClock()


@pytest.fixture
def models() -> FakeModels:
    """A model that scores by words (``tests.fakes.WORDS``)."""
    return FakeModels(FakeScorer())


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The open database; a power cut may lose these rows: they are test rows."""
    opened = open_database(database_url, keys=KEYS, survives_power_cuts=False)
    yield opened
    opened.dispose()


@pytest.fixture
def runtime(database: Database, models: FakeModels, clock: FixedClock) -> Runtime:
    """The service's surroundings."""
    return Runtime(database=database, models=models, clock=clock)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings that touch nothing outside of the test's own folder."""
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        secret_key="0123456789abcdef" * 4,
        encryption_keys=KEYS.keys,
        runs_deliveries=False,
    )


@pytest.fixture
def app(settings: Settings, runtime: Runtime) -> Flask:
    """The application."""
    application = create_app(settings, runtime=runtime)
    application.testing = True
    return application


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client without credentials."""
    return app.test_client()


@pytest.fixture
def registered(runtime: Runtime) -> RegisteredForum:
    """The forum ``gazette`` with its credentials, audit sample off."""
    return register_forum(runtime)


@pytest.fixture
def forum(registered: RegisteredForum) -> Forum:
    """The forum ``gazette``."""
    return registered.forum


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker ends the run alone with it."""
    items.sort(key=lambda item: "test_loop" not in item.nodeid)
