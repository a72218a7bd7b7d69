"""Addresses outside of the OpenAPI document, and what no answer, log line or figure may hold."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from flask import Flask

from moderation.config import Settings
from moderation.domain.host import HostConnection, HostKind, SecretPurpose
from moderation.hosts.test_events import WAYS
from moderation.services import hosts
from moderation.services.lookup import read_comment
from moderation.services.runtime import Runtime
from moderation.web import log
from tests.builders import PASSWORD, a_user, sqlite_only
from tests.fakes import START
from tests.functional.api.conftest import ForumClient
from tests.functional.api.rows import count
from tests.functional.desk.visitor import Visitor

pytestmark = sqlite_only

NAMED_BY_KEY = {"/1.1/comment-check", "/1.1/submit-spam", "/1.1/submit-ham", "/1.1/verify-key"}
NAMED_BY_KEY |= {"/v1alpha1/comments:analyze", "/v1alpha1/comments:suggestscore"}
NAMED_BY_KEY |= {"/v1/moderations", "/v1/score"}
"""Whose forum the key alone names: there is no id of another one to try, but in what is sent."""

FOR_ALL = {"/", "/healthz", "/readyz", "/metrics", "/docs", "/openapi.json", "/$discovery/rest"}
FOR_ALL |= {"/docs/static/<path:filename>"}

TRIED_HERE = {"/hosts/discourse/<slug>", "/hosts/coral/<slug>", "/hosts/coral/<slug>/events"}
UNGUESSABLE = {"/hosts/invision/<token>", "/appeals/<token>"}
"""The address itself is the secret, kept as a digest."""


def test_every_address_is_walked_or_named_here(app: Flask, gazette: ForumClient) -> None:
    found = {
        str(rule)
        for rule in app.url_map.iter_rules()
        if not str(rule).startswith(("/desk", "/v1/c"))
    } - {"/v1/authors/<author_id:author_id>"}
    assert found == NAMED_BY_KEY | FOR_ALL | TRIED_HERE | UNGUESSABLE


@pytest.mark.parametrize(
    ("kind", "end"),
    [(HostKind.DISCOURSE, ""), (HostKind.CORAL, ""), (HostKind.CORAL, "/events")],
)
def test_a_hosts_secret_opens_no_other_forum(
    app: Flask,
    runtime: Runtime,
    gazette: ForumClient,
    herald: ForumClient,
    kind: HostKind,
    end: str,
) -> None:
    for client in (gazette, herald):
        connection = HostConnection(client.registered.forum.id, kind, "https://board.example")
        hosts.connect(runtime, connection, {SecretPurpose.WEBHOOK: client.registered.forum.slug})
    for secret, is_refused in (("herald", True), ("gazette", False)):
        event = WAYS[kind].make("gazette", secret)
        answer = app.test_client().post(event.path + end, headers=event.headers, data=event.body)
        assert (answer.status_code == 401) is is_refused


@pytest.mark.parametrize("call", ["submit-spam", "submit-ham"])
def test_another_forums_key_corrects_no_comment_of_ours(
    app: Flask, runtime: Runtime, gazette: ForumClient, herald: ForumClient, call: str
) -> None:
    gazette.answer(text="you idiot", author={"id": "u1"})
    before = read_comment(runtime, gazette.registered.forum, "c1")
    data = {
        "api_key": herald.registered.credentials.bearer_key,
        "blog": "https://gazette.example",
        "user_ip": "192.0.2.1",
        "comment_content": "you idiot",
        "comment_author": "u1",
    }
    answer = app.test_client().post(f"/1.1/{call}", data=data)
    assert answer.status_code == 200
    assert read_comment(runtime, gazette.registered.forum, "c1") == before
    assert count(runtime, "comments") == 1


def test_no_secret_is_in_log_lines_figures_or_refusals(
    app: Flask,
    settings: Settings,
    runtime: Runtime,
    gazette: ForumClient,
    capsys: pytest.CaptureFixture[str],
) -> None:
    a_user(runtime)
    secrets = {
        PASSWORD,
        gazette.registered.credentials.bearer_key,
        gazette.registered.credentials.signing_secret,
        settings.secret_key,
        *settings.encryption_keys,
    }
    log.configure(replace(settings, log_format="json", log_level="DEBUG"))
    said = []
    try:
        gazette.answer(text="you idiot")
        gazette.send_signed("GET", "/v1/comments/c1", at=START)
        said.append(gazette.send("POST", "/v1/comments", {"id": "c2", "key": "x"}).text)
        wrong = {"Authorization": gazette.bearer["Authorization"] + "x"}
        said.append(app.test_client().get("/v1/comments/c1", headers=wrong).text)
        visitor = Visitor(app)
        visitor.open("/desk/sign-in").send("form", name="mira", password=PASSWORD + "!")
        said.append(visitor.response.text)
        visitor.sign_in()
        cookie = visitor.client.get_cookie("session")
        secrets |= {cookie.value} if cookie is not None else set()
        app.view_functions["health.healthz"] = lambda: str(1 // 0)
        said.append(app.test_client().get("/healthz", headers=gazette.bearer).text)
        said.append(app.test_client().get("/metrics").text)
    finally:
        for handler in list(logging.getLogger().handlers):
            if handler.get_name() == "moderation":
                logging.getLogger().removeHandler(handler)
    told = capsys.readouterr().err
    assert "ZeroDivisionError" in told
    assert [one for one in secrets if one in told or any(one in text for text in said)] == []
