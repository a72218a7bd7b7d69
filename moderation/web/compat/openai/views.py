"""Judge texts by OpenAI's categories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request

from classifiers.labels import Label
from moderation.domain.errors import InvalidInputError, ScorerUnavailableError
from moderation.domain.forum import Forum
from moderation.domain.verdict import LabelScore
from moderation.services.drop_in import DropInAnswer, answer_comments
from moderation.web import current
from moderation.web.compat.callers import bearer_key, count_new, forum_of_key, name_model
from moderation.web.compat.label_names import OPENAI
from moderation.web.compat.openai.errors import OpenAIError, bad_key, no_key, no_model
from moderation.web.compat.openai.inputs import ModerationRequest, read
from moderation.web.json_body import parse_object

blueprint = Blueprint("openai", __name__, url_prefix="/v1")
blueprint.register_error_handler(OpenAIError, OpenAIError.answer)


def admit() -> Forum:
    """Return the forum whose key stands in the Authorization header."""
    key = bearer_key(request.headers.get("Authorization", ""))
    if not key:
        raise no_key()
    forum = forum_of_key(key)
    if forum is None:
        raise bad_key()
    return forum


@blueprint.post("/moderations")
def moderations() -> Response:
    """Judge one text or many; one result each."""
    asked = read(parse_object(request.get_data()))
    answers = _answers(asked)
    count_new(answers)
    if not all(answer.scores for answer in answers):
        raise ScorerUnavailableError("The scorer failed.")
    response = jsonify(
        {
            "id": f"modr-{current.request_id()}",
            "model": asked.model,
            "results": [_result(answer.scores) for answer in answers],
        }
    )
    return name_model(response, [answer.model_version for answer in answers])


def _answers(asked: ModerationRequest) -> list[DropInAnswer]:
    try:
        return answer_comments(
            current.runtime(),
            current.forum(),
            asked.comments,
            request_id=current.request_id(),
            model_version=asked.model_version,
        )
    except InvalidInputError as error:
        if "model_version" in error.fields:
            raise no_model(asked.model) from error
        raise


def _result(scores: Mapping[Label, LabelScore]) -> dict[str, Any]:
    found = {
        category: scores.get(label) if label is not None else None
        for category, label in OPENAI.items()
    }
    categories = {
        category: row is not None and row.score >= row.threshold for category, row in found.items()
    }
    return {
        "flagged": any(categories.values()),
        "categories": categories,
        "category_scores": {
            category: row.score if row is not None else 0.0 for category, row in found.items()
        },
        # Empty where no model looked: so a program can tell a real zero from none at all.
        "category_applied_input_types": {
            category: ["text"] if row is not None else [] for category, row in found.items()
        },
    }
