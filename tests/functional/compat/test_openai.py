"""OpenAI's moderations format, letter by letter."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from moderation.services.readiness import workload
from moderation.services.runtime import Runtime
from tests.fakes import BrokenScorer, FakeModels
from tests.functional.compat.conftest import MakeForum

PATH = "/v1/moderations"
MODELLED = {"harassment", "harassment/threatening", "hate"}


def ask(client: FlaskClient, key: str, body: Any) -> TestResponse:
    return client.post(PATH, json=body, headers={"Authorization": f"Bearer {key}"})


def results_of(response: TestResponse) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.get_json()["results"]
    return found


def error_of(response: TestResponse) -> dict[str, Any]:
    found: dict[str, Any] = response.get_json()["error"]
    assert found.keys() == {"message", "type", "param", "code"}
    return found


def test_all_thirteen_categories_are_there_and_those_without_a_model_say_so(
    client: FlaskClient, key: str
) -> None:
    answer = ask(client, key, {"input": "You idiot, I will strangle you, vermin."})

    (result,) = results_of(answer)
    assert answer.get_json()["model"] == "omni-moderation-latest"
    assert result["flagged"] is True
    assert len(result["categories"]) == 13
    assert {name for name, is_true in result["categories"].items() if is_true} == MODELLED
    scores = result["category_scores"]
    assert {name: scores[name] for name in MODELLED} == {
        "harassment": 0.97,
        "harassment/threatening": 0.94,
        "hate": 0.92,
    }
    assert {scores[name] for name in scores.keys() - MODELLED} == {0.0}
    looked = result["category_applied_input_types"]
    assert {name for name, types in looked.items() if types == ["text"]} == MODELLED
    assert all(looked[name] == [] for name in looked.keys() - MODELLED)


@pytest.mark.parametrize(
    ("given", "flagged"),
    [
        ("You idiot.", [True]),
        (["You idiot.", "Good day."], [True, False]),
        # Parts are one comment.
        ([{"type": "text", "text": "Good day."}, {"type": "text", "text": "idiot"}], [True]),
        ("", [False]),
        ("damn", [False]),  # profanity has no category
        ("sheeple", [False]),  # nor has taking sides
    ],
)
def test_each_input_gets_its_result(
    client: FlaskClient, key: str, given: Any, flagged: list[bool]
) -> None:
    found = results_of(ask(client, key, {"input": given}))
    assert [result["flagged"] for result in found] == flagged


def test_a_forums_own_threshold_decides(client: FlaskClient, make_forum: MakeForum) -> None:
    labels = {"abusive": {"action": "flag", "threshold": 0.96}}
    forum = make_forum(policy={"labels": labels})

    answer = ask(client, forum.credentials.bearer_key, {"input": ["idiot", "moron"]})

    assert [r["categories"]["harassment"] for r in results_of(answer)] == [True, False]


@pytest.mark.parametrize("name", ["text-moderation-latest", "2026-01-01-0000000001", None])
def test_models_are_theirs_or_ours(client: FlaskClient, key: str, name: str | None) -> None:
    answer = ask(client, key, {"input": "You idiot.", "model": name})

    assert results_of(answer)[0]["flagged"]
    assert answer.get_json()["model"] == name or "omni-moderation-latest"
    assert answer.headers["X-Moderation-Model"] == "2026-01-01-0000000001"


IMAGE = {"type": "image_url", "image_url": {"url": "https://img.example/a.png"}}
TEXT = {"type": "text", "text": "x"}


@pytest.mark.parametrize(
    ("body", "status", "param", "message"),
    [
        ({}, 400, "input", "'input' is a required property"),
        ({"input": None}, 400, "input", "'input' is a required property"),
        ({"input": []}, 400, "input", "Invalid 'input': expected a non-empty array."),
        ({"input": 7}, 400, "input", "Invalid type for 'input'"),
        ({"input": ["x", 7]}, 400, "input", "Invalid type for 'input'"),
        ({"input": [TEXT, {"type": "audio"}]}, 400, "input", "Invalid type for 'input'"),
        ({"input": [TEXT, IMAGE]}, 400, "input", "Images are not supported by this service"),
        (
            {"input": ["x", "y" * 50_001]},
            400,
            "input",
            "Invalid 'input[1]': expected at most 50000",
        ),
        ({"input": ["x"] * 1001}, 400, "input", "Invalid 'input': expected at most 1000 entries."),
        ({"input": "x", "model": 7}, 400, "model", "Invalid type for 'model'"),
        ({"input": "x", "model": "gpt-5"}, 404, "model", "The model `gpt-5` does not exist"),
    ],
)
def test_a_wrong_field_is_named_in_openais_shape(
    client: FlaskClient, key: str, body: Any, status: int, param: str, message: str
) -> None:
    answer = ask(client, key, body)

    assert answer.status_code == status
    error = error_of(answer)
    assert error["message"].startswith(message)
    assert (error["type"], error["param"]) == ("invalid_request_error", param)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, None),
        ("Basic eA==", None),
        ("Bearer sk-theirs", "invalid_api_key"),
        ("Bearer mod_guessed", "invalid_api_key"),
    ],
)
def test_a_caller_without_a_valid_key_is_told_as_by_openai(
    client: FlaskClient, key: str, header: str | None, code: str | None
) -> None:
    headers = {"Authorization": header} if header is not None else {}
    answer = client.post(PATH, json={"input": "x"}, headers=headers)

    assert answer.status_code == 401
    assert error_of(answer)["code"] == code


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("GET", PATH, b"", 405, "Not allowed to GET on /v1/moderations"),
        ("POST", f"{PATH}/x", b"{}", 404, "Invalid URL (POST /v1/moderations/x)"),
        ("POST", PATH, b"{", 400, "We could not parse the JSON body of your request."),
        ("POST", PATH, b" " * 16_000_001, 413, "The request body is larger"),
    ],
)
def test_every_other_refusal_has_openais_shape(  # noqa: PLR0913, PLR0917 - the parts of a request
    client: FlaskClient, key: str, method: str, path: str, body: bytes, status: int, message: str
) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    answer = client.open(path, method=method, data=body, headers=headers)

    assert answer.status_code == status
    assert error_of(answer)["message"].startswith(message)


def test_too_many_requests_are_told_as_by_openai(limited: FlaskClient, key: str) -> None:
    answers = [ask(limited, key, {"input": "x"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert error_of(answers[2])["code"] == "rate_limit_exceeded"
    assert int(answers[2].headers["Retry-After"]) >= 1
    assert answers[2].headers["RateLimit-Remaining"] == "0"


def test_without_a_score_no_number_is_made_up(
    client: FlaskClient, key: str, models: FakeModels
) -> None:
    models.current = BrokenScorer()

    answer = ask(client, key, {"input": ["x", "y"]})

    assert answer.status_code == 503
    assert error_of(answer)["type"] == "server_error"
    assert answer.headers["Retry-After"]


def test_lists_are_stored_and_queued_where_the_forum_wants_it(
    client: FlaskClient, queueing_key: str, runtime: Runtime
) -> None:
    for _ in range(2):
        ask(client, queueing_key, {"input": ["You idiot.", "Good day.", " "]})

    assert workload(runtime).queue.waiting == 1


def test_score_only_leaves_no_trace(client: FlaskClient, key: str, runtime: Runtime) -> None:
    results_of(ask(client, key, {"input": ["You idiot.", "You moron."]}))
    assert workload(runtime).queue.waiting == 0
