"""The export contract: one labelled comment a row, with its provenance.

``moderation export`` writes it, ``moderation train`` and ``moderation import-labels`` read it. The
two sides never import each other; this file is where they meet.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from classifiers.labels import Label

SCHEMA = "labelled-comment/2"
"""Name and version of the row format. Version 2 added ``text_sha256``, ``n_judges`` and
``agreement``, and lets ``text`` be left out."""

READABLE_SCHEMAS = ("labelled-comment/1", SCHEMA)
"""What is read; any other is refused."""


class LabelledCommentError(ValueError):
    """A line that is not a labelled comment; the message names the field and what was expected."""


@dataclass(frozen=True, slots=True)
class LabelledComment:
    """A comment that somebody has judged.

    Attributes
    ----------
    text : str
        The author's own words as they were scored (plain text, quotes removed). Empty when only
        ``text_sha256`` was exported.
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
    text_sha256 : str or None
        64 hex digits of the text's UTF-8 bytes: stands for a text that was left out.
    n_judges : int or None
        How many people judged the comment; None if unknown.
    agreement : float or None
        Share of them, in (0, 1], that gave the answers of this row.
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
    text_sha256: str | None = None
    n_judges: int | None = None
    agreement: float | None = None


MOST_JUDGES = 1_000_000
_TOO_LARGE = 10**15
_SHA256 = re.compile(r"[0-9a-f]{64}")
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
    record: dict[str, Any] = {
        "schema": SCHEMA,
        "text": comment.text or None,
        "text_sha256": comment.text_sha256,
    }
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
    record["n_judges"] = comment.n_judges
    record["agreement"] = comment.agreement
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
    if record.get("schema") not in READABLE_SCHEMAS:
        raise LabelledCommentError(f"schema: expected {SCHEMA!r}")
    text, text_sha256 = _text(record)
    source = record.get("source", "import")
    if not isinstance(source, str) or not source:
        raise LabelledCommentError("source: expected a non-empty string")
    return LabelledComment(
        text=text,
        labels=_labels(record.get("labels")),
        source=source,
        scores=_scores(record.get("scores", {})),
        weight=_weight(record.get("weight", 1.0)),
        text_sha256=text_sha256,
        n_judges=_n_judges(record.get("n_judges")),
        agreement=_agreement(record.get("agreement")),
        **{name: _optional_text(record, name) for name in _OPTIONAL_TEXT},
    )


def from_json_line(line: str) -> LabelledComment:
    """Read one line of an export; raises `LabelledCommentError` as `from_record` does."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LabelledCommentError("line: expected one JSON object") from error
    return from_record(record)


def sha256_of(text: str) -> str:
    """Return what stands for a text that is left out."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _text(record: Mapping[str, Any]) -> tuple[str, str | None]:
    text, digest = record.get("text"), record.get("text_sha256")
    if digest is not None and not (isinstance(digest, str) and _SHA256.fullmatch(digest)):
        raise LabelledCommentError("text_sha256: expected 64 hex digits")
    if text is None and digest is not None:
        return "", digest
    if not isinstance(text, str) or not text.strip():
        raise LabelledCommentError("text: expected a non-empty string")
    return text, digest


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    # A whole number of JSON may be too large for a float.
    return abs(value) < _TOO_LARGE if isinstance(value, int) else math.isfinite(value)


def _weight(value: Any) -> float:
    if not _is_number(value) or not value > 0:
        raise LabelledCommentError("weight: expected a positive number")
    return float(value)


def _n_judges(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_JUDGES:
        raise LabelledCommentError(f"n_judges: expected a whole number from 1 to {MOST_JUDGES}")
    return value


def _agreement(value: Any) -> float | None:
    if value is None:
        return None
    if not _is_number(value) or not 0 <= value <= 1:
        raise LabelledCommentError("agreement: expected a number in [0, 1] or null")
    return float(value)


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
        if not _is_number(score) or not 0 <= score <= 1:
            raise LabelledCommentError(f"scores.{name}: expected a number in [0, 1]")
        scores[Label(name)] = float(score)
    return scores
