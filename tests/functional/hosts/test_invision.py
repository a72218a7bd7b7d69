"""A post in by Invision Community's webhooks and by polling, a decision out by its REST API."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from moderation.delivery.host_calls import hold
from moderation.delivery.host_poller import HostPoller
from moderation.domain.host import HostConnection, HostKind, HostOptions, SecretPurpose
from moderation.hosts import invision
from moderation.services import hosts
from moderation.services.runtime import Runtime
from tests.functional.hosts.conftest import Loop
from tests.functional.hosts.fake_host import Answered, Asked, FakeHost

INSULT = "<p>\n\tYou are an idiot.\n</p>\n"
PLEASANT = "<p>\n\tThank you, that was helpful.\n</p>\n"
TOKENS = {SecretPurpose.POST_ADDRESS: "post-token", SecretPurpose.TOPIC_ADDRESS: "topic-token"}


class FakeBoard(FakeHost):
    """Topics, posts, reports and webhooks as the board keeps them."""

    def __init__(self) -> None:
        super().__init__()
        self.topics: dict[str, dict[str, Any]] = {}
        self.posts: dict[str, dict[str, Any]] = {}
        self.reports: list[str] = []
        self.webhooks: dict[str, dict[str, list[str]]] = {}

    def clear(self) -> None:
        self.asked.clear()
        self.script.clear()
        for kept in (self.topics, self.posts, self.webhooks):
            kept.clear()
        self.reports.clear()
        self.topics["77"] = a_topic()

    def add(self, identity: str = "501", **fields: Any) -> dict[str, Any]:
        self.posts[identity] = a_post(int(identity), **fields)
        return self.posts[identity]

    def answer(self, asked: Asked) -> Any:
        expected = "Basic " + base64.b64encode(b"KEY:").decode()
        if asked.headers.get("authorization") != expected:
            raise Answered(401, error("3S290/7", "INVALID_API_KEY"))
        if asked.path == "/api/core/hello":
            return {"communityName": "The Board", "ipsVersion": "5.0.1"}
        if asked.path.startswith("/api/core/webhooks"):
            return self._webhooks(asked)
        if asked.path == "/api/forums/posts":
            return self._page(asked)
        if found := re.fullmatch(r"/api/forums/posts/(\d+)(/report)?", asked.path):
            return self._post(asked, found[1], is_report=bool(found[2]))
        if found := re.fullmatch(r"/api/forums/topics/(\d+)", asked.path):
            return self._topic(asked, found[1])
        raise Answered(404, error("3S290/3", "INVALID_ENDPOINT"))

    def _page(self, asked: Asked) -> Any:
        newest = sorted(self.posts.values(), key=lambda post: post["date"], reverse=True)
        length, page = int(asked.query["perPage"]), int(asked.query["page"])
        start = (page - 1) * length
        return {"page": page, "results": newest[start : start + length]}

    def _post(self, asked: Asked, identity: str, *, is_report: bool) -> Any:
        post = self.posts.get(identity)
        if post is None:
            raise Answered(404, error("2F295/6", "INVALID_ID"))
        if is_report:
            if identity in self.reports:
                raise Answered(400, error("1S425/C", "REPORTED_ALREADY"))
            self.reports.append(identity)
            return post
        is_first = self.topics[str(post["item_id"])]["firstPost"] == int(identity)
        if asked.method == "DELETE":
            if is_first:
                raise Answered(403, error("1F295/B", "CANNOT_DELETE_FIRST_POST"))
            del self.posts[identity]
            raise Answered(200)
        if asked.method == "POST":
            assert "post" not in asked.form(), "the board would store what it gave us, changed"
            if is_first:
                raise Answered(403, error("1F295/8", "CANNOT_HIDE_FIRST_POST"))
            post["hidden"] = asked.form()["hidden"] == ["1"]
        return post

    def _topic(self, asked: Asked, identity: str) -> Any:
        topic = self.topics[identity]
        if asked.method == "POST":
            topic["hidden"] = asked.form()["hidden"] == ["1"]
        return topic

    def _webhooks(self, asked: Asked) -> Any:
        if asked.method == "DELETE":
            self.webhooks.pop(asked.path.rpartition("/")[2])
            raise Answered(200)
        identity = str(len(self.webhooks) + 1)
        self.webhooks[identity] = asked.form()
        raise Answered(201, {"id": int(identity), "url": asked.form()["url"][0]})


def error(code: str, message: str) -> dict[str, str]:
    return {"errorCode": code, "errorMessage": message}


def a_topic(**fields: Any) -> dict[str, Any]:
    topic = {
        "id": 77,
        "title": "Bridge vote",
        "forum": {"id": 5, "name": "Politics"},
        "firstPost": 499,
        "hidden": False,
        "url": "https://board.example/topic/77-bridge-vote/",
    }
    return topic | fields


def a_post(identity: int = 501, **fields: Any) -> dict[str, Any]:
    post = {
        "id": identity,
        "item_id": 77,
        "author": {
            "id": 12,
            "name": "sam",
            "email": "sam@mail.example",
            "registrationIpAddress": "192.0.2.7",
            "joined": "2025-01-02T03:04:05Z",
            "posts": 44,
        },
        "date": "2026-03-02T08:00:00Z",
        "content": INSULT,
        "hidden": False,
        "url": f"https://board.example/topic/77-bridge-vote/?do=findComment&comment={identity}",
        "reactions": [],
    }
    return post | fields


@pytest.fixture(scope="module")
def server() -> Iterator[FakeBoard]:
    """One board for all tests of this module."""
    started = FakeBoard()
    yield started
    started.go_down()


@pytest.fixture
def board(server: FakeBoard) -> FakeBoard:
    """The board with one topic and no posts."""
    server.clear()
    return server


def connect(
    runtime: Runtime, loop: Loop, board: FakeBoard, *, reads_back: bool = True, **options: Any
) -> HostConnection:
    connection = HostConnection(
        loop.forum.id,
        HostKind.INVISION,
        board.url if reads_back else None,
        allows_private=True,
        actor="1",
        options=HostOptions(**options),
    )
    keys = {SecretPurpose.API_KEY: "KEY"} if reads_back else {}
    hosts.connect(runtime, connection, {**TOKENS, **keys})
    return connection


def send(client: FlaskClient, document: Any, place: str = "post-token") -> Any:
    return client.post(f"/hosts/invision/{place}", json=document)


def test_only_the_id_of_a_webhook_is_believed_and_the_post_is_read_back(
    client: FlaskClient, runtime: Runtime, loop: Loop, board: FakeBoard
) -> None:
    connect(runtime, loop, board)
    board.add("501", content=PLEASANT)
    assert send(client, a_post(501)).json["taken"] == "asked_back"  # forged words
    loop.deliver()
    assert loop.judgement("501").body == "Thank you, that was helpful."
    send(client, a_post(999))  # a post that the board does not know
    loop.deliver()
    assert [state for _, state in loop.states()] == ["delivered", "delivered"]


def test_a_post_is_hidden_and_a_decision_shows_it_again(
    client: FlaskClient, runtime: Runtime, loop: Loop, board: FakeBoard
) -> None:
    connect(runtime, loop, board)
    post = board.add("501")
    send(client, a_post())
    send(client, a_post())  # the board sends some twice
    loop.deliver()
    assert post["hidden"]
    judgement = loop.judgement("501")
    assert judgement.thread is not None
    assert judgement.thread.title == "Bridge vote"
    loop.decide("501", approve=True)
    assert not post["hidden"]
    history = loop.history("501")
    assert history[1] == "Invision Community hid the post."
    assert history[-1] == "Invision Community shows the post."


def test_a_first_post_is_hidden_with_its_topic(
    client: FlaskClient, runtime: Runtime, loop: Loop, board: FakeBoard
) -> None:
    connect(runtime, loop, board, removes_rejected=True)
    board.add("499")
    send(client, a_topic(firstPost=a_post(499)), "topic-token")
    loop.deliver()
    assert board.topics["77"]["hidden"]
    assert loop.history("499")[-1] == "Invision Community hid the topic."
    loop.decide("499", approve=False)
    assert "499" in board.posts
    assert loop.history("499")[-1] == "Invision Community hid the topic, whose first post it is."


def test_without_a_key_the_webhook_itself_is_judged_and_nothing_private_is_kept(
    client: FlaskClient, runtime: Runtime, loop: Loop, board: FakeBoard
) -> None:
    connect(runtime, loop, board, reads_back=False)
    quote = '<blockquote class="ipsQuote" data-ipsquote-username="bea"><p>idiot</p></blockquote>'
    smile = '<img alt=":)" data-emoticon src="s.png">'
    content = f'{quote}<p>No. {smile} <a data-mentionid="3">@bea</a></p>'
    answer = send(client, a_post(content=content))
    assert answer.json["verdict"] == "publish"
    judgement = loop.judgement("501")
    assert judgement.body == "No. :) @bea"
    assert [(quoted.attribution, quoted.text) for quoted in judgement.quotes] == [("bea", "idiot")]
    assert "mail.example" not in repr(judgement)
    assert "192.0.2.7" not in repr(judgement)
    assert send(client, a_topic(firstPost=a_post(499)), "topic-token").json["verdict"] == "hold"
    assert loop.deliveries() == []


def test_an_address_takes_only_the_kind_of_event_that_it_was_made_for(
    client: FlaskClient, runtime: Runtime, loop: Loop, board: FakeBoard
) -> None:
    connect(runtime, loop, board)
    assert send(client, a_post(), "guessed").status_code == 404
    swapped = send(client, a_post(), "topic-token")
    assert swapped.status_code == 422
    assert swapped.json["errors"][0]["field"] == "firstPost"
    assert send(client, {"id": 1}).json["errors"][0]["field"] == "content"
    assert loop.deliveries() == []


def test_what_is_flagged_is_reported_once(
    client: FlaskClient, runtime: Runtime, loop: Loop, board: FakeBoard
) -> None:
    connect(runtime, loop, board)
    board.add("501", content="<p>sheeple, all of them</p>")
    board.reports.append("501")  # a reader was faster
    send(client, a_post())
    loop.deliver()
    assert loop.history("501")[-1] == "Invision Community has a report of it already."
    (report,) = [one.form() for one in board.asked if one.path.endswith("/report")]
    assert report["author"] == ["1"]


def test_polling_finds_what_lost_webhooks_did_not_tell(
    runtime: Runtime, loop: Loop, board: FakeBoard
) -> None:
    connect(runtime, loop, board, skipped_sections=("9",))
    poller = HostPoller(runtime, timeout_s=3)
    board.add("400", date="2026-01-01T00:00:00Z", content=PLEASANT)
    assert poller.run_once()
    assert loop.judgement("400").body == "Thank you, that was helpful."
    assert not poller.run_once()  # not due
    board.topics["78"] = a_topic(id=78, forum={"id": 9, "name": "Staff"})
    for identity in range(500, 560):  # more than one page
        board.add(str(identity), date="2026-03-02T09:01:00Z", content=PLEASANT)
    board.add("561", date="2026-03-02T09:02:00Z")
    board.add("562", date="2026-03-02T09:02:00Z", item_id=78)
    loop.clock.advance(301)
    board.script = [500]
    assert poller.run_once()  # the board is away: nothing is marked as read
    loop.clock.advance(301)
    assert poller.run_once()
    loop.deliver()
    assert loop.judgement("500").item_id is None
    assert board.posts["561"]["hidden"]
    assert not board.posts["562"]["hidden"]


@pytest.mark.parametrize(
    ("scripted", "state", "said"),
    [
        (401, "pending", "answered 401; is the API key right?"),
        (404, "delivered", "The post is gone from Invision Community."),
        (409, "parked", "answered 409"),
        (429, "pending", "answered 429"),
        (500, "pending", "answered 500"),
        (b"<html>", "delivered", "hid the post"),  # it did what it was asked, whatever it says
    ],
)
def test_every_answer_of_the_board_is_kept_and_shown(
    runtime: Runtime,
    loop: Loop,
    board: FakeBoard,
    scripted: int | bytes,
    state: str,
    said: str,
) -> None:
    connect(runtime, loop, board)
    board.add("501")
    HostPoller(runtime, timeout_s=3).run_once()
    board.script = [scripted]
    loop.deliver()
    assert loop.states() == [("host.hide", state)]
    assert said in loop.history("501")[-1]


def test_the_webhooks_are_registered_and_taken_away_by_us(
    runtime: Runtime, loop: Loop, board: FakeBoard
) -> None:
    connection = connect(runtime, loop, board)
    place = "https://mod.example/hosts/invision"
    addresses = {purpose: f"{place}/{token}" for purpose, token in TOKENS.items()}
    outcome = hold(invision.register(addresses), connection, "KEY", timeout_s=3)
    assert outcome.known == {"forumsTopicPost_create": "1", "forumsTopic_create": "2"}
    assert board.webhooks["1"] == {
        "events[]": ["forumsTopicPost_create"],
        "url": ["https://mod.example/hosts/invision/post-token"],
        "content_header": ["application/json"],
    }
    refused = hold(invision.register(addresses), connection, "wrong", timeout_s=3)
    assert "INVALID_API_KEY" in refused.said
    hold(invision.unregister(("1", "2")), connection, "KEY", timeout_s=3)
    assert board.webhooks == {}


def test_a_guest_is_nobody_elses_author_and_times_are_read() -> None:
    guest = a_post(author={"id": 0, "name": "Passer-by"})
    event = invision.read_event(
        SecretPurpose.POST_ADDRESS, json.dumps(guest).encode(), reads_back=False
    )
    assert event.comment is not None
    assert event.comment.author is not None
    assert event.comment.author.external_id == "guest:Passer-by"
    assert event.comment.posted_at == datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_a_board_that_is_down_for_an_hour_is_read_and_told_when_it_is_back(
    client: FlaskClient, runtime: Runtime, loop: Loop, board: FakeBoard
) -> None:
    connect(runtime, loop, board)
    post = board.add("501")
    board.go_down()
    send(client, a_post())
    for _ in range(6):
        loop.later(600)
    assert {state for _, state in loop.states()} == {"pending"}
    board.come_back()
    loop.later(9_000)
    loop.deliver()  # once read, the post is hidden
    assert {state for _, state in loop.states()} == {"delivered"}
    assert post["hidden"]
