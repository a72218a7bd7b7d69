"""The work on the statistics page: by day, by moderator, with models on the axis."""

from __future__ import annotations

import csv
import io

import pytest

from moderation.domain.forum import Forum
from moderation.domain.review import Role
from moderation.services.runtime import Runtime
from moderation.services.work_figures import quantile, work_figures
from tests.builders import a_comment, a_user, decided, sqlite_only, submitted
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
    assert len(ada.page.css("[aria-labelledby=work] svg[role=img][aria-label]")) == 5
    assert "2 of 4 comments" not in ada.texts("[aria-labelledby=work] figcaption p")[1]
    assert ada.texts("[aria-labelledby=work] figcaption p")[1].startswith("3 of 4 comments")
    answer = ada.client.get("/desk/statistics/work?forum=gazette")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert len(rows) == 30
    assert (rows[-1]["received"], rows[-1]["backlog"]) == ("1", "1")
    assert rows[-2]["models"] == "2026-03-03-0000000002"
