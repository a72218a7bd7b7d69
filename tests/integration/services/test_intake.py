"""A comment comes in: once, whole, judged by the policy in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select

from classifiers.labels import Label
from moderation.domain.comment import Author, Comment, Parent, Thread
from moderation.domain.errors import StorageUnavailableError
from moderation.domain.forum import Forum
from moderation.domain.reach import EVERYWHERE
from moderation.domain.review import ItemState
from moderation.domain.verdict import Verdict
from moderation.services import (
    policy_changes,
    registration,
    review_pages,
)
from moderation.services.intake import score_only, submit_comments
from moderation.services.offline import judge_offline
from moderation.services.runtime import Runtime
from moderation.services.storing import Submission
from moderation.storage.judgements import stored_judgement
from moderation.storage.tables import (
    authors,
    comments,
    deliveries,
    review_items,
    threads,
    verdicts,
)
from tests.builders import a_comment, a_user, decided, register_forum, submitted
from tests.fakes import FakeModels, FakeScorer
from tests.integration.racing import race
from tests.integration.services.intake_steps import INSULT, count, submit


def test_the_answer_is_what_is_stored(runtime: Runtime) -> None:
    forum = register_forum(runtime).forum
    berlin = timezone(timedelta(hours=1))
    posted = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=berlin)
    submit(runtime, forum, a_comment("c0", author=Author("a1", "Ann", posted, 3, True)))
    comment = a_comment(
        "c1",
        f"{INSULT} > quoted\n\nand more",
        author=Author("a1"),
        thread=Thread("t1", "Title"),
        parent=Parent("c0", "What?"),
        posted_at=posted,
        permalink="https://forum.example/c1",
        language="en",
    )

    answered = submit(runtime, forum, comment).judgement

    with runtime.database.read() as connection:
        stored = stored_judgement(connection, forum.id, "c1", comment.revision)
    assert answered == stored
    assert answered.item_id is not None
    assert answered.author is not None
    assert (answered.author.name, answered.author.is_trusted) == ("Ann", False)


def test_two_revisions_in_one_transaction_leave_one_item(runtime: Runtime) -> None:
    forum = register_forum(runtime).forum
    both = [a_comment("c1", INSULT, revision=str(number)) for number in (1, 2)]

    answers = submit_comments(runtime, forum, [*both, both[0]], request_id="req-test")

    assert [one.is_replay for one in answers] == [False, False, True]
    assert not answers[2].judgement.is_latest
    assert answers[2].judgement.item_state is ItemState.SUPERSEDED
    assert review_pages.view_item(runtime, EVERYWHERE, answers[1].judgement.item_id or 0).item.id


def test_comments_of_two_forums_share_a_transaction(runtime: Runtime) -> None:
    forums = [register_forum(runtime, slug).forum for slug in ("main", "other")]

    answers = race(
        lambda number: submit(
            runtime, forums[number % 2], a_comment(f"c{number // 2}", f"{INSULT} {number}")
        ),
        range(16),
    )

    kept = [one.judgement for one in answers if isinstance(one, Submission)]
    assert len({(one.forum_id, one.external_id) for one in kept}) == 16
    assert count(runtime, "comments") == count(runtime, "verdicts") == 16


def test_eight_copies_at_once_are_stored_once(runtime: Runtime) -> None:
    forum = register_forum(runtime, callback_url="http://127.0.0.1:9/hook").forum
    comment = a_comment(text=INSULT, thread=Thread("t1", "Title"))

    answers = race(lambda _: submit(runtime, forum, comment), range(8))

    found = [answer for answer in answers if isinstance(answer, Submission)]
    assert len(found) == 8, answers
    assert sorted(answer.is_replay for answer in found) == [False] + [True] * 7
    assert len({answer.judgement for answer in found}) == 1
    for table in ("comments", "verdicts", "review_items", "deliveries", "authors", "threads"):
        assert count(runtime, table) == 1, table


def test_eight_revisions_at_once_leave_one_latest_and_one_open_item(
    runtime: Runtime, forum: Forum
) -> None:
    revisions = [a_comment(text=f"{INSULT} {n}", author=None) for n in range(8)]

    answers = race(lambda comment: submit(runtime, forum, comment), revisions)

    assert all(isinstance(answer, Submission) for answer in answers), answers
    with runtime.database.read() as connection:
        latest = connection.scalars(select(comments.c.id).where(comments.c.is_latest)).all()
        items = connection.scalars(
            select(review_items.c.comment_id).where(review_items.c.state == "pending")
        ).all()
    assert len(latest) == 1
    assert items == latest


def test_batches_with_the_same_authors_in_another_order_do_not_block_each_other(
    runtime: Runtime, forum: Forum
) -> None:
    def batch(number: int) -> list[Comment]:
        made = [
            a_comment(f"b{number}-{n}", author=Author(f"u{n}"), thread=Thread(f"t{n}"))
            for n in range(12)
        ]
        return made if number % 2 else made[::-1]

    answers = race(
        lambda given: submit_comments(runtime, forum, given, request_id="req"),
        [batch(number) for number in range(6)],
    )

    assert [type(answer) for answer in answers] == [list] * 6, answers
    assert count(runtime, "comments") == 72
    assert count(runtime, "authors") == count(runtime, "threads") == 12


def test_the_same_revision_gets_the_stored_answer_after_a_promotion(
    runtime: Runtime, forum: Forum, models: FakeModels
) -> None:
    first = submit(runtime, forum, a_comment(text=INSULT))
    models.current = FakeScorer("2027-01-01-0000000002", threshold=0.99)
    again = submit(runtime, forum, a_comment(text=INSULT))
    assert (first.is_replay, again.is_replay) == (False, True)
    assert again.judgement == first.judgement


def test_forums_do_not_see_each_others_comments(runtime: Runtime, forum: Forum) -> None:
    other = register_forum(runtime, "tribune").forum
    assert not submit(runtime, forum, a_comment()).is_replay
    assert not submit(runtime, other, a_comment()).is_replay
    assert count(runtime, "comments") == 2


def test_a_new_revision_supersedes_the_open_item(runtime: Runtime, forum: Forum) -> None:
    old = submitted(runtime, forum, a_comment(text=INSULT))
    new = submitted(runtime, forum, a_comment(text="Sorry, that was rude of me."))
    assert (new.verdict, new.item_id, new.is_latest) == (Verdict.PUBLISH, None, True)
    assert old.item_id is not None
    view = review_pages.view_item(runtime, EVERYWHERE, old.item_id)
    assert view.item.state is ItemState.SUPERSEDED
    assert view.newest == new
    assert not view.judgement.is_latest
    assert [event.kind for event in view.history] == ["verdict", "superseded", "verdict"]


def test_an_old_revision_that_comes_again_changes_nothing(runtime: Runtime, forum: Forum) -> None:
    submitted(runtime, forum, a_comment(text=INSULT))
    new = submitted(runtime, forum, a_comment(text="Quite another text."))
    again = submit(runtime, forum, a_comment(text=INSULT))
    assert again.is_replay
    assert again.judgement.item_state is ItemState.SUPERSEDED
    with runtime.database.read() as connection:
        latest = connection.scalars(select(comments.c.id).where(comments.c.is_latest)).all()
    assert latest == [new.comment_pk]


def test_a_decided_item_stays_decided_under_a_new_revision(runtime: Runtime, forum: Forum) -> None:
    old = submitted(runtime, forum, a_comment(text=INSULT))
    decided(runtime, a_user(runtime), old)
    new = submitted(runtime, forum, a_comment(text=f"{INSULT} I mean it."))
    assert old.item_id is not None
    assert review_pages.view_item(runtime, EVERYWHERE, old.item_id).item.state is ItemState.DECIDED
    assert new.item_state is ItemState.PENDING


def test_a_batch_answers_in_order_also_for_copies_and_known_ones(
    runtime: Runtime, forum: Forum
) -> None:
    submitted(runtime, forum, a_comment("known", INSULT))
    batch = [a_comment("a"), a_comment("known", INSULT), a_comment("b"), a_comment("a")]
    answers = submit_comments(runtime, forum, batch, request_id="req")
    assert [answer.judgement.external_id for answer in answers] == ["a", "known", "b", "a"]
    assert [answer.is_replay for answer in answers] == [False, True, False, True]
    assert count(runtime, "comments") == 3


def test_a_batch_is_stored_whole_or_not_at_all(runtime: Runtime) -> None:
    forum = register_forum(runtime, callback_url="http://127.0.0.1:9/hook").forum
    given = iter(("a" * 32, "b" * 32))

    def tokens() -> str:
        token = next(given, None)
        if token is None:
            raise StorageUnavailableError("gone in the middle")
        return token

    breaking = replace(runtime, new_token=tokens)
    batch = [a_comment(f"c{n}", INSULT) for n in range(5)]
    with pytest.raises(StorageUnavailableError):
        submit_comments(breaking, forum, batch, request_id="req")
    for table in ("comments", "verdicts", "review_items", "deliveries", "authors"):
        assert count(runtime, table) == 0, table
    answers = submit_comments(runtime, forum, batch, request_id="req")
    assert not any(answer.is_replay for answer in answers)
    assert count(runtime, "deliveries") == 5


def test_an_empty_batch_is_answered_with_nothing(runtime: Runtime, forum: Forum) -> None:
    assert submit_comments(runtime, forum, [], request_id="req") == []


def test_only_what_was_flagged_is_told_and_without_its_text(runtime: Runtime) -> None:
    forum = register_forum(runtime, callback_url="http://127.0.0.1:9/hook", audit_share=1).forum
    submitted(runtime, forum, a_comment("c1"))
    submitted(runtime, forum, a_comment("c2", INSULT))
    with runtime.database.read() as connection:
        rows = connection.execute(select(deliveries.c.event_type, deliveries.c.payload)).all()
    assert [row.event_type for row in rows] == ["comment.verdict"]
    assert '"comment_id":"c2"' in rows[0].payload
    assert "idiot" not in rows[0].payload


def test_an_archive_is_stored_without_a_word_to_the_forum(runtime: Runtime) -> None:
    forum = register_forum(runtime, callback_url="http://127.0.0.1:9/hook").forum
    submit_comments(
        runtime, forum, [a_comment(text=INSULT)], request_id="import", tells_forum=False
    )
    assert (count(runtime, "review_items"), count(runtime, "deliveries")) == (1, 0)


def test_authors_and_threads_keep_what_a_later_comment_leaves_out(
    runtime: Runtime, forum: Forum
) -> None:
    submitted(
        runtime,
        forum,
        a_comment("c1", author=Author("u1", "Ada", post_count=5), thread=Thread("t1", "Title")),
    )
    submitted(runtime, forum, a_comment("c2", author=Author("u1"), thread=Thread("t1")))
    with runtime.database.read() as connection:
        author = connection.execute(select(authors.c.name, authors.c.post_count)).one()
        title = connection.scalar(select(threads.c.title))
    assert (author.name, author.post_count, title) == ("Ada", 5, "Title")


def test_score_only_stores_nothing_and_takes_no_sample(runtime: Runtime) -> None:
    forum = register_forum(runtime, audit_share=1).forum
    answers = score_only(runtime, forum, [a_comment("c1"), a_comment("c2", INSULT)])
    outcomes = [answer.outcome for answer in answers]
    assert [outcome.verdict for outcome in outcomes] == [Verdict.PUBLISH, Verdict.FLAG]
    assert [outcome.reasons for outcome in outcomes] == [(), ("over_threshold:abusive",)]
    assert not any(outcome.is_audit for outcome in outcomes)
    assert not outcomes[0].is_queued
    assert count(runtime, "comments") == 0


def test_offline_judging_needs_no_database(models: FakeModels) -> None:
    judged = judge_offline(models, [a_comment("c1"), a_comment("c2", INSULT)])
    assert [one.outcome.verdict for one in judged] == [Verdict.PUBLISH, Verdict.FLAG]


def test_the_stored_verdict_names_what_it_rests_on(runtime: Runtime, forum: Forum) -> None:
    judgement = submitted(runtime, forum, a_comment(text=INSULT))
    with runtime.database.read() as connection:
        row: Any = connection.execute(select(verdicts)).one()
    assert row.model_version == "2026-01-01-0000000001"
    assert row.policy_version == 2
    assert row.reasons == ["over_threshold:abusive"]
    assert [label for label, *_ in row.scores] == [label.value for label in Label]
    assert row.request_id == judgement.request_id == "req-test"
    assert row.created_at == runtime.clock()


def test_a_forum_that_took_a_removed_demos_place_has_its_own_policy(runtime: Runtime) -> None:
    rules = {"word_rules": [{"words": "helpful", "action": "hold"}], "audit_share": 0}
    demo, _ = registration.add_forum(runtime, Forum(0, "demo", "Demo", is_demo=True))
    policy_changes.change_policy(runtime, "demo", rules, by="test")
    assert submitted(runtime, demo).verdict is Verdict.HOLD
    registration.remove_forum(runtime, "demo")
    assert submitted(runtime, register_forum(runtime, "real").forum).verdict is Verdict.PUBLISH
