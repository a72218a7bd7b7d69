"""Labels out: every judgement that trains, as a stream of bytes in one of three formats."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import IO, Any, Protocol

from classifiers.labelled import SCHEMA, LabelledComment, sha256_of, to_json_line
from classifiers.labelled_csv import csv_header, csv_rows
from classifiers.labelled_parquet import ParquetMissingError, ParquetRows, has_parquet
from classifiers.labels import Label
from moderation.domain.errors import InvalidInputError
from moderation.services.messages import rfc3339
from moderation.services.pseudonyms import Pseudonyms
from moderation.services.runtime import Runtime
from moderation.storage.events import append_event
from moderation.storage.labelled import (
    ExportFilter,
    count_labelled,
    labelled_batch,
    newest_feedback,
)

MANIFEST_SCHEMA = "export-manifest/1"
BATCH_ROWS = 1000
"""Rows that are in memory at a time."""


class ExportFormat(StrEnum):
    """How an export is written."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


def usable_formats() -> tuple[ExportFormat, ...]:
    """Return the formats that this installation can write: Parquet takes an extra."""
    return tuple(
        known for known in ExportFormat if known is not ExportFormat.PARQUET or has_parquet()
    )


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is taken out of an export.

    Attributes
    ----------
    pseudonyms : Pseudonyms or None
        What stands for authors and moderators; None leaves their names.
    drops_text : bool
        Whether text, title and parent are left out and only the text's SHA-256 is written.
    """

    pseudonyms: Pseudonyms | None = None
    drops_text: bool = False

    def applied(self, comment: LabelledComment) -> LabelledComment:
        """Return what is exported of a comment."""
        if self.pseudonyms is not None:
            comment = self.pseudonyms.applied(comment)
        if self.drops_text:
            digest = sha256_of(comment.text)
            comment = replace(comment, text="", title=None, parent=None, text_sha256=digest)
        return comment


WHOLE = Redaction()


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


class _RowWriter(Protocol):
    def begin(self) -> bytes: ...
    def rows(self, comments: Iterable[LabelledComment]) -> bytes: ...
    def end(self) -> bytes: ...


class LabelExport:
    """One export: its bytes, and afterwards its manifest.

    Parameters
    ----------
    on_rows : Callable[[int], None]
        Told after each batch how many rows it had, for a progress bar.

    Raises
    ------
    InvalidInputError
        If the format takes an extra that is not installed.
    """

    def __init__(
        self,
        runtime: Runtime,
        wanted: ExportFilter,
        export_format: ExportFormat,
        redaction: Redaction = WHOLE,
        *,
        on_rows: Callable[[int], None] = lambda _rows: None,
    ) -> None:
        self._runtime = runtime
        self._wanted = wanted
        self._format = export_format
        self._redaction = redaction
        self._on_rows = on_rows
        self._writer = _writer(export_format)
        self._digest = hashlib.sha256()
        self._rows = 0
        self._labels: Counter[tuple[str, bool]] = Counter()
        self._sources: Counter[str] = Counter()
        self._created_at = rfc3339(runtime.clock())

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes of the file, once.

        Each batch is a short transaction of its own that goes on behind the last key, so a slow
        reader holds no connection. What arrives meanwhile is not exported.
        """
        for chunk in self._written():
            if chunk:
                self._digest.update(chunk)
                yield chunk

    def _written(self) -> Iterator[bytes]:
        yield self._writer.begin()
        for batch in self._batches():
            self._count(batch)
            yield self._writer.rows(batch)
            self._on_rows(len(batch))
        yield self._writer.end()

    def _batches(self) -> Iterator[list[LabelledComment]]:
        database, weights = self._runtime.database, self._runtime.feedback_weights
        with database.read() as connection:
            upto = newest_feedback(connection)
        last: int | None = 0
        while last is not None:
            with database.read() as connection:
                batch, last = labelled_batch(
                    connection, self._wanted, weights, after=last, upto=upto, limit=BATCH_ROWS
                )
            if batch:
                yield [self._redaction.applied(comment) for comment in batch]

    def _count(self, batch: list[LabelledComment]) -> None:
        self._rows += len(batch)
        for comment in batch:
            self._sources[comment.source] += 1
            self._labels.update((label.value, answer) for label, answer in comment.labels.items())

    @property
    def receipt(self) -> ExportReceipt:
        """Rows and digest of what was written."""
        return ExportReceipt(self._rows, f"sha256:{self._digest.hexdigest()}")

    def manifest(self, file_name: str) -> dict[str, Any]:
        """Return what goes beside the file: rows, digest, filters and counts."""
        wanted = self._wanted
        return {
            "schema": MANIFEST_SCHEMA,
            "file": file_name,
            "format": self._format.value,
            "row_schema": SCHEMA,
            "rows": self._rows,
            "digest": self.receipt.digest,
            "created_at": self._created_at,
            "filters": _written_filter(wanted),
            "pseudonymised": self._redaction.pseudonyms is not None,
            "text_dropped": self._redaction.drops_text,
            "labels": {
                label.value: {
                    "true": self._labels[label.value, True],
                    "false": self._labels[label.value, False],
                }
                for label in Label
            },
            "sources": dict(sorted(self._sources.items())),
        }


def _written_filter(wanted: ExportFilter) -> dict[str, Any]:
    return {
        "forum": wanted.forum,
        "since": rfc3339(wanted.since) if wanted.since else None,
        "until": rfc3339(wanted.until) if wanted.until else None,
        "label": wanted.label.value if wanted.label else None,
        "answer": wanted.answer,
        "sources": list(wanted.sources),
    }


def note_export(
    runtime: Runtime, wanted: ExportFilter, redaction: Redaction, *, actor: str
) -> None:
    """Write down who takes labels out, and which: they are personal data."""
    with runtime.database.write() as connection:
        append_event(
            connection,
            "labels_exported",
            at=runtime.clock(),
            actor=actor,
            details={
                "filters": _written_filter(wanted),
                "pseudonymised": redaction.pseudonyms is not None,
                "text_dropped": redaction.drops_text,
            },
        )


def count_export(runtime: Runtime, wanted: ExportFilter) -> int:
    """Return how many rows an export will hold."""
    with runtime.database.read() as connection:
        return count_labelled(connection, wanted)


def export_labels(
    runtime: Runtime, wanted: ExportFilter, target: IO[bytes], export_format: ExportFormat
) -> ExportReceipt:
    """Write every label that trains: what the next model learns from.

    Parameters
    ----------
    target : IO[bytes]
        Written to; not closed.
    """
    export = LabelExport(runtime, wanted, export_format)
    for chunk in export.chunks():
        target.write(chunk)
    return export.receipt


class _JsonLines:
    def begin(self) -> bytes:
        return b""

    def rows(self, comments: Iterable[LabelledComment]) -> bytes:
        return "".join(f"{to_json_line(comment)}\n" for comment in comments).encode("utf-8")

    def end(self) -> bytes:
        return b""


class _Csv(_JsonLines):
    def begin(self) -> bytes:
        return csv_header().encode("utf-8")

    def rows(self, comments: Iterable[LabelledComment]) -> bytes:
        return csv_rows(comments).encode("utf-8")


def _writer(export_format: ExportFormat) -> _RowWriter:
    if export_format is ExportFormat.CSV:
        return _Csv()
    if export_format is ExportFormat.JSONL:
        return _JsonLines()
    try:
        return ParquetRows()
    except ParquetMissingError as error:
        raise InvalidInputError(str(error), fields={"format": "expected jsonl or csv"}) from error
