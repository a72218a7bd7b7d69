from __future__ import annotations

from moderation.domain.comment import Author, Thread
from moderation.domain.forum import Forum
from moderation.domain.review import Role
from moderation.services import review
from moderation.services.reporting import Report, report_comment
from moderation.services.runtime import Runtime
from moderation.web.desk.queue_views import PAGE_LENGTH
from tests.builders import a_comment, a_user, register_forum, sqlite_only, submitted
from tests.fakes import FixedClock
from tests.functional.desk.conftest import Enter, Queue
from tests.functional.desk.visitor import Visitor


def test_an_empty_queue_says_so(mira: Visitor) -> None:
    assert mira.texts(".empty b") == ["Nothing waits."]
    assert not mira.has("form[action^='/desk/claim-next']")


def test_a_row_says_why_where_and_since_when(
    mira: Visitor, runtime: Runtime, forum: Forum, clock: FixedClock
) -> None:
    comment = a_comment("c1", "You idiot.", thread=Thread("t", "Water rota"))
    submitted(runtime, forum, comment)
    clock.advance(6720)

    mira.open("/desk/")

    assert mira.texts(".item .age") == ["1 h 52"]
    assert mira.texts(".item .about") == ["Gazette · Water rota · Ada"]
    assert mira.texts(".item a") == ["You idiot."]
    assert mira.texts(".item .why li") == ["abusive 0.97, above 0.50: “idiot”"]
    assert mira.texts(".item .chip") == ["Flagged"]
    assert mira.texts(".nav .count") == ["1"]


def test_reports_word_rules_and_audits_have_their_sentences(
    mira: Visitor, runtime: Runtime
) -> None:
    rules = [{"rule_id": "w", "words": "bark", "action": "hold", "label": None, "note": ""}]
    with_rules = register_forum(runtime, "rules", word_rules=rules).forum
    submitted(runtime, with_rules, a_comment("c1", "Do not bark at us."))
    submitted(runtime, with_rules, a_comment("c2", "Fine weather."))
    for reader in ("u1", "u2"):
        report_comment(runtime, with_rules, "c2", Report(reader, "spam", None))
    sampled = register_forum(runtime, "sampled", audit_share=1).forum
    submitted(runtime, sampled, a_comment("c3", "Nothing to see."))

    mira.open("/desk/")

    assert mira.texts(".item .why li") == [
        "word rule “bark”",
        "2 readers reported it",
        "Random audit: scores shown after your decision",
    ]
    assert mira.texts(".item .state") == ["Held", "Published", "Published"]


def test_filters_narrow_the_list_and_stay_chosen(
    mira: Visitor, runtime: Runtime, queued: Queue
) -> None:
    queued("You idiot.", "You sheeple.")
    other = register_forum(runtime, "other").forum
    submitted(runtime, other, a_comment("c1", "All sheeple."))

    mira.open("/desk/").send("form.filters", forum="other", label="partisan")

    assert mira.texts(".item a") == ["All sheeple."]
    assert mira.one("#forum option[selected]").attributes["value"] == "other"
    mira.send("form.filters", forum="other", label="abusive")
    assert mira.texts(".empty b") == ["Nothing waits in this view."]


def test_riskiest_first(mira: Visitor, queued: Queue) -> None:
    queued("warmongers", "You idiot.", "sheeple")

    mira.open("/desk/?order=riskiest")

    assert mira.texts(".item a") == ["You idiot.", "sheeple", "warmongers"]


def test_pages_follow_one_another_without_gap(mira: Visitor, queued: Queue) -> None:
    queued(*(f"You idiot number {number:02d}" for number in range(PAGE_LENGTH + 3)))
    mira.open("/desk/")
    first = mira.texts(".item a")

    link = next(a for a in mira.page.css("a.btn") if a.text() == "Show more")
    mira.open(str(link.attributes["href"]))

    assert len(first) == PAGE_LENGTH
    assert len(mira.texts(".item a")) == 3
    assert not set(first) & set(mira.texts(".item a"))


def test_who_holds_an_item_is_shown(enter: Enter, queued: Queue) -> None:
    queued("You idiot.")
    enter("mira").open("/desk/").send("form[action^='/desk/claim-next']")

    jo = enter("jo").open("/desk/")

    assert jo.texts(".item .state > span") == ["mira has it", "5:00 left"]
    jo.send("form[action^='/desk/claim-next']")
    assert jo.path == "/desk/"
    assert jo.texts(".toast")[0].startswith("Nothing is free here")


