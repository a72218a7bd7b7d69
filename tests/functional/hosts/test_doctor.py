"""``moderation doctor`` and ``moderation forums connect``, against a running service and host."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from werkzeug.serving import make_server

from moderation.app import create_app
from moderation.cli import cli
from moderation.config import Settings
from moderation.delivery.doctor import Doctor, Step
from moderation.delivery.worker import DeliverySettings, DeliveryWorker
from moderation.domain.host import HostConnection, HostKind, SecretPurpose
from moderation.services import hosts, registration
from moderation.services.runtime import Runtime
from tests.functional.hosts.conftest import Loop
from tests.functional.hosts.discourse import FakeDiscourse
from tests.functional.hosts.fake_host import FakeHost
from tests.functional.hosts.test_coral import FakeCoral
from tests.functional.hosts.test_invision import FakeBoard
from tests.integration.delivery.receiver import Receiver, answer


@pytest.fixture
def service(settings: Settings, runtime: Runtime) -> Iterator[str]:
    """The service's address; its worker runs when the test says so."""
    app = create_app(settings, runtime=runtime)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def doctor(service: str, runtime: Runtime) -> Doctor:
    worker = DeliveryWorker(runtime, DeliverySettings(timeout_s=3))

    def work(_: float) -> None:
        worker.run_once()

    return Doctor(runtime, service, 2, pause=work)


HOSTS = {
    HostKind.DISCOURSE: (FakeDiscourse, {SecretPurpose.WEBHOOK: "test-secret"}),
    HostKind.CORAL: (FakeCoral, {SecretPurpose.WEBHOOK: "empss_test"}),
    HostKind.INVISION: (FakeBoard, {SecretPurpose.POST_ADDRESS: "post-token"}),
}


def connect(runtime: Runtime, loop: Loop, kind: HostKind, host: FakeHost, key: str) -> None:
    connection = HostConnection(loop.forum.id, kind, host.url, allows_private=True, actor="modbot")
    hosts.connect(runtime, connection, {**HOSTS[kind][1], SecretPurpose.API_KEY: key})


def said(steps: list[Step]) -> list[tuple[str, bool]]:
    return [(step.name, step.is_good) for step in steps]


@pytest.mark.parametrize("kind", HOSTS)
def test_a_test_event_goes_around_the_loop_of_each_host(
    doctor: Doctor, runtime: Runtime, loop: Loop, kind: HostKind
) -> None:
    host = HOSTS[kind][0]()
    connect(runtime, loop, kind, host, "KEY")
    assert said(list(doctor.examine(loop.forum))) == [
        ("secrets", True),
        ("model", True),
        ("service", True),
        ("forged event", True),
        ("event in", True),
        ("answer out", True),
    ]
    connect(runtime, loop, kind, host, "wrong")
    *_, last = doctor.examine(loop.forum)
    assert not last.is_good
    assert "is the API key right?" in last.said
    host.go_down()


def test_a_native_forum_is_tried_with_its_own_signature_and_callback(
    doctor: Doctor, runtime: Runtime, loop: Loop
) -> None:
    receiver = Receiver()
    forum = registration.set_callback(runtime, "gazette", receiver.url, allows_private=True)
    steps = list(doctor.examine(forum))
    assert said(steps)[3:] == [("event in", True), ("answer out", True)]
    assert json.loads(receiver.messages[0].body)["type"] == "moderation.test"
    receiver.script = [answer(500)]
    assert list(doctor.examine(forum))[-1] == Step(
        "answer out", is_good=False, said=f"{receiver.url}: the receiver answered 500"
    )
    receiver.close()


def test_the_failing_step_is_named(doctor: Doctor, runtime: Runtime, loop: Loop) -> None:
    host = FakeDiscourse()
    connect(runtime, loop, HostKind.DISCOURSE, host, "KEY")
    nobody = replace(doctor, pause=lambda _: None, timeout_s=0.3)
    *_, last = nobody.examine(loop.forum)
    assert "is a worker running?" in last.said
    away = replace(doctor, own_url="http://127.0.0.1:1")
    *_, last = away.examine(loop.forum)
    assert (last.name, last.is_good) == ("service", False)
    host.go_down()


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Run ``moderation`` on the test's database."""
    monkeypatch.setenv("MODERATION_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MODERATION_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("MODERATION_ENCRYPTION_KEYS", settings.encryption_keys[0])
    monkeypatch.setenv("MODERATION_PUBLIC_URL", "https://mod.example")
    monkeypatch.setenv("MODERATION_DELIVERY_TIMEOUT_S", "3")

    def run(*arguments: str, typed: str = "") -> Any:
        return CliRunner().invoke(cli, list(arguments), input=typed)

    return run


def test_connecting_invision_registers_its_webhooks(
    command: Any, runtime: Runtime, loop: Loop
) -> None:
    board = FakeBoard()
    where = ("--address", board.url, "--allow-private", "--api-key-file", "-", "--json")
    done = command("forums", "connect", "invision", "gazette", *where, typed="KEY\n")
    assert done.exit_code == 0, done.output
    facts = json.loads(done.output)
    assert facts["forumsTopicPost_create"].startswith("https://mod.example/hosts/invision/")
    registered = {hook["url"][0] for hook in board.webhooks.values()}
    assert registered == {facts["forumsTopicPost_create"], facts["forumsTopic_create"]}
    token = facts["forumsTopic_create"].rpartition("/")[2]
    known = hosts.host_by_address(runtime, token)
    assert known is not None
    assert known.purpose is SecretPurpose.TOPIC_ADDRESS
    assert known.connection.options.webhook_ids == ("1", "2")
    again = command("forums", "connect", "invision", "gazette", *where, typed="KEY\n")
    assert again.exit_code == 0, again.output
    assert len(board.webhooks) == 2  # those of before are gone
    assert command("forums", "disconnect", "gazette").exit_code == 0
    assert board.webhooks == {}
    assert hosts.host_by_address(runtime, token) is None
    board.go_down()


def test_connecting_discourse_and_coral_prints_what_to_enter_there(
    command: Any, tmp_path: Path, loop: Loop
) -> None:
    done = command("forums", "connect", "discourse", "gazette", "--json")
    first = json.loads(done.output)
    assert first["payload_url"] == "https://mod.example/hosts/discourse/gazette"
    same = command("forums", "connect", "discourse", "gazette", "--skip-category", "5", "--json")
    assert json.loads(same.output)["secret"] == first["secret"]
    new = command("forums", "connect", "discourse", "gazette", "--new-secret", "--json")
    assert json.loads(new.output)["secret"] != first["secret"]
    secret = tmp_path / "secret.txt"
    secret.write_text("empss_phase\nempss_hook\n")
    done = command("forums", "connect", "coral", "gazette", "--secret-file", str(secret), "--json")
    assert json.loads(done.output)["webhook_url"].endswith("/hosts/coral/gazette/events")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://board.example", "plain http only with --allow-private"),
        ("https://user@board.example", "expected https://"),
        ("board.example", "expected https://"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(
    command: Any, loop: Loop, address: str, expected: str
) -> None:
    where = ("--address", address, "--api-key-file", "-")
    done = command("forums", "connect", "discourse", "gazette", *where, typed="KEY")
    assert done.exit_code != 0
    assert expected in str(done.exception.fields)
