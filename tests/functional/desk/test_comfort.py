"""What a moderator chooses for long hours; nothing is hidden by itself."""

from __future__ import annotations

from moderation.domain.forum import Forum
from moderation.services.runtime import Runtime
from tests.builders import a_comment, sqlite_only, submitted
from tests.fakes import FixedClock
from tests.functional.desk.conftest import Enter, Queue
from tests.functional.desk.visitor import Visitor


@sqlite_only
def test_nothing_is_hidden_unless_it_was_asked_for(
    mira: Visitor, enter: Enter, runtime: Runtime, forum: Forum
) -> None:
    item = submitted(runtime, forum, a_comment("c1", "idiot, damn it")).item_id
    mira.open(f"/desk/items/{item}")
    html = mira.one("html").attributes
    assert not {"data-grey", "data-covers", "data-break"} & set(html)
    assert "checked" not in mira.one("#blur").attributes

    mira.open("/desk/comfort").send(
        "form[action$='/comfort']", blurs="1", is_grey="1", hides_profanity="1", break_minutes="45"
    )
    assert mira.texts(".toast span") == ["Kept for you, on every device."]
    mira.open(f"/desk/items/{item}")
    html = mira.one("html").attributes
    assert {"data-grey", "data-covers"} <= set(html)
    assert html["data-break"] == "45"
    assert "checked" in mira.one("#blur").attributes
    assert mira.texts(".swear") == ["damn"]
    assert mira.one("blockquote.text").attributes["tabindex"] == "0"

    assert "data-grey" not in enter("jo").open("/desk/").one("html").attributes


@sqlite_only
def test_an_impossible_break_is_refused(mira: Visitor) -> None:
    mira.open("/desk/comfort").send("form[action$='/comfort']", break_minutes="900")
    assert mira.texts(".toast span") == ["A break comes after 1 to 240 minutes, or 0 for never."]


@sqlite_only
def test_the_day_s_count_begins_at_midnight(
    mira: Visitor, queued: Queue, clock: FixedClock
) -> None:
    queued("idiot one", "idiot two")
    for button, reason in (("Approve", "insult"), ("Reject", "insult")):
        mira.open("/desk/").send("form[action^='/desk/claim-next']")
        mira.send("#decide", button, reason=reason)
    mira.open("/desk/comfort")
    assert mira.texts("section b") == ["2", "1"]
    clock.advance(24 * 3600)
    mira.sign_in("mira").open("/desk/comfort")
    assert mira.texts("section b") == []


@sqlite_only
def test_language_and_zone_are_each_moderator_s_own(mira: Visitor, enter: Enter) -> None:
    mira.open("/desk/comfort").send(
        "form[action$='/comfort']", language="de", time_zone="Asia/Bangkok"
    )
    assert mira.texts(".toast span") == ["Für Sie gespeichert, auf jedem Gerät."]
    assert mira.one("html").attributes["lang"] == "de"
    assert mira.texts("section p") == [
        "Sie haben seit Mitternacht (Asia/Bangkok) noch nichts entschieden."
    ]
    other = enter("jo").open("/desk/comfort")
    assert other.one("html").attributes["lang"] == "en"
    assert "(UTC)" in other.texts("section p")[0]


@sqlite_only
def test_a_zone_that_nobody_knows_is_refused(mira: Visitor) -> None:
    mira.open("/desk/comfort").send("form[action$='/comfort']", time_zone="Bangkok/Asia")
    assert mira.texts(".toast span") == [
        "There is no such time zone. Names look like Asia/Bangkok or Europe/Berlin."
    ]
