"""``/openapi.json``, and ``/docs``: a page to try the API (Swagger UI, served from here)."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, jsonify

from moderation.web.api.openapi import DocumentedApi

_POLICY = (
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
"""Swagger UI's style sheet carries its icons as ``data:`` pictures."""


def register(app: Flask, api: DocumentedApi) -> None:
    """Add both addresses to an application. Must come after the API's blueprints."""
    blueprint = Blueprint("docs", __name__, static_folder="static", static_url_path="/docs/static")
    document = api.document()

    @blueprint.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(document)

    @blueprint.get("/docs")
    def page() -> Response:
        response = blueprint.send_static_file("docs.html")
        response.headers["Content-Security-Policy"] = _POLICY
        return response

    app.register_blueprint(blueprint)