@sqlite_only
def test_a_viewer_sees_the_queue_but_takes_nothing(enter: Enter, queued: Queue) -> None:
    (item,) = queued("You idiot.")
    viewer = enter("vera", Role.VIEWER).open("/desk/")

    assert viewer.texts(".item a") == ["You idiot."]
    assert not viewer.has("form[action^='/desk/claim-next']")
    assert "Export" not in " ".join(viewer.texts(".nav li"))
    viewer.open(f"/desk/items/{item}")
    assert viewer.texts("#stand-h") == ["Read only"]


@sqlite_only
def test_every_link_of_the_navigation_leads_somewhere(enter: Enter) -> None:
    admin = enter("ada", Role.ADMIN)

    links = [str(a.attributes["href"]) for a in admin.page.css(".nav a")]

    assert "/desk/" in links
    assert {link: admin.open(link).status for link in links} == dict.fromkeys(links, 200)


@sqlite_only
def test_a_view_is_kept_with_its_count_and_oldest_age(
    mira: Visitor, enter: Enter, runtime: Runtime, forum: Forum, clock: FixedClock
) -> None:
    submitted(runtime, forum, a_comment("c1", "idiot one", language="de"))
    submitted(runtime, forum, a_comment("c2", "idiot two", language="en"))
    clock.advance(180)

    mira.open("/desk/?language=de&order=due").send("form.keep", name="  German,  due ")
    assert mira.texts(".toast span") == ["The view stands beside the others."]
    assert mira.texts("[data-view]")[-1] == "German, due 1 3 min"
    assert mira.texts(".item .age") == ["3 min"]
    assert not mira.has("form.keep")

    mira.open("/desk/?label=abusive").send("form.keep", name=" ")
    assert mira.texts(".toast span") == ["A view takes a name of 1 to 40 characters."]
    other = enter("jo").open("/desk/?language=de&order=due")
    assert len(other.texts("[data-view]")) == 5  # everybody keeps their own

    mira.open("/desk/?language=de&order=due").send("form[action$='/forget']")
    assert len(mira.texts("[data-view]")) == 5


@sqlite_only
def test_no_more_views_are_kept_than_can_be_read(mira: Visitor) -> None:
    for number in range(13):
        mira.open(f"/desk/?host=h{number}.example").send("form.keep", name=f"view {number}")
    assert mira.texts(".toast span") == ["You keep 12 views already; forget one first."]


@sqlite_only
def test_a_card_leads_to_what_waits_by_its_author_and_in_its_thread(
    mira: Visitor, runtime: Runtime, forum: Forum
) -> None:
    author, thread = Author("u7", "Bo"), Thread("t7", "Bridge")
    one = submitted(runtime, forum, a_comment("c1", "idiot one", author=author)).item_id
    two = submitted(runtime, forum, a_comment("c2", "idiot two", author=author, thread=thread))
    submitted(runtime, forum, a_comment("c3", "idiot three"))

    mira.open(f"/desk/items/{one}")
    mira.open(str(mira.one("a[href*='author=']").attributes["href"]))
    assert len(mira.texts(".item .about")) == 2
    assert mira.texts(".chip bdi") == ["by Bo"]

    mira.open(f"/desk/items/{two.item_id}")
    mira.open(str(mira.one("a[href*='thread=']").attributes["href"]))
    assert mira.texts(".chip bdi") == ["in Bridge"]
    assert len(mira.texts(".item .about")) == 1


@sqlite_only
def test_an_item_past_its_time_target_is_late(
    mira: Visitor, runtime: Runtime, clock: FixedClock
) -> None:
    hurried = register_forum(runtime, "hurried", time_target_minutes=5).forum
    submitted(runtime, hurried, a_comment("c1", "idiot one"))
    assert not mira.open("/desk/").has(".age.old")
    clock.advance(300)
    assert mira.open("/desk/").has(".age.old")


@sqlite_only
def test_the_page_can_ask_how_the_queue_stands(
    mira: Visitor, runtime: Runtime, queued: Queue
) -> None:
    first, second = queued("idiot one", "idiot two")
    review.claim(runtime, a_user(runtime, "jo"), second, ttl_s=300)
    told = mira.client.get("/desk/live?order=riskiest").get_json()
    assert told["waiting"] == told["counts"]["waiting"] == 2
    assert told["counts"]["claimed"] == 1
    assert told["at_work"] == [{"name": "jo", "items": [second]}]
    assert set(told["first"]) == {first, second}
    assert told["views"][0] == [2, "0 s"]
