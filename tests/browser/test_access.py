"""axe-core finds nothing to complain about, on any page, in light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from classifiers.bundle import DEFAULT_BUNDLE, load_manifest
from classifiers.labels import Label
from moderation.domain.comment import Parent, Thread
from moderation.domain.forum import Forum
from moderation.domain.pin import NewPin
from moderation.domain.review import Role
from moderation.domain.training import JobProgress
from moderation.services import outbox, pins, training
from moderation.services.outbox import Settlement
from moderation.services.runtime import Runtime
from tests.browser.conftest import Person, Seat
from tests.builders import a_comment, a_user, register_forum, sqlite_only, submitted

pytestmark = [pytest.mark.browser, sqlite_only]

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

THREAD = """Recommended Posts
newsdesk
Posted October 10, 2024
The council put off the vote.
Link to comment
Share on other sites
marlow_k
Posted October 11, 2024
Of course they did, you sheeple.
Link to comment
Share on other sites
"""


def violations(page: Page) -> list[str]:
    """Return what axe finds, as rule and element."""
    page.evaluate(
        AXE.read_text(encoding="utf-8")
    )  # by the debugger: the policy bars it as a script
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
    )
    return [
        f"{one['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.fixture
def furnished(runtime: Runtime, forum: Forum) -> None:
    """A queue in which every kind of row and state stands, a training and a pinned example."""
    training.request_training(runtime, a_user(runtime, "trainer", Role.ADMIN))
    taken = training.take_training(runtime)
    assert taken is not None
    training.note_progress(runtime, taken, JobProgress("measuring", 3, 8, "fitting\nmeasuring\n"))
    pins.pin_example(runtime, NewPin(None, "Scunthorpe", Label.ABUSIVE, must_flag=False), by="me")
    thread = Thread("t", "Harbour bridge")
    submitted(runtime, forum, a_comment("c0", "The vote was moved.", thread=thread))
    parent = Parent("c0", "The vote was moved.")
    comment = a_comment("c1", "> quoted\n\nidiot sheeple", thread=thread, parent=parent)
    submitted(runtime, forum, comment)
    submitted(runtime, forum, a_comment("c2", "You moron, an idiot."))
    submitted(runtime, forum, a_comment("c3", "All warmongers."))
    sampled = register_forum(runtime, "sampled", audit_share=1).forum
    submitted(runtime, sampled, a_comment("c4", "Nothing to see."))
    told = register_forum(runtime, "told", callback_url="http://127.0.0.1:9/hook").forum
    submitted(runtime, told, a_comment("c5", "You idiot."))
    (leased,) = outbox.lease(runtime, limit=1, lease_s=60)
    outbox.settle(runtime, leased, Settlement("parked", runtime.clock(), 503, "no answer"))


PATHS = (
    "/desk/",
    "/desk/?label=threat",
    "/desk/history",
    "/desk/comfort",
    "/desk/deliveries",
    "/desk/models",
    "/desk/models/shadow",
    "/desk/training",
    "/desk/training/1",
    "/desk/drift",
    "/desk/pins",
    "/desk/labels",
    "/desk/export",
    "/desk/account",
    "/desk/account/second-factor",
    "/desk/admin/people",
    "/desk/admin/people/1",
    "/desk/admin/forums",
    "/desk/admin/log",
    "/desk/appeals",
    "/desk/policy",
    "/desk/policy/versions/2?forum=gazette",
    "/desk/policy/words?forum=gazette&words=idiot",
    "/desk/nowhere",
)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.usefixtures("furnished")
def test_axe_finds_nothing(seat: Seat, scheme: str) -> None:
    admin = seat("ada", Role.ADMIN, color_scheme=scheme, reduced_motion="reduce")
    found: dict[str, list[str]] = {}

    _walk_items(admin, found)
    card = f"/desk/models/{load_manifest(DEFAULT_BUNDLE).model_version}"
    for path in (*PATHS, card):
        found[path] = violations(admin.open(path))
    page = admin.open("/desk/try-a-thread")
    page.locator("#paste").fill(THREAD)
    page.get_by_role("button", name="Read the thread").click()
    page.wait_for_selector(".post")
    found["thread"] = violations(page)
    page.keyboard.press("?")
    found["keys"] = violations(page)
    page.context.clear_cookies()
    found["sign-in"] = violations(admin.open("/desk/sign-in"))

    assert {where: what for where, what in found.items() if what} == {}


def _walk_items(person: Person, found: dict[str, list[str]]) -> None:
    page = person.page
    page.get_by_role("button", name="Take the oldest").click()
    page.wait_for_selector("#decide")
    found["claimed"] = violations(page)
    page.get_by_role("button", name="Reject").click()
    page.wait_for_selector("#need")
    found["refused"] = violations(page)
    person.page.keyboard.press("r")
    person.press("1")
    found["toast"] = violations(page)
    found["closed"] = violations(person.open("/desk/items/1"))
    found["audit"] = violations(person.open("/desk/items/4"))
