"""A forum files an appeal, or hands its author a link."""

from __future__ import annotations

import pytest
from flask import Flask

from moderation.services.lookup import read_comment
from moderation.services.runtime import Runtime
from tests.builders import a_user, decided, sqlite_only
from tests.fakes import FixedClock
from tests.functional.api.conftest import ForumClient
from tests.functional.desk.visitor import Visitor

pytestmark = sqlite_only
PATH = "/v1/comments/c1/appeals"


@pytest.fixture
def rejected(gazette: ForumClient, runtime: Runtime) -> ForumClient:
    gazette.answer(text="you idiot")
    judgement = read_comment(runtime, gazette.registered.forum, "c1").judgement
    decided(runtime, a_user(runtime), judgement)
    return gazette


def test_an_appeal_is_filed_once(rejected: ForumClient) -> None:
    body = {"words": "I quoted him."}
    first, again = rejected.send("POST", PATH, body), rejected.send("POST", PATH, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.get_json()["appeal_id"] == first.get_json()["appeal_id"]
    other = rejected.send("POST", PATH, {"words": "Listen!"})
    assert (other.status_code, other.get_json()["code"]) == (409, "already_appealed")
    record = rejected.record()
    assert record["appeal"]["state"] == "open"
    assert record["statement_of_reasons"]["rule"] == "insult"


def test_wrong_fields_are_named(rejected: ForumClient) -> None:
    for body, field in (({}, "words"), ({"words": " "}, "words"), ({"words": 1}, "words")):
        answer = rejected.send("POST", PATH, body)
        assert answer.status_code == 422
        assert answer.get_json()["errors"][0]["field"] == field
    answer = rejected.send("POST", PATH, {"words": "Mine!", "author_id": "nobody"})
    assert answer.get_json()["errors"][0]["field"] == "author_id"


def test_without_a_rejection_there_is_nothing_to_appeal(gazette: ForumClient) -> None:
    gazette.answer(text="you idiot")
    for path, body in ((PATH, {"words": "Why?"}), ("/v1/comments/c1/appeal-link", None)):
        answer = gazette.send("POST", path, body)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "not_appealable")
    assert gazette.send("POST", "/v1/comments/none/appeals", {"words": "x"}).status_code == 404


def test_an_author_appeals_by_the_link(
    rejected: ForumClient, app: Flask, clock: FixedClock
) -> None:
    url = rejected.send("POST", "/v1/comments/c1/appeal-link", None).get_json()["url"]
    author = Visitor(app).open(url.partition(":8000")[2])
    assert author.status == 200
    assert author.texts("blockquote.text") == ["you idiot"]
    assert not author.response.headers.getlist("Set-Cookie")

    author.send("form", words=" ")
    assert author.status == 422
    author.send("form", words="I quoted him.")
    assert author.texts("h2")[1] == "Received"
    assert rejected.record()["appeal"]["state"] == "open"
    assert not author.has("form")

    clock.advance(400 * 86_400)
    assert author.open(author.path).status == 200  # the answer can still be read
    assert author.open(f"{author.path}x").status == 404


def test_an_expired_link_files_nothing(
    rejected: ForumClient, app: Flask, clock: FixedClock
) -> None:
    url = rejected.send("POST", "/v1/comments/c1/appeal-link", None).get_json()["url"]
    clock.advance(400 * 86_400)
    path = url.partition(":8000")[2]
    assert Visitor(app).open(path).status == 410
    assert app.test_client().post(path, data={"words": "late"}).status_code == 410
    assert rejected.record()["appeal"] is None
