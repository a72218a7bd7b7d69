"""Appeals at the desk."""

from __future__ import annotations

from moderation.domain.appeal import AppealAnswer
from moderation.domain.forum import Forum
from moderation.services import appeals
from moderation.services.runtime import Runtime
from tests.builders import a_comment, a_user, decided, sqlite_only, submitted
from tests.functional.desk.conftest import Enter
from tests.functional.desk.visitor import Visitor

pytestmark = sqlite_only
FORM = "form[aria-label='Your answer']"


def appealed(runtime: Runtime, forum: Forum) -> int:
    judgement = submitted(runtime, forum, a_comment("c1", "You idiot."))
    decided(runtime, a_user(runtime, "rosa"), judgement)
    return appeals.file_appeal(runtime, forum, "c1", "I quoted <b>him</b>.", days=9).appeal.id


def test_another_moderator_answers_with_reasons(
    mira: Visitor, runtime: Runtime, forum: Forum
) -> None:
    appeal = appealed(runtime, forum)
    mira.open("/desk/appeals")
    assert mira.texts("[aria-labelledby=open-h] bdi") == ["I quoted <b>him</b>."]

    mira.open(f"/desk/appeals/{appeal}")
    mira.send(FORM, "Deny")
    assert mira.status == 422
    assert "owed reasons" in mira.texts("[role=alert]")[0]
    mira.send(FORM, facts="It names a person.")  # Enter in a field
    assert mira.status == 422
    assert mira.one("#facts").text() == "It names a person."
    mira.send(FORM, "Uphold")
    assert mira.texts("[aria-labelledby=done-h] tbody td")[2] == "Upheld: the comment is approved"
    assert "No appeal waits." in mira.texts(".empty b")

    mira.open("/desk/items/1")
    assert "You upheld the appeal." in mira.texts(".timeline span")


def test_the_first_moderator_sees_who_answers_and_is_refused(
    enter: Enter, runtime: Runtime, forum: Forum
) -> None:
    appeal = appealed(runtime, forum)
    mira = enter()
    rosa = Visitor(mira.client.application).sign_in("rosa")
    rosa.open(f"/desk/appeals/{appeal}")
    assert not rosa.has(FORM)
    assert "You rejected this comment." in rosa.texts(".notice b")
    token = rosa.one("[name=csrf_token]").attributes["value"]
    data = {"csrf_token": token, "outcome": "uphold", "facts": "I was wrong."}
    assert rosa.client.post(f"/desk/appeals/{appeal}", data=data).status_code == 403


def test_too_late_keeps_what_was_written(mira: Visitor, runtime: Runtime, forum: Forum) -> None:
    appeal = appealed(runtime, forum)
    mira.open(f"/desk/appeals/{appeal}")
    answer = AppealAnswer(is_upheld=True, rule=None, facts="Right.")
    appeals.decide_appeal(runtime, a_user(runtime, "jo"), appeal, answer)
    mira.send(FORM, "Uphold", facts="Long thought.")
    assert mira.status == 409
    assert "answered" in mira.texts("[role=alert]")[0]
