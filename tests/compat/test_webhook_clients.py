"""The clients of docs/webhooks.md, as they stand there, against a running server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from moderation.domain.reach import EVERYWHERE
from moderation.domain.review import Role
from moderation.services import lookup, outbox, registration
from moderation.services.outbox import Delivery
from tests.builders import RegisteredForum, a_user, decided, register_forum
from tests.compat.conftest import Service
from tests.functional.running_server import free_port

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
INSULT = "What a stupid idiot you are."

SEND = {
    "client.py": [sys.executable, "client.py", "send"],
    "client.php": ["php", "client.php", "send"],
    "client.mjs": ["node", "client.mjs", "send"],
}


def listen(name: str, port: int) -> list[str]:
    if name == "client.php":
        return ["php", "-S", f"127.0.0.1:{port}", "client.php"]
    return [*SEND[name][:2], "listen", str(port)]


def program(name: str) -> str:
    """Return the block of the page that begins with its name."""
    text = PAGE.read_text(encoding="utf-8")
    for block in re.findall(r"^```\w+\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if re.match(rf"(?:<\?php\n)?(?:#|//) {re.escape(name)}\n", block):
            return str(block)
    raise AssertionError(f"{PAGE.name} holds no {name}")


@dataclass(frozen=True, slots=True)
class Client:
    """One client in a folder of its own, listening."""

    name: str
    folder: Path
    environment: dict[str, str]
    url: str
    heard: Path

    def send(self, comment: dict[str, Any], **environment: str) -> dict[str, Any]:
        done = subprocess.run(
            SEND[self.name],
            cwd=self.folder,
            env={**self.environment, **environment},
            input=json.dumps(comment),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def wait_for(self, kind: str) -> list[dict[str, Any]]:
        """Return all messages of a kind, when there is one."""
        for _ in range(200):
            lines = self.heard.read_text().splitlines()
            found = [json.loads(line) for line in lines if line.startswith('{"type"')]
            wanted = [message for message in found if message["type"] == kind]
            if wanted:
                return wanted
            time.sleep(0.1)
        raise AssertionError(self.heard.read_text())


@pytest.fixture(params=list(SEND))
def client(
    request: pytest.FixtureRequest, service: Service, tmp_path: Path
) -> Iterator[tuple[Client, RegisteredForum]]:
    """A client and the forum that it speaks for."""
    name: str = request.param
    if shutil.which(SEND[name][0]) is None:
        pytest.skip(f"{SEND[name][0]} is not installed (Debian: nodejs npm php-cli)")
    folder = tmp_path
    if name == "client.mjs":
        folder = request.getfixturevalue("node_folder")
    (folder / name).write_text(program(name), encoding="utf-8")
    port = free_port()
    url = f"http://127.0.0.1:{port}/callback"
    forum = register_forum(service.runtime, f"client-{name[7:]}", callback_url=url)
    environment = {
        "PATH": os.environ["PATH"],
        "MODERATION_URL": service.url,
        "MODERATION_FORUM": forum.forum.slug,
        "MODERATION_SECRET": forum.credentials.signing_secret,
    }
    heard = tmp_path / "heard.txt"
    with heard.open("w") as output:
        process = subprocess.Popen(
            listen(name, port),
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
    yield Client(name, folder, environment, url, heard), forum
    process.terminate()
    process.wait(timeout=10)


def test_a_client_sends_hears_the_decision_once_and_refuses_what_is_forged(
    client: tuple[Client, RegisteredForum], service: Service
) -> None:
    speaking, forum = client
    answer = speaking.send({"id": "c-1", "text": INSULT, "author": {"id": "u1"}})
    assert answer["verdict"] == "flag"
    assert answer["scores"]["abusive"]["score"] > 0.5
    assert speaking.wait_for("comment.verdict")[0]["comment_id"] == "c-1"
    judgement = lookup.read_comment(service.runtime, forum.forum, "c-1").judgement
    moderator = a_user(service.runtime, f"mo-{speaking.name[7:]}", Role.MODERATOR)

    decided(service.runtime, moderator, judgement)

    (message,) = speaking.wait_for("comment.decided")
    assert message["decision"] == "reject"
    assert message["revision"] == answer["revision"]
    again(service, "comment.decided", forum)
    assert len(speaking.wait_for("comment.decided")) == 1
    forged = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(time.time())),
        "webhook-signature": "v1,AAAA",
    }
    assert httpx.post(speaking.url, content=b"{}", headers=forged).status_code == 401
    registration.set_callback(service.runtime, forum.forum.slug, None)
    away = speaking.send({"id": "c-2", "text": INSULT}, MODERATION_URL="http://127.0.0.1:1")
    assert away == {"verdict": "hold", "reasons": ["service_away"]}


def again(service: Service, kind: str, forum: RegisteredForum) -> None:
    """Send a message that was delivered once more, and wait until it was."""

    def found() -> Delivery:
        page = outbox.deliveries_page(service.runtime, EVERYWHERE, limit=100)
        (one,) = [d for d in page if d.forum_id == forum.forum.id and d.event_type == kind]
        return one

    while found().state == "pending":
        time.sleep(0.05)
    user = a_user(service.runtime, f"senior-{forum.forum.slug}", Role.SENIOR)
    outbox.replay(service.runtime, user, found().id)
    while found().state == "pending":
        time.sleep(0.05)
    assert found().state == "delivered"
