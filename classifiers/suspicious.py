"""Labels worth another look: the list that training writes and the service reads.

``python -m training noise`` writes it, ``moderation labels suspicious`` reads it. The two sides
never import each other; this file is where they meet. A line holds no comment text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from classifiers.labels import Label

SCHEMA = "suspicious-label/1"
"""Name and version of the line format; a reader refuses any other."""


class SuspiciousLabelError(ValueError):
    """A line that names no suspicious label; the message names the field."""


@dataclass(frozen=True, slots=True)
class SuspiciousLabel:
    """A label that a model trained on the other rows confidently contradicts.

    Attributes
    ----------
    forum, comment_id, revision : str
        The comment, as the export names it; empty where the export does not.
    label : Label
    given : bool
        What was decided.
    probability : float
        What the model gives for the label, in [0, 1].
    reason : str
        One sentence; never comment text.
    """

    forum: str
    comment_id: str
    revision: str
    label: Label
    given: bool
    probability: float
    reason: str


def to_record(row: SuspiciousLabel) -> dict[str, Any]:
    """Return the row JSON-ready."""
    return {
        "schema": SCHEMA,
        "forum": row.forum,
        "comment_id": row.comment_id,
        "revision": row.revision,
        "label": row.label.value,
        "given": row.given,
        "probability": row.probability,
        "reason": row.reason,
    }


def to_json_line(row: SuspiciousLabel) -> str:
    """Return the row as one line of JSON without the line end."""
    return json.dumps(to_record(row), ensure_ascii=False)


def from_json_line(line: str) -> SuspiciousLabel:
    """Read one line.

    Raises
    ------
    SuspiciousLabelError
        If a field is missing or of the wrong type; the message names it.
    """
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise SuspiciousLabelError("line: expected one JSON object") from error
    return from_record(record)


def from_record(record: object) -> SuspiciousLabel:
    """Read what `to_record` made. Raises as `from_json_line`."""
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        raise SuspiciousLabelError(f"schema: expected {SCHEMA!r}")
    label, given, probability = (record.get(key) for key in ("label", "given", "probability"))
    if label not in tuple(Label):
        raise SuspiciousLabelError("label: expected a known label")
    if not isinstance(given, bool):
        raise SuspiciousLabelError("given: expected true or false")
    if isinstance(probability, bool) or not isinstance(probability, int | float):
        raise SuspiciousLabelError("probability: expected a number in [0, 1]")
    if not 0 <= probability <= 1:
        raise SuspiciousLabelError("probability: expected a number in [0, 1]")
    return SuspiciousLabel(
        _text(record, "forum"),
        _text(record, "comment_id"),
        _text(record, "revision"),
        Label(label),
        given,
        float(probability),
        _text(record, "reason"),
    )


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str):
        raise SuspiciousLabelError(f"{name}: expected a string")
    return value
