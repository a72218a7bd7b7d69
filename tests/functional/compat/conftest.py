"""Forums whose clients speak another service's format, on a service whose model knows words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from moderation.app import create_app
from moderation.config import Settings
from moderation.services.runtime import Runtime
from tests.builders import RegisteredForum, register_forum

MakeForum = Callable[..., RegisteredForum]


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """One is enough: what differs between databases is tested with the services."""
    return str(request.param)


@pytest.fixture
def make_forum(runtime: Runtime) -> MakeForum:
    """Make a forum with ``drop_in`` settings."""

    def make(slug: str = "gazette", *, policy: Any = None, **drop_in: Any) -> RegisteredForum:
        return register_forum(runtime, slug, drop_in=drop_in, **(policy or {}))

    return make


@pytest.fixture
def key(make_forum: MakeForum) -> str:
    """The key of a forum that only scores."""
    return make_forum().credentials.bearer_key


@pytest.fixture
def queueing_key(make_forum: MakeForum) -> str:
    """The key of a forum that stores and queues."""
    return make_forum("herald", mode="store_and_queue").credentials.bearer_key


@pytest.fixture
def limited(settings: Settings, runtime: Runtime) -> FlaskClient:
    """A client of a service that takes two requests a minute, each of 2,000 bytes at most."""
    app: Flask = create_app(
        replace(settings, rate_limit_per_minute=2, max_body_bytes=2_000), runtime=runtime
    )
    return app.test_client()
