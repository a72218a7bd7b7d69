from __future__ import annotations

from moderation.delivery.worker import DeliverySettings, DeliveryWorker
from moderation.domain.comment import Author, Parent, Thread
from moderation.domain.forum import Forum
from moderation.domain.host import HostConnection, HostKind, SecretPurpose
from moderation.domain.review import Role
from moderation.domain.text_format import TextFormat
from moderation.services import hosts
from moderation.services.reporting import Report, report_comment
from moderation.services.runtime import Runtime
from tests.builders import a_comment, register_forum, sqlite_only, submitted
from tests.functional.desk.conftest import Enter, Queue
from tests.functional.desk.visitor import Visitor

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> javascript:alert(3) \"'&"


@sqlite_only
def test_an_item_shows_words_reasons_scores_and_context(
    mira: Visitor, runtime: Runtime, forum: Forum
) -> None:
    thread = Thread("t", "Harbour bridge")
    submitted(runtime, forum, a_comment("c0", "The vote was moved.", thread=thread))
    comment = a_comment(
        "c1",
        "[quote=tide]You moron.[/quote]Of course, idiot.",
        text_format=TextFormat.BBCODE,
        thread=thread,
        parent=Parent("p", "What the parent said."),
        permalink="https://forum.example/c1",
        author=Author("u9", "marlow_k"),
    )
    item = submitted(runtime, forum, comment).item_id
    submitted(runtime, forum, a_comment("c2", "Back to the timetable.", thread=thread))
    report_comment(runtime, forum, "c1", Report("u1", "unkind", None))

    mira.open(f"/desk/items/{item}")

    assert mira.texts(".chip.strong, article .chip")[0] == "Flagged: readers can see it"
    assert mira.texts("article .why li") == [
        "abusive 0.97, above 0.50: “idiot”",
        "1 reader reported it: 1 said “unkind”",
    ]
    assert mira.texts("blockquote.text > p") == ["Of course, idiot."]
    assert [(m.text(), m.attributes["class"]) for m in mira.page.css("blockquote.text mark")] == [
        ("idiot", "abusive n3")
    ]
    assert mira.texts(".said .quoted blockquote") == ["You moron."]
    assert mira.texts(".near blockquote") == [
        "What the parent said.",
        "The vote was moved.",
        "Back to the timetable.",
    ]
    assert mira.texts(".score .lab") == ["abusive", "partisan"]
    assert mira.texts(".score output") == ["0.97", "0.02"]
    assert mira.texts(".score .rule") == ["above 0.50", "below 0.50"]
    assert mira.one(".score rect.fill").attributes["width"] == "97"
    assert mira.one(".by a").attributes["href"] == "https://forum.example/c1"


@sqlite_only
def test_comment_text_is_never_markup(mira: Visitor, runtime: Runtime, forum: Forum) -> None:
    comment = a_comment(
        "c1",
        f"idiot {HOSTILE}",
        author=Author("u", HOSTILE),
        thread=Thread("t", HOSTILE),
        parent=Parent("p", HOSTILE),
        permalink="javascript:alert(4)",
    )
    item = submitted(runtime, forum, comment).item_id

    for path in (f"/desk/items/{item}", "/desk/"):
        mira.open(path)
        scripts = mira.page.css("script")
        assert [s.attributes["src"].split("?")[0] for s in scripts if s.attributes["src"]] == [
            "/desk/static/vendor/htmx.min.js",
            "/desk/static/desk.js",
            "/desk/static/claim.js",
            "/desk/static/live.js",
            "/desk/static/breaks.js",
        ]
        assert not mira.page.css("main img, [onerror], a[href^='javascript']")
    mira.open(f"/desk/items/{item}")
    assert mira.texts("blockquote.text") == [f"idiot {HOSTILE}"]
    assert mira.one("blockquote.text").attributes["dir"] == "auto"
    assert not mira.has("blockquote a")


