"""Answers when something is wrong, and what every answer carries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Connection

from moderation.app import create_app
from moderation.config import Settings
from moderation.domain.errors import StorageUnavailableError
from moderation.services.bucket import BucketError
from moderation.services.runtime import Runtime
from moderation.setting_values import SettingsError
from moderation.storage.database import Database, open_database
from moderation.web.errors import problem_of
from tests.builders import sqlite_only
from tests.fakes import FakeModels, FakeScorer, FixedClock
from tests.functional.api.conftest import Contract, ForumClient, a_payload
from tests.functional.api.rows import is_untouched
from tests.functional.running_server import free_port

OPERATIONS: list[tuple[str, str, Any]] = [
    ("POST", "/v1/comments", a_payload()),
    ("POST", "/v1/comments/batch", {"comments": [a_payload()]}),
    ("GET", "/v1/comments/c1", None),
    ("DELETE", "/v1/comments/c1", None),
    ("POST", "/v1/comments/c1/reports", {}),
    ("POST", "/v1/score", {"text": "a"}),
]


@sqlite_only
@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/nothing", "/v2/comments", "/v1/comments/"])
def test_an_unknown_address_is_a_problem(app: Flask, path: str) -> None:
    response = app.test_client().get(path, headers={"Accept": "application/json"})
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
    problem = response.get_json()
    assert problem == {
        "type": "urn:moderation:problem:not_found",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at this address.",
        "code": "not_found",
        "errors": [],
        "request_id": response.headers["X-Request-Id"],
    }


@sqlite_only
def test_an_unknown_page_is_a_page(app: Flask) -> None:
    response = app.test_client().get("/nothing", headers={"Accept": "text/html"})
    assert (response.status_code, response.mimetype) == (404, "text/html")
    heading = LexborHTMLParser(response.text).css_first("h1")
    assert heading is not None
    assert heading.text() == "Not Found"


@sqlite_only
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/comments", "POST"),
        ("PUT", "/v1/comments/c1", "GET"),
        ("GET", "/v1/score", "POST"),
        ("POST", "/healthz", "GET"),
    ],
)
def test_a_wrong_method_is_refused_with_the_right_ones(
    app: Flask, method: str, path: str, allowed: str
) -> None:
    response = app.test_client().open(path, method=method)
    assert (response.status_code, response.get_json()["code"]) == (405, "method_not_allowed")
    assert allowed in response.headers["Allow"]


@sqlite_only
def test_too_many_requests_are_told_when_to_try_again(
    settings: Settings, runtime: Runtime, gazette: ForumClient, herald: ForumClient
) -> None:
    app = create_app(replace(settings, rate_limit_per_minute=3), runtime=runtime)
    slow = ForumClient(app, gazette.registered, gazette.contract)
    answers = [slow.send("GET", "/v1/comments/nobody") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    last = answers[-1]
    assert last.get_json()["code"] == "rate_limited"
    assert 1 <= int(last.headers["Retry-After"]) <= 60
    assert last.headers["RateLimit-Limit"] == "3"
    assert last.headers["RateLimit-Remaining"] == "0"
    assert 1 <= int(last.headers["RateLimit-Reset"]) <= 60
    assert answers[0].headers["RateLimit-Remaining"] == "2"
    assert "Retry-After" not in answers[0].headers
    # Each forum has its own count, and nobody can use up another's by guessing keys.
    other = ForumClient(app, herald.registered, gazette.contract)
    assert other.submit().status_code == 201
    assert app.test_client().get("/healthz").status_code == 200


@sqlite_only
def test_an_away_store_of_counts_loses_no_comment_and_still_counts(
    settings: Settings, runtime: Runtime, gazette: ForumClient
) -> None:
    nobody_listens = f"redis://127.0.0.1:{free_port()}"
    app = create_app(
        replace(settings, rate_limit_store=nobody_listens, rate_limit_per_minute=2), runtime=runtime
    )
    client = ForumClient(app, gazette.registered, gazette.contract)
    answers = [client.submit(id=f"c{number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[0].headers["RateLimit-Remaining"] == "1"


@sqlite_only
def test_a_store_of_counts_that_cannot_be_used_stops_the_start(
    settings: Settings, runtime: Runtime
) -> None:
    with pytest.raises(SettingsError, match="MODERATION_RATE_LIMIT_STORE"):
        create_app(replace(settings, rate_limit_store="unheard-of://host"), runtime=runtime)


def _away(settings: Settings, kind: str, models: FakeModels, clock: FixedClock) -> Runtime:
    if kind == "postgresql":
        database = open_database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    else:
        # A folder is no database file.
        database = open_database(f"sqlite:///{settings.data_dir}")
    return Runtime(database=database, models=models, clock=clock)


@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
def test_an_away_database_is_told_with_when_to_try_again(  # noqa: PLR0913, PLR0917 - fixtures
    settings: Settings,
    database_kind: str,
    clock: FixedClock,
    gazette: ForumClient,
    method: str,
    path: str,
    body: Any,
) -> None:
    runtime = _away(settings, database_kind, FakeModels(FakeScorer()), clock)
    app = create_app(settings, runtime=runtime)
    response = ForumClient(app, gazette.registered, gazette.contract).send(method, path, body)
    assert (response.status_code, response.get_json()["code"]) == (503, "storage_unavailable")
    assert int(response.headers["Retry-After"]) > 0
    runtime.database.dispose()


class _Unwritable(Database):
    """Can be read and not written, as when a disk is full."""

    @contextmanager
    def write(self, *, waits: bool = True) -> Iterator[Connection]:
        del waits
        with self.read() as connection:
            yield connection
            raise StorageUnavailableError("The database cannot be reached now.")


@sqlite_only
@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS[:2])
def test_a_comment_that_was_not_stored_is_not_acknowledged(
    settings: Settings, runtime: Runtime, gazette: ForumClient, method: str, path: str, body: Any
) -> None:
    broken = replace(runtime, database=_Unwritable(runtime.database.engine, runtime.database.vault))
    app = create_app(settings, runtime=broken)
    response = ForumClient(app, gazette.registered, gazette.contract).send(method, path, body)
    assert response.status_code == 503
    assert is_untouched(runtime)


class _Surprising(Database):
    @contextmanager
    def look(self) -> Iterator[Connection]:
        if self.is_sqlite:
            raise ZeroDivisionError("what a surprise")
        yield self.engine.connect()


@sqlite_only
def test_the_unexpected_is_answered_with_the_request_id_alone(
    settings: Settings,
    runtime: Runtime,
    gazette: ForumClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    surprising = replace(
        runtime, database=_Surprising(runtime.database.engine, runtime.database.vault)
    )
    app = create_app(settings, runtime=surprising)
    client = ForumClient(app, gazette.registered, gazette.contract)
    caplog.clear()
    response = client.submit()
    assert response.status_code == 500
    problem = response.get_json()
    assert problem["code"] == "internal_error"
    assert problem["request_id"] == response.headers["X-Request-Id"]
    assert "surprise" not in response.text
    (line,) = [str(record.msg) for record in caplog.records if "exc_info" in str(record.msg)]
    assert problem["request_id"] in line


@sqlite_only
@pytest.mark.parametrize("given", ["abc-123", "01J8/x:y.z", "x" * 80])
def test_a_sane_request_id_is_kept(app: Flask, given: str) -> None:
    response = app.test_client().get("/healthz", headers={"X-Request-Id": given})
    assert response.headers["X-Request-Id"] == given


@sqlite_only
@pytest.mark.parametrize("given", ["", "x" * 81, "a b", "é", "<script>", "a\tb"])
def test_another_request_id_is_replaced(app: Flask, given: str) -> None:
    response = app.test_client().get("/healthz", headers={"X-Request-Id": given})
    assert response.headers["X-Request-Id"].startswith("req_")


@sqlite_only
@pytest.mark.parametrize(
    "path", ["/healthz", "/v1/comments/c1", "/v1/nothing", "/nothing", "/docs", "/openapi.json"]
)
def test_every_answer_carries_the_security_headers(app: Flask, path: str) -> None:
    with app.test_client().get(path) as response:
        headers = response.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" not in headers


@sqlite_only
def test_behind_https_browsers_are_told_to_stay_there(settings: Settings, runtime: Runtime) -> None:
    app = create_app(replace(settings, public_url="https://m.example"), runtime=runtime)
    headers = app.test_client().get("/healthz").headers
    assert "max-age=" in headers["Strict-Transport-Security"]


@sqlite_only
@pytest.mark.parametrize(("hops", "scheme"), [(0, "http"), (1, "https")])
def test_only_trusted_proxies_are_believed(
    settings: Settings, runtime: Runtime, hops: int, scheme: str
) -> None:
    app = create_app(replace(settings, trusted_proxies=hops), runtime=runtime)
    seen: list[str] = []
    app.before_request(lambda: seen.append(_scheme()))
    app.test_client().get("/healthz", headers={"X-Forwarded-Proto": "https"})
    assert seen == [scheme]


def _scheme() -> str:
    from flask import request  # noqa: PLC0415 - only inside of a request

    return request.scheme


@sqlite_only
def test_the_log_names_the_request_and_never_the_text(
    gazette: ForumClient, caplog: pytest.LogCaptureFixture
) -> None:
    gazette.send(
        "POST",
        "/v1/comments",
        a_payload(text="a secret told in confidence, you idiot"),
        headers={"X-Request-Id": "trace-me"},
    )
    gazette.submit(text="another secret\0")
    gazette.send("POST", "/v1/comments", b'{"text": "secret')
    lines = [str(record.msg) for record in caplog.records]
    assert any("trace-me" in line and "comments.submit" in line for line in lines)
    assert not any("secret" in line for line in lines)


@sqlite_only
def test_two_applications_live_side_by_side(
    settings: Settings, runtime: Runtime, contract: Contract
) -> None:
    first = create_app(settings, runtime=runtime)
    second = create_app(settings, runtime=runtime)
    first.test_client().get("/healthz")
    metrics = second.test_client().get("/metrics").text
    assert 'endpoint="health.healthz"' not in metrics


def test_a_model_store_that_is_away_is_told_with_when_to_try_again() -> None:
    problem = problem_of(BucketError("The model store cannot be reached: ConnectTimeoutError"))
    assert (problem.status, problem.code) == (503, "model_store_unavailable")
    assert int(problem.headers["Retry-After"]) > 0
