"""What other services' clients teach us, and how a decision goes back to them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from classifiers.labelled import LabelledComment
from classifiers.labels import Label
from moderation.domain.comment import Parent
from moderation.domain.feedback import FeedbackSource
from moderation.domain.forum import Forum
from moderation.domain.reach import EVERYWHERE
from moderation.domain.review import DecisionAction
from moderation.domain.text_format import TextFormat
from moderation.services import review
from moderation.services.akismet_callbacks import VERDICT_CHANGED, remember_callback
from moderation.services.drop_in import DropInAnswer, answer_comments
from moderation.services.outbox import deliveries_page
from moderation.services.runtime import Runtime
from moderation.services.suggestions import Suggestion, record_suggestion
from moderation.storage.labelled import ExportFilter, labelled_batch
from tests.builders import a_comment, a_user, decided, register_forum, submitted
from tests.fakes import FixedClock

CALLBACK = "https://board.example/akismet"


def suggestion(*, is_abusive: bool = True, **fields: Any) -> Suggestion:
    comment = a_comment("unknown", "What a clown.", **fields)
    return Suggestion(
        comment, ("unknown",), {Label.ABUSIVE: is_abusive}, FeedbackSource.SUGGEST_SCORE
    )


def labelled(runtime: Runtime) -> list[LabelledComment]:
    with runtime.database.read() as connection:
        rows, _ = labelled_batch(
            connection,
            ExportFilter(),
            runtime.feedback_weights,
            after=0,
            upto=1_000,
            limit=100,
        )
    return rows


def test_a_suggestion_on_a_stored_comment_is_feedback_on_it(runtime: Runtime, forum: Forum) -> None:
    comment = a_comment("c1", "What a clown.")
    submitted(runtime, forum, comment)

    record_suggestion(
        runtime,
        forum,
        Suggestion(comment, ("other", "c1"), {Label.ABUSIVE: True}, FeedbackSource.SUGGEST_SCORE),
    )

    (row,) = labelled(runtime)
    assert (row.comment_id, row.source, row.weight) == ("c1", "suggest_score", 0.25)
    assert row.labels == {Label.ABUSIVE: True}


def test_a_suggestion_on_an_unknown_comment_brings_its_own_text(
    runtime: Runtime, forum: Forum
) -> None:
    record_suggestion(
        runtime, forum, suggestion(parent=Parent("p1", "Who voted?"), text_format=TextFormat.HTML)
    )

    (row,) = labelled(runtime)
    assert (row.text, row.parent, row.forum) == ("What a clown.", "Who voted?", "gazette")
    assert (row.source, row.weight, row.comment_id) == ("suggest_score", 0.25, None)


def test_the_last_word_counts_and_no_row_is_doubled(
    runtime: Runtime, forum: Forum, clock: FixedClock
) -> None:
    for is_abusive in (True, False, True):
        record_suggestion(runtime, forum, suggestion(is_abusive=is_abusive))
        clock.advance(60)

    rows = labelled(runtime)
    assert len(rows) == 2
    newest = max(rows, key=lambda row: row.decided_at or "")
    assert newest.labels == {Label.ABUSIVE: True}


def test_nothing_but_a_quote_teaches_nothing(runtime: Runtime, forum: Forum) -> None:
    quote = a_comment("unknown", "> What a clown.\n")
    record_suggestion(
        runtime,
        forum,
        Suggestion(quote, ("unknown",), {Label.ABUSIVE: True}, FeedbackSource.SUBMIT_SPAM),
    )
    assert labelled(runtime) == []


def stored(runtime: Runtime, forum: Forum) -> DropInAnswer:
    (answer,) = answer_comments(
        runtime, forum, [a_comment("c1", "You idiot.")], request_id="req-test"
    )
    remember_callback(runtime, answer, "guid-1", CALLBACK)
    return answer


def told(runtime: Runtime) -> list[tuple[str | None, Any]]:
    return [
        (sent.callback_url, json.loads(sent.payload))
        for sent in reversed(deliveries_page(runtime, EVERYWHERE))
        if sent.event_type == VERDICT_CHANGED
    ]


def result(is_spam: str) -> tuple[str, Any]:
    comments = [{"guid": "guid-1", "result": is_spam}]
    return CALLBACK, {"endpoint": "comment-check", "comments": comments}


@pytest.fixture
def herald(runtime: Runtime) -> Forum:
    """A forum that stores, with a callback of its own."""
    return register_forum(
        runtime, "herald", callback_url="https://h.example/", drop_in={"mode": "store_and_queue"}
    ).forum


def test_a_decision_and_its_undoing_go_to_the_comments_callback(
    runtime: Runtime, herald: Forum
) -> None:
    answer = stored(runtime, herald)
    assert answer.stored is not None
    mira = a_user(runtime)

    decision = decided(runtime, mira, answer.stored)
    assert told(runtime) == [result("true")]
    review.undo(runtime, mira, decision.id, ttl_s=300)

    assert told(runtime) == [result("true"), result("false")]
    assert {d.callback_url for d in deliveries_page(runtime, EVERYWHERE)} == {
        CALLBACK,
        "https://h.example/",
    }


def test_a_replay_is_answered_with_the_decision_in_force(runtime: Runtime, herald: Forum) -> None:
    first = stored(runtime, herald)
    assert first.stored is not None
    assert (first.is_new, first.waits, first.is_spam) == (True, True, False)

    decision = decided(runtime, a_user(runtime), first.stored)
    again = stored(runtime, herald)

    assert decision.action is DecisionAction.REJECT
    assert (again.is_new, again.waits, again.is_spam) == (False, False, True)


def test_a_batch_larger_than_a_transaction_is_answered_in_order(
    runtime: Runtime, herald: Forum
) -> None:
    texts = [f"You {'idiot' if n % 3 else 'friend'} number {n}." for n in range(130)]
    batch = [a_comment(f"c{n}", text if n != 7 else " ") for n, text in enumerate(texts)]

    answers = answer_comments(runtime, herald, batch, request_id="req-test")

    assert [a.stored is not None for a in answers] == [n != 7 for n in range(130)]
    found = [a.scores[Label.ABUSIVE].score > 0.5 for a in answers]
    assert found == ["idiot" in comment.text for comment in batch]
