"""Requests that waited too long for a free thread are sent away at once.

Whoever asked has mostly given up by then: to do the work anyway would let the next ones wait as
long, and so on without end. Only forum software is sent away; it tries again, and a comment that
is sent twice is stored once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from typing import Any

from flask import Flask, request

from moderation.domain.errors import OverloadedError
from moderation.web import current

_WAITED_MS = "moderation.waited_ms"


def register(app: Flask, *, blueprints: Collection[str]) -> None:
    """Send late requests to these blueprints away. Must come before what costs time."""
    most_ms = current.settings_of(app).overload_wait_ms

    def shed() -> None:
        if request.environ.get(_WAITED_MS, 0.0) > most_ms and request.blueprint in blueprints:
            raise OverloadedError("The server has more to do than it can; try again soon.")

    app.before_request(shed)


class Waited:
    """How long the request of this thread waited for it; a server's worker tells it."""

    def __init__(self) -> None:
        self._here = threading.local()

    def tell(self, ms: float) -> None:
        """Say how long the request waited that this thread begins now, in milliseconds."""
        self._here.ms = ms

    def stamp(self, wsgi: Callable[..., Any]) -> Callable[..., Any]:
        """Return a WSGI application that knows of each request how long it waited."""

        def stamped(environ: dict[str, Any], start_response: Any) -> Any:
            environ[_WAITED_MS] = getattr(self._here, "ms", 0.0)
            self._here.ms = 0.0
            return wsgi(environ, start_response)

        return stamped
