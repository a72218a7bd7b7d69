"""The Perspective API's format, letter by letter."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from moderation.services.lookup import read_comment
from moderation.services.readiness import workload
from moderation.services.runtime import Runtime
from moderation.web.compat.callers import digest_id
from tests.fakes import FakeModels
from tests.functional.compat.conftest import MakeForum
from tests.functional.compat.perspective_calls import (
    ABUSE,
    SUGGEST,
    a_body,
    analyze,
    error_of,
    scores_of,
)


def waiting(runtime: Runtime) -> int:
    return workload(runtime).queue.waiting


def test_an_answer_is_the_one_that_clients_know(client: FlaskClient, key: str) -> None:
    answer = analyze(client, key, a_body(languages=["en"], clientToken="c-1", doNotStore=True))

    assert answer.status_code == 200
    assert answer.get_json() == {
        "attributeScores": {
            "TOXICITY": {
                "spanScores": [
                    {"begin": 0, "end": 10, "score": {"value": 0.97, "type": "PROBABILITY"}}
                ],
                "summaryScore": {"value": 0.97, "type": "PROBABILITY"},
            }
        },
        "languages": ["en"],
        "clientToken": "c-1",
    }
    assert answer.headers["X-Moderation-Model"] == "2026-01-01-0000000001"


def test_a_language_that_is_certain_is_told_and_one_that_nobody_vouches_for_is_refused(
    client: FlaskClient, key: str
) -> None:
    english = "You are not the one they have been waiting for."
    told = analyze(client, key, a_body(english)).get_json()
    assert (told["languages"], told["detectedLanguages"]) == (["en"], ["en"])
    german = a_body("Du bist nicht der, auf den wir gewartet haben.")
    refused = analyze(client, key, german)
    assert error_of(refused) == (
        400,
        "Attribute TOXICITY does not support request languages: de",
        "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
    )
    (detail,) = refused.get_json()["error"]["details"]
    assert detail["languageNotSupportedByAttributeError"] == {
        "detectedLanguages": ["de"],
        "attribute": "TOXICITY",
    }
    # Who names a language is believed; what is not certain passes as the forum's own.
    assert analyze(client, key, german | {"languages": ["en"]}).status_code == 200
    assert "detectedLanguages" not in analyze(client, key, a_body("Du Idiot")).get_json()


def test_each_attribute_is_the_score_of_its_label(client: FlaskClient, key: str) -> None:
    words = "idiot damn strangle vermin sheeple"
    names = ["TOXICITY", "INSULT", "PROFANITY", "THREAT", "IDENTITY_ATTACK", "PARTISAN"]
    aliases = [f"{name}_EXPERIMENTAL" for name in names[:5]]

    found = scores_of(analyze(client, key, a_body(words, {name: {} for name in names + aliases})))

    expected = [0.97, 0.95, 0.9, 0.94, 0.92, 0.92]
    assert found == dict(zip(names + aliases, expected + expected[:5], strict=True))


@pytest.mark.parametrize(
    "name", ["SEVERE_TOXICITY", "FLIRTATION", "SPAM", "toxicity", "FOO", "TOXICITY@6", "PARTISAN@"]
)
def test_an_attribute_without_a_model_is_refused_and_no_number_made_up(
    client: FlaskClient, key: str, name: str
) -> None:
    answer = analyze(client, key, a_body(attributes={"INSULT": {}, name: {}}))
    if name == "PARTISAN@":  # an empty version is none
        assert answer.status_code == 200
        return
    assert error_of(answer) == (400, f"Unknown requested attribute: {name}", "INVALID_REQUEST")


def test_an_attribute_that_this_model_lacks_is_refused(
    client: FlaskClient, key: str, models: FakeModels
) -> None:
    assert models.current is not None
    kept = {label: at for label, at in models.current.thresholds.items() if label != "threat"}
    models.current.thresholds = kept  # type: ignore[misc]  # the fake's own attribute

    answer = analyze(client, key, a_body(attributes={"THREAT": {}}))

    assert error_of(answer) == (400, "Unknown requested attribute: THREAT", "INVALID_REQUEST")


def test_a_version_pins_an_installed_model(client: FlaskClient, key: str) -> None:
    name = "TOXICITY@2026-01-01-0000000001"
    assert scores_of(analyze(client, key, a_body(attributes={name: {}}))) == {name: 0.97}


@pytest.mark.parametrize(
    ("threshold", "names"), [(0.97, {"INSULT", "TOXICITY"}), (0.98, {"INSULT"})]
)
def test_scores_below_the_threshold_are_left_out(
    client: FlaskClient, key: str, threshold: float, names: set[str]
) -> None:
    asked = {"TOXICITY": {"scoreThreshold": threshold}, "INSULT": {"scoreThreshold": 0}}
    assert scores_of(analyze(client, key, a_body(attributes=asked))).keys() == names


def spans_of(text: str, response: TestResponse) -> list[tuple[str, float]]:
    units = text.encode("utf-16-le")
    return [
        (units[2 * span["begin"] : 2 * span["end"]].decode("utf-16-le"), span["score"]["value"])
        for span in response.get_json()["attributeScores"]["TOXICITY"]["spanScores"]
    ]


def test_spans_are_sentences_counted_in_utf16_units(client: FlaskClient, key: str) -> None:
    text = "\U0001f600\U0001f600 Good day! You idiot. \U0001d518 So there."

    answer = analyze(client, key, a_body(text, spanAnnotations=True))

    assert spans_of(text, answer) == [
        ("\U0001f600\U0001f600 Good day!", 0.02),
        ("You idiot.", 0.97),
        ("\U0001d518 So there.", 0.02),
    ]


def test_spans_of_html_point_into_the_html_and_leave_quotes_out(
    client: FlaskClient, key: str
) -> None:
    text = "<blockquote>You moron.</blockquote><p>Good day. You &eacute; <b>idiot</b>.</p>"
    body = a_body(text, spanAnnotations=True)
    body["comment"]["type"] = "HTML"

    answer = analyze(client, key, body)

    assert scores_of(answer) == {"TOXICITY": 0.97}
    assert spans_of(text, answer) == [
        ("Good day.", 0.02),
        ("You &eacute; <b>idiot</b>.", 0.97),
    ]


def test_names_may_be_written_with_underscores_and_null_is_absent(
    client: FlaskClient, key: str
) -> None:
    body = {
        "comment": {"text": ABUSE, "type": None},
        "requested_attributes": {"TOXICITY": {"score_type": "PROBABILITY", "scoreThreshold": None}},
        "do_not_store": True,
        "context": None,
    }
    assert scores_of(analyze(client, key, body)) == {"TOXICITY": 0.97}


def test_score_only_leaves_no_trace(client: FlaskClient, key: str, runtime: Runtime) -> None:
    assert scores_of(analyze(client, key, a_body())) == {"TOXICITY": 0.97}
    assert waiting(runtime) == 0


def test_store_and_queue_takes_the_way_of_the_webhook(
    client: FlaskClient, queueing_key: str, runtime: Runtime
) -> None:
    body = a_body(clientToken="comment:42")

    answers = [analyze(client, queueing_key, body) for _ in range(2)]  # asked twice, stored once

    assert answers[0].get_json() == answers[1].get_json()
    assert waiting(runtime) == 1


def test_do_not_store_is_obeyed(client: FlaskClient, queueing_key: str, runtime: Runtime) -> None:
    assert scores_of(analyze(client, queueing_key, a_body(doNotStore=True))) == {"TOXICITY": 0.97}
    assert waiting(runtime) == 0


def test_one_token_for_all_comments_does_not_make_them_one(
    client: FlaskClient, queueing_key: str, runtime: Runtime
) -> None:
    for text in ("You idiot.", "You moron."):
        analyze(client, queueing_key, a_body(text, clientToken="my-app"))

    assert waiting(runtime) == 2


def test_the_context_is_what_the_scorer_reads(
    client: FlaskClient, make_forum: MakeForum, runtime: Runtime
) -> None:
    herald = make_forum("herald", mode="store_and_queue")
    both = {"article": {"text": "Budget\nday"}, "parentComment": {"text": "Taxes must fall."}}
    body = a_body(clientToken="42", context={"articleAndParentComment": both})
    analyze(client, herald.credentials.bearer_key, body)

    name = digest_id("perspective", ABUSE, "Budget day", "Taxes must fall.")
    stored = read_comment(runtime, herald.forum, f"42~{name}").judgement
    assert (stored.thread and stored.thread.title) == "Budget day"
    assert (stored.parent and stored.parent.text) == "Taxes must fall."


def suggest(client: FlaskClient, key: str, **fields: Any) -> TestResponse:
    body = {
        "comment": {"text": ABUSE},
        "attributeScores": {"TOXICITY": {"summaryScore": {"value": 0}}},
        **fields,
    }
    return client.post(f"{SUGGEST}?key={key}", json=body)


def test_a_suggestion_is_thanked_as_by_google(client: FlaskClient, key: str) -> None:
    answer = suggest(client, key, clientToken="c-1", languages=["en"], communityId="board")

    assert answer.get_json() == {"clientToken": "c-1", "requestedLanguages": ["en"]}


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ({}, "Missing attribute_scores"),
        ({"TOXICITY": {"spanScores": []}}, "Missing attribute_scores"),
        ({"FLIRTATION": {"summaryScore": {"value": 1}}}, "Unknown requested attribute: FLIRTATION"),
        (
            {"TOXICITY": {"summaryScore": {"value": 7}}},
            "Attribute TOXICITY: expected a score value from 0 to 1.",
        ),
        (
            {
                "TOXICITY": {"summaryScore": {"value": 1}},
                "TOXICITY_EXPERIMENTAL": {"summaryScore": {"value": 0}},
            },
            "Attribute TOXICITY_EXPERIMENTAL contradicts another one.",
        ),
    ],
)
def test_a_suggestion_that_says_nothing_is_refused(
    client: FlaskClient, key: str, scores: Any, message: str
) -> None:
    answer = suggest(client, key, attributeScores=scores)
    assert error_of(answer) == (400, message, "INVALID_REQUEST")


def test_a_wrong_score_is_named_by_its_whole_path(client: FlaskClient, key: str) -> None:
    scores = {"TOXICITY": {"summaryScore": {"value": "much"}}}
    detail = suggest(client, key, attributeScores=scores).get_json()["error"]["details"][0]
    (violation,) = detail["fieldViolations"]
    assert violation["field"] == "attributeScores.TOXICITY.summaryScore.value"


@pytest.mark.parametrize(
    "body",
    [
        {"comment": "You idiot."},
        {"comment": [ABUSE], "requestedAttributes": {"TOXICITY": None}},
        a_body(languages=[None, 7, "en"]),
        a_body(languages="en"),
        a_body(context={"entries": [None, "x", {"text": 7}]}),
        a_body(attributes={"TOXICITY@../../etc/passwd": {}}),
        a_body(attributes={"TOXICITY@\0": {}}),
        a_body(attributes={"\ud800": {}}),
        a_body(attributes={"TOXICITY": {"scoreThreshold": "1e999"}}),
        a_body("a\0b"),
    ],
)
def test_rubbish_is_refused_and_nothing_breaks(client: FlaskClient, key: str, body: Any) -> None:
    answer = analyze(client, key, body)

    assert answer.status_code == 400
    assert answer.get_json()["error"]["message"]


def test_the_discovery_document_names_this_address(client: FlaskClient) -> None:
    answer = client.get("/$discovery/rest?version=v1alpha1", base_url="http://ours.example:8000")

    document = answer.get_json()
    assert document["rootUrl"] == "http://ours.example:8000/"
    assert document["resources"]["comments"]["methods"].keys() == {"analyze", "suggestscore"}
