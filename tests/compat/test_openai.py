"""OpenAI's own clients against the running service."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest
from openai.types import ModerationMultiModalInputParam

from tests.compat.conftest import Node, Service

pytestmark = pytest.mark.slow

ABUSE = "You are a stupid idiot."
THANKS = "Thank you, that was helpful."


@pytest.fixture
def client(service: Service) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(
        base_url=f"{service.url}/v1",
        api_key=service.scoring.credentials.bearer_key,
        max_retries=0,
    ) as made:
        yield made


def test_the_python_client_judges_one_text(client: openai.OpenAI) -> None:
    answer = client.moderations.create(model="omni-moderation-latest", input=ABUSE)

    (result,) = answer.results
    assert answer.model == "omni-moderation-latest"
    assert result.flagged
    assert result.categories.harassment
    assert result.category_scores.harassment > 0.8
    assert result.category_scores.sexual == 0
    assert result.category_applied_input_types.harassment == ["text"]


def test_the_python_client_judges_a_list(client: openai.OpenAI) -> None:
    answer = client.moderations.create(input=[ABUSE, THANKS])

    assert [result.flagged for result in answer.results] == [True, False]


def test_the_python_client_takes_parts_for_one_text(client: openai.OpenAI) -> None:
    parts: list[ModerationMultiModalInputParam] = [
        {"type": "text", "text": THANKS},
        {"type": "text", "text": ABUSE},
    ]
    answer = client.moderations.create(input=parts)

    assert [result.flagged for result in answer.results] == [True]


def test_the_python_client_reads_our_refusal_of_images(client: openai.OpenAI) -> None:
    parts: list[ModerationMultiModalInputParam] = [
        {"type": "image_url", "image_url": {"url": "https://img.example/a.png"}}
    ]
    with pytest.raises(openai.BadRequestError) as caught:
        client.moderations.create(input=parts)

    assert caught.value.param == "input"
    assert "Images are not supported" in caught.value.message


def test_the_python_client_with_a_foreign_key_is_refused(service: Service) -> None:
    with (
        openai.OpenAI(base_url=f"{service.url}/v1", api_key="sk-x", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError) as caught,
    ):
        client.moderations.create(input=THANKS)

    assert caught.value.code == "invalid_api_key"


def test_the_npm_client_judges_texts_and_reads_refusals(service: Service, node: Node) -> None:
    found = node.run(
        "openai.mjs", {"SERVICE": service.url, "KEY": service.scoring.credentials.bearer_key}
    )

    assert found["one"]["results"][0]["categories"]["harassment"] is True
    assert [result["flagged"] for result in found["two"]["results"]] == [True, False]
    assert len(found["two"]["results"][0]["categories"]) == 13
    assert found["parts"]["results"][0]["flagged"] is False
    assert found["image"]["name"] == "BadRequestError"
    assert found["image"]["param"] == "input"
    assert found["key"]["name"] == "AuthenticationError"
    assert found["key"]["code"] == "invalid_api_key"
