"""The desk in a real browser."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from classifiers.labels import Label
from moderation.domain.forum import Forum
from moderation.domain.reach import EVERYWHERE
from moderation.domain.review import DecisionAction, Role
from moderation.services import review, review_pages
from moderation.services.runtime import Runtime
from tests.browser.conftest import Seat
from tests.browser.queueing import queue
from tests.builders import a_comment, a_user, sqlite_only, submitted

pytestmark = [pytest.mark.browser, sqlite_only]


def test_the_whole_review_by_keyboard(seat: Seat, runtime: Runtime, forum: Forum) -> None:
    items = queue(runtime, forum, "idiot one", "idiot two", "idiot three", "idiot four")
    mira = seat()
    page, keys = mira.page, mira.page.keyboard

    keys.press("j")  # on the list: to the first item
    assert page.evaluate("document.activeElement.textContent") == "idiot one"
    mira.press("Enter")
    mira.press("t")
    expect(page.locator("#decide")).to_be_visible()
    keys.press("n")
    keys.type("area 51 and r2")  # letters and digits are words while one types
    keys.press("Escape")
    keys.press("l")
    keys.press("Space")
    keys.press("r")  # alone, it sends nothing
    expect(page.locator("[data-hint-armed]")).to_be_visible()
    mira.press("1")
    assert mira.item == items[1]
    expect(page.locator(".toast span")).to_have_text("Rejected: Insults a person.")

    (made,) = review_pages.view_item(runtime, EVERYWHERE, items[0]).decisions
    assert (made.action, made.note) == (DecisionAction.REJECT, "area 51 and r2")
    assert made.labels[Label.ABUSIVE]
    assert mira.said == []


def test_every_action_has_its_key(seat: Seat, runtime: Runtime, forum: Forum) -> None:
    items = queue(runtime, forum, "idiot one", "idiot two", "idiot three")
    mira = seat()
    mira.open(f"/desk/items/{items[0]}")
    mira.press("t")

    mira.page.keyboard.press("5")  # alone, it sends nothing
    expect(mira.page.locator("input[value=partisan][name=reason]")).to_be_checked()
    went = []
    for key in "rauskje":
        mira.press(key)
        went.append(mira.item)

    _, two, three = items
    assert went == [two, three, two, three, two, three, two]
    assert [
        made.action.value for made in review_pages.view_item(runtime, EVERYWHERE, two).decisions
    ] == [
        "approve",
        "undo",
    ]
    assert review_pages.view_item(runtime, EVERYWHERE, three).item.is_escalated


def test_keys_rest_with_modifiers_and_can_be_switched_off(
    seat: Seat, runtime: Runtime, forum: Forum
) -> None:
    (item,) = queue(runtime, forum, "idiot one")
    mira = seat()
    mira.open(f"/desk/items/{item}")
    mira.press("t")
    keys, page = mira.page.keyboard, mira.page

    keys.press("Control+e")
    keys.press("Alt+s")
    keys.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.locator("#keys-on").uncheck()
    keys.press("Escape")
    keys.press("a")
    page.wait_for_timeout(200)

    assert mira.item == item
    assert review_pages.view_item(runtime, EVERYWHERE, item).decisions == ()


def test_blur_hides_the_text_until_pointed_at(seat: Seat, runtime: Runtime, forum: Forum) -> None:
    (item,) = queue(runtime, forum, "idiot one")
    page = seat().open(f"/desk/items/{item}")
    text = page.locator("blockquote.text")

    page.keyboard.press("b")
    assert "blur" in text.evaluate("e => getComputedStyle(e).filter")
    page.reload()
    assert "blur" in text.evaluate("e => getComputedStyle(e).filter")
    text.hover()
    expect(text).to_have_css("filter", "none")


def test_one_key_decides_one_item_however_fast(seat: Seat, runtime: Runtime, forum: Forum) -> None:
    first, second = queue(runtime, forum, "idiot one", "idiot two")
    mira = seat()
    mira.open(f"/desk/items/{first}")
    mira.press("t")

    with mira.leaving():
        mira.page.evaluate(
            "for (let i = 0; i < 5; i += 1) document.dispatchEvent("
            "new KeyboardEvent('keydown', {key: 'a', bubbles: true}))"
        )

    assert mira.item == second
    assert len(review_pages.view_item(runtime, EVERYWHERE, first).decisions) == 1
    assert review_pages.view_item(runtime, EVERYWHERE, second).decisions == ()


def test_the_job_works_without_scripts(seat: Seat, runtime: Runtime, forum: Forum) -> None:
    first, second = queue(runtime, forum, "idiot one", "idiot two")
    page = seat(java_script_enabled=False).page

    page.get_by_role("button", name="Take the oldest").click()
    page.get_by_role("button", name="Reject").click()
    expect(page.locator("#need")).to_contain_text("A rejection takes a reason")
    page.get_by_label("Insults a person").check()
    page.get_by_label("Note to the team").fill("seen")
    page.get_by_role("button", name="Reject").click()
    expect(page.locator(".toast")).to_contain_text("Rejected: Insults a person.")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Skip").click()

    assert [one.action for one in review_pages.view_item(runtime, EVERYWHERE, first).decisions] == [
        DecisionAction.REJECT,
        DecisionAction.UNDO,
        DecisionAction.APPROVE,
    ]
    assert review_pages.view_item(runtime, EVERYWHERE, second).history[-1].kind == "skipped"


def test_enter_on_a_reason_decides_nothing(seat: Seat, runtime: Runtime, forum: Forum) -> None:
    (item,) = queue(runtime, forum, "idiot one")
    mira = seat()
    mira.open(f"/desk/items/{item}")
    mira.press("t")

    mira.page.locator("input[name=reason]").first.focus()
    mira.page.keyboard.press("Enter")
    mira.page.wait_for_timeout(200)

    assert review_pages.view_item(runtime, EVERYWHERE, item).decisions == ()


@pytest.mark.slow
def test_two_at_one_queue_decide_each_item_once(seat: Seat, runtime: Runtime, forum: Forum) -> None:
    items = queue(runtime, forum, *(f"idiot number {number}" for number in range(30)))
    people = [seat("mira"), seat("jo")]
    for person in people:
        person.page.get_by_role("button", name="Take the oldest").click()
        person.page.locator("#decide").wait_for()

    for _ in items:
        working = [person for person in people if person.page.locator("#decide").count()]
        with ExitStack() as loading:
            for person in working:
                loading.enter_context(person.leaving())
            for person in working:  # both forms are under way at once
                person.page.evaluate("document.querySelector('.btn.approve').click()")

    made = [review_pages.view_item(runtime, EVERYWHERE, item).decisions for item in items]
    assert [len(one) for one in made] == [1] * 30
    assert {one[0].moderator for one in made} == {"mira", "jo"}
    assert [person.said for person in people] == [[], []]


def test_a_break_is_proposed_after_work_and_not_after_rest(seat: Seat) -> None:
    mira = seat()
    page = mira.open("/desk/comfort")
    page.fill("#break", "10")
    with mira.leaving():
        page.locator("form[action$='/comfort'] .btn.main").click()
    page.clock.install()
    page = mira.open("/desk/")
    rest = page.locator("[data-rest]")

    for _ in range(4):
        page.clock.run_for(2 * 60_000)
        page.keyboard.press("Shift")
    assert not rest.is_visible()
    page.clock.run_for(3 * 60_000)
    assert "11 minutes" in rest.inner_text()
    rest.get_by_role("button").click()
    assert not rest.is_visible()

    page.clock.fast_forward(20 * 60_000)  # away from the desk: that was the break
    page.keyboard.press("Shift")
    page.clock.run_for(60_000)
    assert not rest.is_visible()


def test_the_claim_is_renewed_while_one_works(seat: Seat, runtime: Runtime, forum: Forum) -> None:
    (item,) = queue(runtime, forum, "idiot one")
    mira = seat()
    mira.page.clock.install()
    mira.open(f"/desk/items/{item}")
    mira.press("t")
    left = mira.page.locator(".lease [data-left]").last
    mira.page.clock.run_for(100_000)
    expect(left).to_have_text("3:20")

    with mira.page.expect_response("**/renew") as renewed:
        mira.page.mouse.move(300, 300)
        mira.page.clock.run_for(1_000)

    assert renewed.value.status == 200
    mira.page.clock.run_for(1_000)
    expect(left).to_have_text("4:59")


def test_a_note_outlives_a_lost_session(seat: Seat, runtime: Runtime, forum: Forum) -> None:
    (item,) = queue(runtime, forum, "idiot one")
    mira = seat()
    mira.open(f"/desk/items/{item}")
    mira.press("t")
    mira.page.locator("#note").fill("half a thought")

    mira.page.context.clear_cookies()
    mira.open(f"/desk/items/{item}")
    mira.sign_in("mira")
    mira.open(f"/desk/items/{item}")

    expect(mira.page.locator("#note")).to_have_value("half a thought")


def test_the_next_card_comes_without_loading_the_page(
    seat: Seat, runtime: Runtime, forum: Forum
) -> None:
    first, second = queue(runtime, forum, "idiot one", "idiot two")
    mira = seat()
    with mira.leaving():
        mira.page.get_by_role("button", name="Take the oldest").click()
    mira.page.evaluate("document.documentElement.id = 'kept'")

    mira.page.locator("#note").fill("gone with the first")
    mira.page.keyboard.press("Escape")
    mira.press("a")

    expect(mira.page.locator("html#kept")).to_be_attached()
    assert mira.item == second
    expect(mira.page.locator("#spoken")).to_contain_text(f"Approved. Item {second}")
    expect(mira.page.locator("#note")).to_have_value("")
    with mira.leaving():
        mira.page.go_back()
    assert mira.item == first
    with mira.leaving():
        mira.page.reload()
    assert mira.item == first
    assert mira.said == []


def test_a_server_that_is_away_costs_no_note(seat: Seat, runtime: Runtime, forum: Forum) -> None:
    (item,) = queue(runtime, forum, "idiot one")
    mira = seat()
    mira.open(f"/desk/items/{item}")
    mira.press("t")
    mira.page.locator("#note").fill("half a thought")
    mira.page.keyboard.press("Escape")

    mira.page.context.set_offline(True)
    mira.page.keyboard.press("a")
    expect(mira.page.locator("[data-offline]")).to_be_visible()
    expect(mira.page.locator("#note")).to_have_value("half a thought")
    mira.page.context.set_offline(False)
    mira.press("a")

    (made,) = review_pages.view_item(runtime, EVERYWHERE, item).decisions
    assert made.note == "half a thought"


def test_a_closed_page_lets_its_claim_go(seat: Seat, runtime: Runtime, forum: Forum) -> None:
    (item,) = queue(runtime, forum, "idiot one")
    mira = seat()
    mira.open(f"/desk/items/{item}")
    mira.press("t")

    mira.open("/desk/")
    mira.page.wait_for_timeout(300)  # the farewell is sent beside the page, not before it

    ends = review_pages.view_item(runtime, EVERYWHERE, item).item.claim_expires_at
    assert ends is not None
    assert ends - runtime.clock() == timedelta(seconds=review.LEAVING_S)


def test_the_list_tells_what_others_do_and_when_it_is_cut_off(
    seat: Seat, runtime: Runtime, forum: Forum
) -> None:
    first, second = queue(runtime, forum, "idiot one", "idiot two")
    mira = seat()
    page = mira.page
    review.claim(runtime, a_user(runtime, "jo"), second, ttl_s=300)
    submitted(runtime, forum, a_comment("late", "idiot three"))

    expect(page.locator(f"[data-item='{second}'] [data-holder]")).to_have_text("jo has it")
    expect(page.locator("[data-waiting]")).to_have_text("3")
    expect(page.locator("[data-crew]")).to_have_text("Working now: jo.")
    page.locator("[data-newer] a").click()
    expect(page.locator("[data-item]")).to_have_count(3)
    assert mira.said == []

    page.context.set_offline(True)
    expect(page.locator("[data-adrift]")).to_contain_text("Not connected since")
    page.context.set_offline(False)
    expect(page.locator("[data-adrift]")).to_be_hidden()
    assert first != second


def test_a_phone_shows_everything_without_scrolling_sideways(
    seat: Seat, runtime: Runtime, forum: Forum
) -> None:
    (item,) = queue(runtime, forum, "idiot " + "w" * 300)
    admin = seat("ada", Role.ADMIN, viewport={"width": 360, "height": 740})
    admin.open(f"/desk/items/{item}")
    admin.press("t")

    for path in (
        "/desk/",
        f"/desk/items/{item}",
        "/desk/history",
        "/desk/deliveries",
        "/desk/try-a-thread",
        "/desk/models",
        "/desk/labels",
        "/desk/export",
        "/desk/policy",
    ):
        page = admin.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") == 360, path


def test_without_scripts_enter_decides_nothing_and_keeps_the_form(
    seat: Seat, runtime: Runtime, forum: Forum
) -> None:
    (item,) = queue(runtime, forum, "idiot one")
    page = seat(java_script_enabled=False).page
    page.get_by_role("button", name="Take the oldest").click()

    page.get_by_label("Insults a person").check()
    page.get_by_label("Insults a person").press("Enter")

    expect(page.locator("#need")).to_contain_text("Approve or reject?")
    expect(page.get_by_label("Insults a person")).to_be_checked()
    assert review_pages.view_item(runtime, EVERYWHERE, item).decisions == ()
