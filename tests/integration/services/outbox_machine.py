"""The outbox beside a model of it: messages in the order in which they were written."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from moderation.domain.errors import ConflictError
from moderation.domain.reach import EVERYWHERE
from moderation.domain.review import Role
from moderation.services import outbox
from moderation.services.outbox import Leased, Settlement
from moderation.services.runtime import Runtime
from moderation.storage.database import open_database
from moderation.storage.deliveries import NewDelivery, insert_delivery
from tests.builders import a_comment, a_user, register_forum, submitted
from tests.fakes import KEYS, FakeModels, FakeScorer, FixedClock

LEASE_S = 40.0
_ANY = st.integers(0, 30)


@dataclass
class Message:
    """What the model knows of a message."""

    id: int
    comment: str | None
    due: datetime
    state: str = "pending"
    attempts: int = 0
    token: str | None = None


class OutboxMachine(RuleBasedStateMachine):
    """Workers that come and go; no message is lost, sent by two at once or out of order."""

    def __init__(self, migrated_file: Path) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "moderation.sqlite3"
        shutil.copyfile(migrated_file, path)
        self.clock = FixedClock()
        self.runtime = Runtime(
            database=open_database(f"sqlite:///{path}", keys=KEYS),
            models=FakeModels(FakeScorer()),
            clock=self.clock,
        )
        self.forum = register_forum(self.runtime).forum
        self.mira = a_user(self.runtime, "mira", Role.SENIOR)
        self.comment_pks = {
            name: submitted(self.runtime, self.forum, a_comment(name)).comment_pk
            for name in ("c1", "c2")
        }
        self.messages: list[Message] = []
        self.leased: list[Leased] = []

    def teardown(self) -> None:
        self.runtime.database.dispose()
        self.folder.cleanup()

    @rule(comment=st.sampled_from(["c1", "c2", None]))
    def write(self, comment: str | None) -> None:
        """Something happens that the forum is to hear of."""
        pk = self.comment_pks[comment] if comment else None
        new = NewDelivery(f"msg_{len(self.messages)}", self.forum.id, pk, "decision.made", "{}")
        with self.runtime.database.write() as connection:
            written = insert_delivery(connection, new, at=self.clock())
        self.messages.append(Message(written, comment, self.clock()))

    @rule(limit=st.integers(1, 3))
    def lease(self, limit: int) -> None:
        """A worker takes what is due, and nothing whose predecessor still waits."""
        due = sorted(
            (one for one in self.messages if self._is_due(one)), key=lambda one: (one.due, one.id)
        )[:limit]
        taken = outbox.lease(self.runtime, limit=limit, lease_s=LEASE_S)
        assert {one.delivery.id for one in taken} == {one.id for one in due}
        for one in due:
            one.attempts += 1
            one.due = self.clock() + timedelta(seconds=LEASE_S)
            one.token = taken[0].token
        self.leased += taken

    @precondition(lambda self: self.leased)
    @rule(which=_ANY, state=st.sampled_from(["delivered", "parked", "pending"]), wait=_ANY)
    def settle(self, which: int, state: str, wait: int) -> None:
        """A try ends; it counts only if nobody else holds the message by now."""
        leased = self.leased.pop(which % len(self.leased))
        message = self._message(leased.delivery.id)
        again = self.clock() + timedelta(seconds=wait)
        outbox.settle(self.runtime, leased, Settlement(state, again, 500, "no"))
        if message.token == leased.token:
            message.state, message.due, message.token = state, again, None

    @precondition(lambda self: self.leased)
    @rule(which=_ANY)
    def die(self, which: int) -> None:
        """A worker dies with what it holds."""
        token = self.leased[which % len(self.leased)].token
        self.leased = [one for one in self.leased if one.token != token]

    @precondition(lambda self: self.messages)
    @rule(which=_ANY)
    def replay(self, which: int) -> None:
        """A closed message is sent again; one that waits cannot be."""
        message = self.messages[which % len(self.messages)]
        try:
            outbox.replay(self.runtime, self.mira, message.id)
        except ConflictError:
            assert message.state == "pending"
        else:
            assert message.state != "pending"
            message.state, message.attempts, message.due = "pending", 0, self.clock()

    @rule(seconds=st.sampled_from([1, 20, 40, 100]))
    def wait(self, seconds: int) -> None:
        """Time passes; leases run out."""
        self.clock.advance(seconds)

    @invariant()
    def outbox_and_model_say_the_same(self) -> None:
        """Every message is there once, under its first id, where the model has it."""
        found = list(reversed(outbox.deliveries_page(self.runtime, EVERYWHERE, limit=1000)))
        assert [one.id for one in found] == [one.id for one in self.messages]
        for number, (one, message) in enumerate(zip(found, self.messages, strict=True)):
            assert one.message_id == f"msg_{number}"
            assert (one.state, one.attempts) == (message.state, message.attempts)
            assert message.state != "pending" or one.next_attempt_at == message.due
            assert (one.closed_at is None) is (message.state == "pending")

    def _message(self, delivery_id: int) -> Message:
        return next(one for one in self.messages if one.id == delivery_id)

    def _is_due(self, message: Message) -> bool:
        is_blocked = any(
            one.state == "pending" and one.id < message.id and one.comment == message.comment
            for one in self.messages
            if message.comment is not None
        )
        return message.state == "pending" and message.due <= self.clock() and not is_blocked
