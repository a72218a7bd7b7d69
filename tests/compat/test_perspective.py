"""Clients of the Perspective API against the running service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from tests.compat.conftest import Node, Service

pytestmark = pytest.mark.slow

ABUSE = "You are a stupid idiot."


@pytest.fixture
def google(service: Service) -> Iterator[Any]:
    client = google_client(service, service.scoring.credentials.bearer_key)
    yield client
    client.close()


def google_client(service: Service, key: str) -> Any:
    return build(
        "commentanalyzer",
        "v1alpha1",
        developerKey=key,
        discoveryServiceUrl=f"{service.url}/$discovery/rest?version=v1alpha1",
        static_discovery=False,
    )


def test_googles_client_builds_itself_from_our_discovery_document_and_gets_scores(
    google: Any,
) -> None:
    answer = (
        google.comments()
        .analyze(
            body={
                "comment": {"text": ABUSE},
                "requestedAttributes": {"TOXICITY": {}, "THREAT": {"scoreThreshold": 0.9}},
                "languages": ["en"],
                "clientToken": "c-1",
            }
        )
        .execute()
    )

    assert answer["attributeScores"].keys() == {"TOXICITY"}
    assert answer["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.8
    assert answer["languages"] == ["en"]
    assert answer["clientToken"] == "c-1"


def test_googles_client_reads_our_refusals(google: Any) -> None:
    body = {"comment": {"text": ABUSE}, "requestedAttributes": {"SPAM": {}}}

    with pytest.raises(HttpError) as caught:
        google.comments().analyze(body=body).execute()

    assert caught.value.status_code == 400
    assert caught.value.reason == "Unknown requested attribute: SPAM"
    assert caught.value.error_details[0]["errorType"] == "INVALID_REQUEST"


def test_googles_client_with_a_foreign_key_is_told_in_googles_words(service: Service) -> None:
    client = google_client(service, "AIza-not-ours")
    body = {"comment": {"text": ABUSE}, "requestedAttributes": {"TOXICITY": {}}}

    with pytest.raises(HttpError) as caught:
        client.comments().analyze(body=body).execute()

    assert caught.value.reason == "API key not valid. Please pass a valid API key."
    client.close()


def test_googles_client_suggests_a_score(google: Any) -> None:
    answer = (
        google.comments()
        .suggestscore(
            body={
                "comment": {"text": "A fine bridge indeed."},
                "attributeScores": {"TOXICITY": {"summaryScore": {"value": 0}}},
                "communityId": "board.example",
                "clientToken": "c-2",
            }
        )
        .execute()
    )

    assert answer == {"clientToken": "c-2", "requestedLanguages": ["en"]}


def test_the_npm_client_gets_scores_spans_and_refusals(service: Service, node: Node) -> None:
    found = node.run(
        "perspective.mjs",
        {"SERVICE": service.url, "KEY": service.scoring.credentials.bearer_key},
    )

    abuse, thanks = found["abuse"]["attributeScores"], found["thanks"]["attributeScores"]
    assert abuse["TOXICITY"]["summaryScore"]["value"] > 0.8
    assert abuse["INSULT"]["summaryScore"]["value"] > 0.5
    assert thanks["TOXICITY"]["summaryScore"]["value"] < 0.1
    spans = found["spans"]["attributeScores"]["TOXICITY"]["spanScores"]
    text = "\U0001f600 Thank you. You stupid idiot!".encode("utf-16-le")
    assert [text[2 * s["begin"] : 2 * s["end"]].decode("utf-16-le") for s in spans] == [
        "\U0001f600 Thank you.",
        "You stupid idiot!",
    ]
    assert spans[0]["score"]["value"] < 0.2
    assert spans[1]["score"]["value"] > 0.8
    assert found["spans"]["clientToken"] == "c-7"
    assert found["unknown"] == "Unknown requested attribute: FLIRTATION"
    assert found["language"] == "Attribute TOXICITY does not support request languages: is"
    assert found["key"] == "API key not valid. Please pass a valid API key."
