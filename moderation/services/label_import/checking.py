"""A judgement from a file, held against what can be stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from classifiers.labelled import LabelledComment, LabelledCommentError, to_record
from moderation.domain.feedback import LEAST_WEIGHT, MOST_WEIGHT, FeedbackWeights, is_source
from moderation.domain.review import DecisionAction
from moderation.services.label_import.reading import Judgement
from moderation.services.label_import.rules import ImportRules
from moderation.storage.feedback import ImportedLabel

_MOST_CHARS: Mapping[str, int] = {
    "title": 1000,
    "forum": 40,
    "comment_id": 200,
    "revision": 200,
    "thread_id": 200,
    "author_id": 200,
    "decided_by": 200,
    "reason_code": 40,
    "model_version": 80,
}
_YEARS = range(1970, 2200)
_ACTIONS = (DecisionAction.APPROVE.value, DecisionAction.REJECT.value)
_NOT_THE_ROW = ("schema", "weight", "n_judges", "agreement", "text_sha256")
"""What may differ between two exports of one judgement."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What every judgement is held against.

    Attributes
    ----------
    weights : FeedbackWeights
        Of a source, for what brings no weight of its own.
    max_text_chars : int
    """

    weights: FeedbackWeights
    max_text_chars: int


def checked(judgement: Judgement, rules: ImportRules, limits: Limits) -> LabelledComment:
    """Return a judgement that can be stored, with its weight and with times in UTC.

    Raises
    ------
    LabelledCommentError
        Naming the field and what was expected.
    """
    judged = judgement.comment
    for name, value in _texts(judged):
        _check_text(name, value, limits.max_text_chars)
    if judged.decision not in (None, *_ACTIONS):
        raise LabelledCommentError("decision: expected approve, reject or nothing")
    source = rules.source if rules.source is not None else judged.source
    if not is_source(source):
        raise LabelledCommentError("source: expected small letters, digits and _ . / -, at most 40")
    own = judged.weight if judgement.has_weight else limits.weights.of(source)
    weight = rules.weight if rules.weight is not None else own
    if not LEAST_WEIGHT <= weight <= MOST_WEIGHT:
        raise LabelledCommentError(
            f"weight: expected a number from {LEAST_WEIGHT:g} to {MOST_WEIGHT:g}"
        )
    return replace(
        judged,
        source=source,
        weight=weight,
        created_at=_time("created_at", judged.created_at),
        decided_at=_time("decided_at", judged.decided_at),
    )


def _texts(judged: LabelledComment) -> list[tuple[str, str]]:
    values = [(field.name, getattr(judged, field.name)) for field in fields(judged)]
    return [(name, value) for name, value in values if isinstance(value, str)]


def _check_text(name: str, value: str, max_text_chars: int) -> None:
    most = _MOST_CHARS.get(name, max_text_chars)
    if len(value) > most:
        raise LabelledCommentError(f"{name}: expected at most {most} characters")
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise LabelledCommentError(f"{name}: expected text without NUL or half surrogate pairs")


def _time(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        raise LabelledCommentError(
            f"{name}: expected a time such as 2026-03-02T09:00:00Z"
        ) from None
    if at.year not in _YEARS:
        raise LabelledCommentError(f"{name}: expected a time from 1970 to 2199")
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at.isoformat().replace("+00:00", "Z")


def row_digest(judged: LabelledComment) -> str:
    """Return what is the same for the same row, in whichever of our formats it comes."""
    record = to_record(judged)
    same = {name: value for name, value in record.items() if name not in _NOT_THE_ROW}
    written = json.dumps(same, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def stored_form(
    judged: LabelledComment,
    forum: str | None,
    forum_ids: Mapping[str, int],
    weights: FeedbackWeights,
) -> ImportedLabel:
    """Return a judgement as it is stored.

    A weight that is its source's anyway is not kept, so that the operator can change it later.

    Parameters
    ----------
    forum : str or None
        The forum to put it into; None for the one that the file names.
    """
    place = forum if forum is not None else judged.forum
    at = judged.decided_at
    provenance: dict[str, Any] = {
        name: getattr(judged, name) for name in _PROVENANCE if getattr(judged, name) is not None
    }
    provenance["scores"] = {label.value: score for label, score in judged.scores.items()}
    return ImportedLabel(
        forum_id=forum_ids.get(place) if place is not None else None,
        source=judged.source,
        labels=judged.labels,
        text=judged.text,
        decision=judged.decision,
        reason=judged.reason_code,
        decided_by=judged.decided_by,
        decided_at=datetime.fromisoformat(at) if at is not None else None,
        weight=judged.weight if judged.weight != weights.of(judged.source) else None,
        provenance=provenance,
        row_digest=row_digest(judged),
    )


_PROVENANCE = (
    "title",
    "parent",
    "forum",
    "comment_id",
    "revision",
    "thread_id",
    "author_id",
    "created_at",
    "model_version",
    "n_judges",
    "agreement",
)
