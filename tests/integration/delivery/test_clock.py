"""The worker while clocks jump."""

from __future__ import annotations

import json

import pytest

from moderation.delivery.worker import DeliveryWorker
from moderation.domain.errors import ConflictError
from moderation.domain.review import DecisionAction, DecisionInput, ReasonCode
from moderation.services import review
from moderation.services.runtime import Runtime
from tests.builders import (
    RegisteredForum,
    a_comment,
    a_user,
    submitted,
)
from tests.fakes import FixedClock
from tests.integration.delivery.deliveries import INSULT, LONG_S
from tests.integration.delivery.receiver import (
    Receiver,
)


def test_a_clock_that_jumps_loses_and_doubles_nothing(
    runtime: Runtime,
    told: RegisteredForum,
    worker: DeliveryWorker,
    receiver: Receiver,
    clock: FixedClock,
) -> None:
    mira, noor = a_user(runtime, "mira"), a_user(runtime, "noor")
    first = submitted(runtime, told.forum, a_comment("c1", INSULT))
    assert first.item_id is not None
    held = review.claim(runtime, mira, first.item_id, ttl_s=300)
    clock.advance(-LONG_S)  # the claim lasts longer, and stays one person's
    with pytest.raises(ConflictError):
        review.claim(runtime, noor, first.item_id, ttl_s=300)
    submitted(runtime, told.forum, a_comment("c2", INSULT))
    clock.advance(3 * LONG_S)  # it has ended, and what waited is due
    taken = review.claim(runtime, noor, first.item_id, ttl_s=300)
    given = DecisionInput(DecisionAction.REJECT, frozenset(), ReasonCode.INSULT, "", first.revision)
    assert held.claim_token is not None
    assert taken.claim_token is not None
    with pytest.raises(ConflictError):
        review.decide(runtime, mira, first.item_id, held.claim_token, given)
    review.decide(runtime, noor, first.item_id, taken.claim_token, given)
    clock.advance(-2 * LONG_S)
    submitted(runtime, told.forum, a_comment("c3", INSULT))
    clock.advance(2 * LONG_S)
    while worker.run_once():
        pass
    told_of = [json.loads(message.body)["data"]["comment_id"] for message in receiver.messages]
    assert sorted(told_of) == ["c1", "c1", "c2", "c3"]  # the verdicts, and one decision
    assert len({message.id for message in receiver.messages}) == 4
