"""Fixtures of the services' tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from moderation.services.runtime import Runtime
from moderation.storage.database import open_database
from moderation.storage.users import User
from tests.builders import a_user
from tests.fakes import FakeModels, FakeScorer, FixedClock


@pytest.fixture
def mira(runtime: Runtime) -> User:
    """A moderator."""
    return a_user(runtime)


@pytest.fixture
def elsewhere(migrated_file: Path, tmp_path: Path) -> Iterator[Runtime]:
    """Another installation, empty."""
    path = tmp_path / "elsewhere.sqlite3"
    shutil.copyfile(migrated_file, path)
    database = open_database(f"sqlite:///{path}")
    yield Runtime(database=database, models=FakeModels(FakeScorer()), clock=FixedClock())
    database.dispose()
