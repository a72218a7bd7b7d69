"""Read and validate exports and our own corpus; drop duplicates; report what was dropped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.labelled import LabelledComment, LabelledCommentError
from classifiers.labelled_files import read_labelled
from classifiers.labelled_parquet import ParquetMissingError
from classifiers.labels import KIND_LABELS, Label
from classifiers.row_files import RowFileError
from training.conflicts import Placed, resolve
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


def read_exports(paths: Sequence[Path]) -> tuple[list[Example], list[Dropped]]:
    """Read labelled comments of one or more exports: JSON Lines, CSV or Parquet.

    A broken line is dropped and reported. Rows of one text are weighed against each other
    (`training.conflicts`); one of them stays.

    Raises
    ------
    DatasetError
        If a file cannot be read or holds no usable line; names file, line and field.
    """
    dropped: list[Dropped] = []
    first: dict[str, Placed] = {}
    copies: dict[str, list[Placed]] = {}
    for path in paths:
        broken: list[Dropped] = []
        n_good = 0
        for row in _placed(path, broken):
            n_good += 1
            key = text_key(row.example.text)
            if first.setdefault(key, row) is not row:
                copies.setdefault(key, [first[key]]).append(row)
        if not n_good:
            reason = f"line {broken[0].line}: {broken[0].reason}" if broken else "empty"
            raise DatasetError(f"{path.name}: no labelled comment in it ({reason})")
        dropped += broken
    rows = {key: row.example for key, row in first.items()}
    for key, several in copies.items():
        resolved = resolve(several)
        rows[key] = resolved.example
        dropped += [Dropped(row.file, row.line, why) for row, why in resolved.left_out]
    return list(rows.values()), dropped


def _placed(path: Path, broken: list[Dropped]) -> Iterator[Placed]:
    try:
        for number, found in read_labelled(path):
            try:
                if isinstance(found, LabelledCommentError):
                    raise found
                yield Placed(_exported_row(found), path.name, number)
            except LabelledCommentError as error:
                broken.append(Dropped(path.name, number, str(error)))
    except (RowFileError, ParquetMissingError) as error:
        raise DatasetError(str(error)) from error


def _exported_row(comment: LabelledComment) -> Example:
    if not comment.text:
        raise LabelledCommentError(
            "text: the export was made without texts, only their hashes, and a hash teaches "
            "nothing; bring the labels in where the texts are ('moderation import-labels') and "
            "train there, or export again with texts"
        )
    return Example(
        comment.text.strip(),
        {label: float(judged) for label, judged in comment.labels.items()},
        f"export/{comment.source}",
        weight=comment.weight,
        group=f"author:{comment.forum}:{comment.author_id}" if comment.author_id else "",
        time=comment.decided_at or comment.created_at or "",
        key=f"{comment.forum}:{comment.comment_id}" if comment.comment_id else "",
        title=comment.title,
        parent=comment.parent,
        revision=comment.revision or "",
    )
