"""A forum's side of the API. Every answer is held against the OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from moderation.domain.webhook_signature import sign_headers
from moderation.services.runtime import Runtime
from tests.builders import RegisteredForum, register_forum
from tests.fakes import FixedClock

Document = dict[str, Any]


class Contract:
    """The OpenAPI document as a check: no answer may say more or less than it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._root = json.loads(json.dumps(document))
        for schema in self._root["components"]["schemas"].values():
            schema.setdefault("additionalProperties", False)
        self._validators: dict[str, Any] = {}

    def check(self, path: str, response: TestResponse) -> None:
        operation = self.document["paths"][path][response.request.method.lower()]
        answer = operation["responses"][str(response.status_code)]
        if "$ref" in answer:
            answer = self.document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        content = answer.get("content")
        if content is None:
            assert response.data == b""
            return
        assert response.mimetype in content
        self.validator(content[response.mimetype]["schema"]["$ref"]).validate(response.get_json())

    def validator(self, ref: str) -> Any:
        if ref not in self._validators:
            schema = {"$ref": ref, "components": self._root["components"]}
            self._validators[ref] = jsonschema_rs.Draft202012Validator(
                schema, validate_formats=True
            )
        return self._validators[ref]


class ForumClient:
    """Speaks to the API as one forum does."""

    def __init__(self, app: Flask, registered: RegisteredForum, contract: Contract) -> None:
        self.app = app
        self.registered = registered
        self.contract = contract
        self.bearer = {"Authorization": f"Bearer {registered.credentials.bearer_key}"}

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        content_type: str | None = "application/json",
    ) -> TestResponse:
        """Send a body (bytes as they are, anything else as JSON) with the bearer key."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        response = self.app.test_client().open(
            path,
            method=method,
            data=data,
            content_type=content_type if data is not None else None,
            headers={**self.bearer, **(headers or {})} if headers is not None else self.bearer,
        )
        self._check(response)
        return response

    def send_signed(  # noqa: PLR0913 - the parts of a signed request
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        at: datetime,
        secret: str | None = None,
        message_id: str = "msg_1",
        changes: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """Send a body with a Standard Webhooks signature; ``changes`` are made after signing."""
        secret = secret if secret is not None else self.registered.credentials.signing_secret
        headers = sign_headers([secret], message_id, at, body.decode("utf-8", "replace"))
        headers["X-Moderation-Forum"] = self.registered.forum.slug
        response = self.app.test_client().open(
            path,
            method=method,
            data=body,
            content_type="application/json" if body else None,
            headers={**headers, **(changes or {})},
        )
        self._check(response)
        return response

    def submit(self, **fields: Any) -> TestResponse:
        """Submit a comment; ``c1`` with a harmless text unless told otherwise."""
        return self.send("POST", "/v1/comments", a_payload(**fields))

    def answer(self, **fields: Any) -> Document:
        """Submit a comment that must be taken, and return the answer."""
        response = self.submit(**fields)
        assert response.status_code in {200, 201}, response.text
        return dict(response.get_json())

    def record(self, comment_id: str = "c1") -> Document:
        """Read a comment that must be there."""
        response = self.send("GET", f"/v1/comments/{comment_id}")
        assert response.status_code == 200, response.text
        return dict(response.get_json())

    def _check(self, response: TestResponse) -> None:
        path = response.request.path
        known = {
            "/v1/comments": "/v1/comments",
            "/v1/comments/batch": "/v1/comments/batch",
            "/v1/score": "/v1/score",
        }
        if path in known:
            template = known[path]
        elif path.startswith("/v1/authors/"):
            template = "/v1/authors/{author_id}"
        elif path.endswith("/reports"):
            template = "/v1/comments/{comment_id}/reports"
        else:
            template = "/v1/comments/{comment_id}"
        if response.request.method.lower() in self.contract.document["paths"][template]:
            self.contract.check(template, response)


def a_payload(**fields: Any) -> Document:
    """Return the JSON of a comment."""
    return {"id": "c1", "text": "Thank you, that was helpful.", **fields}


def errors_of(response: TestResponse) -> dict[str, str]:
    """Return the wrong fields that a problem names."""
    return {error["field"]: error["message"] for error in response.get_json()["errors"]}


@pytest.fixture(scope="session")
def contracts() -> dict[str, Contract]:
    """The document read once: it is the same for every application with these settings."""
    return {}


@pytest.fixture
def contract(app: Flask, contracts: dict[str, Contract]) -> Contract:
    """The application's OpenAPI document."""
    if "v1" not in contracts:
        contracts["v1"] = Contract(app.test_client().get("/openapi.json").get_json())
    return contracts["v1"]


@pytest.fixture
def gazette(app: Flask, registered: RegisteredForum, contract: Contract) -> ForumClient:
    """The forum ``gazette`` as a client."""
    return ForumClient(app, registered, contract)


@pytest.fixture
def herald(app: Flask, runtime: Runtime, contract: Contract) -> ForumClient:
    """Another forum."""
    return ForumClient(app, register_forum(runtime, "herald"), contract)


@pytest.fixture
def forum_client(app: Flask, runtime: Runtime, contract: Contract) -> Callable[..., ForumClient]:
    """Make a forum with a policy of its own."""

    def make(slug: str, **policy: Any) -> ForumClient:
        return ForumClient(app, register_forum(runtime, slug, **policy), contract)

    return make


@pytest.fixture
def now(clock: FixedClock) -> datetime:
    """The time at which a test begins."""
    return clock()
