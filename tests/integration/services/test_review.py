"""Moderators at work: nobody holds what another holds, nothing is decided twice."""

from __future__ import annotations

import pytest

from classifiers.labels import Label
from moderation.domain.errors import (
    ClaimLostError,
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    StaleRevisionError,
)
from moderation.domain.forum import Forum
from moderation.domain.reach import EVERYWHERE
from moderation.domain.review import DecisionAction, DecisionInput, ItemState, Role
from moderation.services import lookup, removal, review, review_pages
from moderation.services.runtime import Runtime
from moderation.storage import queue_pages
from moderation.storage.queue_filters import QueueFilter, QueueOrder
from moderation.storage.queue_pages import ReviewItem
from moderation.storage.users import User
from tests.builders import a_comment, a_user, decided, register_forum, submitted
from tests.fakes import FixedClock
from tests.integration.racing import race
from tests.integration.services.review_steps import (
    ANY,
    INSULT,
    decision_count,
    messages,
    queued,
    rejection,
    token,
)


@pytest.fixture
def tom(runtime: Runtime) -> User:
    return a_user(runtime, "tom")


def test_a_comment_that_comes_back_waits_in_its_newest_revision_only(
    runtime: Runtime, forum: Forum
) -> None:
    older = queued(runtime, forum)
    removal.delete_comment(runtime, forum, "c1")
    newer = queued(runtime, forum, text="You idiot, said once more.")
    removal.delete_comment(runtime, forum, "c1")
    removal.restore_comment(runtime, forum, "c1")
    with runtime.database.read() as connection:
        states = [queue_pages.item_by_id(connection, one) for one in (older, newer)]
    assert [one.state for one in states if one] == [ItemState.WITHDRAWN, ItemState.PENDING]


def test_of_two_moderators_who_claim_at_once_one_wins(
    runtime: Runtime, forum: Forum, mira: User, tom: User
) -> None:
    for number in range(5):
        item_id = queued(runtime, forum, f"c{number}")
        answers = race(lambda user: review.claim(runtime, user, item_id, ttl_s=300), [mira, tom])  # noqa: B023
        won = [answer for answer in answers if isinstance(answer, ReviewItem)]
        lost = [answer for answer in answers if not isinstance(answer, ReviewItem)]
        assert len(won) == 1, answers
        assert [type(answer) for answer in lost] == [ClaimLostError]
        assert (
            review_pages.view_item(runtime, EVERYWHERE, item_id).item.claimed_by_id
            == won[0].claimed_by_id
        )


def test_eight_threads_that_claim_the_next_take_each_item_once(
    runtime: Runtime, forum: Forum, mira: User, tom: User
) -> None:
    there = {queued(runtime, forum, f"c{number}") for number in range(40)}

    def work(number: int) -> list[int]:
        user = (mira, tom)[number % 2]
        taken = []
        while (item := review.claim_next(runtime, user, ANY, ttl_s=300)) is not None:
            taken.append(item.id)
        return taken

    answers = race(work, range(8))

    taken = [item for answer in answers if isinstance(answer, list) for item in answer]
    assert len(taken) == 40, answers
    assert set(taken) == there


def test_an_item_is_decided_once_although_eight_submit_at_once(
    runtime: Runtime, forum: Forum, mira: User
) -> None:
    item_id = queued(runtime, forum)
    held = token(review.claim(runtime, mira, item_id, ttl_s=300))
    answers = race(lambda _: review.decide(runtime, mira, item_id, held, rejection()), range(8))
    kinds = sorted(type(answer).__name__ for answer in answers)
    assert kinds == ["AlreadyDecidedError"] * 7 + ["Decision"]
    assert decision_count(runtime) == 1


def test_claim_next_follows_the_order_and_skips_what_others_hold(
    runtime: Runtime, forum: Forum, clock: FixedClock, mira: User, tom: User
) -> None:
    first = queued(runtime, forum, "c1", "moron")
    clock.advance(1)
    second = queued(runtime, forum, "c2", "idiot")
    riskiest = QueueFilter(order=QueueOrder.RISKIEST)
    for wanted, expected in ((ANY, first), (riskiest, second), (ANY, None)):
        item = review.claim_next(runtime, mira, wanted, ttl_s=300)
        assert (item.id if item else None) == expected
    assert review.claim_next(runtime, tom, ANY, ttl_s=300) is None