def test_an_audit_sample_hides_the_machine_until_decided(mira: Visitor, runtime: Runtime) -> None:
    sampled = register_forum(runtime, "sampled", audit_share=1).forum
    item = submitted(runtime, sampled, a_comment("c1", "Nothing to see here.")).item_id

    mira.open("/desk/").send("form[action^='/desk/claim-next']")

    assert mira.path == f"/desk/items/{item}"
    assert not mira.has(".score, .text mark, #author-h")
    assert mira.texts(".timeline li span")[0] == "Arrived."
    mira.send("#decide", "Approve")
    assert mira.texts(".toast > span")[0].startswith(
        "Approved. The machine had published it too: abusive 0.02, partisan 0.02."
    )
    mira.open(f"/desk/items/{item}")
    assert mira.has(".score")


def test_the_record_and_precedents_are_shown(mira: Visitor, runtime: Runtime, forum: Forum) -> None:
    text = "You are an idiot and everybody knows it."
    submitted(runtime, forum, a_comment("c1", text))
    mira.open("/desk/").send("form[action^='/desk/claim-next']")
    mira.send("#decide", "Reject", reason="insult", note="again")
    second = submitted(runtime, forum, a_comment("c2", text)).item_id

    mira.open(f"/desk/items/{second}")

    assert mira.texts(".facts dd") == ["2", "0", "1 of 1"]
    assert mira.texts(".precedent b") == ["Rejected: Insults a person"]
    assert str(mira.one(".record").attributes["aria-label"]).endswith(
        "rejected: 1; the others approved"
    )


def test_a_text_that_is_nearly_the_same_is_a_precedent(
    mira: Visitor, runtime: Runtime, forum: Forum
) -> None:
    text = "You are an idiot and everybody at the market in the old town knows it by now."
    submitted(runtime, forum, a_comment("c1", text))
    submitted(runtime, forum, a_comment("other", "idiot, said the man of another matter"))
    for _ in range(2):
        mira.open("/desk/").send("form[action^='/desk/claim-next']")
        mira.send("#decide", "Approve")
    near = submitted(runtime, forum, a_comment("c2", text.replace("by now", "today"))).item_id

    mira.open(f"/desk/items/{near}")

    (told,) = mira.texts(".precedent li")
    assert told.startswith("Approved")
    assert "% alike" in told
    assert told.endswith(text)


@sqlite_only
def test_earlier_revisions_are_shown_with_what_changed(
    mira: Visitor, runtime: Runtime, forum: Forum
) -> None:
    submitted(runtime, forum, a_comment("c1", "You idiot. See you tomorrow."))
    item = submitted(runtime, forum, a_comment("c1", "You moron. See you tomorrow.")).item_id

    mira.open(f"/desk/items/{item}")

    assert mira.texts("[aria-labelledby='earlier-h'] .diff > *") == [
        "You idiot.",
        "You moron.",
        "See you tomorrow.",
    ]


@sqlite_only
def test_links_behind_words_tell_where_they_lead(
    mira: Visitor, runtime: Runtime, forum: Forum
) -> None:
    source = '<p>idiot, see <a href="https://evil.example/x">the news</a></p>'
    comment = a_comment("c1", source, text_format=TextFormat.HTML)
    mira.open(f"/desk/items/{submitted(runtime, forum, comment).item_id}")
    assert mira.texts(".said b.host") == ["evil.example"]
    assert not mira.has(".said a[href*='evil']")


@sqlite_only
def test_what_happened_is_told_in_order(mira: Visitor, queued: Queue) -> None:
    queued("You idiot.")
    mira.open("/desk/").send("form[action^='/desk/claim-next']")
    mira.send("#decide", "Skip", note="a second pair of eyes?")
    mira.open("/desk/items/1")

    assert [text.split(" model")[0] for text in mira.texts(".timeline li > span")] == [
        "Arrived: flagged.",
        "You claimed it.",
        "You skipped it: “a second pair of eyes?”",
    ]


