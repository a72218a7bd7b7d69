"""A forum says what it judged itself."""

from __future__ import annotations

from typing import Any

import pytest

from moderation.services.runtime import Runtime
from moderation.storage.labelled import ExportFilter, count_labelled
from tests.builders import sqlite_only
from tests.functional.api.conftest import ForumClient

PATH = "/v1/comments/c1/feedback"


def stored(runtime: Runtime) -> int:
    with runtime.database.read() as connection:
        return count_labelled(connection, ExportFilter())


def test_a_correction_is_stored_and_shown_in_the_history(
    gazette: ForumClient, runtime: Runtime
) -> None:
    gazette.answer(text="you idiot")
    response = gazette.send("POST", PATH, {"labels": {"abusive": False}, "given_by": "staff-3"})
    assert response.status_code == 201
    answer = response.get_json()
    assert (answer["source"], answer["weight"], answer["is_new"]) == ("host_correction", 0.5, True)
    assert answer["labels"] == {"abusive": False}
    assert stored(runtime) == 1
    record = gazette.record()
    assert record["history"][-1]["kind"] == "feedback"
    assert record["verdict"] == "flag"  # what was answered stays as it was


def test_saying_it_again_is_a_replay(gazette: ForumClient, runtime: Runtime) -> None:
    gazette.answer(text="you idiot")
    body = {"labels": {"abusive": True, "insult": True}, "source": "appeal", "decision": "reject"}
    first = gazette.send("POST", PATH, body)
    again = gazette.send("POST", PATH, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.get_json()["feedback_id"] == first.get_json()["feedback_id"]
    assert stored(runtime) == 1


@sqlite_only
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "labels"),
        ({"labels": {}}, "labels"),
        ({"labels": []}, "labels"),
        ({"labels": {"rude": True}}, "labels"),
        ({"labels": {"abusive": 1}}, "labels.abusive"),
        ({"labels": {"abusive": None}}, "labels.abusive"),
        ({"labels": {"abusive": True}, "source": "model"}, "source"),
        ({"labels": {"abusive": True}, "decision": "undo"}, "decision"),
        ({"labels": {"abusive": True}, "given_by": "a\nb"}, "given_by"),
        ({"labels": {"abusive": True}, "revision": ""}, "revision"),
        ({"labels": {"abusive": True}, "weight": 9}, "weight"),
    ],
)
def test_a_wrong_field_is_named(gazette: ForumClient, body: dict[str, Any], field: str) -> None:
    gazette.answer()
    response = gazette.send("POST", PATH, body)
    assert response.status_code == 422
    assert [error["field"] for error in response.get_json()["errors"]] == [field]


def test_an_unknown_comment_or_revision_is_not_found(
    gazette: ForumClient, runtime: Runtime
) -> None:
    body: dict[str, Any] = {"labels": {"abusive": False}}
    assert gazette.send("POST", PATH, body).status_code == 404
    gazette.answer()
    assert gazette.send("POST", PATH, {**body, "revision": "r9"}).status_code == 404
    assert stored(runtime) == 0