def test_claim_next_looks_behind_the_skipped_item_and_then_from_the_start(
    runtime: Runtime, forum: Forum, clock: FixedClock, mira: User
) -> None:
    items = []
    for number in range(3):
        items.append(queued(runtime, forum, f"c{number}"))
        clock.advance(1)
    found = review.claim_next(runtime, mira, ANY, ttl_s=300, after=items[1])
    assert found is not None
    assert found.id == items[2]
    found = review.claim_next(runtime, mira, ANY, ttl_s=300, after=items[1])
    assert found is not None
    assert found.id == items[0]
    # Only the skipped item itself is left: it does not come back at once.
    assert review.claim_next(runtime, mira, ANY, ttl_s=300, after=items[1]) is None


def test_a_claim_that_ran_out_is_free_again(
    runtime: Runtime, forum: Forum, clock: FixedClock, mira: User, tom: User
) -> None:
    item_id = queued(runtime, forum)
    review.claim(runtime, mira, item_id, ttl_s=300)
    with pytest.raises(ClaimLostError, match="mira holds"):
        review.claim(runtime, tom, item_id, ttl_s=300)
    clock.advance(300)
    assert review_pages.held_items(runtime, mira) == []
    assert review.claim(runtime, tom, item_id, ttl_s=300).claimed_by == "tom"


def test_a_renewed_claim_lasts_longer(
    runtime: Runtime, forum: Forum, clock: FixedClock, mira: User, tom: User
) -> None:
    item_id = queued(runtime, forum)
    held = token(review.claim(runtime, mira, item_id, ttl_s=300))
    clock.advance(200)
    review.renew_claim(runtime, mira, item_id, held, ttl_s=300)
    clock.advance(200)
    with pytest.raises(ClaimLostError):
        review.claim(runtime, tom, item_id, ttl_s=300)
    assert review.leave(runtime, mira, item_id, held)
    with pytest.raises(ClaimLostError):
        review.renew_claim(runtime, mira, item_id, held, ttl_s=300)
    assert not review.leave(runtime, mira, item_id, held)


def test_a_claim_whose_page_was_closed_ends_soon_unless_it_is_renewed(
    runtime: Runtime, forum: Forum, clock: FixedClock, mira: User, tom: User
) -> None:
    item_id = queued(runtime, forum)
    held = token(review.claim(runtime, mira, item_id, ttl_s=300))
    assert not review.leave_soon(runtime, mira, item_id, "0" * 32)
    assert review.leave_soon(runtime, mira, item_id, held)
    clock.advance(10)
    assert not review.leave_soon(runtime, mira, item_id, held)  # a second tab lengthens nothing
    review.renew_claim(runtime, mira, item_id, held, ttl_s=300)  # the page was only loaded again
    review.leave_soon(runtime, mira, item_id, held)
    clock.advance(16)
    assert review.claim(runtime, tom, item_id, ttl_s=300).claimed_by == "tom"


def test_a_decision_after_somebody_took_over_is_refused(
    runtime: Runtime, forum: Forum, clock: FixedClock, mira: User, tom: User
) -> None:
    item_id = queued(runtime, forum)
    held = token(review.claim(runtime, mira, item_id, ttl_s=300))
    clock.advance(301)
    review.claim(runtime, tom, item_id, ttl_s=300)
    with pytest.raises(ClaimLostError, match="tom holds"):
        review.decide(runtime, mira, item_id, held, rejection())
    assert decision_count(runtime) == 0


def test_a_decision_after_the_claim_ran_out_counts_if_nobody_took_over(
    runtime: Runtime, forum: Forum, clock: FixedClock, mira: User
) -> None:
    item_id = queued(runtime, forum)
    held = token(review.claim(runtime, mira, item_id, ttl_s=300))
    clock.advance(3000)
    assert review.decide(runtime, mira, item_id, held, rejection()).moderator == "mira"


def test_a_decision_on_an_outdated_revision_is_refused(
    runtime: Runtime, forum: Forum, mira: User
) -> None:
    item_id = queued(runtime, forum)
    held = token(review.claim(runtime, mira, item_id, ttl_s=300))
    queued(runtime, forum, text=f"{INSULT} Really.")
    with pytest.raises(StaleRevisionError):
        review.decide(runtime, mira, item_id, held, rejection())
    with pytest.raises(StaleRevisionError):
        review.claim(runtime, mira, item_id, ttl_s=300)


