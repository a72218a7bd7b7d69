from __future__ import annotations

from classifiers.labels import Label
from moderation.domain.forum import Forum
from moderation.domain.reach import EVERYWHERE
from moderation.domain.review import DecisionAction, Role
from moderation.services import removal, review_pages
from moderation.services.runtime import Runtime
from tests.builders import a_comment, sqlite_only, submitted
from tests.fakes import FixedClock
from tests.functional.desk.conftest import Enter, Queue
from tests.functional.desk.visitor import Visitor


def take_next(visitor: Visitor) -> Visitor:
    return visitor.open("/desk/").send("form[action^='/desk/claim-next']")


def test_a_decision_is_stored_and_the_next_item_opens(
    mira: Visitor, runtime: Runtime, queued: Queue
) -> None:
    first, second = queued("You idiot.", "You moron.")
    take_next(mira)

    mira.send("#decide", "Reject", reason="insult", label=["profanity"], note="see\r\nthread")

    assert mira.path == f"/desk/items/{second}"
    assert mira.texts(".toast > span") == ["Rejected: Insults a person."]
    (made,) = review_pages.view_item(runtime, EVERYWHERE, first).decisions
    assert (made.action, made.reason, made.note) == (
        DecisionAction.REJECT,
        "insult",
        "see\nthread",
    )
    assert made.labels[Label.PROFANITY]
    assert made.moderator == "mira"


def test_after_the_last_decision_the_queue_is_empty(mira: Visitor, queued: Queue) -> None:
    queued("You idiot.")

    take_next(mira).send("#decide", "Approve")

    assert mira.path == "/desk/"
    assert mira.texts(".empty b") == ["Nothing waits."]
    assert mira.texts(".toast > span") == ["Approved. Nothing waits here."]
    assert mira.has(".toast form")


@sqlite_only
def test_every_action_answers_303(mira: Visitor, queued: Queue) -> None:
    queued("You idiot.")
    take_next(mira).send("#decide", "Approve")

    assert [answer.status_code for answer in mira.response.history] == [303]


@sqlite_only
def test_a_rejection_without_reason_keeps_everything_typed(mira: Visitor, queued: Queue) -> None:
    (item,) = queued("You idiot.")

    take_next(mira).send("#decide", "Reject", label=["threat"], note="  look <b>here</b>")

    assert mira.status == 422
    assert mira.texts("[role=alert]")[-1].startswith("A rejection takes a reason")
    assert mira.one("#note").text() == "  look <b>here</b>"
    assert mira.has("input[value=threat][name=label][checked]")
    mira.send("#decide", "Reject", reason="threat")
    assert mira.texts(".toast > span")[0].startswith("Rejected: Threatens.")
    assert mira.open(f"/desk/items/{item}").texts("#stand-h") == ["Closed"]


@sqlite_only
def test_other_takes_a_note(mira: Visitor, queued: Queue) -> None:
    queued("You idiot.")

    take_next(mira).send("#decide", "Reject", reason="other", note=" ")

    assert mira.status == 422
    assert mira.has("input[name=reason][value=other][checked]")
    assert mira.has("#note[aria-invalid]")


def test_an_edited_comment_is_not_decided_and_the_new_text_opens_with_the_note(
    mira: Visitor, runtime: Runtime, forum: Forum
) -> None:
    old = submitted(runtime, forum, a_comment("c1", "Hello. You idiot.")).item_id
    take_next(mira)
    new = submitted(runtime, forum, a_comment("c1", "Hello. You moron.")).item_id

    mira.send("#decide", "Reject", reason="insult", label=["insult"], note="my note")

    assert mira.status == 409
    assert mira.texts(".notice b")[0] == "The author has changed the text."
    assert [
        (n.tag, n.text()) for n in mira.page.css("[aria-label='What the author has changed'] > *")
    ] == [
        ("p", "Hello."),
        ("del", "You idiot."),
        ("ins", "You moron."),
    ]
    assert mira.texts("blockquote.text") == ["Hello. You moron."]
    assert mira.one("#note").text() == "my note"
    assert mira.has("input[name=reason][value=insult][checked]")
    mira.send("#decide", "Reject")
    assert old is not None
    assert new is not None
    assert review_pages.view_item(runtime, EVERYWHERE, old).decisions == ()
    assert [d.note for d in review_pages.view_item(runtime, EVERYWHERE, new).decisions] == [
        "my note"
    ]


def test_a_lost_claim_keeps_the_note_and_names_who_has_it(
    enter: Enter, queued: Queue, clock: FixedClock, runtime: Runtime
) -> None:
    (item,) = queued("You idiot.")
    mira, jo = enter("mira"), enter("jo")
    take_next(mira)
    clock.advance(301)
    take_next(jo)

    mira.send("#decide", "Reject", reason="insult", label=["insult"], note="my note")

    assert mira.status == 409
    assert mira.texts(".notice b")[0] == "jo has this item now."
    assert mira.texts(".kept blockquote") == ["my note"]
    assert mira.texts(".kept p")[1] == "Insults a person insult"
    assert mira.has("section.decide form[action^='/desk/claim-next']")
    assert review_pages.view_item(runtime, EVERYWHERE, item).decisions == ()


def test_a_claim_that_ran_out_still_decides_while_nobody_took_the_item(
    mira: Visitor, queued: Queue, clock: FixedClock
) -> None:
    (item,) = queued("You idiot.")
    take_next(mira)
    clock.advance(4000)

    mira.send("#decide", "Approve")

    assert mira.open(f"/desk/items/{item}").texts(".verdict-line") == ["Approved by mira"]


