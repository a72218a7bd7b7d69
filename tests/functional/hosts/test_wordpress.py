"""The WordPress plugin on PHP, with stubs of WordPress: comment in, decision out, by real HTTP."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from moderation.domain.webhook_signature import sign_headers
from moderation.services import registration
from moderation.services.runtime import Runtime
from tests.builders import RegisteredForum
from tests.fakes import FixedClock
from tests.functional.hosts.conftest import Loop
from tests.functional.hosts.wordpress_site import PLUGIN
from tests.functional.running_server import free_port

SITE = Path(__file__).parent / "wordpress/site.php"
INSULT = "You are an <b>idiot</b>, isn't it"
PLEASANT = "Thank you, that was helpful."

pytestmark = pytest.mark.skipif(
    shutil.which("php") is None, reason="php is not installed (Debian: apt install php-cli)"
)


class Site:
    """A WordPress site with the plugin, in a PHP process of its own."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._state = folder / "site.json"
        self._process = subprocess.Popen(
            ["php", "-S", f"127.0.0.1:{port}", str(SITE)],
            env={
                "SITE_STATE": str(self._state),
                "PLUGIN": str(PLUGIN / "comment-moderation.php"),
                "PATH": "/usr/bin:/bin",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._client = httpx.Client(base_url=self.url, timeout=10)
        self._wait()

    def _wait(self) -> None:
        for _ in range(200):
            try:
                self.do("state")
            except httpx.TransportError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError("php did not start")

    def close(self) -> None:
        self._client.close()
        self._process.terminate()
        self._process.wait(timeout=10)

    def clear(self) -> None:
        self._state.unlink(missing_ok=True)

    def do(self, what: str, **given: Any) -> Any:
        return self._client.post(f"/{what}", json=given).json()

    def comment(self, text: str, **given: Any) -> str:
        return str(self.do("comment", comment_content=text, **given))

    def status(self, comment: str) -> str:
        return str(self.do("state")["comments"][comment]["comment_approved"])

    def name(self, comment: str) -> str:
        return str(self.do("state")["meta"][comment]["_comment_moderation_name"])


@pytest.fixture(scope="module")
def php(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One PHP process for all tests of this module."""
    started = Site(tmp_path_factory.mktemp("wordpress"))
    yield started
    started.close()


@pytest.fixture
def site(
    php: Site, service: str, holding: RegisteredForum, runtime: Runtime, clock: FixedClock
) -> Site:
    """A site that is set up, and a forum that tells it of decisions."""
    clock.advance(time.time() - clock().timestamp())  # PHP looks at the machine's clock
    php.clear()
    php.do(
        "options",
        address=service,
        bearer_key=holding.credentials.bearer_key,
        signing_secret=holding.credentials.signing_secret,
    )
    callback = f"{php.url}/wp-json/comment-moderation/v1/decisions"
    registration.set_callback(runtime, "gazette", callback, allows_private=True)
    return php


@pytest.mark.parametrize("file", sorted(PLUGIN.rglob("*.php")), ids=lambda file: file.name)
def test_every_file_of_the_plugin_is_php(file: Path) -> None:
    checked = subprocess.run(["php", "-l", str(file)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_an_insult_waits_and_an_approval_shows_it(site: Site, loop: Loop, runtime: Runtime) -> None:
    comment = site.comment(INSULT)
    assert site.status(comment) == "0"
    judgement = loop.judgement(site.name(comment))
    assert judgement.source == INSULT
    assert judgement.thread is not None
    assert judgement.thread.title == "Article 7"
    assert "mail.example" not in repr(judgement)
    loop.decide(site.name(comment), approve=True)
    assert site.status(comment) == "1"
    assert {one.state for one in loop.deliveries()} == {"delivered"}


def test_a_rejection_does_what_the_site_chose_and_a_pleasant_comment_is_left_alone(
    site: Site, loop: Loop
) -> None:
    comment = site.comment(INSULT)
    loop.decide(site.name(comment), approve=False)
    assert site.status(comment) == "trash"
    site.do("options", when_rejected="spam")
    other = site.comment(INSULT + " again and again")
    loop.decide(site.name(other), approve=False)
    assert site.status(other) == "spam"
    assert site.status(site.comment(PLEASANT)) == "1"
    assert site.status(site.comment(PLEASANT, approved=0)) == "0"  # the site's own rule stands
    assert site.status(site.comment(INSULT, approved="spam")) == "spam"


def test_an_edit_is_checked_again_and_an_outdated_decision_is_not_applied(
    site: Site, loop: Loop
) -> None:
    comment = site.comment(PLEASANT)
    site.do("edit", id=int(comment), text=INSULT)
    assert site.status(comment) == "0"
    name = site.name(comment)
    site.do("edit", id=int(comment), text=PLEASANT + " Really.", as_user=1)
    loop.deliver()
    assert loop.judgement(name).body == "Thank you, that was helpful. Really."
    assert site.status(comment) == "0"


def test_a_comment_that_nobody_answered_for_is_held_and_asked_about_again(
    site: Site, service: str, loop: Loop
) -> None:
    site.do("options", address="http://127.0.0.1:1")
    pleasant, insult = site.comment(PLEASANT), site.comment(INSULT)
    assert (site.status(pleasant), site.status(insult)) == ("0", "0")
    site.do("options", when_away="publish")
    shown = site.comment(INSULT + ", again")
    assert site.status(shown) == "1"
    site.do("cron")  # still away: it stays on the list
    site.do("options", address=service)
    site.do("cron")
    assert [site.status(one) for one in (pleasant, insult, shown)] == ["1", "0", "0"]


def test_a_forged_or_repeated_message_changes_nothing(
    site: Site, loop: Loop, holding: RegisteredForum
) -> None:
    comment = site.comment(INSULT)
    data = {
        "comment_id": site.name(comment),
        "revision": loop.judgement(site.name(comment)).revision,
        "decision": "approve",
    }
    body = json.dumps({"type": "comment.decided", "data": data})

    def send(secret: str, at: datetime) -> httpx.Response:
        headers = sign_headers([secret], "msg_1", at, body)
        address = f"{site.url}/wp-json/comment-moderation/v1/decisions"
        return httpx.post(address, content=body, headers=headers)

    now, secret = loop.clock(), holding.credentials.signing_secret
    assert send("whsec_" + "A" * 43 + "=", now).status_code == 401
    assert send(secret, now - timedelta(minutes=6)).status_code == 401
    assert site.status(comment) == "0"
    assert send(secret, now).json() == {"said": "now approve"}
    site.do("moderate", id=int(comment), status="hold", as_user=1)
    assert send(secret, now).json() == {"said": "taken before"}
    assert site.status(comment) == "0"


def test_a_moderator_of_the_site_teaches_and_deletes(site: Site, loop: Loop) -> None:
    comment = site.comment(INSULT)
    site.do("moderate", id=int(comment), status="approve", as_user=1)
    assert loop.history(site.name(comment))[-1] == "forum: feedback."
    site.do("delete", id=int(comment))
    assert loop.judgement(site.name(comment)).deleted_at is not None


def test_the_test_button_says_what_is_wrong(site: Site) -> None:
    assert site.do("test")["is_good"]
    site.do("options", bearer_key="mod_wrong")
    failed = site.do("test")
    assert not failed["is_good"]
    assert "401" in failed["said"]