def test_a_decision_that_saw_another_revision_is_refused(
    runtime: Runtime, forum: Forum, mira: User
) -> None:
    item_id = queued(runtime, forum)
    held = token(review.claim(runtime, mira, item_id, ttl_s=300))
    with pytest.raises(StaleRevisionError):
        review.decide(runtime, mira, item_id, held, rejection("something else"))
    assert review_pages.view_item(runtime, EVERYWHERE, item_id).item.claim_token == held


def test_a_decision_on_a_deleted_comment_is_refused(
    runtime: Runtime, forum: Forum, mira: User
) -> None:
    item_id = queued(runtime, forum)
    held = token(review.claim(runtime, mira, item_id, ttl_s=300))
    removal.delete_comment(runtime, forum, "c1")
    with pytest.raises(ConflictError, match="deleted"):
        review.decide(runtime, mira, item_id, held, rejection())


def test_a_decision_stores_what_it_rests_on_and_tells_the_forum(
    runtime: Runtime, mira: User
) -> None:
    forum = register_forum(runtime, callback_url="http://127.0.0.1:9/hook").forum
    item_id = queued(runtime, forum)
    held = token(review.claim(runtime, mira, item_id, ttl_s=300))
    made = review.decide(runtime, mira, item_id, held, rejection(note="  between us  "))
    assert made.labels == {Label.ABUSIVE: True, Label.INSULT: True, Label.PARTISAN: False}
    assert (made.note, made.reason, made.moderator) == ("between us", "insult", "mira")
    assert (made.model_version, made.policy_version) == ("2026-01-01-0000000001", 2)
    verdict, decision = messages(runtime)
    assert verdict["type"] == "comment.verdict"
    assert decision["type"] == "comment.decided"
    assert decision["data"].pop("statement_of_reasons")["rule"] == "insult"
    assert decision["data"] == {
        "forum": "gazette",
        "comment_id": "c1",
        "revision": a_comment(text=INSULT).revision,
        "review_item_id": item_id,
        "decision": "reject",
        "labels": {"abusive": True, "insult": True, "partisan": False},
        "reason": "insult",
        "decided_by": "mira",
    }
    record = lookup.read_comment(runtime, forum, "c1")
    assert record.decision == made
    assert [event.kind for event in record.history] == ["verdict", "claimed", "decided"]


@pytest.mark.parametrize("action", [DecisionAction.REJECT, DecisionAction.UNDO])
def test_a_decision_that_says_too_little_keeps_the_claim(
    runtime: Runtime, forum: Forum, mira: User, action: DecisionAction
) -> None:
    item_id = queued(runtime, forum)
    held = token(review.claim(runtime, mira, item_id, ttl_s=300))
    given = DecisionInput(action, frozenset(), None, "", a_comment(text=INSULT).revision)
    with pytest.raises(InvalidInputError):
        review.decide(runtime, mira, item_id, held, given)
    assert review_pages.view_item(runtime, EVERYWHERE, item_id).item.state is ItemState.CLAIMED


def test_undo_reopens_the_item_and_tells_the_forum(runtime: Runtime, mira: User) -> None:
    forum = register_forum(runtime, callback_url="http://127.0.0.1:9/hook").forum
    made = decided(runtime, mira, submitted(runtime, forum, a_comment(text=INSULT)))
    assert review_pages.last_decision(runtime, mira) == made

    item = review.undo(runtime, mira, made.id, ttl_s=300)

    assert (item.state, item.claimed_by, item.decision_id) == (ItemState.CLAIMED, "mira", None)
    told = messages(runtime)[-1]
    assert told["type"] == "comment.decision_undone"
    assert (told["data"]["decision"], told["data"]["verdict"]) == ("undo", "flag")
    assert review_pages.last_decision(runtime, mira) is None
    assert lookup.read_comment(runtime, forum, "c1").decision is None
    again = DecisionInput(DecisionAction.APPROVE, frozenset(), None, "", made.revision)
    newer = review.decide(runtime, mira, item.id, token(item), again)
    assert lookup.read_comment(runtime, forum, "c1").decision == newer
    all_made = review_pages.view_item(runtime, EVERYWHERE, item.id).decisions
    assert [one.action.value for one in all_made] == ["reject", "undo", "approve"]
    assert all_made[1].undoes_id == made.id


def test_undo_twice_is_refused(runtime: Runtime, forum: Forum, mira: User) -> None:
    made = decided(runtime, mira, submitted(runtime, forum, a_comment(text=INSULT)))
    review.undo(runtime, mira, made.id, ttl_s=300)
    with pytest.raises(ConflictError):
        review.undo(runtime, mira, made.id, ttl_s=300)
    assert decision_count(runtime) == 2


