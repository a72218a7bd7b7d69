"""What the current request works with: the only module that touches ``current_app``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g

from moderation.config import Settings
from moderation.domain.forum import Forum
from moderation.services.runtime import Runtime

_KEY = "moderation"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The application's settings and runtime."""

    settings: Settings
    runtime: Runtime


def attach(app: Flask, settings: Settings, runtime: Runtime) -> None:
    """Hand the surroundings to an application."""
    app.extensions[_KEY] = Surroundings(settings, runtime)


def _surroundings() -> Surroundings:
    return cast(Surroundings, current_app.extensions[_KEY])


def runtime() -> Runtime:
    """Return the runtime of the current application."""
    return _surroundings().runtime


def settings() -> Settings:
    """Return the settings of the current application."""
    return _surroundings().settings


def request_id() -> str:
    """Return the id of the current request."""
    return cast(str, g.request_id)


def forum() -> Forum:
    """Return the forum that signed the current request."""
    return cast(Forum, g.forum)
