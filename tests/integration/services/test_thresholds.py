"""Thresholds in words: computed from decisions, kept for each model, restored."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from classifiers.labels import Label
from moderation.domain.errors import InvalidInputError, NotFoundError
from moderation.domain.estimates import effect_of
from moderation.domain.forum import Forum
from moderation.domain.reach import EVERYWHERE
from moderation.domain.threshold_rules import Promise, ThresholdRule
from moderation.domain.traffic import Group
from moderation.services import review_pages, threshold_changes, traffic
from moderation.services.intake import score_only
from moderation.services.runtime import Runtime
from moderation.services.statistics import forum_figures
from moderation.services.thresholds import known_policy, label_threshold
from moderation.services.traffic import DECIDED, Window, read_window, windows_as_decided
from moderation.storage.tables import events
from tests.builders import (
    a_comment,
    register_forum,
    sqlite_only,
    submitted,
)
from tests.fakes import START, FakeModels, FixedClock
from tests.integration.services.traffic import DAYS, WrittenScorer, fill, filled_file

ABUSIVE = Label.ABUSIVE
RIGHT_93 = ThresholdRule(Promise.PRECISION, 0.93)


@pytest.fixture
def models() -> FakeModels:
    return FakeModels(WrittenScorer())


@pytest.fixture
def clock(database_kind: str) -> FixedClock:
    return FixedClock(START + timedelta(days=DAYS if database_kind == "sqlite" else 0))


@pytest.fixture(scope="module")
def migrated_file(migrated_file: Path) -> Path:
    return filled_file(migrated_file)


@pytest.fixture
def busy(runtime: Runtime, database_kind: str) -> Forum:
    """A forum with ten days of traffic."""
    if database_kind == "postgresql":
        fill(runtime)
    return known_policy(runtime, "gazette")[0]


def said(runtime: Runtime, kind: str) -> list[dict[str, object]]:
    with runtime.database.read() as connection:
        return list(connection.scalars(select(events.c.details).where(events.c.kind == kind)).all())


def test_the_window_sorts_comments_by_how_they_were_chosen(runtime: Runtime, busy: Forum) -> None:
    trusted = a_comment("trusted", "score 0.95 by a friend")
    author = trusted.author
    assert author is not None
    submitted(runtime, busy, replace(trusted, author=replace(author, is_trusted=True)))
    submitted(runtime, busy, a_comment("new", "score 0.95 and nobody has looked"))

    window = read_window(runtime, busy, labels=(ABUSIVE,))
    traffic = window.traffic[ABUSIVE]

    assert (window.days, window.comments, window.unseen, window.waiting) == (10, 402, 1, 1)
    assert traffic.total == 401
    queued = traffic.block(Group.QUEUED, 0.5, is_above=True)
    assert (traffic.judged(Group.QUEUED), queued.total) == (queued.total - 1, traffic.flagged(0.5))
    assert 0.3 < traffic.audited / (401 - queued.total) < 0.7


def test_a_sample_of_a_large_traffic_tells_nearly_the_same(
    runtime: Runtime, busy: Forum, monkeypatch: pytest.MonkeyPatch
) -> None:
    def figures() -> tuple[Window, Window, Window]:
        window = read_window(runtime, busy, labels=(ABUSIVE,))
        spans = windows_as_decided(runtime, busy, spans=(5, 30), labels=(ABUSIVE,))
        return (window, spans[0], spans[1])

    whole = figures()
    monkeypatch.setattr(traffic, "MOST_ROWS", 120)
    for known, sampled in zip(whole, figures(), strict=True):
        assert (known.days, known.comments) == (sampled.days, sampled.comments)
        all_rows, some = known.traffic[ABUSIVE], sampled.traffic[ABUSIVE]
        assert some.audited == all_rows.audited > 20, "the audit sample is read whole"
        assert some.judged(Group.QUEUED) < all_rows.judged(Group.QUEUED)
        assert some.total == pytest.approx(all_rows.total, rel=0.15)
        truth, told = effect_of(all_rows, DECIDED), effect_of(some, DECIDED)
        for figure, true in (
            (told.precision, truth.precision), (told.recall, truth.recall),
            (told.prevalence, truth.prevalence),
        ):  # fmt: skip
            assert true.value is not None
            assert figure.low < true.value < figure.high


@sqlite_only
def test_a_rule_is_computed_and_put_in_force_as_the_next_version(
    runtime: Runtime, busy: Forum
) -> None:
    before = known_policy(runtime, "gazette")[1]
    policy, choice = threshold_changes.set_rule(runtime, "gazette", ABUSIVE, RIGHT_93, by="sena")

    assert policy.version == before.version + 1
    assert choice.threshold is not None
    assert 0.8 < choice.threshold <= 0.95  # of the scores written, only 0.95 is right so often
    (event,) = said(runtime, "threshold_rule_set")
    assert event["rule"] == "at least 93% of what we flag should deserve it"
    (low, high) = score_only(
        runtime, busy, [a_comment("x", "score 0.80"), a_comment("y", "score 0.95")]
    )
    assert (low.outcome.is_queued, high.outcome.is_queued) == (False, True)
    assert high.outcome.scores[0].rule == RIGHT_93.sentence()


@sqlite_only
def test_more_is_found_below_the_threshold_in_force(runtime: Runtime, busy: Forum) -> None:
    found = label_threshold(runtime, "gazette", ABUSIVE, asked=ThresholdRule(Promise.RECALL, 0.9))
    choice = found.forecasts[0].choice
    assert choice.threshold is not None
    assert choice.effect is not None
    assert choice.threshold < found.in_force.threshold == 0.5
    assert choice.effect.audited > 0
    assert choice.effect.was_unflagged > 0.2
    assert found.effect.recall.value is not None
    assert choice.effect.recall.value is not None
    assert choice.effect.recall.value >= 0.9 > found.effect.recall.value


@sqlite_only
def test_items_a_day_bound_the_queue(runtime: Runtime, busy: Forum) -> None:
    _, choice = threshold_changes.set_rule(
        runtime, "gazette", ABUSIVE, ThresholdRule(Promise.ITEMS_A_DAY, 8), by="sena"
    )
    assert choice.effect is not None
    assert choice.effect.items_a_day.value is not None
    assert 3 < choice.effect.items_a_day.value <= 8


@sqlite_only
def test_what_the_data_cannot_support_keeps_the_default(runtime: Runtime) -> None:
    register_forum(runtime, "quiet")
    policy, choice = threshold_changes.set_rule(runtime, "quiet", ABUSIVE, RIGHT_93, by="sena")

    assert choice.threshold is None
    assert choice.why.startswith("Only 0 comments were judged")
    assert policy.labels[ABUSIVE].rule == RIGHT_93
    now = label_threshold(runtime, "quiet", ABUSIVE).in_force
    assert now.threshold == 0.5
    assert "stands in" in now.note


def test_a_number_counts_only_for_its_own_model(
    runtime: Runtime, busy: Forum, models: FakeModels
) -> None:
    threshold_changes.set_rule(runtime, "gazette", ABUSIVE, RIGHT_93, by="sena")
    comment = [a_comment("x", "score 0.80")]
    # The second model halves every score: the old number would flag nothing at all.
    models.current = WrittenScorer("2026-02-01-0000000002", bend=lambda score: score / 2)

    (meanwhile,) = score_only(runtime, busy, [a_comment("y", "score 0.95")])
    assert meanwhile.outcome.scores[0].threshold == 0.5  # the model's own stands in

    (policy,) = threshold_changes.recompute_stale(runtime)
    computed = policy.labels[ABUSIVE].computed
    assert [one.model_version for one in computed] == [
        "2026-02-01-0000000002",
        "2026-01-01-0000000001",
    ]
    assert computed[0].threshold is not None
    assert computed[1].threshold is not None
    assert computed[0].threshold < 0.5 < computed[1].threshold
    (high,) = score_only(runtime, busy, [a_comment("y", "score 0.95")])
    (low,) = score_only(runtime, busy, comment)
    assert (high.outcome.is_queued, low.outcome.is_queued) == (True, False)
    assert threshold_changes.recompute_stale(runtime) == []
    (event,) = said(runtime, "thresholds_recomputed")
    assert event["model_version"] == "2026-02-01-0000000002"

    models.current = WrittenScorer()  # rolled back: the first number is still there
    assert threshold_changes.recompute_stale(runtime) == []
    assert label_threshold(runtime, "gazette", ABUSIVE).in_force.threshold == computed[1].threshold


@sqlite_only
def test_restore_default_and_fixed_numbers(runtime: Runtime, busy: Forum) -> None:
    threshold_changes.set_rule(runtime, "gazette", ABUSIVE, RIGHT_93, by="sena")
    threshold_changes.set_fixed(runtime, "gazette", ABUSIVE, 0.7, by="sena")
    fixed = label_threshold(runtime, "gazette", ABUSIVE).in_force
    assert (fixed.threshold, fixed.is_fixed, fixed.rule) == (0.7, True, None)
    policy = threshold_changes.restore_default(runtime, "gazette", ABUSIVE, by="sena")
    assert policy.labels[ABUSIVE].threshold is None
    assert policy.labels[ABUSIVE].rule is None
    again = threshold_changes.restore_default(runtime, "gazette", ABUSIVE, by="sena")
    assert again.version == policy.version  # nothing changed, so there is no new version


@sqlite_only
def test_nonsense_is_refused(runtime: Runtime) -> None:
    with pytest.raises(InvalidInputError) as caught:
        threshold_changes.set_rule(
            runtime, "gazette", ABUSIVE, ThresholdRule(Promise.RECALL, 90), by="sena"
        )
    assert caught.value.fields == {"value": "expected a share from 1% to 100%"}
    with pytest.raises(InvalidInputError):
        threshold_changes.set_fixed(runtime, "gazette", ABUSIVE, 1.5, by="sena")
    with pytest.raises(NotFoundError):
        threshold_changes.set_rule(runtime, "nowhere", ABUSIVE, RIGHT_93, by="sena")


@sqlite_only
def test_statistics_speak_of_what_was_flagged_at_the_time(
    runtime: Runtime, busy: Forum, models: FakeModels
) -> None:
    before = forum_figures(runtime, "gazette").spans[1].effects[ABUSIVE]
    models.current = WrittenScorer("2026-02-01-0000000002", bend=lambda score: score / 2)
    after = forum_figures(runtime, "gazette").spans[1].effects[ABUSIVE]
    assert before == after
    assert before.threshold == DECIDED
    assert before.precision.value is not None
    assert before.recall.value is not None
    assert 0.6 < before.precision.value < 0.9  # the mean of 0.55, 0.65, 0.8 and 0.95 is 0.74
    assert 0.65 < before.recall.value < 0.95


@sqlite_only
def test_an_audit_sample_is_not_sorted_by_its_hidden_score(
    runtime: Runtime,
) -> None:
    audited = register_forum(runtime, "audited", audit_share=1.0).forum
    judgement = submitted(runtime, audited, a_comment("x", "score 0.45"))
    assert judgement.item_id is not None
    item = review_pages.view_item(runtime, EVERYWHERE, judgement.item_id).item
    assert (item.is_audit, item.risk, item.top_label) == (True, 0.0, None)
