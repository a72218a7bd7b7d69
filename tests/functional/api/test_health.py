"""/healthz, /readyz and /metrics."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from moderation.app import create_app
from moderation.config import Settings
from moderation.domain.webhook_signature import sign_headers
from moderation.services import review
from moderation.services.runtime import Runtime
from moderation.storage import schema
from moderation.storage.database import open_database
from moderation.storage.sealing import KeyFile
from moderation.web.drift_figures import DriftFigures
from tests.builders import a_comment, a_user, decided, register_forum, sqlite_only, submitted
from tests.fakes import KEYS, START, FakeModels, FakeScorer, FixedClock
from tests.functional.api.conftest import ForumClient
from tests.integration.services.traffic import WrittenScorer, filled_file


def _samples(app: Flask) -> dict[tuple[str, ...], float]:
    text = app.test_client().get("/metrics").text
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@sqlite_only
def test_healthz_answers_without_a_database(settings: Settings, runtime: Runtime) -> None:
    away = replace(runtime, database=open_database(f"sqlite:///{settings.data_dir}"))
    response = create_app(settings, runtime=away).test_client().get("/healthz")
    assert (response.status_code, response.get_json()) == (200, {"status": "ok"})


def test_readyz_names_the_model(client: FlaskClient) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.get_json() == {
        "status": "ready",
        "database": "ok",
        "migrations": "ok",
        "secrets": "ok",
        "model": "ok",
        "model_version": "2026-01-01-0000000001",
    }


def test_readyz_tells_that_the_model_is_away(client: FlaskClient, models: FakeModels) -> None:
    models.current = None
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "no bundle" in response.get_json()["model"]


def test_readyz_tells_that_the_database_is_away(
    settings: Settings, runtime: Runtime, database_kind: str
) -> None:
    url = (
        "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
        if database_kind == "postgresql"
        else f"sqlite:///{settings.data_dir}"
    )
    app = create_app(settings, runtime=replace(runtime, database=open_database(url)))
    response = app.test_client().get("/readyz")
    assert response.status_code == 503
    assert response.get_json()["database"] == "cannot be reached"


@sqlite_only
def test_readyz_tells_that_migrations_are_missing(client: FlaskClient, runtime: Runtime) -> None:
    schema.downgrade(runtime.database, "base")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "expected" in response.get_json()["migrations"]


@sqlite_only
def test_readyz_tells_that_the_key_of_the_secrets_is_missing(
    settings: Settings, runtime: Runtime, database_url: str
) -> None:
    register_forum(runtime)
    keyless = replace(runtime, database=open_database(database_url))
    response = create_app(settings, runtime=keyless).test_client().get("/readyz")
    keyless.database.dispose()
    assert response.status_code == 503
    assert response.get_json()["secrets"] == "cannot be read with this process's keys"


@sqlite_only
def test_what_is_wrong_with_the_keys_is_for_the_log_and_not_for_callers(
    settings: Settings, runtime: Runtime, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    secret = register_forum(runtime).credentials.signing_secret
    file = settings.data_dir / "encryption.keys"
    keyless = replace(runtime, database=open_database(database_url, keys=KeyFile(file)))
    app = create_app(settings, runtime=keyless)
    signed = sign_headers([secret], "msg_1", START, "{}")
    headers = {"x-moderation-forum": "gazette", **signed}
    answer = app.test_client().post("/v1/comments", json={}, headers=headers)
    keyless.database.dispose()
    assert answer.status_code == 503
    assert answer.get_json()["code"] == "unreadable_secret"
    assert str(settings.data_dir) not in answer.text
    assert str(file) in caplog.text


def test_metrics_count_requests_verdicts_and_what_waits(
    app: Flask, gazette: ForumClient, clock: FixedClock
) -> None:
    gazette.answer(text="you idiot")
    gazette.answer(text="you idiot")
    gazette.answer(id="c2")
    gazette.submit(text=5)
    clock.advance(90)
    samples = _samples(app)
    assert samples["moderation_requests_total", "201", "POST", "comments.submit"] == 2
    assert samples["moderation_requests_total", "200", "POST", "comments.submit"] == 1
    assert samples["moderation_requests_total", "422", "POST", "comments.submit"] == 1
    assert samples["moderation_request_seconds_count", "comments.submit"] == 4
    assert samples["moderation_verdicts_total", "flag"] == 1
    assert samples["moderation_verdicts_total", "publish"] == 1
    assert samples["moderation_verdicts_total", "hold"] == 0
    assert samples["moderation_queue_items", "waiting"] == 1
    assert samples["moderation_queue_oldest_seconds",] == 90
    assert samples["moderation_scores_count", "abusive"] == 2
    assert samples["moderation_scores_bucket", "0.9", "abusive"] == 1
    assert samples["moderation_database_up",] == 1
    assert samples["moderation_model_info", "2026-01-01-0000000001"] == 1


def test_metrics_count_decisions_by_what_they_say_and_why(app: Flask, runtime: Runtime) -> None:
    mira = a_user(runtime)
    judgement = submitted(runtime, register_forum(runtime).forum, a_comment(text="you idiot"))
    decision = decided(runtime, mira, judgement)
    review.undo(runtime, mira, decision.id, ttl_s=60)
    samples = _samples(app)
    assert samples["moderation_decisions_total", "model", decision.action.value] == 1
    assert samples["moderation_decisions_total", "model", "undo"] == 1
    assert samples["moderation_decisions_total", "appeal", "approve"] == 0
    assert samples["moderation_claims_total", "taken"] == 1


def test_drift_figures_are_read_beside_the_scrape_and_then_told(
    migrated_file: Path, tmp_path: Path
) -> None:
    shutil.copyfile(filled_file(migrated_file), tmp_path / "m.sqlite3")
    clock = FixedClock(START + timedelta(days=15))
    database = open_database(f"sqlite:///{tmp_path / 'm.sqlite3'}", keys=KEYS)
    runtime = Runtime(database=database, models=FakeModels(WrittenScorer()), clock=clock)
    begun: list[Callable[[], None]] = []
    figures = DriftFigures(runtime, first_after_s=0, start=begun.append)

    def told() -> dict[str, float]:
        return {one.name: one.samples[0].value for one in figures.collect()}

    assert all(math.isnan(value) for value in told().values())
    (read,) = begun
    read()
    found = told()
    assert len(begun) == 1
    assert 0 <= found["moderation_drift_precision_ratio"] <= 1
    assert found["moderation_drift_new_labels"] >= 0
    assert found["moderation_drift_retraining_due"] in {0, 1}
    database.dispose()


def test_metrics_count_deliveries_by_state(app: Flask, runtime: Runtime) -> None:
    registered = register_forum(runtime, "herald", callback_url="https://forum.example/hook")
    judgement = submitted(runtime, registered.forum)
    assert judgement.verdict == "publish"
    assert _samples(app)["moderation_deliveries", "pending"] == 0


@sqlite_only
def test_metrics_answer_when_the_database_is_away(settings: Settings, runtime: Runtime) -> None:
    away = replace(
        runtime,
        database=open_database(f"sqlite:///{settings.data_dir}"),
        models=FakeModels(FakeScorer("2026-09-09-0000000009")),
    )
    samples = _samples(create_app(settings, runtime=away))
    assert samples["moderation_database_up",] == 0
    assert samples["moderation_model_info", "2026-09-09-0000000009"] == 1
