"""Errors in the desk's look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from flask import Blueprint, Response, make_response
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, NotFound

from moderation.domain.errors import ModerationError, StorageUnavailableError
from moderation.web import current, errors
from moderation.web.desk import layout, session
from moderation.web.desk.blueprint import bp
from moderation.web.desk.messages import N_
from moderation.web.desk.messages import gettext as _
from moderation.web.desk.phrasebook import translated

_WORDS: Mapping[int, tuple[str, str]] = {
    400: (N_("That did not work"), N_("The desk could not read what your browser sent.")),
    403: (N_("Not for your role"), N_("An administrator can give you another one.")),
    404: (N_("Not here"), N_("There is no such page or item. It may have been removed.")),
    405: (N_("Not this way"), N_("That address takes a form of the desk.")),
    409: (N_("Too late"), N_("Something has changed since you opened the page.")),
    413: (
        N_("Too large"),
        N_("The desk takes less at once. Send a shorter text or a smaller file."),
    ),
    422: (N_("Something is missing"), N_("A field needs another value.")),
    429: (N_("A pause"), N_("There were too many tries in a short time.")),
    500: (N_("That went wrong"), N_("It is our fault and has been written to the log. Try again.")),
    503: (
        N_("Away for a moment"),
        N_("The database does not answer. Nothing was saved. Try again soon."),
    ),
}

_log = structlog.stdlib.get_logger("moderation.desk")


def install(blueprint: Blueprint) -> None:
    """Answer the desk's errors as pages."""
    blueprint.register_error_handler(ModerationError, _on_moderation_error)
    blueprint.register_error_handler(HTTPException, _on_http_error)
    blueprint.register_error_handler(Exception, _on_unexpected_error)


@bp.route("/<path:_anything>")
def nowhere(_anything: str) -> str:
    """Answer an address that nobody has, so that the answer looks like the desk's."""
    raise NotFound


def error_page(status: int, *, detail: str = "", wait_s: int | None = None) -> Response:
    """Return an error as a page.

    Parameters
    ----------
    detail : str
        A sentence in place of the usual one.
    wait_s : int or None
        When to try again, in seconds.
    """
    title, usual = _WORDS.get(status, _WORDS[500 if status >= 500 else 400])  # noqa: PLR2004
    words: dict[str, Any] = {"title": _(title), "detail": detail or _(usual), "status": status}
    is_broken = status in {500, 503}
    if is_broken or not session.is_signed_in():
        body = layout.bare_page("error_bare.html", **words)
    else:
        body = layout.page("error.html", **words)
    response = make_response(body, status)
    if wait_s is not None:
        response.headers["Retry-After"] = str(wait_s)
    return response


def _on_moderation_error(error: ModerationError) -> Response:
    status = errors.problem_of(error).status
    if isinstance(error, StorageUnavailableError):
        return error_page(status, wait_s=errors.RETRY_AFTER_S)
    return error_page(status, detail=translated(error.message))


def _on_unexpected_error(error: Exception) -> Response:
    request_id = current.request_id()
    _log.error("unexpected error", exc_info=error)
    detail = _("It is our fault; the log knows it by %(number)s. Try again.", number=request_id)
    return error_page(500, detail=detail)


def _on_http_error(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:  # noqa: PLR2004
        return make_response(error.get_response())
    detail = ""
    if isinstance(error, CSRFError):
        detail = _(
            "This form is no longer valid: your session has changed. Go back, reload, send again."
        )
    return error_page(error.code, detail=detail)