def test_a_second_tab_cannot_decide_again(mira: Visitor, queued: Queue, runtime: Runtime) -> None:
    (item,) = queued("You idiot.")
    take_next(mira)
    tab = Visitor(mira.client.application)
    tab.client = mira.client
    tab.open(f"/desk/items/{item}").send("#decide", "Approve")

    mira.send("#decide", "Reject", reason="insult", note="too late")

    assert mira.status == 409
    assert mira.texts(".notice b")[0] == "mira has decided this item."
    assert mira.texts(".kept blockquote") == ["too late"]
    assert [d.action for d in review_pages.view_item(runtime, EVERYWHERE, item).decisions] == [
        DecisionAction.APPROVE
    ]


@sqlite_only
def test_a_deleted_comment_cannot_be_decided(
    mira: Visitor, queued: Queue, runtime: Runtime, forum: Forum
) -> None:
    (item,) = queued("You idiot.")
    take_next(mira)
    removal.delete_comment(
        runtime, forum, review_pages.view_item(runtime, EVERYWHERE, item).judgement.external_id
    )

    mira.send("#decide", "Approve", note="kept")

    assert mira.status == 409
    assert mira.texts(".notice b")[0] == "The forum has deleted the comment."
    assert mira.texts(".kept blockquote") == ["kept"]


def test_undo_reopens_the_item_for_me(mira: Visitor, queued: Queue, runtime: Runtime) -> None:
    first, _ = queued("You idiot.", "You moron.")
    take_next(mira).send("#decide", "Approve")

    mira.send(".toast form")

    assert mira.path == f"/desk/items/{first}"
    assert mira.has("#decide")
    mira.send("#decide", "Reject", reason="insult")
    assert [d.action for d in review_pages.view_item(runtime, EVERYWHERE, first).decisions] == [
        DecisionAction.APPROVE,
        DecisionAction.UNDO,
        DecisionAction.REJECT,
    ]


def test_an_item_that_i_hold_comes_before_a_new_one(mira: Visitor, queued: Queue) -> None:
    first, second, _ = queued("idiot one", "idiot two", "idiot three")
    take_next(mira).send("#decide", "Approve")
    assert mira.path == f"/desk/items/{second}"
    mira.send(".toast form")
    assert mira.path == f"/desk/items/{first}"

    mira.send("#decide", "Approve")

    assert mira.path == f"/desk/items/{second}"


@sqlite_only
def test_a_decision_on_an_edited_comment_cannot_be_undone(
    mira: Visitor, runtime: Runtime, forum: Forum, queued: Queue
) -> None:
    submitted(runtime, forum, a_comment("c1", "You idiot."))
    queued("You moron.")
    take_next(mira).send("#decide", "Approve")
    submitted(runtime, forum, a_comment("c1", "Something else."))

    mira.send(".toast form")

    assert mira.status == 409
    assert mira.texts("h1") == ["Too late"]


@sqlite_only
def test_history_lists_decisions_and_offers_undo_by_role(enter: Enter, queued: Queue) -> None:
    queued("You idiot.")
    take_next(enter("mira")).send("#decide", "Reject", reason="insult", note="again")
    jo = enter("jo").open("/desk/history")
    senior = enter("sena", Role.SENIOR).open("/desk/history")

    assert jo.texts("tbody td:nth-child(3) b, tbody .verdict-line") == [
        "Rejected: Insults a person"
    ]
    assert not jo.has("tbody form")
    assert jo.open("/desk/history?by=me").texts(".empty b") == ["Nothing was decided yet."]
    senior.send("tbody form")
    assert senior.has("#decide")
    senior.open("/desk/history")
    assert senior.texts("tbody .verdict-line") == ["Taken back", "Rejected: Insults a person"]


@sqlite_only
def test_somebody_elses_decision_cannot_be_undone_by_hand(enter: Enter, queued: Queue) -> None:
    queued("You idiot.", "You moron.")
    mira, jo = take_next(enter("mira")), enter("jo")
    mira.send("#decide", "Approve")
    token = jo.open("/desk/").one("[name=csrf_token]").attributes["value"]

    answer = jo.client.post("/desk/decisions/1/undo", data={"csrf_token": token})

    assert answer.status_code == 403


@sqlite_only
def test_renewing_lengthens_the_claim(mira: Visitor, queued: Queue, clock: FixedClock) -> None:
    queued("You idiot.")
    take_next(mira)
    clock.advance(250)
    mira.open(mira.path)
    assert mira.texts("[data-left]")[-1] == "0:50"

    mira.send("#renew")

    assert mira.texts("[data-left]")[-1] == "5:00"


@sqlite_only
def test_the_script_renews_by_json(mira: Visitor, queued: Queue, clock: FixedClock) -> None:
    queued("You idiot.")
    take_next(mira)
    form = mira.one("#renew")
    data = {str(i.attributes["name"]): i.attributes["value"] for i in form.css("input")}
    headers = {"Accept": "application/json"}

    renewed = mira.client.post(form.attributes["action"], data=data, headers=headers)
    lost = mira.client.post(
        form.attributes["action"], data={**data, "token": "0" * 32}, headers=headers
    )

    assert renewed.get_json() == {"seconds": 300}
    assert (lost.status_code, lost.get_json()["code"]) == (409, "claim_lost")


def test_a_note_with_control_characters_is_stored_without_them(
    mira: Visitor, queued: Queue, runtime: Runtime
) -> None:
    (item,) = queued("You idiot.")

    take_next(mira).send("#decide", "Approve", note="a\x00b\x1bc", token=_token(mira))

    assert review_pages.view_item(runtime, EVERYWHERE, item).decisions[0].note.startswith("ab")


def _token(visitor: Visitor) -> str:
    return str(visitor.one("#decide [name=token]").attributes["value"])
