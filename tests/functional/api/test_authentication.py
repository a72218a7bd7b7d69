"""Who may ask: bearer keys, signatures, rotation, and nothing of another forum."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from moderation.domain.webhook_signature import sign_headers
from moderation.services import registration
from moderation.services.runtime import Runtime
from tests.builders import RegisteredForum, sqlite_only
from tests.fakes import FixedClock
from tests.functional.api.conftest import ForumClient, a_payload
from tests.functional.api.rows import count, is_untouched

BODY = json.dumps(a_payload(text="you idiot")).encode()


def _post(app: Flask, headers: Mapping[str, str], *, query: str = "") -> TestResponse:
    return app.test_client().post(
        f"/v1/comments{query}", data=BODY, content_type="application/json", headers=dict(headers)
    )


def _without_id(response: TestResponse) -> dict[str, object]:
    document = dict(response.get_json())
    del document["request_id"]
    return document


def test_a_bearer_key_is_enough(gazette: ForumClient) -> None:
    assert gazette.submit().status_code == 201


def test_a_signature_is_enough(gazette: ForumClient, now: datetime) -> None:
    response = gazette.send_signed("POST", "/v1/comments", BODY, at=now)
    assert (response.status_code, response.get_json()["verdict"]) == (201, "flag")


def test_a_signature_covers_every_operation(gazette: ForumClient, now: datetime) -> None:
    gazette.answer()
    assert gazette.send_signed("GET", "/v1/comments/c1", at=now).status_code == 200
    assert gazette.send_signed("POST", "/v1/score", b'{"text":"a"}', at=now).status_code == 200
    assert gazette.send_signed("DELETE", "/v1/comments/c1", at=now).status_code == 204


def test_the_query_may_name_the_forum(gazette: ForumClient, now: datetime) -> None:
    headers = sign_headers(
        [gazette.registered.credentials.signing_secret], "msg_1", now, BODY.decode()
    )
    assert _post(gazette.app, headers, query="?forum=gazette").status_code == 201


def test_a_replayed_message_is_answered_as_before(
    gazette: ForumClient, runtime: Runtime, now: datetime
) -> None:
    first = gazette.send_signed("POST", "/v1/comments", BODY, at=now)
    second = gazette.send_signed("POST", "/v1/comments", BODY, at=now)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.get_json() == first.get_json()
    assert count(runtime, "comments") == 1


@pytest.mark.parametrize("offset_s", [-300, -299, 0, 299, 300])
@sqlite_only
def test_five_minutes_off_are_tolerated(gazette: ForumClient, now: datetime, offset_s: int) -> None:
    at = now + timedelta(seconds=offset_s)
    assert gazette.send_signed("POST", "/v1/comments", BODY, at=at).status_code == 201


@pytest.mark.parametrize("offset_s", [-86_400, -301, 301, 86_400])
@sqlite_only
def test_stale_and_future_signatures_are_refused(
    gazette: ForumClient, runtime: Runtime, now: datetime, offset_s: int
) -> None:
    at = now + timedelta(seconds=offset_s)
    assert gazette.send_signed("POST", "/v1/comments", BODY, at=at).status_code == 401
    assert is_untouched(runtime)


@sqlite_only
@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-signature": "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},  # guessed
        {"webhook-signature": "v1,"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1a,xyz"},  # another scheme
        {"webhook-signature": " " * 5_000},
        {"webhook-id": "msg_2"},  # each of the signed parts
        {"webhook-id": ""},
        {"webhook-id": "x" * 201},
        {"webhook-timestamp": "1772442001"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-timestamp": "１７７２４４２０００"},  # noqa: RUF001 - digits, but not ASCII
        {"X-Moderation-Forum": "herald"},  # another forum's name
        {"X-Moderation-Forum": "nobody"},
        {"X-Moderation-Forum": "'; DROP TABLE forums; --"},
        {"X-Moderation-Forum": "x" * 5_000},
        {"X-Moderation-Forum": ""},
    ],
    ids=lambda changes: "-".join(f"{k}={v[:20]}" for k, v in changes.items()),
)
def test_forged_signatures_are_refused(
    gazette: ForumClient,
    herald: ForumClient,
    runtime: Runtime,
    now: datetime,
    changes: Mapping[str, str],
) -> None:
    changes = {name: value.encode().decode("latin-1") for name, value in changes.items()}
    response = gazette.send_signed("POST", "/v1/comments", BODY, at=now, changes=changes)
    assert response.status_code == 401
    assert is_untouched(runtime)


@sqlite_only
def test_a_changed_body_is_refused(gazette: ForumClient, runtime: Runtime, now: datetime) -> None:
    secret = gazette.registered.credentials.signing_secret
    headers = sign_headers([secret], "msg_1", now, BODY.decode().replace("idiot", "saint"))
    assert _post(gazette.app, {**headers, "X-Moderation-Forum": "gazette"}).status_code == 401
    assert is_untouched(runtime)


@sqlite_only
@pytest.mark.parametrize(
    "credential",
    [
        "Bearer mod_guessed",
        "Bearer ",
        "Bearer",
        "",
        "Basic Z2F6ZXR0ZTpwYXNz",
        "bearer  ",
        "Token mod_guessed",
        "Bearer " + "m" * 5_000,
        "Bearer mod_\x80\xff",
    ],
    ids=lambda text: repr(text)[:24],
)
def test_wrong_bearer_keys_are_refused(
    gazette: ForumClient, runtime: Runtime, credential: str
) -> None:
    assert _post(gazette.app, {"Authorization": credential}).status_code == 401
    assert is_untouched(runtime)


@sqlite_only
def test_a_signing_secret_is_no_bearer_key(gazette: ForumClient) -> None:
    secret = gazette.registered.credentials.signing_secret
    assert _post(gazette.app, {"Authorization": f"Bearer {secret}"}).status_code == 401


@sqlite_only
def test_every_refusal_reads_the_same(
    gazette: ForumClient, runtime: Runtime, now: datetime
) -> None:
    stale = now - timedelta(hours=1)
    refused = [
        _post(gazette.app, {}),
        _post(gazette.app, {"Authorization": "Bearer mod_guessed"}),
        gazette.send_signed("POST", "/v1/comments", BODY, at=stale),
        gazette.send_signed(
            "POST", "/v1/comments", BODY, at=now, changes={"X-Moderation-Forum": "nobody"}
        ),
        gazette.send_signed("POST", "/v1/comments", b"\xff not even JSON", at=now),
    ]
    assert {response.status_code for response in refused} == {401}
    assert all(_without_id(response) == _without_id(refused[0]) for response in refused)
    assert all(r.headers["WWW-Authenticate"].startswith("Bearer") for r in refused)
    assert is_untouched(runtime)


def test_both_credentials_count_during_a_rotation_and_only_the_new_after_it(
    gazette: ForumClient, runtime: Runtime, clock: FixedClock
) -> None:
    old = gazette.registered
    made = registration.rotate_secret(runtime, "gazette", overlap=timedelta(hours=1))
    new = ForumClient(gazette.app, RegisteredForum(old.forum, made), gazette.contract)

    def statuses() -> list[int]:
        return [
            client.send("GET", "/v1/comments/nobody").status_code for client in (gazette, new)
        ] + [
            client.send_signed("GET", "/v1/comments/nobody", at=clock()).status_code
            for client in (gazette, new)
        ]

    assert statuses() == [404, 404, 404, 404]
    clock.advance(3601)
    assert statuses() == [401, 404, 401, 404]


def test_a_message_signed_with_both_secrets_counts(
    gazette: ForumClient, runtime: Runtime, clock: FixedClock
) -> None:
    made = registration.rotate_secret(runtime, "gazette", overlap=timedelta(0))
    clock.advance(1)
    secrets = [gazette.registered.credentials.signing_secret, made.signing_secret]
    headers = sign_headers(secrets, "msg_1", clock(), BODY.decode())
    assert _post(gazette.app, {**headers, "X-Moderation-Forum": "gazette"}).status_code == 201


def test_a_forum_sees_nothing_of_another(
    gazette: ForumClient, herald: ForumClient, runtime: Runtime
) -> None:
    own = gazette.answer(text="you idiot")
    for method, path, body in (
        ("GET", "/v1/comments/c1", None),
        ("DELETE", "/v1/comments/c1", None),
        ("POST", "/v1/comments/c1/reports", {}),
    ):
        assert herald.send(method, path, body).status_code == 404
    others = herald.answer(text="you idiot")
    assert others["review_item_id"] != own["review_item_id"]
    assert herald.send("DELETE", "/v1/comments/c1").status_code == 204
    record = gazette.record()
    assert (record["review_state"], record["deleted_at"]) == ("pending", None)
    assert [event["kind"] for event in record["history"]] == ["verdict"]


def test_a_forum_cannot_replay_another_forums_answer_in_a_batch(
    gazette: ForumClient, herald: ForumClient
) -> None:
    gazette.answer(text="you idiot")
    (result,) = herald.send(
        "POST", "/v1/comments/batch", {"comments": [a_payload(text="you idiot")]}
    ).get_json()["results"]
    assert result["status"] == 201


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/comments"),
        ("POST", "/v1/comments/batch"),
        ("GET", "/v1/comments/c1"),
        ("DELETE", "/v1/comments/c1"),
        ("POST", "/v1/comments/c1/reports"),
        ("POST", "/v1/score"),
    ],
)
@sqlite_only
def test_every_operation_asks_for_credentials(app: Flask, method: str, path: str) -> None:
    response = app.test_client().open(path, method=method, data=b"{}")
    assert (response.status_code, response.get_json()["code"]) == (401, "unauthorized")
