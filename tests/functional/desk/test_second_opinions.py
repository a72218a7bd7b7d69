"""Second opinions on the desk: what was decided stays hidden until the answer is given."""

from __future__ import annotations

import pytest

from moderation.domain.forum import Forum
from moderation.domain.review import Role
from moderation.services.runtime import Runtime
from tests.builders import a_comment, a_user, decided, register_forum, sqlite_only, submitted
from tests.functional.desk.conftest import Enter
from tests.functional.desk.visitor import Visitor

NOTE = "A plain insult, I would say."


@pytest.fixture
def item_id(runtime: Runtime) -> int:
    """An item that ``rosa`` has rejected and another shall look at."""
    forum: Forum = register_forum(runtime, second_opinion_share=1.0).forum
    judgement = submitted(runtime, forum, a_comment("c1", "You idiot."))
    decided(runtime, a_user(runtime, "rosa"), judgement, note=NOTE)
    assert judgement.item_id is not None
    return judgement.item_id


@sqlite_only
def test_the_second_moderator_sees_the_comment_and_nothing_else(
    mira: Visitor, item_id: int
) -> None:
    mira.open("/desk/second-opinions")
    assert mira.texts("#mine-h") == ["1 comment waits for your opinion"]
    mira.send("form[action$='/next']")
    assert mira.texts("blockquote.text") == ["You idiot."]

    for path in (mira.path, f"/desk/items/{item_id}"):
        mira.open(path)
        shown = mira.one("main").text()
        assert NOTE not in shown
        assert "rosa" not in shown
        assert "0.97" not in shown  # nor what the model thinks
        assert not mira.has("mark")

    mira.send("#opinion", "Reject", reason="insult")
    assert mira.path == "/desk/second-opinions"
    assert mira.texts("#mine-h") == ["0 comments wait for your opinion"]
    assert NOTE in mira.open(f"/desk/items/{item_id}").one("main").text()


@sqlite_only
def test_a_rejection_without_reason_is_refused_and_what_was_typed_is_kept(
    mira: Visitor, item_id: int
) -> None:
    mira.open("/desk/second-opinions/mine")
    mira.send("#opinion", "Reject", note="hm", label="insult")
    assert mira.status == 422
    assert mira.has("[role=alert]#need")
    assert mira.one("#note").text().strip() == "hm"
    assert mira.has("[name=label][value=insult][checked]")


@sqlite_only
def test_a_dispute_is_settled_by_a_senior_and_shows_in_the_figures(
    enter: Enter, item_id: int
) -> None:
    mira, sena = enter(), enter("sena", Role.SENIOR)
    mira.open("/desk/second-opinions/mine").send("#opinion", "Approve")
    assert mira.client.get("/desk/disputes/1").status_code == 403

    sena.open("/desk/second-opinions")
    assert sena.texts("#disputes-h") == ["1 dispute waits for a senior"]
    sena.open(str(sena.one("[aria-labelledby=disputes-h] a").attributes["href"]))
    assert sena.texts(".two h2") == ["rosa", "mira"]
    assert sena.texts(".two b") == ["Rejected: Insults a person", "Approved"]
    sena.send("#opinion", "Approve")
    assert sena.texts("#disputes-h") == ["0 disputes wait for a senior"]
    assert "Approved by sena" in sena.open(f"/desk/items/{item_id}").texts(".verdict-line")[0]

    sena.open("/desk/agreement")
    assert "0 of 1 comments got the same" in sena.texts("[aria-labelledby=a-abusive] p")[0]
    assert sena.texts("figure.chart b")[0].startswith("50% of the answers")
    assert not sena.has("[aria-labelledby=pairs-h]"), "others' pairs are shown to admins alone"
    ada = enter("ada", Role.ADMIN).open("/desk/agreement")
    assert ada.texts("[aria-labelledby=pairs-h] tbody th")[0] == "mira and rosa"


@sqlite_only
@pytest.mark.parametrize("path", ["next", "1"])
def test_no_opinion_is_taken_without_its_token(mira: Visitor, path: str) -> None:
    assert mira.client.post(f"/desk/second-opinions/{path}").status_code == 400


@sqlite_only
def test_the_pages_have_no_inline_code_or_style(enter: Enter, item_id: int) -> None:
    sena = enter("sena", Role.SENIOR)
    for path in ("/desk/second-opinions", "/desk/second-opinions/mine", "/desk/agreement"):
        sena.open(path)
        assert sena.status == 200
        assert not sena.page.css("style, [style], script:not([src])"), path


@sqlite_only
def test_when_nothing_waits_the_page_says_so(mira: Visitor) -> None:
    mira.open("/desk/second-opinions/mine")
    assert mira.path == "/desk/second-opinions"
    assert mira.texts(".toast span") == ["No second opinion is asked of you."]
