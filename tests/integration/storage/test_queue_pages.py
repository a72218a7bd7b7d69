"""Pages of the queue: each item once, whatever arrives meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from moderation.domain.comment import Author, Thread
from moderation.domain.forum import Forum
from moderation.domain.reach import EVERYWHERE
from moderation.domain.review import DecisionAction, DecisionInput
from moderation.domain.verdict import Source
from moderation.services import review, review_pages
from moderation.services.reporting import Report, report_comment
from moderation.services.runtime import Runtime
from moderation.storage import queue_pages
from moderation.storage.queue_filters import QueueFilter, QueueOrder, narrowed, ordering
from moderation.storage.queue_pages import ReviewItem
from moderation.storage.review_queue import ClaimedItem
from moderation.storage.tables import review_items
from moderation.storage.users import User
from tests.builders import a_comment, a_user, register_forum, sqlite_only, submitted
from tests.fakes import FixedClock

WORDS = ("idiot", "moron", "sheeple", "warmongers", "vermin", "strangle")


def decide(runtime: Runtime, user: User, item: ReviewItem | ClaimedItem) -> None:
    judgement = review_pages.view_item(runtime, EVERYWHERE, item.id).judgement
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
        page = review_pages.queue_page(
            runtime, EVERYWHERE, QueueFilter(order=order), after=after, limit=5
        )
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
def test_what_stands_around_an_item_is_what_the_pages_show(
    runtime: Runtime, forum: Forum, clock: FixedClock, order: QueueOrder
) -> None:
    fill(runtime, forum, clock, 0, 12)
    wanted = QueueFilter(order=order)
    with runtime.database.read() as connection:
        everything = queue_pages.list_items(connection, wanted, after=None, limit=99)
        for place, here in enumerate(everything):
            sides = queue_pages.items_around(connection, wanted, here, before=3, after=99)
            assert sides == (everything[:place][-3:], everything[place + 1 :])
            behind = queue_pages.list_items(connection, wanted, after=here.id, limit=99)
            assert behind == everything[place + 1 :]


def test_the_riskiest_stands_in_front(runtime: Runtime, forum: Forum, clock: FixedClock) -> None:
    fill(runtime, forum, clock, 0, 12)
    page = review_pages.queue_page(
        runtime, EVERYWHERE, QueueFilter(order=QueueOrder.RISKIEST), after=None
    )
    risks = [item.risk for item in page.items]
    assert risks == sorted(risks, reverse=True)
    assert risks[0] > risks[-1]


def test_filters_narrow_the_page_and_its_counts(
    runtime: Runtime, forum: Forum, clock: FixedClock
) -> None:
    fill(runtime, forum, clock, 0, 12)
    page = review_pages.queue_page(runtime, EVERYWHERE, QueueFilter(label="partisan"), after=None)
    assert page.counts.waiting == len(page.items) == 4
    assert {item.top_label for item in page.items} == {"partisan"}
    assert (
        review_pages.queue_page(
            runtime, EVERYWHERE, QueueFilter(forum="elsewhere"), after=None
        ).items
        == ()
    )


def test_the_most_useful_stands_in_front_and_likes_make_room(
    runtime: Runtime, forum: Forum, clock: FixedClock
) -> None:
    fill(runtime, forum, clock, 0, 12)
    page = review_pages.queue_page(
        runtime, EVERYWHERE, QueueFilter(order=QueueOrder.USEFUL), after=None
    )
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


def test_the_one_that_breaks_its_time_target_first_stands_in_front(
    runtime: Runtime, forum: Forum, clock: FixedClock
) -> None:
    patient = submitted(runtime, forum, a_comment("slow", "idiot slow")).item_id
    clock.advance(60)
    hurried = register_forum(runtime, "hurried", time_target_minutes=5).forum
    urgent = submitted(runtime, hurried, a_comment("fast", "idiot fast")).item_id
    endless = register_forum(runtime, "endless", time_target_minutes=0).forum
    last = submitted(runtime, endless, a_comment("any", "idiot any")).item_id
    page = review_pages.queue_page(
        runtime, EVERYWHERE, QueueFilter(order=QueueOrder.DUE), after=None
    )
    assert [item.id for item in page.items] == [urgent, patient, last]


def test_the_most_reported_stands_in_front(
    runtime: Runtime, forum: Forum, clock: FixedClock
) -> None:
    fill(runtime, forum, clock, 0, 4)
    for reader in ("a", "b"):
        report_comment(runtime, forum, "c2", Report(reader, None, None))
    report_comment(runtime, forum, "c1", Report("a", None, None))
    page = review_pages.queue_page(
        runtime, EVERYWHERE, QueueFilter(order=QueueOrder.REPORTED), after=None
    )
    assert [item.report_count for item in page.items] == [2, 1, 0, 0]
    assert page.counts.reported == 2


NARROWED = [
    ("language", "de"),
    ("host", "forum.example"),
    ("author", None),  # the key of the one item below
    ("thread", None),
    ("source", Source.MODEL),
]


@pytest.mark.parametrize(("name", "value"), NARROWED)
def test_each_filter_finds_its_items_and_counts_them(
    runtime: Runtime, forum: Forum, clock: FixedClock, name: str, value: str | None
) -> None:
    submitted(runtime, forum, a_comment("other", "idiot other", author=None))
    report_comment(runtime, forum, "other", Report("a", None, None))
    item_id = submitted(
        runtime,
        forum,
        a_comment(
            "c1",
            "idiot one",
            language="de",
            permalink="https://Forum.example/t/1#c1",
            author=Author("u7"),
            thread=Thread("t7"),
        ),
    ).item_id
    item = review_pages.view_item(runtime, EVERYWHERE, item_id or 0).item
    found = {"author": item.author_pk, "thread": item.thread_pk}.get(name, value)
    given: dict[str, Any] = {name: found}
    wanted = QueueFilter(**given)
    page = review_pages.queue_page(
        runtime, EVERYWHERE, wanted, after=None, views=[QueueFilter(), wanted]
    )
    expected = [item_id] if name != "source" else [1, item_id]
    assert [one.id for one in page.items] == expected
    assert page.counts.waiting == page.views[1].waiting == len(expected)
    assert page.views[0].waiting == 2
    assert page.counts.oldest_at == page.items[0].created_at


@sqlite_only
@pytest.mark.parametrize("order", list(QueueOrder))
def test_a_page_follows_the_index_of_its_order_and_sorts_nothing(
    runtime: Runtime, order: QueueOrder
) -> None:
    narrow = QueueFilter(
        forum="gazette",
        label="abusive",
        source=Source.MODEL,
        language="de",
        host="forum.example",
        is_held=True,
        is_reported=True,
        is_escalated=True,
        order=order,
    )
    with runtime.database.read() as connection:
        for wanted in (QueueFilter(order=order), narrow):
            query = narrowed(connection, select(review_items.c.reasons), wanted)
            query = query.order_by(*ordering(order)).limit(25)
            shown = query.compile(connection.engine, compile_kwargs={"literal_binds": True})
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {shown}").all()
            told = " ".join(row[-1] for row in plan)
            assert "USING INDEX ix_open_" in told
            assert "TEMP B-TREE" not in told


def test_who_works_is_named_with_what_they_hold(
    runtime: Runtime, forum: Forum, clock: FixedClock
) -> None:
    first, second, third = fill(runtime, forum, clock, 0, 3)
    for name, item in (("mira", second), ("jo", first), ("kim", third)):
        ttl_s = 60 if name == "kim" else 300
        review.claim(runtime, a_user(runtime, name), item, ttl_s=ttl_s)
    clock.advance(100)  # the claim of kim has run out
    page = review_pages.queue_page(runtime, EVERYWHERE, QueueFilter(), after=None)
    assert [(one.username, one.items) for one in page.at_work] == [
        ("jo", (first,)),
        ("mira", (second,)),
    ]
    assert page.counts.claimed == 2
