"""How often one request asks the database: each statement is a way there and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from moderation.domain.comment import Thread
from moderation.domain.reach import Reach
from moderation.domain.review import Role
from moderation.services.reporting import Report, report_comment
from moderation.services.runtime import Runtime
from moderation.services.waiting import Waiting
from tests.builders import a_comment, register_forum, submitted
from tests.functional.desk.conftest import Enter
from tests.functional.desk.visitor import Visitor, filled_in

MOST_OF_AN_ITEM = 13
MOST_OF_A_DECISION = 25
"""With the card that follows: a decision, what it teaches and who is told, and the next claim."""

WORDS = "You idiot, the harbour was never to be dredged before the harvest"


@pytest.fixture
def runtime(runtime: Runtime) -> Runtime:
    """As it is served: what waits is counted now and then, not for every page."""
    return replace(runtime, waiting=Waiting(fresh_s=600, kept_s=600))


@pytest.fixture
def statements(runtime: Runtime) -> Iterator[list[str]]:
    """What is asked of the database from now on, the ways of a connection itself left out."""
    asked: list[str] = []

    def note(*given: Any) -> None:
        if not given[2].startswith(("PRAGMA", "BEGIN")):
            asked.append(given[2])

    event.listen(runtime.database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(runtime.database.engine, "before_cursor_execute", note)


def test_an_item_and_a_decision_take_few_statements(
    enter: Enter, runtime: Runtime, statements: list[str]
) -> None:
    forum = register_forum(runtime, callback_url="https://forum.example/decided").forum
    for number in range(4):
        comment = a_comment(f"c{number}", f"{WORDS} of {number}", thread=Thread("t", "Harbour"))
        submitted(runtime, forum, comment)
        report_comment(runtime, forum, f"c{number}", Report("u1", "spam", None))
    mira = enter("mira", Reach(None, {forum.id: Role.MODERATOR}))
    mira.send("form[action*=claim-next]")
    _send_by_script(mira)  # what is alike, decided before, is now read too

    assert len(_asked(statements, lambda: mira.open(mira.path))) <= MOST_OF_AN_ITEM
    assert len(_asked(statements, lambda: _send_by_script(mira))) <= MOST_OF_A_DECISION


def _send_by_script(visitor: Visitor) -> None:
    form = visitor.one("#decide")
    data = filled_in(form)
    data["decision"] = "approve"
    answer = visitor.client.post(
        str(form.attributes["action"]), data=data, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    visitor._read(answer)
    visitor.path = answer.headers["HX-Push-Url"]


def _asked(statements: list[str], act: Callable[[], object]) -> list[str]:
    statements.clear()
    act()
    return statements
