"""Score a text without storing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from moderation.services.intake import score_only
from moderation.web import current
from moderation.web.api import examples
from moderation.web.api.answer_schemas import ScoreAnswerSchema
from moderation.web.api.answers import score_answer
from moderation.web.api.operations import Answer, ApiBlueprint, Body, answer_json
from moderation.web.schemas import OffsetsQuery, ScoreRequest, ScoreSchema

blueprint = ApiBlueprint(
    "scoring", __name__, url_prefix="/v1", description="Scores that leave no trace."
)


@blueprint.operation(
    "POST",
    "/score",
    body=Body(ScoreSchema, examples.COMMENT),
    query=OffsetsQuery,
    answers={200: Answer("What the service thinks.", ScoreAnswerSchema, examples.SCORE_ANSWER)},
)
def score(asked: ScoreRequest, query: Mapping[str, Any]) -> Response:
    """Score a text by the forum's policy without storing anything.

    Earlier decisions on the same text and the audit sample take no part. With `model_version` an
    installed model of before scores, with its own thresholds.
    """
    (judged,) = score_only(
        current.runtime(), current.forum(), [asked.comment], model_version=asked.model_version
    )
    return answer_json(score_answer(judged, query["offsets"], request_id=current.request_id()))
