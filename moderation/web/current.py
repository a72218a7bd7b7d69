"""What the current request works with: the only module that touches ``current_app``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g

from moderation.config import Settings
from moderation.domain.forum import Forum
from moderation.services.hosts import KnownHost
from moderation.services.runtime import Runtime
from moderation.web.metrics import Metrics

_KEY = "moderation"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The application's settings, runtime and counters."""

    settings: Settings
    runtime: Runtime
    metrics: Metrics


def attach(app: Flask, settings: Settings, runtime: Runtime) -> None:
    """Hand the surroundings to an application."""
    app.extensions[_KEY] = Surroundings(settings, runtime, Metrics(runtime))


def _surroundings() -> Surroundings:
    return cast(Surroundings, current_app.extensions[_KEY])


def settings_of(app: Flask) -> Settings:
    """Return the settings of an application that is being put together."""
    return cast(Surroundings, app.extensions[_KEY]).settings


def extension(name: str) -> object:
    """Return what a part of the web room has put into the application's extensions."""
    return current_app.extensions[name]


def runtime() -> Runtime:
    """Return the runtime of the current application."""
    return _surroundings().runtime


def settings() -> Settings:
    """Return the settings of the current application."""
    return _surroundings().settings


def secret_key() -> str:
    """Return the installation's key; the desk has set it."""
    return cast(str, current_app.secret_key)


def metrics() -> Metrics:
    """Return the counters of the current application."""
    return _surroundings().metrics


def request_id() -> str:
    """Return the id of the current request."""
    return cast(str, g.request_id)


def forum() -> Forum:
    """Return the forum that signed the current request."""
    return cast(Forum, g.forum)


def forum_or_none() -> Forum | None:
    """Return the forum of the current request; None on pages that belong to no forum."""
    return cast("Forum | None", g.get("forum"))


def known_host() -> KnownHost:
    """Return the host that sent the current request."""
    return cast(KnownHost, g.known_host)


def message_id() -> str | None:
    """Return the ``webhook-id`` of the current request; None when a bearer key was shown."""
    return cast("str | None", g.get("message_id"))
