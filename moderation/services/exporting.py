"""Decided comments as labels for the next model."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import IO

from classifiers.labelled import LabelledComment, to_json_line, to_record
from classifiers.labels import Label
from moderation.services.runtime import Runtime
from moderation.storage.labelled import ExportFilter, count_labelled, labelled_comments


class ExportFormat(StrEnum):
    """How an export is written."""

    JSONL = "jsonl"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class ExportReceipt:
    """What was exported.

    Attributes
    ----------
    rows : int
    digest : str
        ``sha256:`` and the hex digest of the bytes written.
    """

    rows: int
    digest: str


def count_export(runtime: Runtime, wanted: ExportFilter) -> int:
    """Return how many comments an export will hold."""
    with runtime.database.read() as connection:
        return count_labelled(connection, wanted)


def export_labels(
    runtime: Runtime,
    wanted: ExportFilter,
    target: IO[bytes],
    export_format: ExportFormat,
    *,
    on_row: Callable[[], None] = lambda: None,
) -> ExportReceipt:
    """Write the decided comments, a row at a time, in one reading transaction.

    Parameters
    ----------
    target : IO[bytes]
        Written to; not closed.
    on_row : Callable
        Called after each row, for a progress bar.
    """
    digest, rows = hashlib.sha256(), 0
    with runtime.database.read() as connection:
        batches = labelled_comments(connection, wanted, runtime.feedback_weights)
        found = chain.from_iterable(batches)
        lines = _json_lines(found) if export_format is ExportFormat.JSONL else _csv_lines(found)
        for line, is_row in lines:
            data = line.encode("utf-8")
            target.write(data)
            digest.update(data)
            rows += is_row
            if is_row:
                on_row()
    return ExportReceipt(rows, f"sha256:{digest.hexdigest()}")


def _json_lines(found: Iterator[LabelledComment]) -> Iterator[tuple[str, bool]]:
    for comment in found:
        yield to_json_line(comment) + "\n", True


_TEXT_COLUMNS = (
    "text",
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
    "source",
    "model_version",
    "text_sha256",
)
COLUMNS = (
    "schema",
    *_TEXT_COLUMNS,
    *(f"label_{label.value}" for label in Label),
    *(f"score_{label.value}" for label in Label),
    "weight",
    "n_judges",
    "agreement",
)
_FORMULA_STARTS = (*"=+-@", *"\uff1d\uff0b\uff0d\uff20", "\t", "\r", "\n", "'")


def _csv_lines(found: Iterator[LabelledComment]) -> Iterator[tuple[str, bool]]:
    line = _Line()
    writer = csv.writer(line, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    yield line.text, False
    for comment in found:
        writer.writerow(_csv_row(comment))
        yield line.text, True


class _Line:
    """Holds the line that a CSV writer wrote last."""

    text = ""

    def write(self, text: str) -> int:
        self.text = text
        return len(text)


def _csv_row(comment: LabelledComment) -> list[str]:
    record = to_record(comment)
    return [
        record["schema"],
        *(_harmless(record[name] or "") for name in _TEXT_COLUMNS),
        *(json.dumps(record["labels"].get(label.value)) for label in Label),
        *(json.dumps(record["scores"].get(label.value)) for label in Label),
        *(json.dumps(record[name]) for name in ("weight", "n_judges", "agreement")),
    ]


def _harmless(value: str) -> str:
    """Keep a spreadsheet from running a cell as a formula.

    A quotation mark goes before a cell that begins like a formula or with such a mark itself; to
    read a cell back, one leading mark is taken off (OWASP, "CSV Injection").
    """
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
