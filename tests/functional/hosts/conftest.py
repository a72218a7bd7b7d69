"""A forum on a service whose model knows words, and the worker that reaches its host."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.serving import make_server

from moderation.delivery.worker import DeliverySettings, DeliveryWorker
from moderation.domain.forum import Forum
from moderation.domain.judgement import Judgement
from moderation.domain.reach import EVERYWHERE
from moderation.domain.review import ReasonCode
from moderation.services import lookup, outbox
from moderation.services.outbox import Delivery
from moderation.services.runtime import Runtime
from moderation.web.desk.wording import event_sentence
from tests.builders import RegisteredForum, a_user, decided, register_forum
from tests.fakes import FixedClock


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """One is enough: what differs between databases is tested with the services."""
    return str(request.param)


@pytest.fixture
def holding(runtime: Runtime) -> RegisteredForum:
    """A forum that holds what is abusive and flags what is partisan."""
    labels = {"abusive": {"action": "hold"}, "partisan": {"action": "flag"}}
    return register_forum(runtime, labels=labels)


class Loop:
    """The way of a comment, step by step."""

    def __init__(self, runtime: Runtime, clock: FixedClock, forum: Forum) -> None:
        self.runtime = runtime
        self.clock = clock
        self.forum = forum
        self._worker = DeliveryWorker(runtime, DeliverySettings(timeout_s=3, most_attempts=10))
        self._moderator = a_user(runtime)

    def deliver(self) -> None:
        """Send all that is due."""
        while self._worker.run_once():
            pass

    def later(self, seconds: float) -> None:
        """Let time pass, and send what is due by then."""
        self.clock.advance(seconds)
        self.deliver()

    def judgement(self, external_id: str) -> Judgement:
        return lookup.read_comment(self.runtime, self.forum, external_id).judgement

    def decide(self, external_id: str, *, approve: bool) -> None:
        """Decide as a moderator does, and tell the host."""
        reason = None if approve else ReasonCode.INSULT
        decided(self.runtime, self._moderator, self.judgement(external_id), reason=reason)
        self.deliver()

    def deliveries(self) -> list[Delivery]:
        """Return the messages, oldest first."""
        return list(reversed(outbox.deliveries_page(self.runtime, EVERYWHERE)))

    def states(self) -> list[tuple[str, str]]:
        return [(one.event_type, one.state) for one in self.deliveries()]

    def history(self, external_id: str) -> list[str]:
        """Return the card's history as the desk writes it."""
        record = lookup.read_comment(self.runtime, self.forum, external_id)
        return [event_sentence(event, me="nobody") for event in record.history]


@pytest.fixture
def loop(runtime: Runtime, clock: FixedClock, holding: RegisteredForum) -> Loop:
    """The loop of the forum `holding`."""
    return Loop(runtime, clock, holding.forum)


@pytest.fixture
def service(app: Flask) -> Iterator[str]:
    """The service's address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