def test_of_eight_who_undo_at_once_one_does(runtime: Runtime, forum: Forum, mira: User) -> None:
    made = decided(runtime, mira, submitted(runtime, forum, a_comment(text=INSULT)))
    answers = race(lambda _: review.undo(runtime, mira, made.id, ttl_s=300), range(8))
    assert sorted(type(answer).__name__ for answer in answers) == ["ConflictError"] * 7 + [
        "ReviewItem"
    ]
    assert decision_count(runtime) == 2


def test_undo_of_an_undo_is_refused(runtime: Runtime, forum: Forum, mira: User) -> None:
    made = decided(runtime, mira, submitted(runtime, forum, a_comment(text=INSULT)))
    item = review.undo(runtime, mira, made.id, ttl_s=300)
    undo = review_pages.view_item(runtime, EVERYWHERE, item.id).decisions[-1]
    with pytest.raises(ConflictError):
        review.undo(runtime, mira, undo.id, ttl_s=300)


def test_undo_of_anothers_decision_takes_a_senior(
    runtime: Runtime, forum: Forum, mira: User, tom: User
) -> None:
    made = decided(runtime, mira, submitted(runtime, forum, a_comment(text=INSULT)))
    with pytest.raises(NotAllowedError):
        review.undo(runtime, tom, made.id, ttl_s=300)
    senior = a_user(runtime, "vera", Role.SENIOR)
    assert review.undo(runtime, senior, made.id, ttl_s=300).claimed_by == "vera"


def test_undo_after_a_new_revision_is_refused(runtime: Runtime, forum: Forum, mira: User) -> None:
    # The reopened item could never be decided: its revision is outdated.
    old = submitted(runtime, forum, a_comment(text=INSULT))
    made = decided(runtime, mira, old)
    submitted(runtime, forum, a_comment(text="Sorry for that."))
    with pytest.raises(ConflictError):
        review.undo(runtime, mira, made.id, ttl_s=300)
    assert old.item_id is not None
    assert review_pages.view_item(runtime, EVERYWHERE, old.item_id).item.state is ItemState.DECIDED


def test_undo_of_nothing_is_not_found(runtime: Runtime, mira: User) -> None:
    with pytest.raises(NotFoundError):
        review.undo(runtime, mira, 4711, ttl_s=300)


def test_an_escalated_item_is_the_seniors(runtime: Runtime, forum: Forum, mira: User) -> None:
    item_id = queued(runtime, forum)
    held = token(review.claim(runtime, mira, item_id, ttl_s=300))
    review.release(runtime, mira, item_id, held, is_escalated=True, note="who knows him?")
    assert review.claim_next(runtime, mira, ANY, ttl_s=300) is None
    with pytest.raises(NotAllowedError):
        review.claim(runtime, mira, item_id, ttl_s=300)
    senior = a_user(runtime, "vera", Role.SENIOR)
    taken = review.claim_next(runtime, senior, ANY, ttl_s=300)
    assert taken is not None
    assert taken.id == item_id
    last = review_pages.view_item(runtime, EVERYWHERE, item_id).history[-2]
    assert (last.kind, last.details) == ("escalated", {"note": "who knows him?"})


def test_a_skipped_item_is_free_for_others(
    runtime: Runtime, forum: Forum, mira: User, tom: User
) -> None:
    item_id = queued(runtime, forum)
    held = token(review.claim(runtime, mira, item_id, ttl_s=300))
    review.release(runtime, mira, item_id, held)
    with pytest.raises(ClaimLostError):
        review.release(runtime, mira, item_id, held)
    taken = review.claim_next(runtime, tom, ANY, ttl_s=300)
    assert taken is not None
    assert taken.id == item_id


def test_who_only_looks_may_not_work(runtime: Runtime, forum: Forum) -> None:
    viewer = a_user(runtime, "vic", Role.VIEWER)
    item_id = queued(runtime, forum)
    with pytest.raises(NotAllowedError):
        review.claim_next(runtime, viewer, ANY, ttl_s=300)
    with pytest.raises(NotAllowedError):
        review.claim(runtime, viewer, item_id, ttl_s=300)
    with pytest.raises(NotAllowedError):
        review.decide(runtime, viewer, item_id, "t", rejection())


def test_an_unknown_item_is_not_found(runtime: Runtime, mira: User) -> None:
    with pytest.raises(NotFoundError):
        review.claim(runtime, mira, 4711, ttl_s=300)
