"""What a forum's policy, its decisions and the model mean for a comment that comes in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from classifiers.labels import Label
from classifiers.scorer import Scored, ScoringInput, Threshold
from moderation.domain.comment import Author
from moderation.domain.forum import Forum
from moderation.domain.reach import EVERYWHERE
from moderation.domain.review import ReasonCode
from moderation.domain.verdict import Verdict
from moderation.pipeline.run import audit_point
from moderation.services import (
    policy_changes,
    review,
    review_pages,
    threshold_changes,
)
from moderation.services.intake import submit_comments
from moderation.services.runtime import Runtime
from moderation.services.shadowing import compare_shadow
from moderation.storage.tables import (
    review_items,
)
from tests.builders import a_comment, a_user, decided, register_forum, submitted
from tests.fakes import BrokenScorer, FakeModels, FakeScorer, FixedClock
from tests.integration.services.intake_steps import INSULT


@pytest.mark.parametrize(
    ("reason", "days_later", "text", "verdict", "reasons"),
    [
        # Rejected before: held, and a person looks again.
        (
            ReasonCode.INSULT,
            1,
            INSULT.upper(),
            Verdict.HOLD,
            ("repeat_rejected", "over_threshold:abusive"),
        ),
        # Approved before: published although the model would flag it.
        (None, 1, f"{INSULT}!!", Verdict.PUBLISH, ("repeat_approved",)),
        # Too long ago: judged anew.
        (None, 31, INSULT, Verdict.FLAG, ("over_threshold:abusive",)),
        # Another text.
        (None, 1, f"{INSULT} Indeed.", Verdict.FLAG, ("over_threshold:abusive",)),
    ],
)
def test_the_same_text_gets_the_answer_of_before(  # noqa: PLR0913, PLR0917
    runtime: Runtime,
    forum: Forum,
    clock: FixedClock,
    reason: ReasonCode | None,
    days_later: int,
    text: str,
    verdict: Verdict,
    reasons: tuple[str, ...],
) -> None:
    decided(
        runtime, a_user(runtime), submitted(runtime, forum, a_comment(text=INSULT)), reason=reason
    )
    clock.advance(timedelta(days=days_later).total_seconds())
    repeat = submitted(runtime, forum, a_comment("c2", text, author=Author("u2")))
    assert (repeat.verdict, repeat.reasons) == (verdict, reasons)


def test_a_decision_that_was_undone_does_not_answer_for_a_repeat(
    runtime: Runtime, forum: Forum
) -> None:
    user = a_user(runtime)
    made = decided(runtime, user, submitted(runtime, forum, a_comment(text=INSULT)), reason=None)
    review.undo(runtime, user, made.id, ttl_s=300)
    assert submitted(runtime, forum, a_comment("c2", INSULT)).verdict is Verdict.FLAG


def test_another_forums_decision_does_not_answer_for_a_repeat(
    runtime: Runtime, forum: Forum
) -> None:
    decided(
        runtime, a_user(runtime), submitted(runtime, forum, a_comment(text=INSULT)), reason=None
    )
    other = register_forum(runtime, "tribune").forum
    assert submitted(runtime, other, a_comment(text=INSULT)).verdict is Verdict.FLAG


def test_a_trusted_author_is_published_unseen(runtime: Runtime) -> None:
    forum = register_forum(runtime, trusted_authors=["u1"], audit_share=1).forum
    judgement = submitted(runtime, forum, a_comment(text=INSULT))
    assert (judgement.verdict, judgement.reasons) == (Verdict.PUBLISH, ("trusted_author",))
    assert judgement.item_id is None
    assert judgement.scores[0].flags  # what the model said is kept


def test_word_rules_flag_and_hold_with_their_places(runtime: Runtime) -> None:
    rules = [
        {"rule_id": "pills", "words": "viagra", "action": "hold"},
        {"rule_id": "loans", "words": "loan*"},
    ]
    forum = register_forum(runtime, word_rules=rules).forum
    judgement = submitted(runtime, forum, a_comment(text="Cheap loans and Viagra"))
    assert judgement.verdict is Verdict.HOLD
    assert judgement.reasons == ("word_rule:loans", "word_rule:pills")
    places = [(span.start, span.end, span.rule_id) for span in judgement.rule_spans]
    assert places == [(6, 11, "loans"), (16, 22, "pills")]
    assert submitted(runtime, forum, a_comment("c2", "A specialist")).verdict is Verdict.PUBLISH


def test_a_changed_policy_counts_from_the_next_comment_on(runtime: Runtime, forum: Forum) -> None:
    before = submitted(runtime, forum, a_comment("c1", INSULT))
    document = {"labels": {"abusive": {"action": "hold"}}, "audit_share": 0}
    changed = policy_changes.change_policy(runtime, forum.slug, document, by="test")
    after = submitted(runtime, forum, a_comment("c2", INSULT))
    assert (before.verdict, after.verdict) == (Verdict.FLAG, Verdict.HOLD)
    assert after.policy_version == changed.version == before.policy_version + 1


def test_audit_sample_is_exactly_the_share_by_hash(runtime: Runtime) -> None:
    forum = register_forum(runtime, audit_share=0.2).forum
    batch = [a_comment(f"c{n}") for n in range(120)]
    answers = submit_comments(runtime, forum, batch, request_id="req")
    for comment, answer in zip(batch, answers, strict=True):
        is_sampled = audit_point(forum.slug, comment.external_id, comment.revision) < 0.2
        assert answer.judgement.reasons == (("audit_sample",) if is_sampled else ())
        assert answer.judgement.verdict is Verdict.PUBLISH
        assert (answer.judgement.item_id is not None) is is_sampled
    with runtime.database.read() as connection:
        sampled = connection.execute(select(review_items.c.is_audit, review_items.c.source)).all()
    assert 12 <= len(sampled) <= 36
    assert {tuple(row) for row in sampled} == {(True, "audit_sample")}


def test_a_flagged_comment_is_no_audit_item(runtime: Runtime) -> None:
    forum = register_forum(runtime, audit_share=1).forum
    judgement = submitted(runtime, forum, a_comment(text=INSULT))
    assert judgement.reasons == ("over_threshold:abusive",)


class _NotANumber(FakeScorer):
    def score(self, comment: ScoringInput, *, with_spans: bool = True) -> Scored:
        return replace(
            super().score(comment, with_spans=with_spans),
            probabilities={Label.ABUSIVE: float("nan")},
        )


@pytest.mark.parametrize("scorer", [None, BrokenScorer(), _NotANumber()])
def test_a_scorer_that_gives_no_answer_means_hold(
    runtime: Runtime, forum: Forum, models: FakeModels, scorer: FakeScorer | None
) -> None:
    models.current = scorer
    judgement = submitted(runtime, forum, a_comment())
    assert (judgement.verdict, judgement.reasons) == (Verdict.HOLD, ("scorer_failed",))
    assert (judgement.scores, judgement.model_version) == ((), None)
    assert judgement.item_id is not None
    item = review_pages.view_item(runtime, EVERYWHERE, judgement.item_id).item
    assert (item.is_held, item.source.value, item.risk) == (True, "scorer_failed", 1.0)


def test_a_failing_scorer_does_not_put_the_text_into_the_log(
    runtime: Runtime, forum: Forum, models: FakeModels, caplog: pytest.LogCaptureFixture
) -> None:
    models.current = BrokenScorer()
    submitted(runtime, forum, a_comment(text="a secret sentence"))
    assert "scorer failed" in caplog.text
    assert "secret" not in caplog.text


def test_a_comment_of_a_batch_that_fails_to_score_is_held_alone(
    runtime: Runtime, forum: Forum, models: FakeModels
) -> None:
    class _Picky(FakeScorer):
        def score(self, comment: ScoringInput, *, with_spans: bool = True) -> Scored:
            if "two" in comment.text:
                raise ValueError("cannot")
            return super().score(comment, with_spans=with_spans)

    models.current = _Picky()
    batch = [a_comment(f"c{n}", text) for n, text in enumerate(("one", "two", INSULT))]
    answers = submit_comments(runtime, forum, batch, request_id="req")
    verdicts_given = [answer.judgement.verdict for answer in answers]
    assert verdicts_given == [Verdict.PUBLISH, Verdict.HOLD, Verdict.FLAG]


def test_a_shadow_scores_and_decides_nothing(
    runtime: Runtime, forum: Forum, models: FakeModels
) -> None:
    shadow = FakeScorer("2027-01-01-0000000002", threshold=0.95)
    models.shadow = shadow
    submitted(runtime, forum, a_comment("c1", "idiot"))  # 0.97: both flag
    judgement = submitted(runtime, forum, a_comment("c2", "moron"))  # 0.93: only current
    submitted(runtime, forum, a_comment("c3"))  # neither
    assert judgement.verdict is Verdict.FLAG
    assert judgement.model_version == models.current.model_version  # type: ignore[union-attr]
    found = compare_shadow(runtime, shadow.model_version).counts
    assert (found.comments, found.both, found.only_shadow, found.only_current) == (3, 1, 0, 1)


def test_a_shadow_counts_what_only_it_would_flag(
    runtime: Runtime, forum: Forum, models: FakeModels
) -> None:
    models.current = FakeScorer(threshold=0.96)
    models.shadow = FakeScorer("2027-01-01-0000000002", threshold=0.5)
    submitted(runtime, forum, a_comment("c1", "moron"))
    found = compare_shadow(runtime, "2027-01-01-0000000002")
    assert (found.counts.comments, found.counts.only_shadow) == (1, 1)
    assert [flip.item_id for flip in found.new_flags] == [None]


def test_a_shadow_is_held_to_the_forums_own_threshold(
    runtime: Runtime, forum: Forum, models: FakeModels
) -> None:
    models.shadow = FakeScorer("2027-01-01-0000000002", threshold=0.5)
    threshold_changes.set_fixed(runtime, forum.slug, Label.ABUSIVE, 0.95, by="mira")
    submitted(runtime, forum, a_comment("c1", "moron"))  # 0.93: neither flags here
    submitted(runtime, forum, a_comment("c2", "idiot"))  # 0.97: both do
    found = compare_shadow(runtime, "2027-01-01-0000000002").counts
    assert (found.comments, found.both, found.only_shadow) == (2, 1, 0)


@pytest.mark.parametrize("kind", ["broken", "without thresholds"])
def test_a_shadow_that_fails_harms_nobody(
    runtime: Runtime, forum: Forum, models: FakeModels, kind: str
) -> None:
    shadow = (
        BrokenScorer("2027-01-01-0000000002")
        if kind == "broken"
        else FakeScorer("2027-01-01-0000000002")
    )
    empty: dict[Label, Threshold] = {}
    shadow.thresholds = empty
    models.shadow = shadow
    assert submitted(runtime, forum, a_comment(text=INSULT)).verdict is Verdict.FLAG
