"""The work on the statistics page: by day, by moderator, with models on the axis."""

from __future__ import annotations

import csv
import io

import pytest

from moderation.domain.forum import Forum
from moderation.domain.review import DecisionAction, DecisionInput, Role
from moderation.services import review
from moderation.services.runtime import Runtime
from moderation.services.work_figures import quantile, work_figures
from tests.builders import a_comment, a_user, decided, register_forum, sqlite_only, submitted
from tests.fakes import FakeModels, FakeScorer, FixedClock
from tests.functional.desk.conftest import Enter


def work(runtime: Runtime, forum: Forum, clock: FixedClock, models: FakeModels) -> None:
    """Three days: one item decided after an hour, one after three hours, one still open."""
    rosa = a_user(runtime, "rosa")
    first = submitted(runtime, forum, a_comment("c1", "You idiot."))
    submitted(runtime, forum, a_comment("c2"))
    clock.advance(3600)
    decided(runtime, rosa, first)
    clock.advance(86_400)
    models.current = FakeScorer("2026-03-03-0000000002")
    second = submitted(runtime, forum, a_comment("c3", "You moron."))
    clock.advance(3 * 3600)
    decided(runtime, rosa, second, reason=None)
    clock.advance(86_400)
    submitted(runtime, forum, a_comment("c4", "idiot moron"))


def test_each_day_is_counted(
    runtime: Runtime, forum: Forum, clock: FixedClock, models: FakeModels
) -> None:
    work(runtime, forum, clock, models)
    found = work_figures(runtime, forum, a_user(runtime, "ada", Role.ADMIN), days=3)
    assert [day.received for day in found.days] == [2, 1, 1]
    assert [day.flag_rate for day in found.days] == [0.5, 1.0, 1.0]
    assert [day.backlog for day in found.days] == [0, 0, 1]
    assert [day.median_s for day in found.days] == [3600, 3 * 3600, None]
    assert (found.median_s, found.p95_s) == (3600, 3 * 3600)
    assert [day.in_time for day in found.days] == [1.0, 1.0, None]
    (abusive,) = found.labels
    assert (abusive.label, abusive.queued, abusive.decided) == ("abusive", 3, 2)
    assert (abusive.rejected, abusive.settled, abusive.overturned) == (1, 2, 0)
    assert [version for version, _ in found.models] == [
        "2026-01-01-0000000001",
        "2026-03-03-0000000002",
    ]
    (rosa,) = found.workers
    assert (rosa.name, rosa.decided, rosa.rejected) == ("rosa", 2, 1)


@pytest.mark.parametrize(("share", "value"), [(0.5, 2), (0.95, 4), (1, 4)])
def test_a_quantile_is_a_value_that_was_seen(share: float, value: float) -> None:
    assert quantile([4, 1, 3, 2], share) == value
    assert quantile([], share) is None


@sqlite_only
def test_others_are_shown_to_admins_alone(
    enter: Enter, runtime: Runtime, forum: Forum, clock: FixedClock, models: FakeModels
) -> None:
    work(runtime, forum, clock, models)
    mira, ada = enter(), enter("ada", Role.ADMIN)
    mira.open("/desk/statistics")
    assert mira.texts("[aria-labelledby=people-h] tbody th") == ["mira"]
    ada.open("/desk/statistics")
    assert ada.texts("[aria-labelledby=people-h] tbody th") == ["rosa"]
    assert len(ada.page.css("[aria-labelledby=work] svg[role=img][aria-label]")) == 6
    assert "2 of 4 comments" not in ada.texts("[aria-labelledby=work] figcaption p")[1]
    assert ada.texts("[aria-labelledby=work] figcaption p")[1].startswith("3 of 4 comments")
    answer = ada.client.get("/desk/statistics/work?forum=gazette")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert len(rows) == 30
    assert (rows[-1]["received"], rows[-1]["backlog"]) == ("1", "1")
    assert (rows[-1]["in_time"], rows[-2]["in_time"]) == ("", "1.0")
    assert rows[-2]["models"] == "2026-03-03-0000000002"


def test_a_decision_that_was_turned_round_counts_as_overturned(
    runtime: Runtime, forum: Forum, clock: FixedClock
) -> None:
    late = register_forum(runtime, "late", time_target_minutes=60).forum
    rosa = a_user(runtime, "rosa")
    judgement = submitted(runtime, late, a_comment("c1", "You idiot."))
    clock.advance(2 * 3600)
    first = decided(runtime, rosa, judgement)
    item = review.undo(runtime, rosa, first.id, ttl_s=300)
    again = DecisionInput(DecisionAction.APPROVE, frozenset(), None, "", judgement.revision)
    review.decide(runtime, rosa, item.id, item.claim_token or "", again)
    found = work_figures(runtime, late, rosa, days=3)
    (abusive,) = found.labels
    assert (abusive.decided, abusive.settled, abusive.overturned) == (2, 2, 1)
    assert found.in_time == 0, "decided an hour after its time"


@sqlite_only
def test_figures_by_label_are_drawn_said_and_sent(
    enter: Enter, runtime: Runtime, forum: Forum, clock: FixedClock, models: FakeModels
) -> None:
    work(runtime, forum, clock, models)
    mira = enter().open("/desk/statistics")
    assert mira.texts("[aria-labelledby=by-label] figcaption p") == [
        "3 comments were queued for abusive in the last 30 days, 100% of all that were queued.",
        "50% of the decisions on comments queued for abusive were rejections (9.5% to 90.5%).",
        "0% of the decisions on comments queued for abusive were turned round later: taken back,"
        " on appeal, or after a second opinion (0% to 66%).",
    ]
    # Without a forum in the address the first one is meant, as on the page.
    for path in ("work", "labels"):
        assert mira.client.get(f"/desk/statistics/{path}").status_code == 200
    text = mira.client.get("/desk/statistics/labels").get_data(as_text=True)
    assert list(csv.DictReader(io.StringIO(text))) == [
        {"forum": "gazette", "label": "abusive", "queued": "3", "decided": "2", "rejected": "1",
         "settled": "2", "overturned": "0"}
    ]  # fmt: skip


@sqlite_only
def test_the_time_target_is_told_in_words(
    enter: Enter, runtime: Runtime, forum: Forum, clock: FixedClock
) -> None:
    submitted(runtime, forum, a_comment("c1", "You idiot."))
    clock.advance(25 * 3600)
    submitted(runtime, forum, a_comment("c2", "You moron."))
    clock.advance(12 * 60)
    mira = enter()
    assert mira.texts(".item .due") == ["overdue by 1 h", "due in 23 h"]
    assert mira.texts(".item .late") == ["overdue by 1 h"]
    mira.open(str(mira.one(".item a").attributes["href"]))
    assert "overdue by 1 h" in mira.texts(".chip")
    mira.open("/desk/policy")
    assert "1 item is overdue. The next one is due in 23 h." in mira.texts("main p")
