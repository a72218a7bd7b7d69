"""Hosts' connections, their events and their tasks, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from moderation.domain.errors import InvalidInputError
from moderation.domain.host import (
    HostAction,
    HostConnection,
    HostEvent,
    HostEventKind,
    HostKind,
    HostOptions,
    HostTask,
    SecretPurpose,
)
from moderation.hosts.dialogue import done
from moderation.services import host_intake, host_polls, hosts, outbox
from moderation.services.host_intake import Taken
from moderation.services.hosts import KnownHost
from moderation.services.runtime import Runtime
from tests.builders import RegisteredForum, a_comment, a_user, decided, register_forum, submitted
from tests.fakes import FixedClock

INSULT = "You are an idiot"


@pytest.fixture
def told(runtime: Runtime) -> RegisteredForum:
    """A forum that holds what is abusive and has a callback as well."""
    return register_forum(
        runtime, callback_url="http://127.0.0.1:9/x", labels={"abusive": {"action": "hold"}}
    )


def connect(runtime: Runtime, told: RegisteredForum, kind: HostKind) -> KnownHost:
    options = HostOptions(skipped_sections=("5", "7"), webhook_ids=("1",))
    connection = HostConnection(told.forum.id, kind, "https://board.example", options=options)
    shared = {SecretPurpose.API_KEY: "KEY", SecretPurpose.POST_ADDRESS: "token"}
    hosts.connect(runtime, connection, shared)
    return hosts.required_host(runtime, told.forum, SecretPurpose.API_KEY)


def test_a_connection_is_read_back_as_it_was_stored(
    runtime: Runtime, told: RegisteredForum
) -> None:
    known = connect(runtime, told, HostKind.INVISION)
    assert known.connection.options.skipped_sections == ("5", "7")
    assert known.secrets == ["KEY"]
    by_address = hosts.host_by_address(runtime, "token")
    assert by_address is not None
    assert by_address.purpose is SecretPurpose.POST_ADDRESS
    assert hosts.host_by_slug(runtime, "gazette", HostKind.DISCOURSE) is None
    hosts.disconnect(runtime, told.forum)
    assert hosts.host_by_address(runtime, "token") is None


def test_a_callback_that_is_down_holds_no_task_of_the_host_up(
    runtime: Runtime, told: RegisteredForum, clock: FixedClock
) -> None:
    connect(runtime, told, HostKind.DISCOURSE)
    judgement = submitted(runtime, told.forum, a_comment(text=INSULT))
    decided(runtime, a_user(runtime), judgement, reason=None)
    clock.advance(1)
    taken = [one.delivery.event_type for one in outbox.lease(runtime, limit=9, lease_s=60)]
    assert sorted(taken) == ["comment.verdict", "host.hide"]  # each way's first, in order


def test_an_event_is_taken_once_and_its_comment_leaves_and_comes_back(
    runtime: Runtime, told: RegisteredForum
) -> None:
    known = connect(runtime, told, HostKind.DISCOURSE)
    comment = a_comment(text=INSULT)

    def take(kind: HostEventKind, event_id: str | None = None) -> Taken:
        event = HostEvent(kind, comment, event_id=event_id)
        return host_intake.take_event(runtime, known, event, request_id="req").taken

    assert take(HostEventKind.POSTED, "e1") is Taken.JUDGED
    assert take(HostEventKind.POSTED, "e1") is Taken.REPEATED
    assert take(HostEventKind.POSTED) is Taken.REPEATED
    assert take(HostEventKind.REMOVED) is Taken.REMOVED
    assert take(HostEventKind.POSTED) is Taken.OUTDATED
    assert take(HostEventKind.RECOVERED) is Taken.RESTORED
    assert submitted(runtime, told.forum, comment).item_state == "pending"


def test_a_board_is_polled_by_one_and_goes_on_where_it_stopped(
    runtime: Runtime, told: RegisteredForum, clock: FixedClock
) -> None:
    connect(runtime, told, HostKind.INVISION)
    due = host_polls.lease(runtime, HostKind.INVISION)
    assert due is not None
    assert due.since is None
    assert host_polls.lease(runtime, HostKind.INVISION) is None
    host_polls.settle(runtime, told.forum.id, read_until=clock())
    started = clock()
    clock.advance(host_polls.POLL_EVERY / timedelta(seconds=1))
    again = host_polls.lease(runtime, HostKind.INVISION)
    assert again is not None
    assert again.since == started


def test_a_hosts_own_name_for_a_comment_is_kept(runtime: Runtime, told: RegisteredForum) -> None:
    connect(runtime, told, HostKind.CORAL)
    for name in ("c/1", "c/2"):
        host_intake.take_read(runtime, told.forum, done("", name=("c1", name)), request_id="req")
    ready = host_intake.prepare(runtime, told.forum.id, HostTask(HostAction.SHOW, "c1"))
    assert ready is not None
    assert ready.name == "c/2"


@pytest.mark.parametrize("secret", ["", "zwei w\u00f6rter", "x" * 5000])
def test_a_secret_that_cannot_be_used_is_refused(
    runtime: Runtime, told: RegisteredForum, secret: str
) -> None:
    connection = HostConnection(told.forum.id, HostKind.CORAL)
    with pytest.raises(InvalidInputError) as refused:
        hosts.connect(runtime, connection, {SecretPurpose.WEBHOOK: secret})
    assert "webhook" in refused.value.fields
