"""The plugin in a real WordPress: its pages set it up, readers comment, moderators decide."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from moderation.services import registration
from moderation.services.runtime import Runtime
from tests.builders import RegisteredForum
from tests.fakes import FixedClock
from tests.functional.hosts.conftest import Loop
from tests.functional.hosts.wordpress_site import WordPress, missing

INSULT = "You are an <b>idiot</b>, isn't it"
PLEASANT = "Thank you, that was helpful."


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    """One WordPress for all tests of this module, its plugin activated on its page."""
    if lacks := missing():
        pytest.skip(lacks)
    site = WordPress(tmp_path_factory.mktemp("wordpress"))
    site.sign_in()
    site.activate()
    yield site
    site.close()


@pytest.fixture
def site(
    installed: WordPress,
    service: str,
    holding: RegisteredForum,
    runtime: Runtime,
    clock: FixedClock,
) -> WordPress:
    """The site, set up on its settings page, and a forum that tells it of decisions."""
    clock.advance(time.time() - clock().timestamp())  # PHP looks at the machine's clock
    said = installed.configure(
        address=service,
        bearer_key=holding.credentials.bearer_key,
        signing_secret=holding.credentials.signing_secret,
        when_away="hold",
        when_rejected="trash",
    )
    assert "Settings saved." in said
    assert holding.credentials.bearer_key not in said
    callback = f"{installed.url}/wp-json/comment-moderation/v1/decisions"
    registration.set_callback(runtime, "gazette", callback, allows_private=True)
    return installed


def test_the_settings_page_says_whether_the_service_answers(site: WordPress) -> None:
    assert "The service answers in" in site.press_test()
    site.configure(address="http://127.0.0.1:9")
    assert "No answer" in site.press_test()


def test_a_pleasant_comment_appears_and_an_insult_waits_until_it_is_approved(
    site: WordPress, loop: Loop
) -> None:
    pleasant, insult = site.comment(PLEASANT), site.comment(INSULT)
    assert PLEASANT in site.shown()
    assert not any("idiot" in text for text in site.shown())
    statuses = site.statuses()
    assert (statuses[pleasant], statuses[insult]) == ("approved", "hold")
    judgement = loop.judgement(site.name(insult))
    assert judgement.source == INSULT
    assert judgement.thread is not None
    assert judgement.thread.title == "Hello world!"
    assert "mail.example" not in repr(judgement)
    loop.decide(site.name(insult), approve=True)
    assert {one.state for one in loop.deliveries()} == {"delivered"}
    assert any("idiot" in text for text in site.shown())


def test_a_rejection_moves_it_to_the_trash(site: WordPress, loop: Loop) -> None:
    comment = site.comment(INSULT + ", twice", author="Kim")
    loop.decide(site.name(comment), approve=False)
    assert site.statuses()[comment] == "trash"


def test_an_edit_in_the_dashboard_is_checked_again(site: WordPress, loop: Loop) -> None:
    comment = site.comment(PLEASANT + " Once more.")
    site.rest("PUT", f"/wp/v2/comments/{comment}", {"content": INSULT + ", edited"})
    judgement = loop.judgement(site.name(comment))
    assert judgement.source == INSULT + ", edited"
    assert judgement.verdict.value == "hold"
    assert site.statuses()[comment] == "approved"  # who edits as a moderator is not overruled


def test_what_the_dashboard_decides_teaches_and_what_it_deletes_leaves_the_queue(
    site: WordPress, loop: Loop
) -> None:
    comment = site.comment(INSULT + ", thrice", author="Lou")
    name = site.name(comment)
    site.rest("PUT", f"/wp/v2/comments/{comment}", {"status": "approved"})
    assert loop.history(name)[-1] == "forum: feedback."
    site.rest("DELETE", f"/wp/v2/comments/{comment}?force=true")
    assert loop.judgement(name).deleted_at is not None


def test_without_an_answer_it_is_held_and_asked_about_again_by_wordpress_cron(
    site: WordPress, service: str
) -> None:
    site.configure(address="http://127.0.0.1:9")
    comment = site.comment(PLEASANT + " While you were away.")
    assert site.statuses()[comment] == "hold"
    site.configure(address=service)
    site.run_cron()
    assert site.statuses()[comment] == "approved"


def test_a_site_that_is_down_for_an_hour_hears_the_decision_when_it_is_back(
    site: WordPress, loop: Loop
) -> None:
    comment = site.comment(INSULT + ", while the site falls over", author="Max")
    name = site.name(comment)
    site.go_down()
    loop.clock.advance(-3_600 - 9_000)  # WordPress refuses what is not signed now
    loop.decide(name, approve=True)
    for _ in range(6):
        loop.later(600)
    assert ("comment.decided", "pending") in loop.states()
    site.come_back()
    loop.later(9_000)
    assert {state for _, state in loop.states()} == {"delivered"}
    assert site.statuses()[comment] == "approved"
