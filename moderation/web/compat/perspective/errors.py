"""Errors as Google's APIs write them; clients match on these messages, so they stay verbatim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify

from moderation.web import current
from moderation.web.errors import Problem

_ERROR_TYPE = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
_ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"
_BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
_SERVICE = "commentanalyzer.googleapis.com"

_STATUS_NAMES: Mapping[int, str] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    413: "INVALID_ARGUMENT",
    415: "INVALID_ARGUMENT",
    422: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


class GoogleError(Exception):
    """An error with all that its answer says.

    Parameters
    ----------
    code : int
        HTTP status.
    details : Sequence[Mapping[str, Any]]
        As google.rpc.Status has them.
    """

    def __init__(self, code: int, message: str, details: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details

    def answer(self) -> Response:
        """Return what the client reads."""
        error: dict[str, Any] = {
            "code": self.code,
            "message": self.message,
            "status": _STATUS_NAMES.get(self.code, "UNKNOWN"),
        }
        if self.details:
            error["details"] = list(self.details)
        response = jsonify({"error": error})
        response.status_code = self.code
        return response


def analyzer_error(error_type: str, message: str, **more: Any) -> GoogleError:
    """Return an error of the comment analyzer itself."""
    return GoogleError(400, message, [{"@type": _ERROR_TYPE, "errorType": error_type, **more}])


def unknown_attribute(name: str) -> GoogleError:
    """Return the refusal of an attribute that no model of ours stands behind."""
    return analyzer_error("INVALID_REQUEST", f"Unknown requested attribute: {name}")


def unsupported_language(attribute: str, languages: Sequence[str], how_known: str) -> GoogleError:
    """Return the refusal of a language that the forum does not vouch for.

    Parameters
    ----------
    how_known : str
        ``requestedLanguages`` or ``detectedLanguages``.
    """
    return analyzer_error(
        "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
        f"Attribute {attribute} does not support request languages: {', '.join(languages)}",
        languageNotSupportedByAttributeError={
            how_known: list(languages),
            "attribute": attribute,
        },
    )


def wrong_fields(messages: Mapping[str, str]) -> GoogleError:
    """Return the refusal of a body, every wrong field named."""
    return GoogleError(
        400,
        "\n".join(messages.values()),
        [
            {
                "@type": _BAD_REQUEST,
                "fieldViolations": [
                    {"field": field, "description": text} for field, text in messages.items()
                ],
            }
        ],
    )


def no_key() -> GoogleError:
    """Return the answer to a caller without a key."""
    return GoogleError(
        403,
        "Method doesn't allow unregistered callers (callers without established identity). Please "
        "use API Key or other form of API consumer identity to call this API.",
    )


def bad_key() -> GoogleError:
    """Return the answer to a caller whose key is none of ours."""
    return GoogleError(
        400,
        "API key not valid. Please pass a valid API key.",
        [
            {
                "@type": _ERROR_INFO,
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
                "metadata": {"service": _SERVICE},
            }
        ],
    )


def bad_token() -> GoogleError:
    """Return the answer to a caller whose bearer token is none of ours."""
    return GoogleError(
        401,
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
        "cookie or other valid authentication credential.",
    )


def write_problem(problem: Problem) -> Response:
    """Write any other problem as Google would."""
    if problem.status == HTTPStatus.TOO_MANY_REQUESTS:
        return _quota().answer()
    if problem.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        most = current.settings().max_body_bytes
        return GoogleError(413, f"Request payload size exceeds the limit: {most} bytes.").answer()
    if problem.code == "malformed_body":
        return GoogleError(400, f"Invalid JSON payload received. {problem.detail}").answer()
    message = _MESSAGES.get(problem.status, problem.detail)
    return GoogleError(problem.status, message).answer()


_MESSAGES: Mapping[int, str] = {
    404: "Requested entity was not found.",
    405: "Operation is not implemented, or supported, or enabled: the method does not fit.",
    500: "Internal error encountered.",
    503: "The service is currently unavailable.",
}


def _quota() -> GoogleError:
    limit = current.settings().rate_limit_per_minute
    return GoogleError(
        429,
        "Quota exceeded for quota metric 'Analysis requests (AnalyzeComment)' and limit 'Analysis "
        f"requests (AnalyzeComment) per minute' of service '{_SERVICE}'.",
        [
            {
                "@type": _ERROR_INFO,
                "reason": "RATE_LIMIT_EXCEEDED",
                "domain": "googleapis.com",
                "metadata": {
                    "service": _SERVICE,
                    "quota_limit": "AnalyzeRequestsPerMinutePerProject",
                    "quota_limit_value": str(limit),
                },
            }
        ],
    )
