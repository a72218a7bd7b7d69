"""Errors as OpenAI's API writes them."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from flask import Response, jsonify, request

from moderation.web.errors import Problem

INVALID = "invalid_request_error"


class OpenAIError(Exception):
    """An error with all that its answer says.

    Parameters
    ----------
    status : int
    param : str or None
        The field at fault.
    code : str or None
        Stable name, where OpenAI has one.
    kind : str
        OpenAI's ``type``.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        kind: str = INVALID,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code
        self.kind = kind

    def answer(self) -> Response:
        """Return what the client reads."""
        error = {
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        }
        response = jsonify({"error": error})
        response.status_code = self.status
        return response


def no_key() -> OpenAIError:
    """Return the answer to a caller without a key."""
    return OpenAIError(
        401,
        "You didn't provide an API key. You need to provide your API key in an Authorization "
        "header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
    )


def bad_key() -> OpenAIError:
    """Return the answer to a caller whose key is none of ours."""
    return OpenAIError(401, "Incorrect API key provided.", code="invalid_api_key")


def no_model(name: str) -> OpenAIError:
    """Return the answer to a caller who names a model that is none."""
    return OpenAIError(
        404,
        f"The model `{name[:80]}` does not exist or you do not have access to it.",
        param="model",
        code="model_not_found",
    )


def write_problem(problem: Problem) -> Response:
    """Write any other problem as OpenAI would."""
    error = _KNOWN.get(problem.status)
    if problem.code == "malformed_body":
        error = OpenAIError(
            400,
            "We could not parse the JSON body of your request. The OpenAI API expects a JSON "
            f"payload. {problem.detail}",
        )
    elif problem.status == HTTPStatus.NOT_FOUND:
        error = OpenAIError(404, f"Invalid URL ({request.method} {request.path[:200]})")
    elif problem.status == HTTPStatus.METHOD_NOT_ALLOWED:
        error = OpenAIError(
            405,
            f"Not allowed to {request.method} on {request.path[:200]} (HINT: Perhaps you meant to "
            "use a different HTTP method?)",
            code="method_not_supported",
        )
    return (error or OpenAIError(problem.status, problem.detail)).answer()


_KNOWN: Mapping[int, OpenAIError] = {
    413: OpenAIError(413, "The request body is larger than this service takes."),
    429: OpenAIError(429, "Rate limit reached", kind="requests", code="rate_limit_exceeded"),
    500: OpenAIError(
        500,
        "The server had an error while processing your request. Sorry about that!",
        kind="server_error",
    ),
    503: OpenAIError(
        503,
        "The server is currently overloaded or not ready yet. Please try again later.",
        kind="server_error",
    ),
}
