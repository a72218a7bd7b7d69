"""Clients of Akismet against the running service, and the way back of a moderator's decision."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import akismet
import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from moderation.services.lookup import read_comment
from tests.builders import RegisteredForum, a_user, decided
from tests.compat.conftest import Node, Service

pytestmark = pytest.mark.slow

INSULT = "You are a stupid idiot, go away."
THANKS = "Thank you, that was helpful."
BLOG = "https://board.example"


class ToOurs(httpx.BaseTransport):
    """Sends what is meant for rest.akismet.com to our address: the client knows no other."""

    def __init__(self, url: str) -> None:
        self._url = httpx.URL(url)
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host == "rest.akismet.com"
        request.url = request.url.copy_with(
            scheme=self._url.scheme, host=self._url.host, port=self._url.port
        )
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


def python_client(service: Service, key: str) -> akismet.SyncClient:
    transport = httpx.Client(transport=ToOurs(service.url), timeout=10)
    return akismet.SyncClient(akismet.Config(key, BLOG), http_client=transport)


@pytest.fixture
def client(service: Service) -> Iterator[akismet.SyncClient]:
    with python_client(service, service.scoring.credentials.bearer_key) as made:
        yield made


def test_the_python_client_knows_spam_from_ham(client: akismet.SyncClient) -> None:
    insult = client.comment_check(
        "192.0.2.1", comment_content=INSULT, comment_author="sam", comment_type="comment"
    )
    thanks = client.comment_check("192.0.2.1", comment_content=THANKS)

    assert (insult, thanks) == (akismet.CheckResponse.SPAM, akismet.CheckResponse.HAM)


def test_the_python_client_submits_corrections(client: akismet.SyncClient) -> None:
    assert client.submit_spam("192.0.2.1", comment_content="Buy my wonderful hats.")
    assert client.submit_ham("192.0.2.1", comment_content=THANKS)


def test_the_python_client_with_a_foreign_key_is_refused(service: Service) -> None:
    refused = python_client(service, "0123456789ab")

    assert refused.verify_key() is False
    with pytest.raises(akismet.APIKeyError):
        refused.comment_check("192.0.2.1", comment_content=INSULT)
    refused._http_client.close()


def test_the_npm_client_checks_keys_and_comments_and_submits(service: Service, node: Node) -> None:
    found = node.run(
        "akismet.mjs", {"SERVICE": service.url, "KEY": service.scoring.credentials.bearer_key}
    )

    assert found == {
        "key": True,
        "wrongKey": False,
        "insult": 1,  # CheckResult.spam
        "thanks": 0,  # CheckResult.ham
        "spam": "taken",
        "ham": "taken",
        "refusal": "We were unable to recognise your API key",
    }


def test_a_decision_goes_back_signed_to_the_callback_and_to_the_next_check(
    service: Service, node: Node
) -> None:
    forum = service.queueing
    callback = f"{service.receiver.url}/akismet"
    first = check(service, forum, callback)
    judgement = read_comment(
        service.runtime, forum.forum, first.headers["X-akismet-guid"]
    ).judgement

    decided(service.runtime, a_user(service.runtime, "mira"), judgement)

    # Flagged is not held: it is visible, and somebody is going to look at it.
    assert first.text == "false"
    assert first.headers["X-akismet-recheck-after"] == "120"
    again = check(service, forum, callback)
    assert again.text == "true"
    assert "X-akismet-recheck-after" not in again.headers
    headers, body = message_with(service, "endpoint")
    secret = forum.credentials.signing_secret
    assert Webhook(secret).verify(body, headers) == {
        "endpoint": "comment-check",
        "comments": [{"guid": first.headers["X-akismet-guid"], "result": "true"}],
    }
    seen_by_node = node.run(
        "webhooks.mjs", {}, {"secret": secret, "headers": headers, "body": body.decode()}
    )
    assert seen_by_node["message"] == json.loads(body)


def test_both_webhook_libraries_verify_our_callback_and_refuse_a_changed_one(
    service: Service, node: Node
) -> None:
    forum = service.queueing
    answer = httpx.post(
        f"{service.url}/v1/moderations",
        headers={"Authorization": f"Bearer {forum.credentials.bearer_key}"},
        json={"input": "What a stupid idiot you are."},
        timeout=10,
    )
    assert answer.status_code == 200, answer.text

    headers, body = message_with(service, "data", "comment.verdict", "openai-")

    secret = forum.credentials.signing_secret
    message = Webhook(secret).verify(body, headers)
    assert message["data"]["verdict"] == "flag"
    seen_by_node = node.run(
        "webhooks.mjs", {}, {"secret": secret, "headers": headers, "body": body.decode()}
    )
    assert seen_by_node == {"message": message, "changed": "No matching signature found"}


def check(service: Service, forum: RegisteredForum, callback: str) -> httpx.Response:
    answer = httpx.post(
        f"{service.url}/1.1/comment-check",
        data={
            "api_key": forum.credentials.bearer_key,
            "blog": BLOG,
            "comment_content": INSULT,
            "comment_author": "sam",
            "permalink": f"{BLOG}/topic/9",
            "callback": callback,
        },
        timeout=10,
    )
    assert answer.status_code == 200
    return answer


def message_with(service: Service, *parts: str) -> tuple[dict[str, str], bytes]:
    """Wait for a message that holds all the parts."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for headers, body in list(service.receiver.received):
            if all(part.encode() in body for part in parts):
                return headers, body
        time.sleep(0.05)
    raise AssertionError([body for _, body in service.receiver.received])
