"""A comment in by Discourse's webhook, a decision out by its REST API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from moderation.domain.host import HostConnection, HostKind, HostOptions, SecretPurpose
from moderation.services import hosts
from moderation.services.runtime import Runtime
from tests.functional.hosts.conftest import Loop
from tests.functional.hosts.discourse import (
    INSULT,
    PLEASANT,
    SECRET,
    FakeDiscourse,
    Webhook,
)


@pytest.fixture(scope="module")
def server() -> Iterator[FakeDiscourse]:
    """One Discourse for all tests of this module."""
    started = FakeDiscourse()
    yield started
    started.go_down()


@pytest.fixture
def discourse(server: FakeDiscourse) -> FakeDiscourse:
    """Discourse with one post, freshly written."""
    server.posts.clear()
    server.reviewables.clear()
    server.asked.clear()
    server.script.clear()
    server.acts_in_between.clear()
    server.add("501")
    return server


@pytest.fixture
def connected(runtime: Runtime, loop: Loop, discourse: FakeDiscourse) -> HostConnection:
    return connect(runtime, loop, discourse)


def connect(
    runtime: Runtime, loop: Loop, discourse: FakeDiscourse, **options: Any
) -> HostConnection:
    connection = HostConnection(
        loop.forum.id,
        HostKind.DISCOURSE,
        discourse.url,
        allows_private=True,
        actor="modbot",
        options=HostOptions(**options),
    )
    secrets = {SecretPurpose.API_KEY: "KEY", SecretPurpose.WEBHOOK: SECRET}
    hosts.connect(runtime, connection, secrets)
    return connection


@pytest.fixture
def webhook(client: FlaskClient, connected: HostConnection) -> Webhook:
    return Webhook(client)


def test_an_insult_is_hidden_and_a_decision_brings_it_back(
    webhook: Webhook, loop: Loop, discourse: FakeDiscourse
) -> None:
    answer = webhook.send("post_created")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["verdict"] == "hold"
    loop.deliver()
    assert discourse.posts["501"]["hidden"]
    judgement = loop.judgement("501")
    assert judgement.thread is not None
    assert (judgement.body, judgement.thread.title) == (INSULT, "Bridge vote")
    assert judgement.permalink == f"{discourse.url}/t/77/3"

    loop.decide("501", approve=True)

    assert not discourse.posts["501"]["hidden"]
    assert loop.history("501") == [
        "Arrived: held.",
        "Discourse hid the post.",
        "mira claimed it.",
        "mira approved it.",
        "Discourse shows the post again.",
    ]


def test_a_rejected_post_is_deleted_where_the_operator_wants_that(
    client: FlaskClient, runtime: Runtime, loop: Loop, discourse: FakeDiscourse
) -> None:
    connect(runtime, loop, discourse, removes_rejected=True)
    Webhook(client).send("post_created")
    loop.decide("501", approve=False)
    assert discourse.posts["501"]["deleted_at"]
    assert loop.history("501")[-1] == "Discourse deleted the post."


@pytest.mark.parametrize(("approve", "done"), [(True, "approve_post"), (False, "reject_post")])
def test_a_post_that_waits_for_approval_is_decided_at_discourse(
    webhook: Webhook, loop: Loop, discourse: FakeDiscourse, approve: bool, done: str
) -> None:
    discourse.reviewables["40"] = {"id": 40, "version": 2, "status": 0}
    item = {
        "id": 40,
        "type": "ReviewableQueuedPost",
        "topic_id": None,
        "category_id": 5,
        "created_by_id": 12,
        "payload": {"raw": INSULT, "title": "Bridge vote"},
    }
    answer = webhook.send("reviewable_created", reviewable=item)
    assert answer.json is not None
    assert answer.json["verdict"] == "hold"
    loop.deliver()
    assert loop.history("review-40")[-1] == "The post waits for approval at Discourse anyway."
    loop.decide("review-40", approve=approve)
    assert discourse.reviewables["40"]["done"] == done


def test_a_topics_first_post_is_never_deleted_with_the_answers_to_it(
    client: FlaskClient, runtime: Runtime, loop: Loop, discourse: FakeDiscourse
) -> None:
    connect(runtime, loop, discourse, removes_rejected=True)
    discourse.posts["501"]["post_number"] = 1
    Webhook(client).send("post_created", post_number=1)
    loop.decide("501", approve=False)
    assert discourse.posts["501"]["deleted_at"] is None
    assert discourse.posts["501"]["hidden"]


def test_what_is_flagged_comes_before_the_hosts_own_moderators(
    webhook: Webhook, loop: Loop, discourse: FakeDiscourse
) -> None:
    webhook.send("post_created", raw="sheeple, all of them")
    loop.deliver()
    (flag,) = [one.json() for one in discourse.asked if one.method == "POST"]
    assert flag["post_action_type_id"] == 7
    assert "partisan" in flag["message"]
    assert "sheeple" not in flag["message"]
    assert not discourse.posts["501"]["hidden"]


def test_a_pending_flag_is_closed_with_the_version_that_was_read(
    webhook: Webhook, loop: Loop, discourse: FakeDiscourse
) -> None:
    reviewable = discourse.flag_by_reader("501")
    discourse.acts_in_between = [lambda item: item.update(version=5)]  # a second flag came in
    webhook.send("post_created")
    loop.deliver()
    performed = [one for one in discourse.asked if "perform" in one.path]
    assert [one.query["version"] for one in performed] == ["0", "5"]
    assert reviewable["status"] == 1
    assert discourse.posts["501"]["hidden"]
    assert loop.history("501")[-1] == "Discourse hid the post."


def test_a_review_that_somebody_there_was_faster_with_is_shown_as_refused(
    webhook: Webhook, loop: Loop, discourse: FakeDiscourse
) -> None:
    discourse.flag_by_reader("501")
    discourse.acts_in_between = [lambda item: item.update(version=1, status=2)]
    webhook.send("post_created")
    loop.deliver()
    assert loop.states() == [("host.hide", "parked")]
    assert loop.history("501")[-1] == (
        "Somebody at Discourse decided about it first. The delivery is parked."
    )


def test_events_that_come_twice_late_and_out_of_order_leave_the_newest_text(
    webhook: Webhook, loop: Loop
) -> None:
    edit: dict[str, Any] = {"version": 2, "updated_at": "2026-03-01T02:09:00.000Z"}
    webhook.send("post_edited", raw=PLEASANT, event_id="2", **edit)
    late = webhook.send("post_created", event_id="1")
    assert late.json is not None
    assert late.json["taken"] == "outdated"
    again = webhook.send("post_edited", raw=PLEASANT, event_id="2", **edit)
    assert again.json is not None
    assert again.json["why"] == "this event was taken before"
    assert loop.judgement("501").body == PLEASANT
    # An edit within the first minutes, which Discourse does not count.
    webhook.send("post_edited", raw=INSULT, version=2, updated_at="2026-03-01T02:10:00.000Z")
    assert loop.judgement("501").body == INSULT
    # Only a "like" has touched the post: nobody has to look at it anew.
    same = webhook.send("post_edited", version=2, updated_at="2026-03-01T03:00:00.000Z")
    assert same.json is not None
    assert same.json["taken"] == "repeated"


def test_an_edit_that_mends_a_held_post_shows_it_again(
    webhook: Webhook, loop: Loop, discourse: FakeDiscourse
) -> None:
    webhook.send("post_created")
    loop.deliver()
    assert discourse.posts["501"]["hidden"]
    webhook.send("post_edited", raw=PLEASANT, version=2)
    loop.deliver()
    assert not discourse.posts["501"]["hidden"]


def test_a_deleted_post_leaves_the_queue_and_comes_back_with_its_recovery(
    webhook: Webhook, loop: Loop
) -> None:
    webhook.send("post_destroyed")  # before its creation is told
    late = webhook.send("post_created")
    assert late.json is not None
    assert late.json["taken"] == "outdated"
    assert loop.judgement("501").item_state == "withdrawn"
    webhook.send("post_recovered")
    assert loop.judgement("501").item_state == "pending"
    assert loop.judgement("501").deleted_at is None


@pytest.mark.parametrize(
    "fields",
    [
        {"topic_archetype": "private_message"},
        {"category_id": 9},  # the staff's category
        {"post_type": 4},  # a whisper
        {"user_id": -1},  # Discourse itself
    ],
)
def test_what_the_operator_keeps_private_is_not_judged(
    client: FlaskClient,
    runtime: Runtime,
    loop: Loop,
    discourse: FakeDiscourse,
    fields: dict[str, Any],
) -> None:
    connect(runtime, loop, discourse, skipped_sections=("9",))
    answer = Webhook(client).send("post_created", **fields)
    assert answer.json is not None
    assert answer.json["taken"] == "ignored"


def test_staff_are_trusted_and_a_ping_is_answered(webhook: Webhook) -> None:
    answer = webhook.send("post_created", staff=True)
    assert answer.json is not None
    assert answer.json["verdict"] == "publish"
    assert webhook.send("ping").status_code == 200
    assert webhook.send("topic_created").json == {
        "taken": "ignored",
        "why": "no event that we judge: topic_created",
        "verdict": None,
        "review_item_id": None,
        "delivery_id": None,
    }


def test_a_forged_event_changes_nothing(webhook: Webhook, client: FlaskClient, loop: Loop) -> None:
    assert webhook.send("post_created", secret="guessed").status_code == 401
    assert client.post("/hosts/discourse/gazette", data=b"{}").status_code == 401
    assert client.post("/hosts/discourse/nobody", data=b"{}").status_code == 401
    assert loop.deliveries() == []


def test_a_broken_event_names_the_field(webhook: Webhook) -> None:
    answer = webhook.send("post_created", raw=None)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"] == [{"field": "post.raw", "message": "expected a string"}]


def test_a_host_that_is_down_for_an_hour_is_told_when_it_is_back(
    webhook: Webhook, loop: Loop, discourse: FakeDiscourse
) -> None:
    discourse.go_down()
    webhook.send("post_created")
    loop.deliver()
    assert loop.history("501")[-1].startswith("Discourse: no connection")
    assert loop.history("501")[-1].endswith("It is tried again.")
    for _ in range(6):
        loop.later(600)
    assert loop.states() == [("host.hide", "pending")]
    discourse.come_back()
    loop.later(9_000)
    assert loop.states() == [("host.hide", "delivered")]
    assert discourse.posts["501"]["hidden"]
    assert loop.history("501")[-1] == "Discourse hid the post."


@pytest.mark.parametrize(
    ("scripted", "state", "said"),
    [
        (401, "pending", "Discourse answered 401; is the API key right?"),
        (403, "parked", "Discourse answered 403."),
        (404, "delivered", "The post is gone from Discourse."),
        (429, "pending", "Discourse answered 429."),
        (500, "pending", "Discourse answered 500."),
        (301, "pending", "redirects are not followed"),
        (b"<html>rubbish", "pending", "something that is not its API's JSON"),
        (b"[]", "pending", "something that is not its API's JSON"),
        (b"x" * 4_000_001, "pending", "the answer is longer than 4000000 bytes"),
    ],
)
def test_every_answer_of_the_host_is_kept_and_shown(
    webhook: Webhook,
    loop: Loop,
    discourse: FakeDiscourse,
    scripted: int | bytes,
    state: str,
    said: str,
) -> None:
    discourse.script = [scripted]
    webhook.send("post_created")
    loop.deliver()
    assert loop.states() == [("host.hide", state)]
    assert said in loop.history("501")[-1]
    if state == "pending":
        loop.later(10)
        assert discourse.posts["501"]["hidden"]


def test_a_private_address_is_refused_unless_the_operator_allows_it(
    client: FlaskClient, runtime: Runtime, loop: Loop, discourse: FakeDiscourse
) -> None:
    connection = HostConnection(loop.forum.id, HostKind.DISCOURSE, "https://localhost:1")
    hosts.connect(
        runtime, connection, {SecretPurpose.API_KEY: "KEY", SecretPurpose.WEBHOOK: SECRET}
    )
    Webhook(client).send("post_created")
    loop.deliver()
    assert "it leads to a private address" in loop.history("501")[-1]
    assert discourse.asked == []
