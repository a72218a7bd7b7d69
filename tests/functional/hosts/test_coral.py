"""A comment in by Coral's external moderation phase, a decision out by its GraphQL API."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from moderation.domain.host import HostConnection, HostKind, HostOptions, SecretPurpose
from moderation.hosts.coral import comment_id
from moderation.services import hosts
from moderation.services.runtime import Runtime
from tests.builders import register_forum
from tests.functional.hosts.conftest import Loop
from tests.functional.hosts.fake_host import Answered, Asked, FakeHost

SECRET, OLD_SECRET = "empss_test", "empss_old"
INSULT = "<div>You are an idiot.</div>"
PLEASANT = "<div>Thank you.</div>"
OURS = comment_id("u-12", "s-1", None, INSULT)


class FakeCoral(FakeHost):
    """Comments as Coral's GraphQL API shows and changes them."""

    def __init__(self) -> None:
        super().__init__()
        self.comments: dict[str, dict[str, Any]] = {}

    def add(self, body: str = INSULT, *, identity: str = "c-1") -> dict[str, Any]:
        self.comments[identity] = {
            "id": identity,
            "body": body,
            "status": "SYSTEM_WITHHELD",
            "parent": None,
            "author": {"id": "u-12"},
            "story": {"id": "s-1"},
            "revision": {"id": "r-1"},
        }
        return self.comments[identity]

    def answer(self, asked: Asked) -> Any:
        if asked.path != "/api/graphql":
            raise Answered(404)
        if asked.headers.get("authorization") != "Bearer KEY":
            raise Answered(401, {"errors": [{"message": "token is invalid"}]})
        document = asked.json()
        query, variables = document["query"], document["variables"]
        if "viewer" in query:
            return {"data": {"viewer": {"id": "m", "username": "modbot", "role": "MODERATOR"}}}
        comment = self.comments.get(variables["id"])
        if "comment(id" in query:
            return {"data": {"comment": comment}}
        if comment is None:
            return self._error("comment not found")
        if variables["revision"] != comment["revision"]["id"]:
            return self._error("the comment was edited since")
        name = "approveComment" if "approveComment" in query else "rejectComment"
        comment["status"] = "APPROVED" if name == "approveComment" else "REJECTED"
        return {"data": {name: {"comment": comment}}}

    def _error(self, message: str) -> Any:
        # GraphQL answers 200 and tells what is wrong in the body.
        return {"data": None, "errors": [{"message": message}]}


@pytest.fixture(scope="module")
def server() -> Iterator[FakeCoral]:
    """One Coral for all tests of this module."""
    started = FakeCoral()
    yield started
    started.go_down()


@pytest.fixture
def coral(server: FakeCoral) -> FakeCoral:
    """Coral without comments."""
    server.comments.clear()
    server.asked.clear()
    server.script.clear()
    return server


