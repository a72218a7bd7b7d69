"""The export contract: one labelled comment a line, with its provenance.

``moderation export`` writes it, ``moderation train`` reads it. The two sides never import each
other; this file is where they meet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from classifiers.labels import Label

SCHEMA = "labelled-comment/1"
"""Name and version of the line format; a reader refuses any other."""


class LabelledCommentError(ValueError):
    """A line that is not a labelled comment; the message names the field and what was expected."""


@dataclass(frozen=True, slots=True)
class LabelledComment:
    """A comment that somebody has judged.

    Attributes
    ----------
    text : str
        The author's own words as they were scored (plain text, quotes removed).
    labels : Mapping[Label, bool]
        Judged labels. A label that is absent is *unknown*, not false.
    title, parent : str or None
        Context that was shown to the scorer.
    forum, comment_id, revision, thread_id, author_id : str or None
        Where it comes from. ``author_id`` may be a pseudonym; it groups rows in a split.
    created_at, decided_at : str or None
        RFC 3339 times in UTC. ``decided_at`` orders the split by time.
    decided_by, decision, reason_code : str or None
        Who judged, ``approve`` or ``reject``, and why.
    source : str
        Why a person looked at it: ``model``, ``report``, ``audit_sample``, ``word_rule``,
        ``scorer_failed``, ``import`` or the name of a data set.
    model_version : str or None
        The model whose verdict queued it.
    scores : Mapping[Label, float]
        That model's scores at the time.
    weight : float
        Weight in training, positive.
    """

    text: str
    labels: Mapping[Label, bool]
    title: str | None = None
    parent: str | None = None
    forum: str | None = None
    comment_id: str | None = None
    revision: str | None = None
    thread_id: str | None = None
    author_id: str | None = None
    created_at: str | None = None
    decided_at: str | None = None
    decided_by: str | None = None
    decision: str | None = None
    reason_code: str | None = None
    source: str = "import"
    model_version: str | None = None
    scores: Mapping[Label, float] = field(default_factory=dict)
    weight: float = 1.0


_OPTIONAL_TEXT = (
    "title",
    "parent",
    "forum",
    "comment_id",
    "revision",
    "thread_id",
    "author_id",
    "created_at",
    "decided_at",
    "decided_by",
    "decision",
    "reason_code",
    "model_version",
)


def to_record(comment: LabelledComment) -> dict[str, Any]:
    """Return the JSON-ready mapping of a labelled comment, with a fixed key order."""
    record: dict[str, Any] = {"schema": SCHEMA, "text": comment.text}
    record["labels"] = {
        label.value: comment.labels[label] for label in Label if label in comment.labels
    }
    for name in _OPTIONAL_TEXT:
        record[name] = getattr(comment, name)
    record["source"] = comment.source
    record["scores"] = {
        label.value: comment.scores[label] for label in Label if label in comment.scores
    }
    record["weight"] = comment.weight
    return record


def to_json_line(comment: LabelledComment) -> str:
    """Return the comment as one line of JSON without the line end."""
    return json.dumps(to_record(comment), ensure_ascii=False, separators=(",", ":"))


def from_record(record: object) -> LabelledComment:
    """Read one labelled comment.

    Raises
    ------
    LabelledCommentError
        If a field is missing or of the wrong type; the message names it.
    """
    if not isinstance(record, dict):
        raise LabelledCommentError("line: expected a JSON object")
    if record.get("schema") != SCHEMA:
        raise LabelledCommentError(f"schema: expected {SCHEMA!r}")
    text = record.get("text")
    if not isinstance(text, str) or not text.strip():
        raise LabelledCommentError("text: expected a non-empty string")
    weight = record.get("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not weight > 0:
        raise LabelledCommentError("weight: expected a positive number")
    source = record.get("source", "import")
    if not isinstance(source, str):
        raise LabelledCommentError("source: expected a string")
    return LabelledComment(
        text=text,
        labels=_labels(record.get("labels")),
        source=source,
        scores=_scores(record.get("scores", {})),
        weight=float(weight),
        **{name: _optional_text(record, name) for name in _OPTIONAL_TEXT},
    )


def from_json_line(line: str) -> LabelledComment:
    """Read one line of an export; raises `LabelledCommentError` as `from_record` does."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LabelledCommentError("line: expected one JSON object") from error
    return from_record(record)


def _optional_text(record: Mapping[str, Any], name: str) -> str | None:
    value = record.get(name)
    if value is not None and not isinstance(value, str):
        raise LabelledCommentError(f"{name}: expected a string or null")
    return value


def _labels(value: object) -> dict[Label, bool]:
    if not isinstance(value, dict) or not value:
        raise LabelledCommentError('labels: expected an object such as {"abusive": true}')
    labels: dict[Label, bool] = {}
    for name, judged in value.items():
        if name not in {label.value for label in Label}:
            raise LabelledCommentError(f"labels.{name}: unknown label")
        if not isinstance(judged, bool):
            raise LabelledCommentError(f"labels.{name}: expected true or false")
        labels[Label(name)] = judged
    return labels


def _scores(value: object) -> dict[Label, float]:
    if not isinstance(value, dict):
        raise LabelledCommentError('scores: expected an object such as {"abusive": 0.5}')
    scores: dict[Label, float] = {}
    for name, score in value.items():
        if name not in {label.value for label in Label}:
            raise LabelledCommentError(f"scores.{name}: unknown label")
        if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
            raise LabelledCommentError(f"scores.{name}: expected a number in [0, 1]")
        scores[Label(name)] = float(score)
    return scores
