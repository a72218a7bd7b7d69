"""Authors: read everything that is stored about one, erase it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from moderation.services.erasure import author_data, erase_author
from moderation.web import current
from moderation.web.api import examples
from moderation.web.api.answer_schemas import AuthorDataSchema, ErasureSchema
from moderation.web.api.author_answers import author_answer, erasure_answer
from moderation.web.api.operations import (
    Answer,
    ApiBlueprint,
    answer_json,
    refuse_impossible_ids,
)
from moderation.web.schemas import AuthorQuery

blueprint = ApiBlueprint(
    "authors", __name__, url_prefix="/v1", description="What is stored about a person."
)
blueprint.before_request(refuse_impossible_ids)


@blueprint.operation(
    "GET",
    "/authors/<author_id:author_id>",
    query=AuthorQuery,
    answers={200: Answer("The author's data.", AuthorDataSchema, examples.AUTHOR)},
    refuses=(404,),
)
def read_author(query: Mapping[str, Any], author_id: str) -> Response:
    """Read what is stored about an author.

    For a person who asks what we know of them: profile, comments with verdicts and decisions,
    reports made. Moderators' notes are left out.
    """
    found = author_data(current.runtime(), current.forum(), author_id, after=query["after"])
    return answer_json(author_answer(author_id, found))


@blueprint.operation(
    "DELETE",
    "/authors/<author_id:author_id>",
    answers={200: Answer("Erased.", ErasureSchema, examples.ERASURE)},
    refuses=(404,),
)
def delete_author(query: Mapping[str, Any], author_id: str) -> Response:
    """Erase an author: profile, text of every comment, names on reports, imported labels.

    Verdicts and decisions stay, without text and name. The answer lists the exports that may
    still hold the text. A second request answers 404: nothing is known any more.
    """
    del query
    receipt = erase_author(current.runtime(), current.forum(), author_id, by="forum")
    return answer_json(erasure_answer(author_id, receipt))
