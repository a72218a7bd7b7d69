"""From what went wrong to what the caller reads: the only module that knows status codes.

Programs get problem details (RFC 9457); people get a plain page. The desk shows pages of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import structlog
from flask import Flask, Response, jsonify, request
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from moderation.domain.errors import (
    ConflictError,
    InvalidInputError,
    ModerationError,
    NotAllowedError,
    NotFoundError,
    OverloadedError,
    ScorerUnavailableError,
    StorageUnavailableError,
    UnreadableSecretError,
)
from moderation.services.bucket import BucketError
from moderation.web import current
from moderation.web.json_body import MalformedBodyError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5
"""How soon to try again when the database is away, in seconds."""

MAX_FIELDS = 100
"""As many wrong fields are named; the rest would only repeat them."""
_MAX_PATH_CHARS = 200

_STATUSES: tuple[tuple[type[ModerationError], HTTPStatus], ...] = (
    (MalformedBodyError, HTTPStatus.BAD_REQUEST),
    (InvalidInputError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (NotAllowedError, HTTPStatus.FORBIDDEN),
    (ConflictError, HTTPStatus.CONFLICT),
    (OverloadedError, HTTPStatus.SERVICE_UNAVAILABLE),
    (StorageUnavailableError, HTTPStatus.SERVICE_UNAVAILABLE),
    (ScorerUnavailableError, HTTPStatus.SERVICE_UNAVAILABLE),
    (BucketError, HTTPStatus.SERVICE_UNAVAILABLE),
)

_TITLES: Mapping[int, str] = {  # as RFC 9110 names them since
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Content Too Large",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Unprocessable Content",
}

_CODES: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.UNAUTHORIZED: "unauthorized",
    HTTPStatus.FORBIDDEN: "not_allowed",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body_too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limited",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal_error",
}

_DETAILS: Mapping[int, str] = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method; see Allow.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than this service takes.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests; see Retry-After.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong here; the log knows it by request_id.",
}

_log = structlog.stdlib.get_logger("moderation.errors")


@dataclass(frozen=True, slots=True)
class Problem:
    """What the caller reads.

    Attributes
    ----------
    code : str
        Stable, machine-readable name.
    fields : Mapping[str, str]
        Wrong fields, as paths such as ``author.joined_at``, and what was expected of each.
    """

    status: int
    code: str
    detail: str
    fields: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The status in words."""
        return _TITLES.get(self.status) or HTTPStatus(self.status).phrase


Shape = Callable[[Problem], Response]
"""Writes a problem as another service would have written it."""


def register(app: Flask, *, shapes: Mapping[str, Shape] = MappingProxyType({})) -> None:
    """Answer every error of an application; a blueprint's own handlers go before these.

    Parameters
    ----------
    shapes : Mapping[str, Shape]
        Beginnings of paths under which errors look like another service's.
    """

    def answer(problem: Problem) -> Response:
        for path, shape in shapes.items():
            if request.path.startswith(path):
                response = shape(problem)
                response.headers.update(problem.headers)
                return response
        return _answer(problem)

    app.register_error_handler(ModerationError, lambda error: answer(problem_of(error)))
    app.register_error_handler(HTTPException, lambda error: answer(_http_problem(error)))
    app.register_error_handler(Exception, lambda error: answer(_unexpected(error)))


def problem_of(error: ModerationError) -> Problem:
    """Return the problem that an expected error is to the caller."""
    for kind, status in _STATUSES:
        if isinstance(error, kind):
            is_away = status is HTTPStatus.SERVICE_UNAVAILABLE
            headers = {"Retry-After": str(RETRY_AFTER_S)} if is_away else {}
            detail = _told(error)
            return Problem(status, error.code, detail, error.fields, headers)
    return _unexpected(error)


def _told(error: ModerationError) -> str:
    if not isinstance(error, UnreadableSecretError):
        return error.message
    _log.error("a stored secret cannot be read", reason=error.message)  # names files of ours
    return "Secrets that this service keeps cannot be read now; its log says why."


def document(problem: Problem) -> dict[str, Any]:
    """Return a problem as RFC 9457 writes it, with the request's id."""
    return {
        "type": f"urn:moderation:problem:{problem.code}",
        "title": problem.title,
        "status": int(problem.status),
        "detail": problem.detail,
        "code": problem.code,
        "errors": [
            {"field": path[:_MAX_PATH_CHARS], "message": message}
            for path, message in list(problem.fields.items())[:MAX_FIELDS]
        ],
        "request_id": current.request_id(),
    }


def _answer(problem: Problem) -> Response:
    response = _as_json(problem) if _is_for_programs() else _as_page(problem)
    response.headers.update(problem.headers)
    return response


def _as_json(problem: Problem) -> Response:
    response = jsonify(document(problem))
    response.status_code = problem.status
    response.mimetype = MEDIA_TYPE
    return response


def _http_problem(error: HTTPException) -> Problem:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    code = _CODES.get(status, HTTPStatus(status).phrase.lower().replace(" ", "_"))
    detail = _DETAILS.get(status) or error.description or ""
    kept = {"WWW-Authenticate", "Allow", "Location", "Retry-After"}
    headers = {name: value for name, value in error.get_headers() if name in kept}
    return Problem(status, code, detail, headers=headers)


def _unexpected(error: Exception) -> Problem:
    _log.error("unexpected error", exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return Problem(status, _CODES[status], _DETAILS[status])


_PROGRAM_PATHS = ("/v1/", "/hosts/", "/openapi.json", "/healthz", "/readyz", "/metrics")


def _is_for_programs() -> bool:
    if request.path.startswith(_PROGRAM_PATHS) or request.path == "/v1":
        return True
    return not request.accept_mimetypes.accept_html


def _as_page(problem: Problem) -> Response:
    title, detail = escape(problem.title), escape(problem.detail)
    body = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<main><h1>{title}</h1><p>{detail}</p>"
        f"<p>Request <code>{escape(current.request_id())}</code></p></main></html>"
    )
    return Response(body, problem.status, mimetype="text/html")
