"""The queue beside a model of it that is a few assignments long."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import func, select

from moderation.domain.errors import ConflictError, ModerationError, NotAllowedError
from moderation.domain.review import DecisionAction, DecisionInput, ItemState, ReasonCode, Role
from moderation.services import removal, review
from moderation.services.runtime import Runtime
from moderation.storage import queue_pages
from moderation.storage.database import open_database
from moderation.storage.queue_filters import QueueFilter
from moderation.storage.tables import decisions, events, review_items
from tests.builders import a_comment, a_user, register_forum, submitted
from tests.fakes import KEYS, FakeModels, FakeScorer, FixedClock

TTL_S = 300
_COMMENTS = st.sampled_from(["c1", "c2", "c3"])
_WHO = st.sampled_from(["mira", "tom", "senior"])
_ANY = st.integers(0, 30)
"""Which of the items (or decisions) that there are, counted round."""
_OPEN = {ItemState.PENDING, ItemState.CLAIMED}


@dataclass
class Item:
    """What the model knows of an item."""

    id: int
    comment: str
    revision: str
    state: ItemState = ItemState.PENDING
    holder: str | None = None
    token: str | None = None
    expires: datetime | None = None
    is_escalated: bool = False
    decision: int | None = None

    def close(self, state: ItemState) -> None:
        self.state, self.holder, self.token, self.expires = state, None, None, None

    def hold(self, who: str, token: str | None, expires: datetime) -> None:
        self.state, self.holder, self.token, self.expires = (
            ItemState.CLAIMED, who, token, expires,
        )  # fmt: skip


class QueueMachine(RuleBasedStateMachine):
    """Three people, three comments; whatever they do, queue and model say the same."""

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
        self.users = {name: a_user(self.runtime, name) for name in ("mira", "tom")}
        self.users["senior"] = a_user(self.runtime, "senior", Role.SENIOR)
        self.items: list[Item] = []
        self.tokens: list[tuple[int, str]] = []
        self.decided: list[tuple[int, Item, str]] = []
        self.latest: dict[str, str] = {}
        self.deleted: set[str] = set()
        """Revisions that the host has deleted."""
        self.texts = 0
        self.n_decisions = 0

    def teardown(self) -> None:
        self.runtime.database.dispose()
        self.folder.cleanup()

    @rule(comment=_COMMENTS)
    def arrive(self, comment: str) -> None:
        """A comment comes, or a new revision of it; what was open of it is superseded."""
        self.texts += 1
        sent = a_comment(comment, f"You idiot, for the {self.texts}. time.")
        item_id = submitted(self.runtime, self.forum, sent).item_id
        assert item_id is not None
        for item in self.items:
            if item.comment == comment and item.state in _OPEN:
                item.close(ItemState.SUPERSEDED)
        self.items.append(Item(item_id, comment, sent.revision))
        self.latest[comment] = sent.revision
        assert submitted(self.runtime, self.forum, sent).item_id == item_id

    @precondition(lambda self: self.items)
    @rule(which=_ANY)
    def delete(self, which: int) -> None:
        """The host deletes a comment: all that is open of it leaves the queue."""
        comment = self._item(which).comment
        removal.delete_comment(self.runtime, self.forum, comment)
        for item in self.items:
            if item.comment == comment:
                self.deleted.add(item.revision)
                if item.state in _OPEN:
                    item.close(ItemState.WITHDRAWN)

    @precondition(lambda self: self.items)
    @rule(which=_ANY)
    def restore(self, which: int) -> None:
        """The host brings it back: its newest revision waits again, if it did."""
        comment = self._item(which).comment
        removal.restore_comment(self.runtime, self.forum, comment)
        for item in self.items:
            if item.comment == comment and item.revision in self.deleted:
                self.deleted.discard(item.revision)
                if item.state is ItemState.WITHDRAWN and item.revision == self.latest[comment]:
                    item.state = ItemState.PENDING

    @precondition(lambda self: self.items)
    @rule(which=_ANY, who=_WHO)
    def claim(self, which: int, who: str) -> None:
        """Who asks gets the item if nobody holds it."""
        item = self._item(which)
        try:
            token = review.claim(self.runtime, self.users[who], item.id, ttl_s=TTL_S).claim_token
        except NotAllowedError:
            assert item.is_escalated
            assert who != "senior"
        except ModerationError:
            assert not self._may_claim(item, who)
        else:
            assert self._may_claim(item, who)
            self._held(item, who, token)

    @rule(who=_WHO)
    def claim_next(self, who: str) -> None:
        """Who asks for the next one gets the oldest that is free."""
        free = [
            item
            for item in self.items
            if self._is_free(item) and (who == "senior" or not item.is_escalated)
        ]
        claimed = review.claim_next(self.runtime, self.users[who], QueueFilter(), ttl_s=TTL_S)
        assert (claimed.id if claimed else None) == (free[0].id if free else None)
        if claimed:
            self._held(free[0], who, claimed.claim_token)

    @precondition(lambda self: self.tokens)
    @rule(which=_ANY)
    def renew(self, which: int) -> None:
        """A claim that still holds grows, also when it ran out and nobody came."""
        item, token = self._token(which)
        try:
            ends = review.renew_claim(self.runtime, self.users["mira"], item.id, token, ttl_s=TTL_S)
        except ConflictError:
            assert item.token != token
        else:
            assert item.token == token
            item.expires = ends

    @precondition(lambda self: self.tokens)
    @rule(which=_ANY, who=_WHO, how=st.sampled_from(["skip", "escalate", "leave", "leave soon"]))
    def give_back(self, which: int, who: str, how: str) -> None:
        """Only the token that holds the item gives it back."""
        item, token = self._token(which)
        held = item.token == token
        if how.startswith("leave"):
            if how == "leave":
                assert review.leave(self.runtime, self.users["mira"], item.id, token) is held
            else:
                self._leave_soon(item, token, held=held)
                return
        else:
            try:
                review.release(
                    self.runtime, self.users[who], item.id, token, is_escalated=how == "escalate"
                )
            except ConflictError:
                assert not held
            else:
                assert held
        if held:
            item.close(ItemState.PENDING)
            item.is_escalated |= how == "escalate"

    @precondition(lambda self: self.tokens)
    @rule(which=_ANY, who=_WHO, rejects=st.booleans())
    def decide(self, which: int, who: str, *, rejects: bool) -> None:
        """Only the token that holds the item decides it, and only its newest revision."""
        item, token = self._token(which)
        action = DecisionAction.REJECT if rejects else DecisionAction.APPROVE
        reason = ReasonCode.INSULT if rejects else None
        given = DecisionInput(action, frozenset(), reason, "", item.revision)
        may = item.token == token and item.revision == self.latest[item.comment]
        try:
            made = review.decide(self.runtime, self.users[who], item.id, token, given)
        except ConflictError:
            assert not may
        else:
            assert may
            item.close(ItemState.DECIDED)
            item.decision = made.id
            self.decided.append((made.id, item, who))
            self.n_decisions += 1

    @precondition(lambda self: self.decided)
    @rule(which=_ANY, who=_WHO)
    def undo(self, which: int, who: str) -> None:
        """A decision in force is taken back by who made it, or by a senior."""
        decision, item, by = self.decided[which % len(self.decided)]
        is_there = item.revision not in self.deleted and item.revision == self.latest[item.comment]
        try:
            reopened = review.undo(self.runtime, self.users[who], decision, ttl_s=TTL_S)
        except NotAllowedError:
            assert who not in {"senior", by}
        except ConflictError:
            assert not (is_there and item.decision == decision)
        else:
            assert who in {"senior", by}
            assert is_there
            assert item.decision == decision
            item.decision = None
            self._held(item, who, reopened.claim_token)
            self.n_decisions += 1

    @rule(seconds=st.sampled_from([1, 16, TTL_S - 1, TTL_S, 3 * TTL_S]))
    def wait(self, seconds: int) -> None:
        """Time passes; claims run out."""
        self.clock.advance(seconds)

    @invariant()
    def queue_and_model_say_the_same(self) -> None:
        """Every item is where the model has it; no comment waits twice."""
        with self.runtime.database.read() as connection:
            for item in self.items:
                found = queue_pages.item_by_id(connection, item.id)
                assert found is not None
                assert (found.state, found.claimed_by, found.claim_token) == (
                    item.state, item.holder, item.token,
                )  # fmt: skip
                assert found.claim_expires_at == item.expires
                assert found.is_escalated is item.is_escalated
                assert found.decision_id == item.decision
            assert connection.scalar(select(func.count(review_items.c.id))) == len(self.items)
            assert connection.scalar(select(func.count(decisions.c.id))) == self.n_decisions
            told = events.c.kind.in_(["decided", "decision_undone"])
            assert connection.scalar(select(func.count()).where(told)) == self.n_decisions
        waiting = [item.comment for item in self.items if item.state in _OPEN]
        assert len(waiting) == len(set(waiting))

    def _item(self, which: int) -> Item:
        return self.items[which % len(self.items)]

    def _token(self, which: int) -> tuple[Item, str]:
        item_id, token = self.tokens[-1 - which % len(self.tokens)]
        return next(item for item in self.items if item.id == item_id), token

    def _is_free(self, item: Item) -> bool:
        if item.state is ItemState.CLAIMED:
            return item.expires is not None and item.expires <= self.clock()
        return item.state is ItemState.PENDING

    def _may_claim(self, item: Item, who: str) -> bool:
        may_see = who == "senior" or not item.is_escalated
        mine = item.state is ItemState.CLAIMED and item.holder == who
        return may_see and (mine or self._is_free(item))

    def _held(self, item: Item, who: str, token: str | None) -> None:
        assert token is not None
        assert (item.id, token) not in self.tokens
        item.hold(who, token, self.clock() + timedelta(seconds=TTL_S))
        self.tokens.append((item.id, token))

    def _leave_soon(self, item: Item, token: str, *, held: bool) -> None:
        ends = self.clock() + timedelta(seconds=review.LEAVING_S)
        is_shortened = held and item.expires is not None and item.expires > ends
        assert review.leave_soon(self.runtime, self.users["mira"], item.id, token) is is_shortened
        if is_shortened:
            item.expires = ends
