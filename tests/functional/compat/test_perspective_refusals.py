"""What Perspective's clients are told when a question cannot be answered."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.fakes import BrokenScorer, FakeModels
from tests.functional.compat.conftest import MakeForum
from tests.functional.compat.perspective_calls import (
    ANALYZE,
    TYPE,
    a_body,
    analyze,
    error_of,
)

ENTRY = {"text": "Who voted?"}


@pytest.mark.parametrize(
    ("body", "message", "error_type"),
    [
        ({}, "Comment must be non-empty.", "COMMENT_EMPTY"),
        (a_body(" \n"), "Comment must be non-empty.", "COMMENT_EMPTY"),
        (a_body(attributes={}), "Missing requested_attributes", "NO_REQUESTED_ATTRIBUTES"),
        (
            a_body("\u00e9" * 10_241),  # two bytes each
            "Comment text was too many bytes. Value (20482) exceeded limit (20480).",
            "COMMENT_TOO_LONG",
        ),
        (
            a_body(languages=["en", "is", "pt-BR"]),
            "Attribute TOXICITY does not support request languages: is, pt-BR",
            "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
        ),
        (
            a_body(context={"entries": [ENTRY], "articleAndParentComment": {"article": ENTRY}}),
            "Only one of entries and article_and_parent_comment may be set.",
            "INVALID_REQUEST",
        ),
        (
            a_body(attributes={"TOXICITY": {"scoreType": "PERCENTILE"}}),
            "Attribute TOXICITY does not support the requested score type.",
            "INVALID_REQUEST",
        ),
        (
            a_body(attributes={f"TOXICITY@{n}": {} for n in range(4)}),
            "At most 3 model versions may be named in a request.",
            "INVALID_REQUEST",
        ),
    ],
)
def test_what_cannot_be_scored_is_refused_in_googles_words(
    client: FlaskClient, key: str, body: Any, message: str, error_type: str
) -> None:
    answer = analyze(client, key, body)

    assert error_of(answer) == (400, message, error_type)
    error = answer.get_json()["error"]
    assert error["status"] == "INVALID_ARGUMENT"
    assert error["details"][0]["@type"] == TYPE


@pytest.mark.parametrize(
    ("body", "field", "text"),
    [
        (
            a_body(foo=1),
            "foo",
            'Invalid JSON payload received. Unknown name "foo": Cannot find field.',
        ),
        (
            {"comment": {"text": "x", "lang": "en"}},
            "comment.lang",
            "Invalid JSON payload received. Unknown name \"lang\" at 'comment': Cannot find field.",
        ),
        (a_body(7), "comment.text", "Invalid value at 'comment.text': expected a string."),
        (
            a_body("a\ud800"),
            "comment.text",
            "Invalid value at 'comment.text': must not hold half a surrogate pair "
            "(U+D800 to U+DFFF).",
        ),
        (
            a_body(attributes=["TOXICITY"]),
            "requestedAttributes",
            "Invalid value at 'requestedAttributes': expected an object.",
        ),
        (
            a_body(attributes={"TOXICITY": {"scoreThreshold": True}}),
            "requestedAttributes.TOXICITY.scoreThreshold",
            "Invalid value at 'requestedAttributes.TOXICITY.scoreThreshold': expected a number.",
        ),
        (
            a_body(doNotStore="yes"),
            "doNotStore",
            "Invalid value at 'doNotStore': expected true or false.",
        ),
    ],
)
def test_a_wrong_field_is_named(
    client: FlaskClient, key: str, body: Any, field: str, text: str
) -> None:
    answer = analyze(client, key, body)

    assert answer.status_code == 400
    (detail,) = answer.get_json()["error"]["details"]
    assert detail["fieldViolations"] == [{"field": field, "description": text}]


@pytest.mark.parametrize("place", ["query", "header", "bearer"])
def test_the_key_may_stand_in_three_places(client: FlaskClient, key: str, place: str) -> None:
    headers = {"header": {"X-Goog-Api-Key": key}, "bearer": {"Authorization": f"Bearer {key}"}}
    query = f"?key={key}&alt=json" if place == "query" else ""

    answer = client.post(ANALYZE + query, json=a_body(), headers=headers.get(place))

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("query", "headers", "status", "message"),
    [
        ("", {}, 403, "Method doesn't allow unregistered callers"),
        ("?key=AIza", {}, 400, "API key not valid. Please pass a valid API key."),
        ("?key=mod_guessed", {}, 400, "API key not valid. Please pass a valid API key."),
        ("", {"X-Goog-Api-Key": "AIza"}, 400, "API key not valid."),
        ("", {"Authorization": "Bearer ya29"}, 401, "Request had invalid authentication"),
        ("", {"Authorization": "Basic eA=="}, 401, "Request had invalid authentication"),
    ],
)
def test_a_caller_without_a_valid_key_is_told_as_by_google(
    client: FlaskClient, key: str, query: str, headers: dict[str, str], status: int, message: str
) -> None:
    answer = client.post(ANALYZE + query, json=a_body(), headers=headers)

    assert answer.status_code == status
    assert answer.get_json()["error"]["message"].startswith(message)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "name"),
    [
        ("GET", ANALYZE, b"", 405, "UNIMPLEMENTED"),
        ("POST", "/v1alpha1/comments:delete", b"{}", 404, "NOT_FOUND"),
        ("GET", "/v1alpha1", b"", 404, "NOT_FOUND"),
        ("POST", ANALYZE, b"{", 400, "INVALID_ARGUMENT"),
        ("POST", ANALYZE, b"[]", 400, "INVALID_ARGUMENT"),
        ("GET", "/$discovery/rest?version=v2", b"", 404, "NOT_FOUND"),
        ("POST", ANALYZE, b" " * 1_000_001, 413, "INVALID_ARGUMENT"),
    ],
)
def test_every_other_refusal_has_googles_shape(  # noqa: PLR0913, PLR0917 - the parts of a request
    client: FlaskClient, key: str, method: str, path: str, body: bytes, status: int, name: str
) -> None:
    answer = client.open(path, method=method, data=body, headers={"X-Goog-Api-Key": key})

    assert answer.status_code == status
    assert answer.mimetype == "application/json"
    assert answer.get_json()["error"]["code"] == status
    assert answer.get_json()["error"]["status"] == name


def test_too_many_requests_are_told_as_googles_quota(limited: FlaskClient, key: str) -> None:
    answers = [analyze(limited, key, a_body()) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].headers["RateLimit-Limit"] == "2"
    assert answers[0].headers["RateLimit-Remaining"] == "1"
    error = answers[2].get_json()["error"]
    assert error["status"] == "RESOURCE_EXHAUSTED"
    assert error["details"][0]["metadata"]["quota_limit_value"] == "2"
    assert int(answers[2].headers["Retry-After"]) >= 1


@pytest.mark.parametrize("mode", ["score_only", "store_and_queue"])
@pytest.mark.parametrize("is_there", [True, False])
def test_without_a_score_no_number_is_made_up(
    client: FlaskClient, make_forum: MakeForum, models: FakeModels, mode: str, is_there: bool
) -> None:
    models.current = BrokenScorer() if is_there else None

    answer = analyze(client, make_forum(mode=mode).credentials.bearer_key, a_body())

    assert error_of(answer) == (503, "The service is currently unavailable.", None)


def test_an_unexpected_error_tells_nothing_of_itself(
    app: Flask, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.testing = False

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("moderation.web.compat.perspective.views.analyse", fail)
    answer = analyze(app.test_client(), key, a_body())

    assert error_of(answer) == (500, "Internal error encountered.", None)
