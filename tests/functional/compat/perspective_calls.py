"""Questions in Perspective's format, and how their answers are read."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

ANALYZE = "/v1alpha1/comments:analyze"


SUGGEST = "/v1alpha1/comments:suggestscore"


TYPE = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"


ABUSE = "You idiot."


def a_body(text: Any = ABUSE, attributes: Any = None, **fields: Any) -> dict[str, Any]:
    asked = {"TOXICITY": {}} if attributes is None else attributes
    return {"comment": {"text": text}, "requestedAttributes": asked, **fields}


def analyze(client: FlaskClient, key: str, body: Any) -> TestResponse:
    return client.post(f"{ANALYZE}?key={key}", json=body)


def scores_of(response: TestResponse) -> dict[str, float]:
    assert response.status_code == 200, response.text
    found = response.get_json()["attributeScores"]
    return {name: entry["summaryScore"]["value"] for name, entry in found.items()}


def error_of(response: TestResponse) -> tuple[int, str, str | None]:
    error = response.get_json()["error"]
    assert error["code"] == response.status_code
    (detail,) = error.get("details", [{}])
    return response.status_code, error["message"], detail.get("errorType")
