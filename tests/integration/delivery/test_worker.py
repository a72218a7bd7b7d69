"""The worker against a real receiver: every message arrives, in order, under one id."""

from __future__ import annotations

import json
import socket
import threading
import time
from datetime import timedelta

import pytest
import time_machine
from standardwebhooks.webhooks import Webhook

from moderation.delivery.sender import Answer, post
from moderation.delivery.worker import DeliverySettings, DeliveryWorker
from moderation.domain.errors import ConflictError
from moderation.domain.reach import EVERYWHERE
from moderation.domain.review import Role
from moderation.jobs.background import BackgroundThread
from moderation.services import lookup, outbox, registration
from moderation.services.runtime import Runtime, utc_now
from tests.builders import (
    RegisteredForum,
    a_comment,
    a_user,
    decided,
    register_forum,
    sqlite_only,
    submitted,
)
from tests.fakes import FixedClock
from tests.integration.delivery.deliveries import INSULT, LONG_S, a_worker, the_delivery
from tests.integration.delivery.receiver import (
    Behaviour,
    Receiver,
    answer,
    drip,
    gibberish,
    hang,
    hang_up,
)
from tests.integration.racing import race


def test_a_message_is_delivered_once(
    runtime: Runtime, told: RegisteredForum, receiver: Receiver, worker: DeliveryWorker
) -> None:
    submitted(runtime, told.forum, a_comment(text=INSULT))
    assert worker.run_once() == 1
    assert worker.run_once() == 0
    delivery = the_delivery(runtime)
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("delivered", 1, 204)
    assert delivery.closed_at == runtime.clock()
    (message,) = receiver.messages
    assert message.path == "/hook"
    assert message.id == delivery.message_id
    assert message.headers["content-type"] == "application/json"
    assert message.body.decode() == delivery.payload
    record = lookup.read_comment(runtime, told.forum, "c1")
    assert [event.kind for event in record.history] == ["verdict", "delivered"]


def test_a_message_that_failed_comes_again_under_the_same_id(
    runtime: Runtime,
    told: RegisteredForum,
    receiver: Receiver,
    worker: DeliveryWorker,
    clock: FixedClock,
) -> None:
    receiver.script = [answer(500)]
    submitted(runtime, told.forum, a_comment(text=INSULT))
    worker.run_once()
    delivery = the_delivery(runtime)
    assert (delivery.state, delivery.last_error) == ("pending", "the receiver answered 500")
    assert worker.run_once() == 0  # not due yet
    clock.advance(6.5)
    assert worker.run_once() == 1
    first, second = receiver.messages
    assert first.id == second.id
    assert first.body == second.body
    # Each try is signed at its own time.
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    with time_machine.travel(clock(), tick=False):
        for message in receiver.messages:
            body = Webhook(told.credentials.signing_secret).verify(message.body, message.headers)
            assert body["data"]["comment_id"] == "c1"
    assert the_delivery(runtime).state == "delivered"


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (hang(5), "no answer within 0.5 s"),
        (drip(5), "no answer within 0.5 s"),
        (gibberish, "no connection: RemoteProtocolError"),
        (hang_up, "no connection: RemoteProtocolError"),
        (answer(302, location="/elsewhere"), "the receiver answered 302"),
        (answer(503, retry_after="Mon, 01 Jan 99999999999999999999 00:00:00 GMT"), "503"),
    ],
)
@sqlite_only
def test_a_receiver_that_misbehaves_is_tried_again_and_holds_nobody_up(
    runtime: Runtime,
    told: RegisteredForum,
    receiver: Receiver,
    worker: DeliveryWorker,
    behaviour: Behaviour,
    error: str,
) -> None:
    receiver.script = [behaviour]
    submitted(runtime, told.forum, a_comment(text=INSULT))
    start = time.monotonic()
    worker.run_once()
    assert time.monotonic() - start < 4
    delivery = the_delivery(runtime)
    assert delivery.state == "pending"
    assert error in str(delivery.last_error)
    assert delivery.next_attempt_at > runtime.clock()
    assert [message.path for message in receiver.messages] == ["/hook"]  # no redirect followed


@sqlite_only
def test_nobody_listening_is_tried_again(runtime: Runtime, worker: DeliveryWorker) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    forum = register_forum(runtime, callback_url=f"http://127.0.0.1:{port}/").forum
    submitted(runtime, forum, a_comment(text=INSULT))
    worker.run_once()
    delivery = the_delivery(runtime)
    assert delivery.state == "pending"
    assert "no connection: ConnectError" in str(delivery.last_error)


