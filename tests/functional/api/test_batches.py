"""POST /v1/comments/batch."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import TestResponse

from moderation.services.runtime import Runtime
from tests.builders import sqlite_only
from tests.functional.api.conftest import ForumClient, a_payload, errors_of
from tests.functional.api.rows import count, is_untouched


def _send(client: ForumClient, comments: Any) -> TestResponse:
    return client.send("POST", "/v1/comments/batch", {"comments": comments})


def test_batch_answers_each_comment_in_order(gazette: ForumClient) -> None:
    response = _send(gazette, [a_payload(id="a"), a_payload(id="b", text="you idiot")])
    assert response.status_code == 200
    first, second = response.get_json()["results"]
    assert (first["index"], first["id"], first["status"], first["verdict"]) == (
        0,
        "a",
        201,
        "publish",
    )
    assert (second["index"], second["id"], second["verdict"]) == (1, "b", "flag")


def test_batch_gives_each_comment_the_answer_it_would_get_alone(gazette: ForumClient) -> None:
    (result,) = _send(gazette, [a_payload(text="you idiot")]).get_json()["results"]
    alone = gazette.answer(text="you idiot")
    assert result == {"index": 0, "status": 201, **alone}


def test_batch_stores_the_right_ones_beside_the_wrong(
    gazette: ForumClient, runtime: Runtime
) -> None:
    wrong: list[Any] = [
        {"id": "b", "text": 5},
        "no object",
        None,
        {"id": "c", "text": "fine", "email": "ada@example.org"},
        {"text": "\ud800"},
    ]
    results = _send(gazette, [a_payload(id="a"), *wrong, a_payload(id="z")]).get_json()["results"]
    assert [result["status"] for result in results] == [201, 422, 422, 422, 422, 422, 201]
    assert [result["index"] for result in results] == list(range(7))
    named = [{error["field"] for error in result.get("errors", [])} for result in results[1:6]]
    assert named == [
        {"comments.1.text"},
        {"comments.2"},
        {"comments.3"},
        {"comments.4.email"},
        {"comments.5.id", "comments.5.text"},
    ]
    assert count(runtime, "comments") == 2


def test_batch_replays_what_is_known(gazette: ForumClient) -> None:
    known = gazette.answer(id="a")
    results = _send(gazette, [a_payload(id="a"), a_payload(id="b")]).get_json()["results"]
    assert [result["status"] for result in results] == [200, 201]
    assert results[0] == {"index": 0, "status": 200, **known}


def test_batch_takes_the_same_comment_twice_once(gazette: ForumClient, runtime: Runtime) -> None:
    results = _send(gazette, [a_payload(), a_payload()]).get_json()["results"]
    assert [result["status"] for result in results] == [201, 200]
    assert count(runtime, "comments") == 1


def test_batch_keeps_the_last_of_two_revisions_as_the_latest(gazette: ForumClient) -> None:
    _send(gazette, [a_payload(revision="1", text="you idiot"), a_payload(revision="2")])
    assert gazette.record()["revision"] == "2"


def test_batches_with_the_same_authors_in_another_order_all_come_through(
    gazette: ForumClient, runtime: Runtime
) -> None:
    def comments(n: int) -> list[Any]:
        found = [
            a_payload(id=f"{n}-{m}", author={"id": f"u{m}"}, thread={"id": f"t{9 - m}"})
            for m in range(10)
        ]
        return found if n % 2 else found[::-1]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: _send(gazette, comments(n)), range(8)))
    assert [answer.status_code for answer in answers] == [200] * 8
    assert count(runtime, "comments") == 80


@pytest.mark.slow
@sqlite_only
def test_batch_takes_a_thousand_comments(gazette: ForumClient) -> None:
    results = _send(gazette, [a_payload(id=str(n)) for n in range(1000)]).get_json()["results"]
    assert {result["status"] for result in results} == {201}


@sqlite_only
@pytest.mark.parametrize(
    "comments",
    [
        [],  # nothing to do is more likely a mistake
        [{"id": str(n), "text": "a"} for n in range(1001)],  # one too many
        {"id": "c1"},  # one comment without its list
        "c1",
        None,
    ],
    ids=["empty", "1001", "object", "string", "null"],
)
def test_batch_refuses_what_is_no_list_of_1_to_1000(
    gazette: ForumClient, runtime: Runtime, comments: Any
) -> None:
    response = _send(gazette, comments)
    assert response.status_code == 422
    assert set(errors_of(response)) == {"comments"}
    assert is_untouched(runtime)


@sqlite_only
def test_batch_may_be_larger_than_a_single_body(gazette: ForumClient, runtime: Runtime) -> None:
    long = "word " * 9_000
    comments = [a_payload(id=str(n), text=long) for n in range(30)]  # 1.3 MB
    assert _send(gazette, comments).status_code == 200
    assert count(runtime, "comments") == 30
