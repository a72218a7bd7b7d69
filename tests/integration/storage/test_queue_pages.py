"""Pages of the queue: each item once, whatever arrives meanwhile."""

from __future__ import annotations

import pytest

from moderation.domain.forum import Forum
from moderation.domain.review import DecisionAction, DecisionInput
from moderation.services import review, review_pages
from moderation.services.runtime import Runtime
from moderation.storage import queue_pages
from moderation.storage.queue_pages import QueueFilter, QueueOrder, ReviewItem
from moderation.storage.users import User
from tests.builders import a_comment, a_user, submitted
from tests.fakes import FixedClock

WORDS = ("idiot", "moron", "sheeple", "warmongers", "vermin", "strangle")


def decide(runtime: Runtime, user: User, item: ReviewItem) -> None:
    judgement = review_pages.view_item(runtime, item.id).judgement
    given = DecisionInput(DecisionAction.APPROVE, frozenset(), None, "", judgement.revision)
    review.decide(runtime, user, item.id, item.claim_token or "", given)


def fill(runtime: Runtime, forum: Forum, clock: FixedClock, start: int, count: int) -> list[int]:
    """Queue comments, two of them at the same moment each time; returns the items."""
    items = []
    for number in range(start, start + count):
        text = f"{WORDS[number % len(WORDS)]} number {number}"
        judgement = submitted(runtime, forum, a_comment(f"c{number}", text))
        assert judgement.item_id is not None
        items.append(judgement.item_id)
        clock.advance(number % 2)
    return items


@pytest.mark.parametrize("order", list(QueueOrder))
def test_each_item_is_visited_once_while_others_arrive(
    runtime: Runtime, forum: Forum, clock: FixedClock, order: QueueOrder
) -> None:
    there_at_the_start = fill(runtime, forum, clock, 0, 23)
    seen: list[int] = []
    after, arrived = None, 100
    while True:
        page = review_pages.queue_page(runtime, QueueFilter(order=order), after=after, limit=5)
        seen += [item.id for item in page.items]
        if page.next_after is None:
            break
        after = page.next_after
        if arrived < 110:
            fill(runtime, forum, clock, arrived, 1)
            arrived += 1
    assert len(seen) == len(set(seen))
    assert set(there_at_the_start) <= set(seen)


@pytest.mark.parametrize("order", list(QueueOrder))
def test_pages_backwards_mirror_pages_forwards(
    runtime: Runtime, forum: Forum, clock: FixedClock, order: QueueOrder
) -> None:
    fill(runtime, forum, clock, 0, 12)
    wanted = QueueFilter(order=order)
    with runtime.database.read() as connection:
        all_items = [
            item.id for item in queue_pages.list_items(connection, wanted, after=None, limit=99)
        ]
        for place, item_id in enumerate(all_items):
            before = queue_pages.list_items_before(connection, wanted, before=item_id, limit=99)
            assert [item.id for item in before] == all_items[:place][::-1]
            behind = queue_pages.list_items(connection, wanted, after=item_id, limit=99)
            assert [item.id for item in behind] == all_items[place + 1 :]


def test_the_riskiest_stands_in_front(runtime: Runtime, forum: Forum, clock: FixedClock) -> None:
    fill(runtime, forum, clock, 0, 12)
    page = review_pages.queue_page(runtime, QueueFilter(order=QueueOrder.RISKIEST), after=None)
    risks = [item.risk for item in page.items]
    assert risks == sorted(risks, reverse=True)
    assert risks[0] > risks[-1]


def test_filters_narrow_the_page_and_its_counts(
    runtime: Runtime, forum: Forum, clock: FixedClock
) -> None:
    fill(runtime, forum, clock, 0, 12)
    page = review_pages.queue_page(runtime, QueueFilter(label="partisan"), after=None)
    assert page.counts.waiting == len(page.items) == 4
    assert {item.top_label for item in page.items} == {"partisan"}
    assert review_pages.queue_page(runtime, QueueFilter(forum="elsewhere"), after=None).items == ()


def test_the_most_useful_stands_in_front_and_likes_make_room(
    runtime: Runtime, forum: Forum, clock: FixedClock
) -> None:
    fill(runtime, forum, clock, 0, 12)
    page = review_pages.queue_page(runtime, QueueFilter(order=QueueOrder.USEFUL), after=None)
    values = [item.usefulness for item in page.items]
    assert values == sorted(values, reverse=True)
    # The first of each of the six words comes before the second of any surer one.
    first = {item.body.split()[0] for item in page.items[:6]}
    assert "warmongers" in first  # 0.88: the score nearest to one half
    warmongers = [item.usefulness for item in page.items if "warmongers" in item.body]
    assert warmongers[1] == warmongers[0] / 2**0.5


def test_at_most_the_share_is_given_by_usefulness(
    runtime: Runtime, forum: Forum, clock: FixedClock
) -> None:
    items = fill(runtime, forum, clock, 0, 8)
    mira = a_user(runtime)
    wanted = QueueFilter(order=QueueOrder.USEFUL)
    oldest_taken = 0
    for _ in range(8):
        with runtime.database.read() as connection:
            free = queue_pages.list_items(connection, QueueFilter(), after=None, limit=9)
            best = queue_pages.list_items(connection, wanted, after=None, limit=1)[0]
        item = review.claim_next(runtime, mira, wanted, ttl_s=300, useful_share=0.5)
        assert item is not None
        assert item.id in {free[0].id, best.id}
        oldest_taken += item.id == free[0].id
        decide(runtime, mira, item)
    assert oldest_taken >= 4
    assert len(items) == 8
