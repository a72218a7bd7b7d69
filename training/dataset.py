"""Read and validate our own corpus; what a bad line of any data set is called."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.labels import KIND_LABELS, Label
from training.example import Example

CORPUS_DIR = Path(__file__).parent / "corpus"
SIDES = ("left", "right", "none", "other")
_FIELDS = {"text", "abusive", "partisan", "kinds", "side", "topic"}


class DatasetError(ValueError):
    """Input that cannot be used; the message names file, line and field."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line that does not train.

    Attributes
    ----------
    file : str
        Name of the file.
    line : int
        Line number from 1.
    reason : str
        Why, in words; never the comment's text.
    """

    file: str
    line: int
    reason: str


def text_key(text: str) -> str:
    """Return what two copies of a text share: letters and digits, without case."""
    return hashlib.sha256(
        "".join(char for char in text.lower() if char.isalnum()).encode("utf-8", "replace")
        or text.encode("utf-8", "replace")
    ).hexdigest()[:24]


def read_corpus(folder: Path = CORPUS_DIR) -> list[Example]:
    """Return the rows of our own corpus, in file order, exact duplicates dropped.

    Raises
    ------
    DatasetError
        On the first line that breaks the corpus rules.
    """
    rows: list[Example] = []
    seen: set[str] = set()
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                example = _corpus_row(path.name, number, line)
                key = text_key(example.text)
                if key not in seen:
                    seen.add(key)
                    rows.append(example)
    return rows


def check_corpus_record(record: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a corpus line, naming the field, or None."""
    missing = _FIELDS - set(record)
    if missing:
        return f"{min(missing)}: missing"
    kinds = record["kinds"]
    known_kinds = {kind.value for kind in KIND_LABELS}
    checks = (
        (_is_text(record["text"]), "text: expected a non-empty string"),
        (_is_bit(record["abusive"]), "abusive: expected 0 or 1"),
        (_is_bit(record["partisan"]), "partisan: expected 0 or 1"),
        (
            isinstance(kinds, list) and set(kinds) <= known_kinds,
            "kinds: expected a list of insult, profanity, threat, identity_attack",
        ),
        (record["side"] in SIDES, f"side: expected one of {', '.join(SIDES)}"),
    )
    for is_right, problem in checks:
        if not is_right:
            return problem
    if set(kinds) - {"profanity"} and not record["abusive"]:
        return "kinds: a kind of abuse on a line that is not abusive"
    return None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_bit(value: object) -> bool:
    return value in (0, 1) and not isinstance(value, bool)


def _corpus_row(file: str, number: int, line: str) -> Example:
    try:
        record = json.loads(line)
        problem = check_corpus_record(record)
    except (ValueError, TypeError):
        problem = "not a JSON object"
        record = {}
    if problem:
        message = f"{file}, line {number}: {problem}"
        raise DatasetError(message)
    labels = {Label.ABUSIVE: float(record["abusive"]), Label.PARTISAN: float(record["partisan"])}
    labels |= {kind: float(kind.value in record["kinds"]) for kind in KIND_LABELS}
    event = record.get("event") or record["topic"]
    return Example(
        record["text"].strip(),
        labels,
        f"corpus/{file.removesuffix('.jsonl')}",
        group=f"corpus:{str(event).casefold()}",
        key=f"{file}:{number}",
        side=record["side"],
        category=record.get("category") or "",
        pair=record.get("pair") or "",
        topic=str(record["topic"]),
        title=record.get("title") or None,
        parent=record.get("parent") or None,
    )
