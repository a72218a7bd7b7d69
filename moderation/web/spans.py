"""A span of each request for an OpenTelemetry collector, where one is named (extra ``otel``)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask, Response, g, request

from moderation.setting_values import SettingsError
from moderation.web import current
from moderation.web.tracing import method_of_request

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider


def register(app: Flask, endpoint: str) -> None:
    """Tell a collector of every request of an application. Must come after `tracing`.

    Parameters
    ----------
    endpoint : str
        Address of the collector (OTLP over HTTP); empty for none.

    Raises
    ------
    SettingsError
        If the extra is not installed.

    Notes
    -----
    Spans are named and described as OpenTelemetry's semantic conventions for HTTP servers say, but
    for paths and queries: ids of comments and people, and addresses that are secrets, stand there.
    They are sent by a thread, in batches; a collector that is away costs spans and no request.
    """
    if not endpoint:
        return
    provider = _provider(endpoint)
    tracer = provider.get_tracer("moderation")
    app.extensions["spans"] = provider

    def begin() -> None:
        from opentelemetry.propagate import extract  # noqa: PLC0415 - an extra
        from opentelemetry.trace import SpanKind  # noqa: PLC0415

        g.span = tracer.start_span(
            f"{method_of_request()} {request.url_rule or 'unmatched'}",
            context=extract(request.headers),
            kind=SpanKind.SERVER,
        )
        trace_id = g.span.get_span_context().trace_id
        structlog.contextvars.bind_contextvars(trace_id=f"{trace_id:032x}")

    def end(response: Response) -> Response:
        from opentelemetry.trace import StatusCode  # noqa: PLC0415 - an extra

        span, forum = g.span, current.forum_or_none()
        told: dict[str, Any] = {
            "http.request.method": method_of_request(),
            "http.route": str(request.url_rule or ""),
            "http.response.status_code": response.status_code,
            "moderation.request_id": current.request_id(),
            "moderation.forum": forum.slug if forum is not None else "",
        }
        span.set_attributes({name: value for name, value in told.items() if value != ""})
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            span.set_status(StatusCode.ERROR)
        span.end()
        return response

    app.before_request(begin)
    app.after_request(end)


def _provider(endpoint: str) -> TracerProvider:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - an extra
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as error:
        raise SettingsError(
            "MODERATION_OTLP_ENDPOINT needs the extra otel: pip install 'comment-moderation[otel]'"
        ) from error
    provider = TracerProvider(resource=Resource.create({"service.name": "moderation"}))
    exporter = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider
