"""The least that a Flask view can do: what the webhook is measured against."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request

app = Flask(__name__)


@app.post("/v1/comments")
def constant() -> Response:
    """Read the body, and answer what never changes."""
    request.get_data()
    return jsonify({"id": "c1", "verdict": "publish", "reasons": [], "scores": {}})