def test_a_slow_receiver_does_not_hold_up_another_forum(
    runtime: Runtime, told: RegisteredForum, receiver: Receiver, worker: DeliveryWorker
) -> None:
    quick = Receiver()
    other = register_forum(runtime, "tribune", callback_url=quick.url).forum
    receiver.script = [hang(5)] * 4
    for number in range(4):
        submitted(runtime, told.forum, a_comment(f"c{number}", INSULT))
    submitted(runtime, other, a_comment(text=INSULT))
    start = time.monotonic()
    worker.run_once()
    assert time.monotonic() - start < 4
    assert len(quick.messages) == 1
    quick.close()


def test_gone_for_good_is_parked_and_can_be_replayed(
    runtime: Runtime,
    told: RegisteredForum,
    receiver: Receiver,
    worker: DeliveryWorker,
    clock: FixedClock,
) -> None:
    receiver.script = [answer(410)]
    submitted(runtime, told.forum, a_comment(text=INSULT))
    worker.run_once()
    parked = the_delivery(runtime)
    assert (parked.state, parked.last_status) == ("parked", 410)
    clock.advance(LONG_S)
    assert worker.run_once() == 0
    mira = a_user(runtime, role=Role.SENIOR)
    outbox.replay(runtime, mira, parked.id)
    with pytest.raises(ConflictError):
        outbox.replay(runtime, mira, parked.id)
    assert worker.run_once() == 1
    assert the_delivery(runtime).state == "delivered"
    first, second = receiver.messages
    assert first.id == second.id
    kinds = [event.kind for event in lookup.read_comment(runtime, told.forum, "c1").history]
    assert kinds == ["verdict", "parked", "replayed", "delivered"]


def test_the_last_try_parks_with_its_error(
    runtime: Runtime, told: RegisteredForum, receiver: Receiver, clock: FixedClock
) -> None:
    receiver.script = [answer(500)] * 3
    submitted(runtime, told.forum, a_comment(text=INSULT))
    worker = a_worker(runtime, most_attempts=3)
    for _ in range(5):
        worker.run_once()
        clock.advance(LONG_S)
    delivery = the_delivery(runtime)
    assert (delivery.state, delivery.attempts) == ("parked", 3)
    assert delivery.last_error == "the receiver answered 500; given up after 3 tries"
    assert len(receiver.messages) == 3
    assert outbox.counts_by_state(runtime, EVERYWHERE) == {"parked": 1}


def test_a_comment_is_told_of_in_order_also_over_its_revisions(
    runtime: Runtime,
    told: RegisteredForum,
    receiver: Receiver,
    worker: DeliveryWorker,
    clock: FixedClock,
) -> None:
    receiver.script = [answer(500)]
    first = submitted(runtime, told.forum, a_comment(text=INSULT))
    worker.run_once()
    second = submitted(runtime, told.forum, a_comment(text=f"{INSULT} indeed"))
    decided(runtime, a_user(runtime), second)
    assert worker.run_once() == 0  # the failed one goes before the others
    submitted(runtime, told.forum, a_comment("c2", INSULT))
    assert worker.run_once() == 1  # another comment does not wait
    clock.advance(LONG_S)
    for _ in range(3):
        assert worker.run_once() == 1
    bodies = [json.loads(message.body) for message in receiver.messages]
    told_of = [
        (body["type"], body["data"]["revision"])
        for body in bodies
        if body["data"]["comment_id"] == "c1"
    ]
    assert told_of == [
        ("comment.verdict", first.revision),
        ("comment.verdict", first.revision),
        ("comment.verdict", second.revision),
        ("comment.decided", second.revision),
    ]


def test_four_workers_at_once_never_send_the_same_message(
    runtime: Runtime, told: RegisteredForum, receiver: Receiver
) -> None:
    for number in range(40):
        submitted(runtime, told.forum, a_comment(f"c{number}", INSULT))

    def work(_: int) -> int:
        worker = DeliveryWorker(runtime, DeliverySettings(timeout_s=20))
        sent = 0
        while more := worker.run_once():
            sent += more
        return sent

    answers = race(work, range(4))
    assert sum(one for one in answers if isinstance(one, int)) == 40, answers
    assert len({message.id for message in receiver.messages}) == len(receiver.messages) == 40
    assert outbox.counts_by_state(runtime, EVERYWHERE) == {"delivered": 40}


class _KilledError(BaseException):
    """The end of a process, as far as the worker can tell."""


def test_a_worker_killed_between_sending_and_settling_leads_to_a_second_copy(
    runtime: Runtime, told: RegisteredForum, receiver: Receiver, clock: FixedClock
) -> None:
    def send_and_die(*given: object, **options: object) -> Answer:
        post(*given, **options)  # type: ignore[arg-type]
        raise _KilledError

    submitted(runtime, told.forum, a_comment(text=INSULT))
    settings = DeliverySettings(timeout_s=0.5)
    with pytest.raises(_KilledError):
        DeliveryWorker(runtime, settings, send=send_and_die).run_once()
    assert len(receiver.messages) == 1
    assert the_delivery(runtime).state == "pending"

    other = DeliveryWorker(runtime, settings)
    assert other.run_once() == 0  # the lease still runs
    clock.advance(60)
    assert other.run_once() == 1

    first, second = receiver.messages
    assert first.id == second.id
    delivery = the_delivery(runtime)
    assert (delivery.state, delivery.attempts) == ("delivered", 2)


