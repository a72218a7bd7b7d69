"""The whole loop through the public interfaces: comment in, decision, callback, next model."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import psycopg
import pytest
from psycopg import sql
from selectolax.lexbor import LexborHTMLParser, LexborNode
from standardwebhooks.webhooks import Webhook

from tests.conftest import POSTGRESQL_URL
from tests.functional.running_server import CallbackReceiver, Forum, RunningServer

pytestmark = pytest.mark.slow

CORPUS = Path(__file__).parents[2] / "training" / "corpus" / "everyday.jsonl"
SLANG = "what a complete zorblat you are"
"""An insult of this forum alone: no model can know it before the moderators have taught it."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningServer]:
    if request.param == "sqlite":
        running = RunningServer(tmp_path)
        running.start()
        yield running
        running.stop()
        return
    name = f"moderation_journey_{os.getpid()}"
    try:
        admin = psycopg.connect(POSTGRESQL_URL, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL server at {POSTGRESQL_URL}: {error}")
    with admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = POSTGRESQL_URL.rpartition("/")[0] + f"/{name}"
        running = RunningServer(tmp_path, MODERATION_DATABASE_URL=url)
        running.start()
        yield running
        running.stop()
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def receiver() -> Iterator[CallbackReceiver]:
    listening = CallbackReceiver()
    yield listening
    listening.close()


class Moderator:
    """A person at the desk whose browser knows no scripts."""

    def __init__(self, server: RunningServer) -> None:
        self._client = httpx.Client(base_url=server.url, follow_redirects=True, timeout=60)
        self._read(self._client.get("/desk/sign-in"))
        self.submit("form", {"name": "admin", "password": server.password})
        heading = self.node("h1")
        assert heading is not None
        assert heading.text(strip=True) == "Queue"

    def close(self) -> None:
        self._client.close()

    def open(self, path: str) -> None:
        self._read(self._client.get(path))

    def submit(self, selector: str, values: dict[str, Any]) -> None:
        form = self.page.css_first(selector)
        assert form is not None, f"no {selector} on {self.address}"
        hidden = {
            str(field.attributes["name"]): str(field.attributes.get("value") or "")
            for field in form.css("input[type=hidden]")
        }
        action = urljoin(self.address, str(form.attributes.get("action") or ""))
        self._read(self._client.post(action, data={**hidden, **values}))

    def node(self, selector: str) -> LexborNode | None:
        return self.page.css_first(selector)

    def _read(self, answer: httpx.Response) -> None:
        assert answer.status_code == 200, f"{answer.url}: {answer.status_code}"
        self.address = str(answer.url)
        self.page = LexborHTMLParser(answer.text)

    def decide_all(self) -> int:
        """Reject what holds the slang as an insult, approve the rest, until the queue is empty."""
        self.open("/desk/")
        self.submit("form[action*='claim-next']", {})
        decided = 0
        while (text := self.node("blockquote.text")) is not None and self.node("#decide"):
            if "zorblat" in text.text():
                self.submit("#decide", {"decision": "reject", "reason": "insult"})
            else:
                self.submit("#decide", {"decision": "approve"})
            decided += 1
        return decided


def harmless_texts(count: int) -> list[str]:
    rows = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    texts = [row["text"] for row in rows if not row["abusive"] and "profanity" not in row["kinds"]]
    return texts[:count]


def version_once_changed(forum: Forum, before: str | None, *, within_s: float) -> str:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        answer = forum.send("POST", "/v1/score", {"text": SLANG})
        assert answer.status_code == 200, answer.text
        if answer.json()["model_version"] != before:
            return str(answer.json()["model_version"])
        time.sleep(0.1)
    raise AssertionError(f"still {before} after {within_s} s")


class Traffic:
    """Comments that keep coming while models change."""

    def __init__(self, forum: Forum) -> None:
        self._forum = forum
        self._stop = threading.Event()
        self.answers: list[httpx.Response] = []
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Traffic:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=60)

    def _run(self) -> None:
        while not self._stop.is_set():
            body = {"id": f"traffic-{len(self.answers)}", "text": "Good point about the timetable."}
            self.answers.append(self._forum.send("POST", "/v1/comments", body))
            time.sleep(0.02)


