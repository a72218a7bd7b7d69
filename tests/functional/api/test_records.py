"""Read, report and delete a comment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from moderation.services.lookup import read_comment
from moderation.services.runtime import Runtime
from tests.builders import a_user, decided, sqlite_only
from tests.functional.api.conftest import ForumClient
from tests.functional.api.rows import count


def test_read_gives_the_submitted_verdict(gazette: ForumClient) -> None:
    answer = gazette.answer(text="you idiot")
    record = gazette.record()
    assert {name: record[name] for name in answer} == answer
    assert (record["review_state"], record["decision"]) == ("pending", None)
    assert [event["kind"] for event in record["history"]] == ["verdict"]


def test_read_gives_the_decision_and_its_history(gazette: ForumClient, runtime: Runtime) -> None:
    gazette.answer(text="you idiot")
    judgement = read_comment(runtime, gazette.registered.forum, "c1").judgement
    decided(runtime, a_user(runtime), judgement, note="secret")
    record = gazette.record()
    assert record["review_state"] == "decided"
    assert record["decision"]["decision"] == "reject"
    assert record["decision"]["reason"] == "insult"
    assert record["decision"]["labels"]["abusive"] is True
    assert record["decision"]["decided_by"] == "mira"
    assert [event["kind"] for event in record["history"]] == ["verdict", "claimed", "decided"]
    assert "secret" not in str(record)  # the note stays with the moderators


def test_read_takes_utf16_offsets(gazette: ForumClient) -> None:
    gazette.answer(text="😀 idiot")
    record = gazette.send("GET", "/v1/comments/c1?offsets=utf16").get_json()
    assert record["spans"][0]["start"] == 3


@pytest.mark.parametrize(
    ("comment_id", "path"),
    [
        ("a/b", "a%2Fb"),  # slashes
        ("/a", "%2Fa"),
        ("a/", "a%2F"),
        ("日本語 😀", "%E6%97%A5%E6%9C%AC%E8%AA%9E%20%F0%9F%98%80"),
        ("x/reports", "x%2Freports"),  # looks like another address
        ("batch", "batch"),
        ("a?b=c#d&e", "a%3Fb%3Dc%23d%26e"),
        ("a%20b", "a%2520b"),  # not decoded twice
        ("a+b", "a+b"),
        ("..", "%2E%2E"),
    ],
)
def test_any_id_can_be_read_reported_and_deleted(
    gazette: ForumClient, comment_id: str, path: str
) -> None:
    gazette.answer(id=comment_id)
    assert gazette.record(path)["id"] == comment_id
    reported = gazette.send("POST", f"/v1/comments/{path}/reports", {})
    assert (reported.status_code, reported.get_json()["id"]) == (201, comment_id)
    assert gazette.send("DELETE", f"/v1/comments/{path}").status_code == 204


@pytest.mark.parametrize("path", ["nobody", "%00", "a%00b", "%FF%FE", "x" * 500, "%ED%A0%80"])
def test_an_unknown_id_is_not_found(gazette: ForumClient, path: str) -> None:
    for method, where, body in (
        ("GET", path, None),
        ("DELETE", path, None),
        ("POST", f"{path}/reports", {}),
    ):
        response = gazette.send(method, f"/v1/comments/{where}", body)
        assert (response.status_code, response.get_json()["code"]) == (404, "not_found")


def test_report_queues_a_published_comment(gazette: ForumClient) -> None:
    gazette.answer()
    response = gazette.send(
        "POST",
        "/v1/comments/c1/reports",
        {"reporter_id": "77", "reason": "harassment", "note": "Again."},
    )
    assert response.status_code == 201
    receipt = response.get_json()
    assert (receipt["report_count"], receipt["is_new"]) == (1, True)
    record = gazette.record()
    assert record["review_item_id"] == receipt["review_item_id"]
    assert record["review_state"] == "pending"
    assert record["verdict"] == "publish"


def test_reports_add_up_on_one_item(gazette: ForumClient, runtime: Runtime) -> None:
    gazette.answer(text="you idiot")
    counts = [
        gazette.send("POST", "/v1/comments/c1/reports", {"reporter_id": reader}).get_json()[
            "report_count"
        ]
        for reader in ("1", "2", "3")
    ]
    assert counts == [1, 2, 3]
    assert count(runtime, "review_items") == 1


def test_report_counts_a_reader_once(gazette: ForumClient) -> None:
    gazette.answer()
    gazette.send("POST", "/v1/comments/c1/reports", {"reporter_id": "77"})
    again = gazette.send("POST", "/v1/comments/c1/reports", {"reporter_id": "77"})
    assert again.status_code == 200
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.get_json()["report_count"], again.get_json()["is_new"]) == (1, False)


def test_report_without_a_reader_counts_a_message_once(gazette: ForumClient, now: datetime) -> None:
    gazette.answer()
    path = "/v1/comments/c1/reports"
    statuses = [
        gazette.send_signed("POST", path, b"{}", at=now, message_id=message).status_code
        for message in ("msg_a", "msg_a", "msg_b")
    ]
    assert statuses == [201, 200, 201]


def test_report_without_a_reader_counts_a_request_id_once(gazette: ForumClient) -> None:
    gazette.answer()
    statuses = [
        gazette.send(
            "POST", "/v1/comments/c1/reports", {}, headers={"X-Request-Id": request_id}
        ).status_code
        for request_id in ("r-1", "r-1", "r-2")
    ]
    assert statuses == [201, 200, 201]


@sqlite_only
@pytest.mark.parametrize(
    "body",
    [
        {"reporter_id": ""},
        {"reporter_id": "x" * 181},
        {"reporter_id": 7},
        {"reason": "x" * 201},
        {"note": "x" * 50_001},
        {"reporter_email": "ada@example.org"},
    ],
    ids=str,
)
def test_report_refuses_wrong_fields(gazette: ForumClient, body: dict[str, Any]) -> None:
    gazette.answer()
    response = gazette.send("POST", "/v1/comments/c1/reports", body)
    assert response.status_code == 422


def test_delete_takes_the_comment_out_of_the_queue(gazette: ForumClient) -> None:
    gazette.answer(text="you idiot")
    assert gazette.send("DELETE", "/v1/comments/c1").status_code == 204
    record = gazette.record()
    assert record["review_state"] == "withdrawn"
    assert record["deleted_at"] == "2026-03-02T09:00:00Z"
    assert record["history"][-1]["kind"] == "deleted"


def test_delete_can_be_repeated(gazette: ForumClient) -> None:
    gazette.answer()
    assert [gazette.send("DELETE", "/v1/comments/c1").status_code for _ in range(2)] == [204, 204]


def test_report_of_a_deleted_comment_is_not_found(gazette: ForumClient) -> None:
    gazette.answer()
    gazette.send("DELETE", "/v1/comments/c1")
    assert gazette.send("POST", "/v1/comments/c1/reports", {}).status_code == 404
