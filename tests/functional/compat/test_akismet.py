"""Akismet's format, letter by letter."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from moderation.services.lookup import read_comment
from moderation.services.readiness import workload
from moderation.services.runtime import Runtime
from tests.builders import a_user, decided
from tests.fakes import BrokenScorer, FakeModels
from tests.functional.compat.conftest import MakeForum

BLOG = "https://board.example"
HELP = "X-akismet-debug-help"
RECHECK = "X-akismet-recheck-after"


def send(client: FlaskClient, call: str, key: str | None = None, **fields: Any) -> TestResponse:
    form = {"blog": BLOG, "user_ip": "192.0.2.1", "comment_content": "You idiot.", **fields}
    form |= {"api_key": key} if key is not None else {}
    return client.post(f"/1.1/{call}", data={n: v for n, v in form.items() if v is not None})


def check(client: FlaskClient, key: str, **fields: Any) -> TestResponse:
    answer = send(client, "comment-check", key, **fields)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    return answer


def flagging(make_forum: MakeForum, **drop_in: Any) -> str:
    return make_forum(spam="flagged", **drop_in).credentials.bearer_key


@pytest.mark.parametrize("place", ["api_key", "key", "host", "host with a hyphen"])
def test_the_key_may_stand_in_three_places(client: FlaskClient, key: str, place: str) -> None:
    form = {"blog": BLOG} | ({place: key} if place in {"api_key", "key"} else {})
    label = key.replace("_", "-") if "hyphen" in place else key
    host = f"{label.upper()}.ours.example" if place.startswith("host") else "ours.example"

    answer = client.post("/1.1/verify-key", data=form, base_url=f"http://{host}")

    assert answer.data == b"valid"
    assert HELP not in answer.headers


def test_a_key_fits_into_a_host_name(key: str) -> None:
    assert len(key) <= 63
    assert key == key.lower()
    assert key.replace("_", "-").replace("-", "").isalnum()


@pytest.mark.parametrize("call", ["verify-key", "comment-check", "submit-spam", "submit-ham"])
@pytest.mark.parametrize("wrong", ["0123456789ab", "mod_guessed", None])
def test_a_wrong_key_is_invalid(client: FlaskClient, call: str, wrong: str | None) -> None:
    answer = send(client, call, wrong)

    assert (answer.status_code, answer.data) == (200, b"invalid")
    assert answer.headers[HELP] == "We were unable to recognise your API key"


def test_bodies_are_exact(client: FlaskClient, make_forum: MakeForum) -> None:
    key = flagging(make_forum)

    assert check(client, key).data == b"true"
    assert check(client, key, comment_content="Good day.").data == b"false"
    assert check(client, key, comment_content="").data == b"false"
    for call in ("submit-spam", "submit-ham"):
        assert send(client, call, key).data == b"Thanks for making the web a better place."


@pytest.mark.parametrize(
    ("drop_in", "labels", "expected"),
    [
        ({"spam": "held"}, {"abusive": {"action": "flag"}}, b"false"),
        ({"spam": "held"}, {"abusive": {"action": "hold"}}, b"true"),
        ({"spam": "flagged"}, {"abusive": {"action": "flag"}}, b"true"),
        ({"spam": "abusive"}, {}, b"true"),
        ({"spam": "abusive", "spam_threshold": 0.98}, {"abusive": {"action": "hold"}}, b"false"),
    ],
)
def test_spam_is_what_the_forums_policy_says(
    client: FlaskClient, make_forum: MakeForum, drop_in: Any, labels: Any, expected: bytes
) -> None:
    forum = make_forum(policy={"labels": labels}, **drop_in)
    assert check(client, forum.credentials.bearer_key).data == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"comment_author": "viagra-test-123", "comment_content": "Good day."}, b"true"),
        ({"comment_author_email": "akismet-guaranteed-spam@example.com"}, b"true"),
        ({"user_role": "administrator"}, b"false"),
    ],
)
def test_akismets_magic_values_work(
    client: FlaskClient, make_forum: MakeForum, fields: Any, expected: bytes
) -> None:
    assert check(client, flagging(make_forum), **fields).data == expected


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"blog": None}, 'Empty "blog" value'),
        ({"blog": " "}, 'Empty "blog" value'),
        ({"comment_content": "x" * 50_001}, "comment_content: expected at most 50000 characters"),
        (
            {"callback": "javascript:alert(1)"},
            "callback: expected http(s)://host[:port]/path without user name",
        ),
    ],
)
def test_what_cannot_be_used_is_invalid_and_named(
    client: FlaskClient, key: str, fields: Any, text: str
) -> None:
    answer = check(client, key, **fields)
    assert (answer.data, answer.headers[HELP]) == (b"invalid", text)


@pytest.mark.parametrize(
    ("method", "path", "size", "status"),
    [
        ("GET", "/1.1/comment-check", 0, 405),
        ("POST", "/1.1/x", 9, 404),
        ("POST", "/1.1", 9, 404),
        ("POST", "/1.1/comment-check", 1_000_001, 413),
    ],
)
def test_every_other_refusal_is_plain_text(
    client: FlaskClient, method: str, path: str, size: int, status: int
) -> None:
    answer = client.open(path, method=method, data=b"x" * size)

    assert (answer.status_code, answer.mimetype) == (status, "text/plain")
    assert answer.headers[HELP]


def test_too_many_requests_are_told(limited: FlaskClient, key: str) -> None:
    answers = [send(limited, "verify-key", key) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].mimetype == "text/plain"
    assert int(answers[2].headers["Retry-After"]) >= 1


def test_nothing_is_published_unscored(
    client: FlaskClient, make_forum: MakeForum, models: FakeModels
) -> None:
    models.current = BrokenScorer()
    assert check(client, make_forum().credentials.bearer_key).data == b"true"


def test_score_only_leaves_no_trace_and_promises_nothing(
    client: FlaskClient, key: str, runtime: Runtime
) -> None:
    answer = check(client, key)

    assert answer.data == b"false"
    assert RECHECK not in answer.headers
    assert workload(runtime).queue.waiting == 0


def test_what_waits_is_ham_until_a_person_has_decided(
    client: FlaskClient, make_forum: MakeForum, runtime: Runtime
) -> None:
    herald = make_forum("herald", mode="store_and_queue")
    key = herald.credentials.bearer_key
    fields = {"comment_author": "sam", "permalink": f"{BLOG}/7"}

    first = check(client, key, **fields)
    judgement = read_comment(runtime, herald.forum, first.headers["X-akismet-guid"]).judgement
    decided(runtime, a_user(runtime), judgement)
    again = check(client, key, recheck_reason="recheck", **fields)

    assert (first.data, first.headers[RECHECK]) == (b"false", "120")
    assert (again.data, again.headers.get(RECHECK)) == (b"true", None)
    assert again.headers["X-akismet-guid"] == first.headers["X-akismet-guid"]
    assert (judgement.author and judgement.author.external_id) == "akismet:sam"
    assert judgement.permalink == f"{BLOG}/7"


def test_a_held_comment_that_is_approved_becomes_ham(
    client: FlaskClient, make_forum: MakeForum, runtime: Runtime
) -> None:
    labels = {"abusive": {"action": "hold"}}
    herald = make_forum("herald", policy={"labels": labels}, mode="store_and_queue")
    key = herald.credentials.bearer_key

    first = check(client, key)
    judgement = read_comment(runtime, herald.forum, first.headers["X-akismet-guid"]).judgement
    decided(runtime, a_user(runtime), judgement, reason=None)

    assert (first.data, first.headers.get(RECHECK)) == (b"true", None)  # only with false
    assert check(client, key).data == b"false"


def test_an_edited_comment_is_a_new_revision_of_the_same(
    client: FlaskClient, queueing_key: str, runtime: Runtime
) -> None:
    fields = {"comment_author": "sam", "comment_date_gmt": "2026-03-02T08:00:00Z"}

    first = check(client, queueing_key, **fields)
    edited = check(
        client, queueing_key, comment_content="You moron.", recheck_reason="edit", **fields
    )

    assert first.headers["X-akismet-guid"] == edited.headers["X-akismet-guid"]
    assert workload(runtime).queue.waiting == 1  # the old revision's item is superseded


def test_a_test_is_not_stored(client: FlaskClient, queueing_key: str, runtime: Runtime) -> None:
    assert check(client, queueing_key, is_test="1").data == b"false"
    assert workload(runtime).queue.waiting == 0
