"""Labels from every door are one table: weighed by source, withdrawn when undone."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import select

from classifiers.labelled import from_json_line
from classifiers.labels import Label
from moderation.domain.errors import InvalidInputError, NotFoundError
from moderation.domain.feedback import FeedbackWeights
from moderation.domain.forum import Forum
from moderation.domain.reach import EVERYWHERE
from moderation.domain.review import DecisionAction
from moderation.domain.verdict import Source
from moderation.services import review, review_pages
from moderation.services.exporting import ExportFormat, export_labels
from moderation.services.feedback import GivenFeedback, record_feedback
from moderation.services.lookup import read_comment
from moderation.services.runtime import Runtime
from moderation.storage.labelled import ExportFilter
from moderation.storage.tables import feedback, review_items
from tests.builders import a_comment, a_user, decided, register_forum, sqlite_only, submitted

NOT_ABUSIVE = {Label.ABUSIVE: False}


def correction(**fields: Any) -> GivenFeedback:
    return GivenFeedback(**{"labels": NOT_ABUSIVE, "source": "host_correction", **fields})


def exported(runtime: Runtime) -> list[tuple[str, str | None, float, int | None, float | None]]:
    target = io.BytesIO()
    export_labels(runtime, ExportFilter(), target, ExportFormat.JSONL)
    return [
        (row.source, row.decided_by, row.weight, row.n_judges, row.agreement)
        for row in map(from_json_line, target.getvalue().decode().splitlines())
    ]


def in_force(runtime: Runtime) -> tuple[set[int], set[int]]:
    """Return the decisions that train, and those that items rest on."""
    with runtime.database.read() as connection:
        train = connection.scalars(
            select(feedback.c.decision_id).where(feedback.c.withdrawn_at.is_(None))
        )
        rest = connection.scalars(
            select(review_items.c.decision_id).where(review_items.c.decision_id.is_not(None))
        )
        return set(train.all()), set(rest.all())


def test_a_correction_trains_beside_the_decision_with_its_own_weight(
    runtime: Runtime, forum: Forum
) -> None:
    mira = a_user(runtime)
    decided(runtime, mira, submitted(runtime, forum, a_comment(text="You idiot")))
    receipt = record_feedback(runtime, forum, "c1", correction(given_by="ada"))
    assert (receipt.is_new, receipt.weight) == (True, 0.5)
    assert exported(runtime) == [
        ("model", "mira", 1.0, 2, 0.5),
        ("host_correction", "ada", 0.5, 2, 0.5),
    ]


def test_the_same_word_counts_once_and_a_changed_mind_counts_again(
    runtime: Runtime, forum: Forum
) -> None:
    submitted(runtime, forum)
    first = record_feedback(runtime, forum, "c1", correction())
    again = record_feedback(runtime, forum, "c1", correction())
    assert (again.is_new, again.id) == (False, first.id)
    changed = correction(labels={Label.ABUSIVE: True})
    assert record_feedback(runtime, forum, "c1", changed).is_new
    assert record_feedback(runtime, forum, "c1", correction()).is_new
    assert record_feedback(runtime, forum, "c1", correction(given_by="ada")).is_new
    # Somebody who changed his mind is one judge, by his last word.
    assert {row[3:] for row in exported(runtime)} == {(2, 1.0), (2, 0.0)}


def test_feedback_is_about_the_revision_that_was_judged(runtime: Runtime, forum: Forum) -> None:
    old = submitted(runtime, forum, a_comment(text="You idiot"))
    submitted(runtime, forum, a_comment(text="You are mistaken"))
    receipt = record_feedback(runtime, forum, "c1", correction(revision=old.revision))
    assert receipt.revision == old.revision
    with pytest.raises(NotFoundError):
        record_feedback(runtime, forum, "c1", correction(revision="r9"))


def test_another_forums_comment_is_unknown(runtime: Runtime, forum: Forum) -> None:
    submitted(runtime, forum)
    other = register_forum(runtime, "tribune").forum
    with pytest.raises(NotFoundError):
        record_feedback(runtime, other, "c1", correction())


@sqlite_only
@pytest.mark.parametrize(
    ("wrong", "field"), [({"labels": {}}, "labels"), ({"source": "Host!"}, "source")]
)
def test_feedback_that_says_nothing_is_refused(
    runtime: Runtime, forum: Forum, wrong: dict[str, Any], field: str
) -> None:
    submitted(runtime, forum)
    with pytest.raises(InvalidInputError) as caught:
        record_feedback(runtime, forum, "c1", correction(**wrong))
    assert list(caught.value.fields) == [field]


def test_the_history_tells_of_feedback(runtime: Runtime, forum: Forum) -> None:
    submitted(runtime, forum)
    record_feedback(
        runtime, forum, "c1", correction(source="appeal", decision=DecisionAction.APPROVE)
    )
    event = read_comment(runtime, forum, "c1").history[-1]
    assert (event.kind, event.actor) == ("feedback", "forum")
    assert event.details == {"source": "appeal", "labels": {"abusive": False}}


def test_what_trains_is_what_the_items_rest_on(runtime: Runtime, forum: Forum) -> None:
    mira = a_user(runtime)
    made = [
        decided(runtime, mira, submitted(runtime, forum, a_comment(f"c{n}", "You idiot")))
        for n in range(3)
    ]
    review.undo(runtime, mira, made[1].id, ttl_s=300)
    assert in_force(runtime) == ({made[0].id, made[2].id},) * 2
    item = review_pages.view_item(runtime, EVERYWHERE, made[1].item_id)
    assert item.item.claim_token is not None
    review.leave(runtime, mira, made[1].item_id, item.item.claim_token)
    again = decided(runtime, mira, item.judgement, reason=None)
    assert in_force(runtime) == ({made[0].id, made[2].id, again.id},) * 2


def test_a_decision_that_fails_leaves_no_label(runtime: Runtime, forum: Forum) -> None:
    mira = a_user(runtime)
    judgement = submitted(runtime, forum, a_comment(text="You idiot"))
    made = decided(runtime, mira, judgement)
    review.undo(runtime, mira, made.id, ttl_s=300)
    with pytest.raises(Exception, match="no longer in force"):
        review.undo(runtime, mira, made.id, ttl_s=300)
    assert exported(runtime) == []


@sqlite_only
def test_the_operators_weight_goes_before_the_default(runtime: Runtime, forum: Forum) -> None:
    weights = FeedbackWeights({"host_correction": 0.1, "import": 0.7})
    assert [weights.of(name) for name in ("host_correction", "appeal", "my-set")] == [0.1, 2.0, 0.7]


def test_every_reason_to_look_at_a_comment_has_a_weight() -> None:
    assert {source.value for source in Source} <= {name for name, _ in FeedbackWeights()}
