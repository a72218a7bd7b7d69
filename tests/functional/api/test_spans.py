"""A collector is told of every request, and of nothing that people wrote or are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus

import pytest
from flask import Flask
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from moderation.app import create_app
from moderation.config import Settings
from moderation.services.runtime import Runtime
from tests.builders import RegisteredForum, sqlite_only
from tests.functional.api.conftest import Contract, ForumClient
from tests.functional.running_server import CallbackReceiver, free_port

pytestmark = sqlite_only

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
def collector() -> Iterator[CallbackReceiver]:
    listening = CallbackReceiver()
    yield listening
    listening.close()


def traced(settings: Settings, runtime: Runtime, endpoint: str) -> Flask:
    return create_app(replace(settings, otlp_endpoint=endpoint), runtime=runtime)


def spans(app: Flask, collector: CallbackReceiver) -> list[Span]:
    app.extensions["spans"].shutdown()
    return [
        span
        for _, body in collector.received
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def test_each_request_is_a_span_without_paths_and_texts(
    settings: Settings,
    runtime: Runtime,
    registered: RegisteredForum,
    contract: Contract,
    collector: CallbackReceiver,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = traced(settings, runtime, collector.url.rpartition("/")[0])
    gazette = ForumClient(app, registered, contract)
    gazette.send(
        "POST",
        "/v1/comments",
        {"id": "c1", "text": "you idiot", "author": {"id": "petronella"}},
        headers={"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Request-Id": "trace-me"},
    )
    gazette.send("GET", "/v1/authors/petronella")
    app.view_functions["health.healthz"] = lambda: str(1 // 0)
    app.test_client().open("/healthz", method="GET")
    app.test_client().open("/wherever", method="INVENTED")

    submitted, read, broken, unknown = spans(app, collector)
    told = {one.key: one.value.string_value or one.value.int_value for one in submitted.attributes}
    assert submitted.name == "POST /v1/comments"
    assert (submitted.trace_id.hex(), submitted.parent_span_id.hex()) == (TRACE, PARENT)
    assert told == {
        "http.request.method": "POST",
        "http.route": "/v1/comments",
        "http.response.status_code": HTTPStatus.CREATED,
        "moderation.request_id": "trace-me",
        "moderation.forum": "gazette",
    }
    assert broken.status.code == Status.STATUS_CODE_ERROR
    assert (read.status.code, unknown.name) == (Status.STATUS_CODE_UNSET, "OTHER unmatched")
    sent = b"".join(body for _, body in collector.received)
    assert not any(word in sent for word in (b"idiot", b"petronella", b"wherever", b"INVENTED"))
    assert any(TRACE in str(record.msg) for record in caplog.records)


def test_a_collector_that_is_away_costs_no_request(
    settings: Settings,
    runtime: Runtime,
    registered: RegisteredForum,
    contract: Contract,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    app = traced(settings, runtime, f"http://127.0.0.1:{free_port()}")
    assert ForumClient(app, registered, contract).submit().status_code == HTTPStatus.CREATED
    app.extensions["spans"].shutdown()


def test_without_a_collector_nothing_is_traced(app: Flask) -> None:
    assert "spans" not in app.extensions
