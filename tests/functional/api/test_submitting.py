"""POST /v1/comments: verdicts, idempotency, revisions, and what happens without a model."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.test import TestResponse

from moderation.services.runtime import Runtime
from tests.builders import sqlite_only
from tests.fakes import RULE, BrokenScorer, FakeModels, FakeScorer, FixedClock
from tests.functional.api.conftest import ForumClient, a_payload
from tests.functional.api.rows import count


def test_submit_publishes_a_harmless_comment(gazette: ForumClient) -> None:
    response = gazette.submit()
    assert response.status_code == 201
    answer = response.get_json()
    assert (answer["verdict"], answer["reasons"]) == ("publish", [])
    assert answer["review_item_id"] is None
    assert answer["request_id"] == response.headers["X-Request-Id"]


def test_submit_flags_an_abusive_comment_and_queues_it(gazette: ForumClient) -> None:
    answer = gazette.answer(text="you idiot")
    assert answer["verdict"] == "flag"
    assert answer["reasons"] == ["over_threshold:abusive"]
    assert answer["scores"]["abusive"] == {
        "score": 0.97,
        "threshold": 0.5,
        "flags": True,
        "rule": RULE,
    }
    assert answer["scores"]["insult"]["flags"] is False
    assert answer["review_item_id"] is not None
    assert answer["model_version"] == "2026-01-01-0000000001"
    assert answer["policy_version"] == 2


def test_submit_takes_every_field(gazette: ForumClient) -> None:
    response = gazette.submit(
        revision="7",
        format="markdown",
        author={
            "id": "u1",
            "name": "Zoë",
            "joined_at": "2024-05-01T08:00:00+02:00",
            "post_count": 0,
            "trusted": False,
        },
        thread={"id": "t1", "title": "Budget", "url": "https://forum.example/t/1?x=ü#top"},
        parent={"id": "c0", "text": "The budget was balanced."},
        permalink="http://forum.example:8080/c1",
        created_at="2026-03-02T08:59:59.123456789Z",
        language="pt-BR",
    )
    assert response.status_code == 201
    assert response.get_json()["revision"] == "7"


def test_submit_takes_null_for_what_is_optional(gazette: ForumClient) -> None:
    absent = ("revision", "author", "thread", "parent", "permalink", "created_at", "language")
    assert gazette.submit(**dict.fromkeys(absent)).status_code == 201


def test_submit_gives_a_replay_the_same_answer(gazette: ForumClient) -> None:
    first = gazette.submit(text="you idiot")
    second = gazette.submit(text="you idiot")
    assert (first.status_code, second.status_code) == (201, 200)
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.get_json() == first.get_json()
    assert second.headers["X-Request-Id"] != first.headers["X-Request-Id"]


def test_submit_knows_a_comment_by_its_revision_not_its_text(gazette: ForumClient) -> None:
    first = gazette.answer(revision="1", text="you idiot")
    assert gazette.answer(revision="1", text="something else") == first


def test_submit_gives_eight_copies_at_once_one_answer(
    gazette: ForumClient, runtime: Runtime
) -> None:
    barrier = threading.Barrier(8)
    payload = a_payload(
        text="you idiot", author={"id": "u1", "name": "Ada"}, thread={"id": "t1", "title": "T"}
    )

    def send(_: int) -> TestResponse:
        barrier.wait()
        return gazette.send("POST", "/v1/comments", payload)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert all(answer.get_json() == answers[0].get_json() for answer in answers)
    tables = ("comments", "verdicts", "review_items", "authors", "threads")
    assert {table: count(runtime, table) for table in tables} == dict.fromkeys(tables, 1)


def test_submit_stores_eight_different_comments_at_once(
    gazette: ForumClient, runtime: Runtime
) -> None:
    barrier = threading.Barrier(8)

    def send(n: int) -> int:
        barrier.wait()
        # The same author and thread, so that the writers meet.
        payload = a_payload(id=f"c{n}", author={"id": "u1"}, thread={"id": "t1"})
        return gazette.send("POST", "/v1/comments", payload).status_code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(send, range(8))) == [201] * 8
    assert count(runtime, "comments") == 8


def test_submit_judges_a_new_revision_anew_and_supersedes_the_old_item(
    gazette: ForumClient, runtime: Runtime
) -> None:
    first = gazette.answer(text="you idiot")
    second = gazette.answer(text="you are right")
    assert (first["verdict"], second["verdict"]) == ("flag", "publish")
    assert first["revision"] != second["revision"]
    record = gazette.record()
    assert (record["revision"], record["review_item_id"]) == (second["revision"], None)
    assert [event["kind"] for event in record["history"]] == ["verdict", "superseded", "verdict"]
    replay = gazette.answer(text="you idiot")
    assert replay == {**first, "is_latest": False}


def test_submit_keeps_the_stored_answer_after_a_promotion(
    gazette: ForumClient, models: FakeModels
) -> None:
    first = gazette.answer(text="you idiot")
    models.current = FakeScorer("2026-02-02-0000000002", threshold=0.99)
    assert gazette.answer(text="you idiot") == first
    other = gazette.answer(id="c2", text="you idiot")
    assert other["model_version"] == "2026-02-02-0000000002"
    assert other["verdict"] == "publish"


@pytest.mark.parametrize("scorer", [None, BrokenScorer()], ids=["away", "broken"])
def test_submit_holds_when_the_model_fails(
    gazette: ForumClient, models: FakeModels, scorer: FakeScorer | None
) -> None:
    models.current = scorer
    answer = gazette.answer()
    assert (answer["verdict"], answer["reasons"]) == ("hold", ["scorer_failed"])
    assert (answer["scores"], answer["model_version"]) == ({}, None)
    assert answer["review_item_id"] is not None


@sqlite_only
def test_submit_does_not_show_an_audit_sample_as_flagged(
    forum_client: Callable[..., ForumClient],
) -> None:
    sampled = forum_client("sampled", audit_share=1)
    answer = sampled.answer()
    assert answer["verdict"] == "publish"
    assert not any(score["flags"] for score in answer["scores"].values())


@sqlite_only
def test_submit_publishes_a_trusted_author(gazette: ForumClient) -> None:
    answer = gazette.answer(text="you idiot", author={"id": "u1", "trusted": True})
    assert (answer["verdict"], answer["reasons"]) == ("publish", ["trusted_author"])


@sqlite_only
def test_submit_gives_offsets_into_the_text_as_sent(
    forum_client: Callable[..., ForumClient],
) -> None:
    forum = forum_client("rules", word_rules=[{"rule_id": "r1", "words": "herring"}])
    text = "<p>👍🏽 &amp; <b>you</b> <i>idiot</i>, red herring 🐟</p>"
    payload = a_payload(text=text, format="html")
    by_code_point = forum.send("POST", "/v1/comments", payload).get_json()
    assert by_code_point["offsets"] == "codepoint"
    (span,) = [span for span in by_code_point["spans"] if span["label"] == "abusive"]
    (rule,) = by_code_point["word_rules"]
    assert text[span["start"] : span["end"]] == "idiot"
    assert text[rule["start"] : rule["end"]] == "herring"
    assert rule["rule_id"] == "r1"

    by_unit = forum.send("POST", "/v1/comments?offsets=utf16", payload).get_json()
    units = text.encode("utf-16-le")
    (span,) = [span for span in by_unit["spans"] if span["label"] == "abusive"]
    (rule,) = by_unit["word_rules"]
    assert units[2 * span["start"] : 2 * span["end"]].decode("utf-16-le") == "idiot"
    assert units[2 * rule["start"] : 2 * rule["end"]].decode("utf-16-le") == "herring"
    assert by_unit["spans"] != by_code_point["spans"]


@sqlite_only
def test_submit_does_not_blame_the_one_who_quotes(gazette: ForumClient) -> None:
    text = "<blockquote>you idiot</blockquote><p>Please stay polite.</p>"
    assert gazette.answer(text=text, format="html")["verdict"] == "publish"


@sqlite_only
def test_submit_answers_repeats_as_a_person_decided_before_only_after_a_decision(
    gazette: ForumClient, clock: FixedClock
) -> None:
    text = "you idiot, I have said it often enough"
    first = gazette.answer(text=text)
    clock.advance(60)
    second = gazette.answer(id="c2", text=text)
    assert second["reasons"] == first["reasons"]
    assert second["judged_at"] == "2026-03-02T09:01:00Z"
