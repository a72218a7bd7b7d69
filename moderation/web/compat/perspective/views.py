"""Score a comment; take a better score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, request

from classifiers.labels import Label
from moderation.domain.feedback import FeedbackSource
from moderation.domain.forum import Forum
from moderation.domain.offsets import utf16_offsets
from moderation.pipeline.languages import detect_language
from moderation.services.attribute_scores import Analysis, SentenceScores, analyse
from moderation.services.drop_in import drop_in_of
from moderation.services.suggestions import Suggestion, record_suggestion
from moderation.web import current
from moderation.web.compat.callers import bearer_key, count_new, forum_of_key, name_model
from moderation.web.compat.perspective.attributes import (
    Attribute,
    check_detected,
    check_languages,
    requested_attributes,
    suggested_labels,
)
from moderation.web.compat.perspective.errors import (
    GoogleError,
    analyzer_error,
    bad_key,
    bad_token,
    no_key,
)
from moderation.web.compat.perspective.schemas import (
    MAX_TEXT_BYTES,
    AnalyzeSchema,
    Asked,
    SuggestSchema,
    asked_comment,
    read,
)
from moderation.web.json_body import parse_object

blueprint = Blueprint("perspective", __name__, url_prefix="/v1alpha1")
blueprint.register_error_handler(GoogleError, GoogleError.answer)

_analyze_schema = AnalyzeSchema()
_suggest_schema = SuggestSchema()
_LONGEST_GIVER = 200


def admit() -> Forum:
    """Return the forum whose key stands in the query, the header or as bearer token."""
    key = request.args.get("key") or request.headers.get("X-Goog-Api-Key")
    if key:
        forum = forum_of_key(key)
        if forum is None:
            raise bad_key()
        return forum
    if "Authorization" not in request.headers:
        raise no_key()
    forum = forum_of_key(bearer_key(request.headers["Authorization"]) or "")
    if forum is None:
        raise bad_token()
    return forum


@blueprint.post("/comments:analyze")
def analyze() -> Response:
    """Score the attributes that are asked for."""
    body = read(_analyze_schema, parse_object(request.get_data()))
    asked = _asked(body)
    attributes = requested_attributes(body["requestedAttributes"])
    languages, detected = _languages([one.name for one in attributes], body, asked)
    if not body["languages"]:
        check_detected(attributes[0].name, detected.get("detectedLanguages", languages), languages)
    by_version, answer = analyse(
        current.runtime(),
        current.forum(),
        asked.comment,
        request_id=current.request_id(),
        versions={attribute.version for attribute in attributes},
        wants_sentences=body["spanAnnotations"],
        may_store=not body["doNotStore"],
    )
    count_new([answer])
    text = asked.comment.text
    scores = {
        attribute.name: _attribute_scores(text, attribute, by_version[attribute.version])
        for attribute in attributes
        if by_version[attribute.version].scores[attribute.label] >= attribute.threshold
    }
    told: dict[str, Any] = {"attributeScores": scores, "languages": languages} | detected
    response = jsonify(told | _token(body))
    return name_model(response, [one.version or answer.model_version for one in attributes])


@blueprint.post("/comments:suggestscore")
def suggest_score() -> Response:
    """Take what the client thinks the score should be, as a label with its source."""
    body = read(_suggest_schema, parse_object(request.get_data()))
    asked = _asked(body)
    labels = suggested_labels(body["attributeScores"])
    languages, detected = _languages(list(body["attributeScores"]), body, asked)
    record_suggestion(
        current.runtime(),
        current.forum(),
        Suggestion(
            comment=asked.comment,
            ids=asked.ids,
            labels=labels,
            source=FeedbackSource.SUGGEST_SCORE,
            given_by=_giver(body.get("communityId")),
        ),
    )
    return jsonify({"requestedLanguages": languages} | detected | _token(body))


def _asked(body: Mapping[str, Any]) -> Asked:
    text = body["comment"]["text"] if "comment" in body else ""
    if not text.strip():
        raise analyzer_error("COMMENT_EMPTY", "Comment must be non-empty.")
    n_bytes = len(text.encode("utf-8"))
    if n_bytes > MAX_TEXT_BYTES:
        raise analyzer_error(
            "COMMENT_TOO_LONG",
            f"Comment text was too many bytes. Value ({n_bytes}) exceeded limit "
            f"({MAX_TEXT_BYTES}).",
        )
    context = body.get("context") or {}
    if "entries" in context and "articleAndParentComment" in context:
        raise analyzer_error(
            "INVALID_REQUEST", "Only one of entries and article_and_parent_comment may be set."
        )
    return asked_comment(body)


def _languages(
    attributes: Sequence[str], body: Mapping[str, Any], asked: Asked
) -> tuple[list[str], dict[str, list[str]]]:
    """Return the languages that count, and the field that tells the detected one, if it is certain.

    Without a requested language the detected one counts; if none is certain, the forum's first.
    """
    supported = drop_in_of(current.runtime(), current.forum()).languages
    requested: list[str] = body["languages"]
    check_languages(attributes, requested, supported)
    found = detect_language(asked.comment.text)
    detected = {"detectedLanguages": [found]} if found is not None else {}
    if requested:
        return requested, detected
    if found is not None and found in supported:
        return [found], detected
    return [supported[0]], detected


def _token(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"clientToken": body["clientToken"]} if "clientToken" in body else {}


def _giver(community: str | None) -> str | None:
    if community is None or not community.isprintable():
        return None
    return community[:_LONGEST_GIVER] or None


def _attribute_scores(text: str, attribute: Attribute, analysis: Analysis) -> dict[str, Any]:
    label = attribute.label
    # Without sentences the whole text is the one span, as with Perspective itself.
    spans: Sequence[SentenceScores] = analysis.sentences or [
        SentenceScores(0, len(text), analysis.scores)
    ]
    told = [span for span in spans if span.scores[label] >= attribute.threshold]
    places = utf16_offsets(text, [at for span in told for at in (span.start, span.end)])
    return {
        "spanScores": [
            {
                "begin": places[2 * n],
                "end": places[2 * n + 1],
                "score": _score(span.scores, label),
            }
            for n, span in enumerate(told)
        ],
        "summaryScore": _score(analysis.scores, label),
    }


def _score(scores: Mapping[Label, float], label: Label) -> dict[str, Any]:
    return {"value": scores[label], "type": "PROBABILITY"}