def test_a_worker_that_comes_back_late_does_not_overwrite_the_other_ones_answer(
    runtime: Runtime, told: RegisteredForum, receiver: Receiver, clock: FixedClock
) -> None:
    submitted(runtime, told.forum, a_comment(text=INSULT))
    (late,) = outbox.lease(runtime, limit=1, lease_s=10)
    clock.advance(11)
    a_worker(runtime).run_once()
    outbox.settle(runtime, late, outbox.Settlement("parked", clock(), 500, "late"))
    delivery = the_delivery(runtime)
    assert (delivery.state, delivery.last_status) == ("delivered", 204)


@sqlite_only
def test_a_message_that_cannot_even_be_made_is_parked_in_the_end(
    runtime: Runtime, told: RegisteredForum, clock: FixedClock
) -> None:
    def broken(*_: object, **__: object) -> Answer:
        raise ZeroDivisionError

    submitted(runtime, told.forum, a_comment(text=INSULT))
    worker = DeliveryWorker(runtime, DeliverySettings(most_attempts=2), send=broken)
    for _ in range(2):
        worker.run_once()
        clock.advance(LONG_S)
    delivery = the_delivery(runtime)
    assert delivery.state == "parked"
    assert str(delivery.last_error).startswith("it could not be sent: ZeroDivisionError")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0"])  # noqa: S104
@sqlite_only
def test_a_private_address_is_refused_unless_the_forum_allows_it(
    runtime: Runtime, receiver: Receiver, worker: DeliveryWorker, host: str, clock: FixedClock
) -> None:
    url = receiver.url.replace("127.0.0.1", host)
    forum = register_forum(runtime, callback_url=receiver.url).forum
    registration.set_callback(runtime, "gazette", url, allows_private=False)
    submitted(runtime, forum, a_comment(text=INSULT))
    worker.run_once()
    assert receiver.messages == []
    assert "private address" in str(the_delivery(runtime).last_error)
    if host == "[::1]":
        return  # the receiver listens on IPv4 alone
    registration.set_callback(runtime, "gazette", url, allows_private=True)
    clock.advance(LONG_S)
    worker.run_once()
    assert len(receiver.messages) == 1


@sqlite_only
def test_a_callback_that_was_taken_away_waits_with_its_reason(
    runtime: Runtime, told: RegisteredForum, worker: DeliveryWorker
) -> None:
    submitted(runtime, told.forum, a_comment(text=INSULT))
    registration.set_callback(runtime, "gazette", None)
    worker.run_once()
    assert the_delivery(runtime).last_error == "the forum has no callback address now"


def test_both_secrets_sign_during_a_rotation(
    runtime: Runtime,
    told: RegisteredForum,
    receiver: Receiver,
    worker: DeliveryWorker,
    clock: FixedClock,
) -> None:
    new = registration.rotate_secret(runtime, "gazette", overlap=timedelta(hours=1))
    submitted(runtime, told.forum, a_comment("c1", INSULT))
    worker.run_once()
    clock.advance(3600)
    submitted(runtime, told.forum, a_comment("c2", INSULT))
    worker.run_once()
    during, after = receiver.messages
    assert len(during.headers["webhook-signature"].split()) == 2
    with time_machine.travel(clock() - timedelta(hours=1), tick=False):
        for secret in (told.credentials.signing_secret, new.signing_secret):
            assert Webhook(secret).verify(during.body, during.headers)
    assert len(after.headers["webhook-signature"].split()) == 1
    with time_machine.travel(clock(), tick=False):
        assert Webhook(new.signing_secret).verify(after.body, after.headers)


def test_the_thread_sends_what_comes_and_is_started_once(
    runtime: Runtime, receiver: Receiver
) -> None:
    live = Runtime(runtime.database, runtime.models, utc_now)
    forum = register_forum(live, callback_url=receiver.url).forum
    thread = BackgroundThread(a_worker(live).run, "deliveries")
    before = threading.active_count()
    for _ in range(3):
        thread.ensure_running()
    assert threading.active_count() == before + 1
    submitted(live, forum, a_comment(text=INSULT))
    end = time.monotonic() + 20
    while outbox.counts_by_state(live, EVERYWHERE) != {"delivered": 1}:
        assert time.monotonic() < end
        time.sleep(0.05)
    thread.stop()
    while threading.active_count() > before:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert len(receiver.messages) == 1
