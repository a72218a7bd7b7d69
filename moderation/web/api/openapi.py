"""The OpenAPI 3.1 document, made from the schemas."""

from __future__ import annotations

from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from flask import Flask
from flask_smorest import Api

from classifiers.labels import Label
from moderation.config import Settings
from moderation.web import current, fields
from moderation.web.api.answer_schemas import BATCH_PARTS, ProblemSchema
from moderation.web.api.operations import PROBLEM_STATUSES
from moderation.web.errors import MEDIA_TYPE
from moderation.web.security import FORUM_HEADER

_DESCRIPTION = """\
Ask whether a comment may appear; pass on reports and deletions; read what moderators decided.

**Sign in** with the forum's bearer key, or sign each request as
[Standard Webhooks](https://www.standardwebhooks.com) describes: `webhook-id`,
`webhook-timestamp` and `webhook-signature` over the raw body, with the forum named by the header
`X-Moderation-Forum` or the query's `forum`. Clocks may differ by five minutes.

**Errors** are problem details (RFC 9457) with a stable `code`; `errors` names every wrong field.

**Try again** after `Retry-After` on 429 and 503. Submitting a comment again is always safe.
"""

_SCHEMES: dict[str, dict[str, str]] = {
    "bearerKey": {"type": "http", "scheme": "bearer", "description": "`mod_...`"},
    "webhookId": {"type": "apiKey", "in": "header", "name": "webhook-id"},
    "webhookTimestamp": {"type": "apiKey", "in": "header", "name": "webhook-timestamp"},
    "webhookSignature": {"type": "apiKey", "in": "header", "name": "webhook-signature"},
    "forumName": {"type": "apiKey", "in": "header", "name": FORUM_HEADER},
}
_SIGNED = ("webhookId", "webhookTimestamp", "webhookSignature", "forumName")


class DocumentedApi(Api):  # type: ignore[misc]  # flask-smorest has no types
    """Makes the document; answering errors is left to `moderation.web.errors`."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = None

    def document(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        made: dict[str, Any] = self.spec.to_dict()
        return made

    def _register_error_handlers(self) -> None:
        """Leave the application's own handlers in place."""

    def _register_responses(self) -> None:
        content = {MEDIA_TYPE: {"schema": ProblemSchema}}
        for status in map(HTTPStatus, PROBLEM_STATUSES):
            self.spec.components.response(
                status.name, {"description": status.phrase, "content": content}, lazy=True
            )


def make_api(app: Flask) -> DocumentedApi:
    """Return an API whose blueprints are still to be registered."""
    app.config.update(
        API_TITLE="Comment moderation",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.1",
    )
    settings = current.settings_of(app)
    api = DocumentedApi(
        app,
        spec_kwargs={
            "info": {
                "description": _DESCRIPTION,
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
                "x-service-version": _service_version(),
            },
            "servers": [{"url": settings.public_url or "/"}],
            "security": [{"bearerKey": []}, {name: [] for name in _SIGNED}],
        },
    )
    for name, scheme in _SCHEMES.items():
        api.spec.components.security_scheme(name, scheme)
    api.ma_plugin.converter.add_attribute_function(_limits(settings))
    api.ma_plugin.converter.add_attribute_function(_answers)
    for name, schema in BATCH_PARTS.items():
        api.spec.components.schema(name, schema=schema)
    return api


_ANSWERS = {
    "type": "object",
    "properties": {label.value: {"type": "boolean"} for label in Label},
    "additionalProperties": False,
    "minProperties": 1,
}


def _answers(_converter: Any, field: Any, **_: Any) -> dict[str, Any]:
    return _ANSWERS if isinstance(field, fields.Answers) else {}


def _limits(settings: Settings) -> Any:
    """Return what tells apispec the limits of our own fields."""

    def limits(_converter: Any, field: Any, **_: Any) -> dict[str, Any]:
        if isinstance(field, fields.CommentText):
            return {"minLength": field.least, "maxLength": settings.max_text_chars}
        if isinstance(field, fields.Address):
            return {"minLength": field.least, "maxLength": field.most, "format": "uri"}
        if isinstance(field, fields.Text):
            return {"minLength": field.least, "maxLength": field.most}
        if isinstance(field, fields.WholeNumber):
            return {"minimum": field.least, "maximum": field.most}
        if isinstance(field, fields.EachOnItsOwn):
            return {"minItems": 1, "maxItems": field.most}
        return {}

    return limits


def _service_version() -> str:
    try:
        return version("comment-moderation")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "unknown"
