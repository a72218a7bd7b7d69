"""Thresholds, statistics, second opinions and agreement: nothing for axe, nothing too wide."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from moderation.domain.review import DecisionAction, DecisionInput, Role
from moderation.services import second_opinions
from moderation.services.runtime import Runtime
from tests.browser.conftest import Seat
from tests.browser.test_access import violations
from tests.builders import a_comment, a_user, decided, register_forum, sqlite_only, submitted
from tests.fakes import START, FakeModels, FixedClock
from tests.integration.services.traffic import DAYS, WrittenScorer, filled_file

pytestmark = [pytest.mark.browser, sqlite_only]

ASKED = "&promise=precision&value-precision=93"
PATHS = (
    "/desk/statistics?forum=gazette",
    "/desk/thresholds?forum=gazette&label=abusive",
    f"/desk/thresholds?forum=gazette&label=abusive{ASKED}",
    f"/desk/thresholds?forum=gazette&label=partisan{ASKED}",
    "/desk/thresholds?forum=gazette&promise=recall&value-recall=many",
    "/desk/second-opinions",
    "/desk/disputes/1",
    "/desk/second-opinions/mine",
    "/desk/agreement",
)


@pytest.fixture
def models() -> FakeModels:
    return FakeModels(WrittenScorer())


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START + timedelta(days=DAYS))


@pytest.fixture(scope="module")
def migrated_file(migrated_file: Path) -> Path:
    return filled_file(migrated_file)


@pytest.fixture
def differing(runtime: Runtime) -> None:
    """A dispute, and a comment that waits for an opinion."""
    forum = register_forum(runtime, "twice", second_opinion_share=1.0).forum
    vera, tom = a_user(runtime, "vera"), a_user(runtime, "tom")
    for number in range(2):
        text = f"A long word: {'a' * 70}, comment {number} has the score 0.95"
        decided(runtime, vera, submitted(runtime, forum, a_comment(f"t{number}", text)))
    asked = second_opinions.take_next(runtime, tom, ttl_s=300)
    assert asked is not None
    approval = DecisionInput(DecisionAction.APPROVE, frozenset(), None, "", "")
    second_opinions.give(runtime, tom, asked.opinion_id, approval)


@pytest.mark.slow
@pytest.mark.usefixtures("differing")
def test_axe_finds_nothing_and_nothing_is_wider_than_a_phone(seat: Seat) -> None:
    phone = {"width": 360, "height": 740}
    admin = seat("ada", Role.ADMIN, reduced_motion="reduce", viewport=phone)
    found: dict[str, list[str]] = {}
    for path in PATHS:
        page = admin.open(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        found[path] = [f"{width} pixels wide"] if width != phone["width"] else []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found[path] += violations(page)
    assert {where: what for where, what in found.items() if what} == {}
