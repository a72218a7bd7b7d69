"""Pinned examples, the file in which the service hands them to training. Stdlib only."""

from __future__ import annotations

import json
from dataclasses import dataclass

from classifiers.labels import DECIDING_LABELS, Label

SCHEMA = "pinned-example/1"
"""Name and version of the line format; a reader refuses any other."""


class PinnedExampleError(ValueError):
    """A line that is no pinned example; the message names the field and what was expected."""


@dataclass(frozen=True, slots=True)
class PinnedExample:
    """A text that must, or must never, be flagged.

    Attributes
    ----------
    key : str
        Names it for people.
    text : str
    label : Label
        One that decides: ``abusive`` or ``partisan``.
    must_flag : bool
        True: it must always be flagged; False: never.
    """

    key: str
    text: str
    label: Label
    must_flag: bool


def to_json_line(pin: PinnedExample) -> str:
    """Return the example as one line of JSON without the line end."""
    record = {
        "schema": SCHEMA,
        "key": pin.key,
        "text": pin.text,
        "label": pin.label.value,
        "must_flag": pin.must_flag,
    }
    return json.dumps(record, ensure_ascii=False)


def from_json_line(line: str) -> PinnedExample:
    """Read one line; raises `PinnedExampleError` naming the field that is wrong."""
    try:
        record = json.loads(line)
    except ValueError as error:
        raise PinnedExampleError("line: expected a JSON object") from error
    if not isinstance(record, dict):
        raise PinnedExampleError("line: expected a JSON object")
    if record.get("schema") != SCHEMA:
        raise PinnedExampleError(f"schema: expected {SCHEMA!r}")
    if not isinstance(record.get("text"), str) or not record["text"].strip():
        raise PinnedExampleError("text: expected a non-empty string")
    if record.get("label") not in DECIDING_LABELS:
        raise PinnedExampleError(f"label: expected {' or '.join(DECIDING_LABELS)}")
    if not isinstance(record.get("must_flag"), bool):
        raise PinnedExampleError("must_flag: expected true or false")
    return PinnedExample(
        str(record.get("key", "")), record["text"], Label(record["label"]), record["must_flag"]
    )
