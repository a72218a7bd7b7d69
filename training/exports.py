"""Read exports of any size: a row at a time, at most a bounded sample kept.

A million decisions teach hardly more than a hundred thousand and would need memory without bound.
So of each kind of text (a label that decides says yes; none does; audit sample) those are kept that
have the smallest hashes: spread evenly over time, and the same ones again for the same files.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from classifiers.labelled import LabelledComment, LabelledCommentError
from classifiers.labelled_files import read_labelled
from classifiers.labelled_parquet import ParquetMissingError
from classifiers.labels import DECIDING_LABELS
from classifiers.row_files import RowFileError
from training.conflicts import Placed, resolve
from training.dataset import DatasetError, Dropped, text_key
from training.example import Example

MOST_KEPT: Mapping[str, int] = MappingProxyType({"yes": 30_000, "no": 40_000, "audit": 20_000})
"""Texts kept of each kind."""

MOST_COPIES = 100
"""Judgements of one text that are weighed against each other: the last ones read."""

MOST_NAMED = 1_000
"""Dropped rows that are named; the others are counted."""

_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Exports:
    """What exports hold.

    Attributes
    ----------
    rows : tuple[Example, ...]
        Distinct texts, in the order in which they were first read.
    dropped : tuple[Dropped, ...]
        The first `MOST_NAMED` rows that were left out, with reasons.
    n_dropped : int
        All rows that were left out because they are copies or unreadable.
    n_passed_over : int
        Good rows beyond the sample.
    files : tuple[Mapping[str, object], ...]
        Name, terms, rows and SHA-256 of each file, for the manifest.
    """

    rows: tuple[Example, ...]
    dropped: tuple[Dropped, ...]
    n_dropped: int
    n_passed_over: int
    files: tuple[Mapping[str, object], ...]


@dataclass(slots=True)
class _Text:
    """One text with its judgements, and where it stands in the order of reading."""

    number: int
    copies: deque[Placed]


@dataclass(slots=True)
class _Sample:
    """The texts of one kind with the smallest hashes."""

    most: int
    texts: dict[str, _Text] = field(default_factory=dict)
    heap: list[tuple[int, str]] = field(default_factory=list)

    def add(self, key: str, text: _Text) -> int:
        """Keep a text; returns how many rows had to go for it."""
        self.texts[key] = text
        heapq.heappush(self.heap, (-int(key, 16), key))
        if len(self.texts) <= self.most:
            return 0
        _, largest = heapq.heappop(self.heap)
        return len(self.texts.pop(largest).copies)


class _Reader:
    def __init__(self, most_kept: Mapping[str, int]) -> None:
        self.samples = {kind: _Sample(most) for kind, most in most_kept.items()}
        self.dropped: list[Dropped] = []
        self.n_dropped = self.n_passed_over = self.n_read = 0

    def read(self, path: Path) -> Mapping[str, object]:
        """Read one file; returns what the manifest says of it."""
        before, n_good = self.n_dropped, 0
        why = "empty"
        for row in _placed(path):
            if isinstance(row, Dropped):
                if self.n_dropped == before:
                    why = f"line {row.line}: {row.reason}"
                self.drop(row)
                continue
            n_good += 1
            self.take(row)
        if not n_good:
            raise DatasetError(f"{path.name}: no labelled comment in it ({why})")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"name": path.name, "terms": "forum", "rows": n_good, "sha256": digest}

    def take(self, row: Placed) -> None:
        """Keep a row beside others of its text, or its text as a new one."""
        self.n_read += 1
        key = text_key(row.example.text)
        for sample in self.samples.values():
            known = sample.texts.get(key)
            if known is not None:
                self.n_passed_over += len(known.copies) == MOST_COPIES
                known.copies.append(row)
                return
        text = _Text(self.n_read, deque([row], maxlen=MOST_COPIES))
        self.n_passed_over += self.samples[_kind(row.example)].add(key, text)

    def drop(self, dropped: Dropped) -> None:
        self.n_dropped += 1
        if len(self.dropped) < MOST_NAMED:
            self.dropped.append(dropped)

    def rows(self) -> Iterator[Example]:
        """Yield each text once, in the order of reading; its copies are dropped."""
        texts = [text for sample in self.samples.values() for text in sample.texts.values()]
        for text in sorted(texts, key=lambda text: text.number):
            if len(text.copies) == 1:
                yield text.copies[0].example
                continue
            resolved = resolve(tuple(text.copies))
            for row, why in resolved.left_out:
                self.drop(Dropped(row.file, row.line, why))
            yield resolved.example


def read_exports(paths: Sequence[Path], most_kept: Mapping[str, int] = MOST_KEPT) -> Exports:
    """Read labelled comments of one or more exports.

    A broken row is dropped and reported. Rows of one text are weighed against each other
    (`training.conflicts`); one of them stays.

    Parameters
    ----------
    paths : sequence of Path
    most_kept : mapping of str to int
        Size of the sample of each kind.

    Raises
    ------
    DatasetError
        If a file cannot be read or holds no usable row; names file, line and field.
    """
    reader = _Reader(most_kept)
    files = tuple(reader.read(path) for path in paths)
    rows = tuple(reader.rows())
    return Exports(rows, tuple(reader.dropped), reader.n_dropped, reader.n_passed_over, files)


def _kind(example: Example) -> str:
    if example.source == "export/audit_sample":
        return "audit"
    says_yes = any(example.labels.get(label, 0.0) >= _HALF for label in DECIDING_LABELS)
    return "yes" if says_yes else "no"


def _placed(path: Path) -> Iterator[Placed | Dropped]:
    try:
        for number, found in read_labelled(path):
            try:
                if isinstance(found, LabelledCommentError):
                    raise found
                yield Placed(_exported_row(found), path.name, number)
            except LabelledCommentError as error:
                yield Dropped(path.name, number, str(error))
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
        judge=comment.decided_by or "",
        thread=f"{comment.forum}:{comment.thread_id}" if comment.thread_id else "",
    )
