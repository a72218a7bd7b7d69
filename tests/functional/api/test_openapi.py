"""The OpenAPI document and the page to try it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

import moderation.web.api
from moderation.web.api import examples
from tests.builders import sqlite_only
from tests.functional.api.conftest import Contract, ForumClient

STATIC = Path(moderation.web.api.__file__).parent / "static"
SCHEMA = Path(__file__).parents[2] / "data" / "openapi" / "schema-3.1.json"


@sqlite_only
def test_document_is_valid_openapi_3_1(contract: Contract) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema_rs.Draft202012Validator(schema).validate(contract.document)
    assert contract.document["openapi"].startswith("3.1.")


@sqlite_only
def test_document_names_both_ways_to_sign_in(contract: Contract) -> None:
    schemes = contract.document["components"]["securitySchemes"]
    signed = {"webhookId", "webhookTimestamp", "webhookSignature", "forumName"}
    assert [set(way) for way in contract.document["security"]] == [{"bearerKey"}, signed]
    assert {schemes[name]["name"] for name in signed} == {
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
        "X-Moderation-Forum",
    }


@sqlite_only
def test_document_tells_the_limits(contract: Contract) -> None:
    comment = contract.document["components"]["schemas"]["Comment"]["properties"]
    assert comment["text"]["maxLength"] == 50_000
    assert comment["id"]["maxLength"] == 200
    batch = contract.document["components"]["schemas"]["Batch"]["properties"]
    assert (batch["comments"]["minItems"], batch["comments"]["maxItems"]) == (1, 1000)


@sqlite_only
def test_every_operation_documents_its_refusals(contract: Contract) -> None:
    for path in contract.document["paths"].values():
        for method, operation in path.items():
            if method != "parameters":
                assert {"401", "413", "422", "429", "500", "503"} <= set(operation["responses"])


@sqlite_only
def test_examples_of_answers_fit_their_schemas(contract: Contract) -> None:
    checked = 0
    for path in contract.document["paths"].values():
        for method, operation in path.items():
            for answer in operation["responses"].values() if method != "parameters" else ():
                for media in answer.get("content", {}).values():
                    if "example" in media:
                        contract.validator(media["schema"]["$ref"]).validate(media["example"])
                        checked += 1
    assert checked >= 5


@sqlite_only
@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/comments", examples.COMMENT, 201),
        ("/v1/comments/batch", examples.BATCH, 200),
        ("/v1/score", examples.COMMENT, 200),
        ("/v1/comments/c-7261/reports", examples.REPORT, 201),
        ("/v1/comments/c-7261/feedback", examples.FEEDBACK, 201),
    ],
)
def test_examples_of_bodies_are_taken(
    gazette: ForumClient, path: str, body: dict[str, Any], status: int
) -> None:
    if path.endswith(("reports", "feedback")):
        gazette.answer(id="c-7261")
    assert gazette.send("POST", path, body).status_code == status


@sqlite_only
def test_page_loads_only_files_of_ours(client: FlaskClient) -> None:
    with client.get("/docs") as response:
        assert response.status_code == 200
        page = LexborHTMLParser(response.get_data(as_text=True))
    scripts = [script.attributes["src"] for script in page.css("script")]
    links = [link.attributes["href"] for link in page.css("link")]
    assert len(scripts) == 2
    for address in [*scripts, *links]:
        with client.get(f"/{address}") as file:
            assert file.status_code == 200
    assert not page.css("style")
    assert not any(script.text().strip() for script in page.css("script"))
