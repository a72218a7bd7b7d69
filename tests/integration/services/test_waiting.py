"""What waits is counted now and then, and what was just decided is gone at once."""

from __future__ import annotations

import threading
from dataclasses import replace

from moderation.domain.forum import Forum
from moderation.domain.review import Role
from moderation.services import review, review_pages
from moderation.services.runtime import Runtime
from moderation.services.waiting import Waiting
from tests.builders import a_comment, a_user, decided, submitted

INSULT = "You idiot."


def test_a_tally_is_shared_renewed_behind_the_page_and_dropped(
    runtime: Runtime, forum: Forum
) -> None:
    now = [0.0]
    counts = Waiting(fresh_s=2, kept_s=60, clock=lambda: now[0])
    shared = replace(runtime, waiting=counts)
    mira = a_user(runtime, "mira", Role.SENIOR)
    first = submitted(runtime, forum, a_comment("c1", INSULT))

    def waiting() -> int:
        return review_pages.count_waiting(shared, mira.reach)

    assert waiting() == 1
    submitted(runtime, forum, a_comment("c2", INSULT))
    assert waiting() == 1, "still fresh"
    now[0] = 3
    assert waiting() == 1, "shown as it is, and counted anew behind the page"
    for thread in threading.enumerate():
        if thread.name.startswith("tally"):
            thread.join()
    assert waiting() == 2
    made = decided(shared, mira, first)
    assert waiting() == 1, "taken off at once"
    review.undo(shared, mira, made.id, ttl_s=300)
    assert waiting() == 2, "counted again"
    submitted(runtime, forum, a_comment("c3", INSULT))
    now[0] = 100
    assert waiting() == 3, "too old to be shown"


def test_that_nothing_waits_is_never_said_from_memory(runtime: Runtime, forum: Forum) -> None:
    shared = replace(runtime, waiting=Waiting(fresh_s=600, kept_s=600))
    mira = a_user(runtime, "mira", Role.SENIOR)
    assert review_pages.count_waiting(shared, mira.reach) == 0
    submitted(runtime, forum, a_comment("c1", INSULT))
    assert review_pages.count_waiting(shared, mira.reach) == 1