@sqlite_only
def test_an_item_that_is_not_mine_can_be_taken(mira: Visitor, queued: Queue) -> None:
    (item,) = queued("You idiot.")
    mira.open(f"/desk/items/{item}")
    assert not mira.has("#decide")

    mira.send("section.decide form[action$='/claim']")

    assert mira.path == f"/desk/items/{item}"
    assert mira.has("#decide")
    assert mira.texts("[data-left]")[-1] == "5:00"


@sqlite_only
def test_somebody_elses_item_can_only_be_read(enter: Enter, queued: Queue) -> None:
    (item,) = queued("You idiot.")
    enter("mika").open("/desk/").send("form[action^='/desk/claim-next']")

    mira = enter("mira").open(f"/desk/items/{item}")

    assert mira.texts("#stand-h") == ["mika has it"]
    assert not mira.has("#decide, section.decide form[action$='/claim']")


def test_next_and_before_claim_what_they_open_and_drop_what_they_leave(
    enter: Enter, queued: Queue
) -> None:
    first, second, _ = queued("idiot one", "idiot two", "idiot three")
    mira = enter("mira").open("/desk/").send("form[action^='/desk/claim-next']")

    mira.send(f".bench form[action^='/desk/items/{second}/claim']")

    assert mira.path == f"/desk/items/{second}"
    assert mira.has("#decide")
    jo = enter("jo").open(f"/desk/items/{first}")
    assert jo.texts("#stand-h") == ["Nobody has it"]
    mira.send(f".bench form[action^='/desk/items/{first}/claim']")
    assert mira.path == f"/desk/items/{first}"


@sqlite_only
def test_the_filter_travels_along(enter: Enter, queued: Queue) -> None:
    queued("You idiot.", "You sheeple.", "All sheeple.")
    mira = enter().open("/desk/?label=partisan")

    mira.send("form[action^='/desk/claim-next']")

    assert mira.path.endswith("?label=partisan")
    assert mira.texts("blockquote.text") == ["You sheeple."]
    mira.send("#decide", "Approve")
    assert mira.path.endswith("?label=partisan")
    assert mira.texts("blockquote.text") == ["All sheeple."]


@sqlite_only
def test_an_escalated_item_waits_for_a_senior(enter: Enter, queued: Queue) -> None:
    (item,) = queued("You idiot.")
    mira = enter("mira").open("/desk/").send("form[action^='/desk/claim-next']")

    mira.send("#decide", "Escalate", note="is this a threat?")

    mira.open(f"/desk/items/{item}")
    assert mira.texts("#stand-h") == ["For a senior moderator"]
    senior = enter("sena", Role.SENIOR).open("/desk/")
    assert senior.texts(".item .state") == ["Escalated"]
    senior.send("form[action^='/desk/claim-next']")
    assert senior.has("#decide")


@sqlite_only
def test_no_such_item_is_a_page_of_the_desk(mira: Visitor) -> None:
    for path in ("/desk/items/77", f"/desk/items/{2**63 - 1}", f"/desk/items/{2**80}"):
        assert mira.open(path).status == 404
        assert mira.texts("h1") == ["Not here"]


@sqlite_only
def test_the_hosts_answer_stands_in_the_history(
    mira: Visitor, runtime: Runtime, forum: Forum
) -> None:
    connection = HostConnection(forum.id, HostKind.DISCOURSE, "https://localhost:1")
    hosts.connect(runtime, connection, {SecretPurpose.API_KEY: "KEY"})
    item = submitted(runtime, forum, a_comment(text="You idiot.")).item_id
    DeliveryWorker(runtime, DeliverySettings()).run_once()

    mira.open(f"/desk/items/{item}")

    said = " ".join(mira.texts("main section"))
    assert "Discourse: it leads to a private address" in said
    assert "Flag, at the host: pending, 1 try" in said
