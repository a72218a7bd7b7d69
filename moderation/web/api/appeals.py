"""Appeals: file one for an author, or hand the author a link."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Response

from moderation.services.appeals import check_appealable, file_appeal
from moderation.services.messages import rfc3339
from moderation.web import appeal_links, current
from moderation.web.api import examples
from moderation.web.api.answer_schemas import AppealLinkSchema, AppealReceiptSchema
from moderation.web.api.answers import appeal_answer
from moderation.web.api.comments import REPLAYED, REPLAYED_HEADER
from moderation.web.api.operations import (
    Answer,
    ApiBlueprint,
    Body,
    answer_json,
    refuse_impossible_ids,
)
from moderation.web.schemas import AppealFiledSchema

blueprint = ApiBlueprint(
    "appeals",
    __name__,
    url_prefix="/v1",
    description="Authors' appeals against rejections.",
)
blueprint.before_request(refuse_impossible_ids)


@blueprint.operation(
    "POST",
    "/comments/<comment_id:comment_id>/appeals",
    body=Body(AppealFiledSchema, examples.APPEAL),
    answers={
        201: Answer("Filed.", AppealReceiptSchema, examples.APPEAL_RECEIPT),
        200: Answer("The same was filed before.", AppealReceiptSchema, headers=REPLAYED_HEADER),
    },
    refuses=(404, 409),
)
def appeal(body: Mapping[str, Any], query: Mapping[str, Any], comment_id: str) -> Response:
    """File an author's appeal against the rejection in force.

    Once for each revision: the same words again are a replay, other words are refused with
    `already_appealed`. Another moderator than the first answers; the outcome comes with a
    statement of reasons as the message `comment.appeal_decided`, and stands in the record.
    """
    del query
    filed = file_appeal(
        current.runtime(),
        current.forum(),
        comment_id,
        body["words"],
        days=current.settings().appeal_days,
        author_id=body.get("author_id"),
        revision=body.get("revision"),
    )
    return answer_json(
        appeal_answer(comment_id, filed),
        201 if filed.is_new else 200,
        None if filed.is_new else {REPLAYED: "true"},
    )


@blueprint.operation(
    "POST",
    "/comments/<comment_id:comment_id>/appeal-link",
    answers={201: Answer("A link for the author.", AppealLinkSchema, examples.APPEAL_LINK)},
    refuses=(404, 409),
)
def appeal_link(query: Mapping[str, Any], comment_id: str) -> Response:
    """Make an address at which the author can appeal.

    Give it to the author alone. It is signed, works until `expires_at`, and takes one appeal.
    """
    del query
    runtime, days = current.runtime(), current.settings().appeal_days
    judgement = check_appealable(runtime, current.forum(), comment_id, days=days)
    until = (runtime.clock() + timedelta(days=days)).replace(microsecond=0)
    link = appeal_links.AppealLink(
        current.forum().slug, judgement.external_id, judgement.revision, until
    )
    address = f"{current.settings().resolved_public_url}/appeals/{appeal_links.sign(link)}"
    return answer_json({"id": comment_id, "url": address, "expires_at": rfc3339(until)}, 201)
