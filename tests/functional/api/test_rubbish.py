"""Rubbish of any kind: never a 5xx, and never half a comment in the database."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import create_environ, run_wsgi_app

from moderation.config import Settings
from moderation.services.runtime import Runtime
from tests.builders import sqlite_only
from tests.functional.api.conftest import ForumClient, a_payload, errors_of
from tests.functional.api.rows import is_untouched

DEEP = 100_000

BODIES: dict[str, tuple[bytes, int]] = {
    "empty": (b"", 400),
    "blank": (b"  \n", 400),
    "cut short": (b'{"id": "c1", "text": "a', 400),
    "two documents": (b"{}{}", 400),
    "text": (b"hello", 400),
    "invalid UTF-8": (b'{"id": "c1", "text": "\xff\xfe"}', 400),
    "overlong UTF-8": (b'{"id": "c1", "text": "\xc0\x80"}', 400),
    "surrogate in UTF-8": (b'{"id": "c1", "text": "\xed\xa0\x80"}', 400),
    "UTF-16": ('{"id": "c1", "text": "a"}'.encode("utf-16"), 400),
    "byte order mark": (b'\xef\xbb\xbf{"id": "c1", "text": "a"}', 400),
    "raw NUL": (b'{"id": "c1", "text": "a\0b"}', 400),
    "NUL bytes": (b"\0" * 100, 400),
    "random bytes": (bytes(range(256)) * 10, 400),
    "array": (b'[{"id": "c1", "text": "a"}]', 400),
    "string": (b'"c1"', 400),
    "number": (b"1", 400),
    "null": (b"null", 400),
    "NaN": (b'{"id": "c1", "text": NaN}', 400),
    "Infinity": (b'{"id": "c1", "text": "a", "author": {"id": "u", "post_count": -Infinity}}', 400),
    "huge integer": (b'{"id": "c1", "text": "a", "x": ' + b"9" * 100_000 + b"}", 400),
    "huge exponent": (b'{"id": "c1", "text": "a", "x": 1e999999}', 422),
    "deep arrays": (b"[" * DEEP + b"]" * DEEP, 400),
    "deep objects": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, 400),
    "deep in a field": (b'{"id": "c1", "text": ' + b"[" * DEEP + b"]" * DEEP + b"}", 400),
    "quite deep": (b'{"id": "c1", "text": ' + b"[" * 400 + b"]" * 400 + b"}", 422),
    "many keys": (json.dumps({str(n): n for n in range(5_000)}).encode(), 422),
    "long key": (json.dumps({"k" * 500_000: 1}).encode(), 422),
    "strange keys": (b'{"\\ud800": 1, "": 2, "a.b": 3, "_schema": 4}', 422),
    "form": (b"id=c1&text=a", 400),
    "ten megabytes": (json.dumps(a_payload(text="a" * 10_000_000)).encode(), 413),
}


@pytest.mark.parametrize("name", list(BODIES))
@sqlite_only
def test_no_body_breaks_the_service(gazette: ForumClient, runtime: Runtime, name: str) -> None:
    body, status = BODIES[name]
    for path in ("/v1/comments", "/v1/score", "/v1/comments/c1/reports", "/v1/comments/batch"):
        response = gazette.send("POST", path, body)
        # A batch may be as large as ten megabytes, but this one holds no list of comments.
        is_large = status == 413 and path.endswith("/batch")
        assert response.status_code == (422 if is_large else status)
        assert response.mimetype == "application/problem+json"
        assert len(response.data) < 100_000
    assert is_untouched(runtime)


LONE = "\ud83d"

FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"id": None}, "id"),
    ({"id": ""}, "id"),
    ({"id": 7}, "id"),  # a number is not a string
    ({"id": "x" * 201}, "id"),
    ({"id": "a\0b"}, "id"),
    ({"id": "a\nb"}, "id"),
    ({"id": LONE}, "id"),
    ({"id": ["c1"]}, "id"),
    ({"revision": ""}, "revision"),
    ({"revision": 1}, "revision"),
    ({"revision": "x" * 201}, "revision"),
    ({"text": None}, "text"),
    ({"text": ""}, "text"),
    ({"text": 5}, "text"),
    ({"text": True}, "text"),
    ({"text": {"a": "b"}}, "text"),
    ({"text": "a\0b"}, "text"),
    ({"text": f"half {LONE} an emoji"}, "text"),
    ({"text": "\udc00\ud800"}, "text"),  # the halves swapped
    ({"text": "x" * 50_001}, "text"),
    ({"format": "HTML"}, "format"),
    ({"format": None}, "format"),
    ({"format": ["html"]}, "format"),
    ({"author": "ada"}, "author"),
    ({"author": []}, "author"),
    ({"author": {}}, "author.id"),
    ({"author": {"id": "u", "name": "x" * 201}}, "author.name"),
    ({"author": {"id": "u", "name": "a\0"}}, "author.name"),
    ({"author": {"id": "u", "joined_at": "yesterday"}}, "author.joined_at"),
    ({"author": {"id": "u", "joined_at": 1700000000}}, "author.joined_at"),
    ({"author": {"id": "u", "joined_at": "2024-05-01"}}, "author.joined_at"),
    ({"author": {"id": "u", "joined_at": "2024-05-01T08:00:00"}}, "author.joined_at"),  # no zone
    ({"author": {"id": "u", "joined_at": "2024-02-30T08:00:00Z"}}, "author.joined_at"),
    ({"author": {"id": "u", "joined_at": "0001-01-01T00:00:00+14:00"}}, "author.joined_at"),
    ({"author": {"id": "u", "joined_at": "9999-12-31T23:59:59-14:00"}}, "author.joined_at"),
    ({"author": {"id": "u", "joined_at": "2024-05-01T08:00:00+99:99"}}, "author.joined_at"),
    ({"author": {"id": "u", "post_count": "5"}}, "author.post_count"),  # a number as a string
    ({"author": {"id": "u", "post_count": 5.0}}, "author.post_count"),
    ({"author": {"id": "u", "post_count": True}}, "author.post_count"),
    ({"author": {"id": "u", "post_count": -1}}, "author.post_count"),
    ({"author": {"id": "u", "post_count": 2**31}}, "author.post_count"),
    ({"author": {"id": "u", "trusted": "true"}}, "author.trusted"),
    ({"author": {"id": "u", "trusted": 1}}, "author.trusted"),
    ({"author": {"id": "u", "email": "ada@example.org"}}, "author.email"),
    ({"author": {"id": "u", "ip": "192.0.2.1"}}, "author.ip"),
    ({"thread": {"title": "T"}}, "thread.id"),
    ({"thread": {"id": "t", "title": "x" * 1001}}, "thread.title"),
    ({"thread": {"id": "t", "url": "javascript:alert(1)"}}, "thread.url"),
    ({"thread": {"id": "t", "url": "https://"}}, "thread.url"),
    ({"thread": {"id": "t", "url": "https://user:pass@host/"}}, "thread.url"),
    ({"thread": {"id": "t", "url": "https://host/" + "x" * 2000}}, "thread.url"),
    ({"parent": {"id": "p", "text": "a\0"}}, "parent.text"),
    ({"parent": {"id": "p", "text": "x" * 50_001}}, "parent.text"),
    ({"permalink": "/relative"}, "permalink"),
    ({"permalink": "https://host/with space"}, "permalink"),
    ({"created_at": "2026-W10-1T09:00:00Z"}, "created_at"),
    ({"created_at": ""}, "created_at"),
    ({"language": "english language"}, "language"),
    ({"language": ""}, "language"),
    ({"language": "e" * 36}, "language"),
    ({"ip": "192.0.2.1"}, "ip"),
    ({"e_mail": None}, "e_mail"),
]


@sqlite_only
@pytest.mark.parametrize(
    ("fields", "path"), FIELDS, ids=[f"{path}-{n}" for n, (_, path) in enumerate(FIELDS)]
)
def test_a_wrong_field_is_refused_by_its_name(
    gazette: ForumClient, runtime: Runtime, fields: dict[str, Any], path: str
) -> None:
    response = gazette.submit(**fields)
    assert response.status_code == 422
    assert set(errors_of(response)) == {path}
    assert is_untouched(runtime)


@sqlite_only
def test_every_wrong_field_is_named_at_once(gazette: ForumClient) -> None:
    response = gazette.send(
        "POST", "/v1/comments", {"text": 1, "author": {"post_count": "5"}, "colour": "red"}
    )
    assert errors_of(response) == {
        "id": "is required",
        "text": "expected a string",
        "author.id": "is required",
        "author.post_count": "expected a whole number",
        "colour": "is no field of this object",
    }


@sqlite_only
def test_no_answer_repeats_the_text(gazette: ForumClient) -> None:
    response = gazette.submit(text="a private matter\0", author={"id": "u", "joined_at": "private"})
    assert "private" not in response.text


def test_strange_but_valid_text_is_taken_and_kept(gazette: ForumClient) -> None:
    text = "\u0001\u200b\u202e\ufffe\uffff\u2028 e\u0301 👩‍👩‍👧 \U0010ffff ﷽ " + "Z͑ͫ̓" * 100
    assert gazette.submit(text=text).status_code == 201
    assert gazette.submit(text=text).status_code == 200


@sqlite_only
def test_of_a_repeated_key_the_last_counts(gazette: ForumClient) -> None:
    response = gazette.send("POST", "/v1/comments", b'{"id":"a","text":"x","id":"b"}')
    assert response.get_json()["id"] == "b"


@pytest.mark.parametrize("text_format", ["plain", "html", "markdown", "bbcode"])
@pytest.mark.parametrize(
    "text",
    [
        "<" * 40_000,
        "<div>" * 8_000,
        "[quote]" * 7_000,
        "> " * 25_000,
        "*" * 50_000,
        "[" * 25_000 + "](" * 10_000,
        "&#x" * 15_000,
        "&#0;&#xd800;&#x110000;",
    ],
    ids=["lt", "div", "quote", "gt", "stars", "links", "entities", "impossible entities"],
)
@sqlite_only
def test_pathological_markup_is_judged(gazette: ForumClient, text: str, text_format: str) -> None:
    assert gazette.submit(text=text, format=text_format).status_code == 201


@sqlite_only
@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("offsets=bytes", "offsets"),
        ("offsets=", "offsets"),
        ("offset=utf16", "offset"),
        ("%00=1", "\0"),
        ("offsets=%ff", "offsets"),
    ],
)
def test_a_wrong_query_is_refused_by_its_name(
    gazette: ForumClient, runtime: Runtime, query: str, path: str
) -> None:
    response = gazette.send("POST", f"/v1/comments?{query}", a_payload())
    assert response.status_code == 422
    assert set(errors_of(response)) == {path}
    assert is_untouched(runtime)


@sqlite_only
@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "a/b/c",
        "application/json; charset=latin-1",
        "multipart/form-data; boundary=x",
    ],
)
def test_a_body_of_another_type_is_refused(
    gazette: ForumClient, runtime: Runtime, content_type: str | None
) -> None:
    body = json.dumps(a_payload()).encode()
    response = gazette.send("POST", "/v1/comments", body, content_type=content_type)
    assert (response.status_code, response.get_json()["code"]) == (415, "unsupported_media_type")
    assert is_untouched(runtime)


@sqlite_only
def test_json_with_a_charset_is_taken(gazette: ForumClient) -> None:
    body = json.dumps(a_payload()).encode()
    response = gazette.send(
        "POST", "/v1/comments", body, content_type='Application/JSON; charset="UTF-8"'
    )
    assert response.status_code == 201


@sqlite_only
@pytest.mark.parametrize("excess", [0, 1])
def test_the_cap_on_a_body_is_exact(gazette: ForumClient, settings: Settings, excess: int) -> None:
    body = json.dumps(a_payload()).encode()
    body += b" " * (settings.max_body_bytes - len(body) + excess)
    response = gazette.send("POST", "/v1/comments", body)
    assert response.status_code == (413 if excess else 201)


@sqlite_only
@pytest.mark.parametrize("size", [100, 1_000_001], ids=["small", "large"])
def test_a_body_of_undeclared_length_is_capped_too(
    app: Flask, gazette: ForumClient, size: int
) -> None:
    body = json.dumps(a_payload()).encode()
    environ = create_environ("/v1/comments", method="POST", headers=gazette.bearer)
    environ |= {
        "CONTENT_TYPE": "application/json",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": BytesIO(body + b" " * size),
        "wsgi.input_terminated": True,  # as a server says that has undone the chunks
    }
    environ.pop("CONTENT_LENGTH", None)
    response = run_wsgi_app(app, environ)
    assert response[1].startswith("413" if size > 1_000 else "201")


@sqlite_only
def test_an_author_that_was_read_before_excuses_no_other_type(gazette: ForumClient) -> None:
    def status(post_count: object) -> int:
        author = {"id": "u", "post_count": post_count}
        body = {"id": f"c-{post_count!r}", "text": "a", "author": author}
        return gazette.send("POST", "/v1/comments", body).status_code

    assert status(1) == 201
    # Equal, as Python has it, and yet no whole numbers.
    assert [status(other) for other in (True, 1.0, [1])] == [422, 422, 422]
