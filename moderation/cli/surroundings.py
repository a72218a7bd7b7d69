"""What the commands work with."""

from __future__ import annotations

import getpass

from moderation.config import Settings, load_settings
from moderation.domain.errors import NotFoundError
from moderation.domain.forum import Forum
from moderation.services.live_models import LiveModels
from moderation.services.registration import find_forum
from moderation.services.runtime import Runtime
from moderation.storage import schema
from moderation.wiring import build_runtime, live_models


def operator() -> str:
    """Return who runs the command, for the history."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):  # a container's user often has no name
        return "operator (command line)"


def open_runtime(settings: Settings | None = None) -> Runtime:
    """Open the database that the settings name; it must have been set up.

    Raises
    ------
    NotFoundError
        If it holds no tables yet, with what to do about it.
    """
    runtime = build_runtime(settings if settings is not None else load_settings())
    if schema.current(runtime.database) is None:
        raise NotFoundError("The database is empty: run 'moderation init' first.")
    return runtime


def open_models() -> LiveModels:
    """Open the models that the settings name; needs no database."""
    return live_models(load_settings())[0]


def known_forum(runtime: Runtime, slug: str) -> Forum:
    """Return a forum or raise `NotFoundError` naming those that there are."""
    forum = find_forum(runtime, slug)
    if forum is None:
        raise NotFoundError(f"There is no forum {slug!r}; 'moderation forums list' shows them.")
    return forum
