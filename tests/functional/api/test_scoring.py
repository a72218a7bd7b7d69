"""POST /v1/score: the same answer, and no trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from classifiers.bundle import DEFAULT_BUNDLE, load_scorer
from classifiers.registry import Registry
from classifiers.scorer import ScoringInput
from moderation.services.runtime import Runtime
from tests.builders import sqlite_only
from tests.bundles import add_bundle
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
def test_an_installed_older_model_scores_when_it_is_named(
    gazette: ForumClient, models: FakeModels, tmp_path: Path
) -> None:
    models.registry = Registry(tmp_path / "models", DEFAULT_BUNDLE)
    older = add_bundle(tmp_path / "models", "2026-01-02T00:00:00Z")
    expected = load_scorer(tmp_path / "models" / older).score(ScoringInput("you are an idiot"))
    body = {"text": "you are an idiot", "model_version": older}
    answer = gazette.send("POST", "/v1/score", body).get_json()
    assert answer["model_version"] == older
    scores = {label: entry["score"] for label, entry in answer["scores"].items()}
    assert scores == pytest.approx(
        {k.value: v for k, v in expected.probabilities.items()}, abs=1e-6
    )
    assert answer["scores"]["abusive"]["rule"] == "a test"
    default = gazette.send("POST", "/v1/score", {"text": "you are an idiot"}).get_json()
    assert default["model_version"] != older


@sqlite_only
@pytest.mark.parametrize("version", ["2020-01-01-0123456789", "../../etc", "x" * 41, 7])
def test_a_model_that_is_not_installed_is_refused_by_field(
    gazette: ForumClient, version: object
) -> None:
    response = gazette.send("POST", "/v1/score", {"text": "a", "model_version": version})
    assert response.status_code == 422
    assert set(errors_of(response)) == {"model_version"}


@sqlite_only
@pytest.mark.parametrize(
    ("body", "path"),
    [({}, "text"), ({"text": ""}, "text"), ({"text": "a", "store": True}, "store")],
)
def test_score_refuses_wrong_fields(gazette: ForumClient, body: dict[str, Any], path: str) -> None:
    response = gazette.send("POST", "/v1/score", body)
    assert response.status_code == 422
    assert set(errors_of(response)) == {path}