@pytest.fixture
def forum(server: RunningServer, receiver: CallbackReceiver, tmp_path: Path) -> Iterator[Forum]:
    """A forum whose every comment is reviewed, and which hears of it."""
    sender = Forum(server.url, server.signing_secret())
    told = server.command("forums", "set-callback", "main", receiver.url, "--allow-private")
    assert told.returncode == 0, told.stderr
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps({"audit_share": 1.0, "repeat_days": 0}), encoding="utf-8")
    assert server.command("forums", "policy", "main", str(policy)).returncode == 0
    yield sender
    sender.close()


COMMENTS = 120


def send_comments(forum: Forum) -> str:
    """Send what polite readers write, but for one word that only they know; returns the version."""
    version = ""
    for number, text in enumerate(harmless_texts(COMMENTS)):
        answer = forum.comment(
            id=f"c-{number}",
            text=with_slang(text) if number % 3 == 0 else text,
            author={"id": f"author-{number % 37}", "name": f"reader {number % 37}"},
            thread={"id": f"t-{number % 9}", "title": "The bridge club"},
        )
        assert answer["review_item_id"] is not None
        version = answer["model_version"]
    return version


def with_slang(text: str) -> str:
    return text.rstrip(".!?") + f", {SLANG}."


def decisions_heard(receiver: CallbackReceiver, count: int) -> list[dict[str, Any]]:
    """Wait until the forum has heard of so many decisions."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        decided = [m for m in receiver.messages() if m["type"] == "comment.decided"]
        if len(decided) >= count:
            return decided
        time.sleep(0.2)
    raise AssertionError(f"{len(receiver.received)} messages after 60 s")


def test_decisions_teach_a_model_that_is_promoted_and_answers_next(
    server: RunningServer, forum: Forum, receiver: CallbackReceiver, tmp_path: Path
) -> None:
    first_version = send_comments(forum)

    with closing(Moderator(server)) as moderator:
        assert moderator.decide_all() == COMMENTS
    record = forum.send("GET", "/v1/comments/c-0").json()
    assert record["decision"]["decision"] == "reject"
    assert record["decision"]["labels"]["insult"] is True

    decided = decisions_heard(receiver, COMMENTS)
    assert sorted(m["data"]["comment_id"] for m in decided) == sorted(
        f"c-{n}" for n in range(COMMENTS)
    )
    headers, body = receiver.received[0]
    Webhook(forum.secret).verify(body, headers)

    labels = tmp_path / "labels.jsonl"
    assert server.command("export", str(labels)).returncode == 0
    assert len(labels.read_text(encoding="utf-8").splitlines()) == COMMENTS
    with Traffic(forum) as traffic:
        trained = server.command("train", str(labels), "--json", timeout=600)
        assert trained.returncode == 0, trained.stdout + trained.stderr
        result = json.loads(trained.stdout.splitlines()[-1])
        second_version = version_once_changed(forum, first_version, within_s=10)
        assert (result["promoted"], result["candidate_version"]) == (True, second_version)

        flagged = forum.comment(id="new-1", text=f"Sorry, but {SLANG}!")
        assert (flagged["model_version"], flagged["verdict"]) == (second_version, "flag")
        assert "over_threshold:abusive" in flagged["reasons"]
        # A comment that was judged before keeps its verdict and its version.
        again = forum.comment(id="c-0", text=with_slang(harmless_texts(1)[0]))
        assert again["model_version"] == first_version

        assert server.command("models", "rollback", "--reason", "a test").returncode == 0
        assert version_once_changed(forum, second_version, within_s=10) == first_version
    assert {answer.status_code for answer in traffic.answers} == {201}
    seen = {answer.json()["model_version"] for answer in traffic.answers}
    assert seen == {first_version, second_version}


def test_the_printed_curl_line_works_and_the_second_start_keeps_data_and_credentials(
    tmp_path: Path,
) -> None:
    server = RunningServer(tmp_path)
    server.start()
    try:
        first = subprocess.run(
            ["bash", "-c", server.curl_line], capture_output=True, text=True, check=True, timeout=60
        )
        password, key = server.password, server.bearer_key
        server.stop()
        server.start()
        second = subprocess.run(
            ["bash", "-c", server.curl_line], capture_output=True, text=True, check=True, timeout=60
        )
        assert json.loads(first.stdout) == json.loads(second.stdout)
        with closing(Moderator(server)) as moderator:
            moderator.open("/desk/")
        answer = httpx.get(
            f"{server.url}/v1/comments/hello-1", headers={"authorization": f"Bearer {key}"}
        )
        assert answer.status_code == 200
        assert password
        assert "Password" not in server.command("init").stdout
    finally:
        server.stop()
