"""POST /v1/score: the same answer, and no trace."""

from __future__ import annotations

from typing import Any

import pytest

from moderation.services.runtime import Runtime
from tests.builders import sqlite_only
from tests.fakes import FakeModels
from tests.functional.api.conftest import ForumClient, a_payload, errors_of
from tests.functional.api.rows import is_untouched

IDENTIFYING = ("id", "revision", "is_latest", "review_item_id", "judged_at", "request_id")


def test_score_answers_as_submitting_would_and_stores_nothing(
    gazette: ForumClient, runtime: Runtime
) -> None:
    payload = a_payload(text="<b>you</b> idiot", format="html")
    scored = gazette.send("POST", "/v1/score", payload)
    assert scored.status_code == 200
    assert is_untouched(runtime)
    submitted = gazette.answer(**payload)
    expected = {name: value for name, value in submitted.items() if name not in IDENTIFYING}
    assert {**scored.get_json(), "request_id": None} == {**expected, "request_id": None}


@sqlite_only
def test_score_needs_no_id(gazette: ForumClient) -> None:
    response = gazette.send("POST", "/v1/score", {"text": "vermin"})
    assert response.get_json()["reasons"] == ["over_threshold:abusive"]


@sqlite_only
def test_score_takes_utf16_offsets(gazette: ForumClient) -> None:
    response = gazette.send("POST", "/v1/score?offsets=utf16", {"text": "😀 vermin"})
    assert response.get_json()["spans"][0]["start"] == 3


@sqlite_only
def test_score_holds_when_the_model_is_away(gazette: ForumClient, models: FakeModels) -> None:
    models.current = None
    answer = gazette.send("POST", "/v1/score", {"text": "a"}).get_json()
    assert (answer["verdict"], answer["reasons"]) == ("hold", ["scorer_failed"])


@sqlite_only
@pytest.mark.parametrize(
    ("body", "path"),
    [({}, "text"), ({"text": ""}, "text"), ({"text": "a", "store": True}, "store")],
)
def test_score_refuses_wrong_fields(gazette: ForumClient, body: dict[str, Any], path: str) -> None:
    response = gazette.send("POST", "/v1/score", body)
    assert response.status_code == 422
    assert set(errors_of(response)) == {path}
