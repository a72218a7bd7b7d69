"""Each request has an id, one log line and a place in the metrics."""

from __future__ import annotations

import re
import time

import structlog
from flask import Flask, Response, g, request

from moderation.web import current

HEADER = "X-Request-Id"

_SANE = re.compile(r"[A-Za-z0-9._:+/=@-]{1,80}")

_log = structlog.stdlib.get_logger("moderation.request")


def register(app: Flask) -> None:
    """Give every request of an application an id and a log line. Must come before other hooks."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    g.started_at_s = time.perf_counter()
    g.request_id = given if _SANE.fullmatch(given) else f"req_{current.runtime().new_token()}"
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    response.headers[HEADER] = current.request_id()
    seconds = time.perf_counter() - g.started_at_s
    endpoint = request.endpoint or "unmatched"
    method = method_of_request()
    current.metrics().count_request(endpoint, method, response.status_code, seconds)
    forum = current.forum_or_none()
    # Neither path nor query: ids of comments and people may stand there.
    _log.info(
        "request",
        method=method,
        endpoint=endpoint,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        forum=forum.slug if forum is not None else None,
    )
    return response


def method_of_request() -> str:
    """Return the method, ``OTHER`` for one of the caller's invention."""
    return request.method if request.method in _METHODS else "OTHER"


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
