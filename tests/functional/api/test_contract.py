"""schemathesis makes requests from the OpenAPI document, right ones and wrong ones."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.functional.running_server import RunningServer

EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "3"))
"""Requests for each operation in each of the two ways."""

_NOT_CHECKED = [negative_data_rejection, positive_data_acceptance]
"""They take the document for the whole truth; what it cannot say, dates for one, we check too."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = RunningServer(
        tmp_path_factory.mktemp("contract"), MODERATION_RATE_LIMIT_PER_MINUTE="10000000"
    )
    running.start()
    yield running
    running.stop()


def test_every_answer_is_as_the_document_says(server: RunningServer) -> None:
    document = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    headers = {"Authorization": f"Bearer {server.bearer_key}"}
    answers: Counter[int] = Counter()
    for found in document.get_all_operations():
        operation: Any = found
        for mode in GenerationMode:
            answers += _answers(operation.ok(), mode, headers)
    print(answers.total(), "requests", dict(answers))  # noqa: T201 - the long form tells them
    assert {200, 201, 404, 422} <= answers.keys()


def _answers(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> Counter[int]:
    answers: Counter[int] = Counter()

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        answer = case.call(headers=headers)
        answers[answer.status_code] += 1
        if "x-request-id" not in answer.headers:  # refused before it reached us: 414, 431
            assert 400 <= answer.status_code < 500
            return
        case.validate_response(answer, excluded_checks=_NOT_CHECKED)

    one()
    return answers