class Talk:
    """Coral's side of the phase and of the webhook."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    def ask(self, body: str = INSULT, *, role: str = "COMMENTER", **given: Any) -> TestResponse:
        document = {
            "action": "NEW",
            "comment": {"body": body, "parentID": None},
            "author": {"id": "u-12", "role": role},
            "story": {"id": "s-1", "url": "https://news.example/s/1"},
            "site": {"id": "site-1"},
            "tenantID": "t-1",
            "tenantDomain": "coral.example",
        }
        return self._send("/hosts/coral/gazette", document, **given)

    def tell(self, kind: str, identity: str = "c-1", *, event_id: str = "e-1") -> TestResponse:
        data = {"commentID": identity, "storyID": "s-1"}
        document = {"id": event_id, "type": kind, "data": data, "createdAt": "2026-03-02T09:00:00Z"}
        return self._send("/hosts/coral/gazette/events", document)

    def _send(
        self, path: str, document: Mapping[str, Any], *, secrets: tuple[str, ...] = (SECRET,)
    ) -> TestResponse:
        raw = json.dumps(document, indent=2).encode()
        signed = ",".join(
            "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
            for secret in secrets
        )
        headers = {"X-Coral-Signature": signed}
        return self._client.post(path, data=raw, headers=headers, content_type="application/json")


def said(answer: TestResponse) -> Any:
    return answer.json


def connect(runtime: Runtime, loop: Loop, coral: FakeCoral, **options: Any) -> None:
    connection = HostConnection(
        loop.forum.id,
        HostKind.CORAL,
        coral.url,
        allows_private=True,
        options=HostOptions(**options),
    )
    secrets = {SecretPurpose.API_KEY: "KEY", SecretPurpose.WEBHOOK: SECRET}
    hosts.connect(runtime, connection, secrets)


@pytest.fixture
def talk(client: FlaskClient, runtime: Runtime, loop: Loop, coral: FakeCoral) -> Talk:
    connect(runtime, loop, coral)
    return Talk(client)


def test_the_phase_is_answered_as_coral_understands_it(talk: Talk) -> None:
    held = talk.ask()
    assert held.status_code == 200
    assert held.json == {
        "status": "SYSTEM_WITHHELD",
        "actions": [{"actionType": "FLAG", "reason": "COMMENT_DETECTED_TOXIC"}],
    }
    assert talk.ask().json == held.json  # asked again: the same answer, one comment
    flagged = talk.ask("<div>sheeple</div>")
    assert flagged.json == {"actions": [{"actionType": "FLAG", "reason": "COMMENT_DETECTED_TOXIC"}]}
    fine = talk.ask(PLEASANT)
    assert (fine.status_code, fine.data) == (204, b"")
    trusted = talk.ask("<div>You are an idiot, with respect.</div>", role="MODERATOR")
    assert trusted.status_code == 204


def test_the_operator_chooses_status_reason_and_tags(
    client: FlaskClient, runtime: Runtime, loop: Loop, coral: FakeCoral
) -> None:
    connect(runtime, loop, coral, hold_status="REJECTED", approves=True, tags_staff=True)
    talk = Talk(client)
    rejected = talk.ask().json
    assert rejected is not None
    assert rejected["status"] == "REJECTED"
    assert rejected["moderationAction"]["status"] == "REJECTED"
    reason = rejected["moderationAction"]["rejectionReason"]
    assert reason["code"] == "HARASSMENT_BULLYING"
    assert reason["detailedExplanation"] == "abusive 0.97, insult 0.95"
    assert said(talk.ask("vermin"))["moderationAction"]["rejectionReason"]["code"] == "HATE_SPEECH"
    assert talk.ask(PLEASANT, role="ADMIN").json == {"status": "APPROVED", "tags": ["STAFF"]}


@pytest.mark.parametrize("secrets", [(OLD_SECRET, SECRET), (SECRET, OLD_SECRET), (SECRET,)])
def test_one_right_signature_of_the_list_is_enough(talk: Talk, secrets: tuple[str, ...]) -> None:
    assert talk.ask(secrets=secrets).status_code == 200


def test_a_forged_question_is_refused(talk: Talk, client: FlaskClient) -> None:
    assert talk.ask(secrets=("guessed", OLD_SECRET)).status_code == 401
    assert talk.ask(secrets=()).status_code == 401
    assert client.post("/hosts/coral/gazette/events", data=b"{}").status_code == 401


def test_a_secret_that_was_replaced_stays_valid_for_a_day(
    client: FlaskClient, runtime: Runtime, loop: Loop, coral: FakeCoral
) -> None:
    connect(runtime, loop, coral)
    connection = HostConnection(loop.forum.id, HostKind.CORAL)
    hosts.connect(runtime, connection, {SecretPurpose.WEBHOOK: "empss_new\nempss_hook"})
    talk = Talk(client)
    assert talk.ask(secrets=("empss_hook",)).status_code == 200
    assert talk.ask(secrets=(SECRET,)).status_code == 200
    assert talk.ask(secrets=("empss_new",)).status_code == 200
    loop.clock.advance(25 * 3600)
    assert talk.ask(secrets=(SECRET,)).status_code == 401


def test_a_decision_reaches_the_comment_whose_id_the_webhook_told(
    talk: Talk, loop: Loop, coral: FakeCoral
) -> None:
    comment = coral.add()
    talk.ask()
    assert said(talk.tell("COMMENT_CREATED"))["taken"] == "asked_back"
    assert said(talk.tell("COMMENT_CREATED"))["taken"] == "repeated"
    assert said(talk.tell("STORY_CREATED", event_id="e-2"))["taken"] == "ignored"
    loop.deliver()
    assert said(talk.tell("COMMENT_CREATED", event_id="e-3"))["taken"] == "ignored"  # known now
    loop.decide(OURS, approve=False)
    assert comment["status"] == "REJECTED"
    assert loop.history(OURS)[-1] == "Coral rejected the comment."


def test_a_decision_waits_for_the_comments_id(talk: Talk, loop: Loop, coral: FakeCoral) -> None:
    talk.ask()
    loop.decide(OURS, approve=True)
    assert loop.history(OURS)[-1] == (
        "Coral has not told the comment's id yet; is its webhook set up? It is tried again."
    )
    comment = coral.add()
    talk.tell("COMMENT_CREATED")
    loop.deliver()
    loop.later(10)
    assert comment["status"] == "APPROVED"


@pytest.mark.parametrize(
    ("scripted", "state", "shown"),
    [
        (401, "pending", "Coral answered 401; is the API key right?"),
        (429, "pending", "Coral answered 429."),
        (500, "pending", "Coral answered 500."),
        (404, "parked", "Coral answered 404."),
        (409, "parked", "Coral answered 409."),
        (b"<html>", "pending", "something that is not its API's JSON"),
        (b'{"errors":[{"message":"not allowed"}]}', "parked", "Coral refused: not allowed."),
    ],
)
def test_every_answer_of_coral_is_kept_and_shown(
    talk: Talk, loop: Loop, coral: FakeCoral, scripted: int | bytes, state: str, shown: str
) -> None:
    coral.add()
    talk.ask()
    talk.tell("COMMENT_CREATED")
    loop.deliver()
    coral.script = [scripted]
    loop.decide(OURS, approve=True)
    assert loop.states()[-1] == ("host.show", state)
    assert shown in loop.history(OURS)[-1]


def test_a_decision_on_a_text_that_was_edited_since_is_refused(
    talk: Talk, loop: Loop, coral: FakeCoral
) -> None:
    comment = coral.add()
    talk.ask()
    talk.tell("COMMENT_CREATED")
    loop.deliver()
    comment["revision"] = {"id": "r-2"}
    loop.decide(OURS, approve=True)
    assert comment["status"] == "SYSTEM_WITHHELD"
    assert "the comment was edited since" in loop.history(OURS)[-1]


def test_coral_as_client_of_perspective_scores_and_sends_feedback(
    client: FlaskClient, runtime: Runtime
) -> None:
    key = register_forum(runtime, "press").credentials.bearer_key
    analyze = {
        "comment": {"text": "You are an idiot."},
        "doNotStore": True,
        "requestedAttributes": {"TOXICITY": {}},
        "languages": ["en"],
    }
    scored = client.post(f"/v1alpha1/comments:analyze?key={key}", json=analyze)
    assert scored.json is not None
    assert scored.json["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.8
    feedback = {
        "comment": {"text": "You are an idiot."},
        "context": {"entries": [{"text": "https://news.example/s/1"}]},
        "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}},
        "languages": ["en"],
        "communityId": "Coral:coral.example",
        "clientToken": "comment:c-1",
    }
    taken = client.post(f"/v1alpha1/comments:suggestscore?key={key}", json=feedback)
    assert taken.status_code == 200
    assert taken.json is not None
    assert taken.json["clientToken"] == "comment:c-1"


def test_a_coral_that_is_down_for_an_hour_hears_the_decision_when_it_is_back(
    talk: Talk, loop: Loop, coral: FakeCoral
) -> None:
    comment = coral.add()
    talk.ask()
    talk.tell("COMMENT_CREATED")
    coral.go_down()
    loop.decide(OURS, approve=False)
    for _ in range(6):
        loop.later(600)
    assert {state for _, state in loop.states()} == {"pending"}
    coral.come_back()
    loop.later(9_000)  # the decision had waited for the comment's id, and is sent with it
    assert {state for _, state in loop.states()} == {"delivered"}
    assert comment["status"] == "REJECTED"
    assert loop.history(OURS)[-1] == "Coral rejected the comment."
