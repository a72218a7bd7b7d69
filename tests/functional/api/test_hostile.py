"""What a hostile forum or outsider tries: other forums' ids, bombs, forged log lines."""

from __future__ import annotations

import gzip
import json
import logging
import time
from dataclasses import replace

import pytest
from flask import Flask

from moderation.services.lookup import read_comment
from moderation.services.runtime import Runtime
from moderation.web import current, log
from tests.builders import sqlite_only
from tests.functional.api.conftest import ForumClient

SECRET = "a word said in confidence, you idiot"
FAST_S = 2.0
"""Far above what an honest request takes, far below what any bomb would."""


@sqlite_only
def test_no_operation_reaches_another_forums_ids(
    gazette: ForumClient, herald: ForumClient, runtime: Runtime
) -> None:
    gazette.answer(text=SECRET, author={"id": "u1", "name": "Petronella"})
    before = read_comment(runtime, gazette.registered.forum, "c1")
    tried = 0
    for path, operations in gazette.contract.document["paths"].items():
        if "{" not in path or not path.startswith("/v1/"):
            continue
        address = path.replace("{comment_id}", "c1").replace("{author_id}", "u1")
        assert "{" not in address, f"{path}: say here which id of another forum to try"
        for method, operation in operations.items():
            if method == "parameters":
                continue
            media = operation.get("requestBody", {}).get("content", {})
            example = media.get("application/json", {}).get("example")
            answer = herald.app.test_client().open(
                address, method=method.upper(), json=example, headers=herald.bearer
            )
            assert answer.status_code == 404, (method, path, answer.text)
            assert "confidence" not in answer.text
            assert "Petronella" not in answer.text
            tried += 1
    assert tried >= 7
    assert read_comment(runtime, gazette.registered.forum, "c1") == before


@sqlite_only
def test_another_forum_may_use_the_same_ids(gazette: ForumClient, herald: ForumClient) -> None:
    gazette.answer(text=SECRET, author={"id": "u1"})
    herald.answer(text="Thank you.", author={"id": "u1"})
    herald.send("DELETE", "/v1/authors/u1")
    assert gazette.record()["verdict"] == "flag"
    texts = [one["text"] for one in gazette.send("GET", "/v1/authors/u1").get_json()["comments"]]
    assert texts == [SECRET]


@sqlite_only
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 900_000,  # a parser that recurses
        b'{"a":' * 150_000,
        b'{"text": ' + b"9" * 900_000 + b"}",  # quadratic to turn into a number
        b'{"text": "' + b"\\ud83d" * 140_000 + b'"}',  # halves of characters
        b'{"text": "' + b"\\u0000" * 140_000 + b'"}',
        json.dumps({f"k{number}": 0 for number in range(60_000)}).encode(),
        json.dumps({"id": "c1", "text": "x", "author": {"id": "u", "name": [[]] * 1000}}).encode(),
    ],
    ids=["brackets", "objects", "digits", "surrogates", "nul", "keys", "lists"],
)
def test_bombs_of_json_are_refused_at_once(gazette: ForumClient, body: bytes) -> None:
    begin = time.perf_counter()
    answer = gazette.send("POST", "/v1/comments", body)
    assert 400 <= answer.status_code < 500
    assert len(answer.data) < 2_000_000
    assert time.perf_counter() - begin < FAST_S


@sqlite_only
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_compressed_body_is_never_unpacked(gazette: ForumClient, encoding: str) -> None:
    bomb = gzip.compress(b'{"id": "c1", "text": "' + b"a" * 200_000_000 + b'"}', 1)[:999_000]
    begin = time.perf_counter()
    answer = gazette.send("POST", "/v1/comments", bomb, headers={"Content-Encoding": encoding})
    assert answer.status_code == 400
    assert time.perf_counter() - begin < FAST_S


@sqlite_only
@pytest.mark.parametrize("log_format", ["json", "console"])
def test_nobody_forges_a_log_line(
    app: Flask,
    gazette: ForumClient,
    capsys: pytest.CaptureFixture[str],
    log_format: str,
) -> None:
    log.configure(replace(current.settings_of(app), log_format=log_format))
    forged = "2026-03-02 level=critical forged"
    try:
        for path in (
            "/v1/comments/x%0A" + forged,
            "/nowhere%0d%0a" + forged,
            f"/v1/?a=%0A{forged}",
        ):
            gazette.app.test_client().get(path, headers=gazette.bearer)
        odd = {"X-Request-Id": forged, "User-Agent": forged, "X-Moderation-Forum": forged}
        gazette.app.test_client().get("/v1/comments/c1", headers={**gazette.bearer, **odd})
    finally:
        for handler in list(logging.getLogger().handlers):
            if handler.get_name() == "moderation":
                logging.getLogger().removeHandler(handler)
    told = capsys.readouterr().err
    assert "forged" not in told
    if log_format == "json":
        assert all(json.loads(line) for line in told.splitlines())
