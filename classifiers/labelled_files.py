"""Exports of labelled comments, read from any of their three formats as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from classifiers.labelled import LabelledComment, LabelledCommentError, from_record
from classifiers.labelled_csv import flat_of_cells
from classifiers.labelled_table import from_flat
from classifiers.row_files import FileKind, Row, RowFileError, kind_of, read_rows


def labelled_of(row: Row, kind: FileKind) -> LabelledComment:
    """Return the labelled comment that a row holds.

    Raises
    ------
    LabelledCommentError
        If it holds none; the message names the field and what was expected.
    """
    if row.problem:
        raise LabelledCommentError(row.problem)
    if kind is FileKind.JSONL:
        return from_record(row.value)
    return from_record(from_flat(flat_of_cells(row.value) if kind is FileKind.CSV else row.value))


def read_labelled(path: Path) -> Iterator[tuple[int, LabelledComment | LabelledCommentError]]:
    """Yield line and labelled comment, or what is wrong with the line.

    Raises
    ------
    RowFileError
        If the file cannot be read, or is no JSON Lines, CSV or Parquet file in UTF-8.
    """
    kind = kind_of(path)
    if kind is FileKind.JSON:
        raise RowFileError(f"{path}: expected an export (JSON Lines, CSV or Parquet)")
    for row in read_rows(path, kind):
        try:
            yield row.line, labelled_of(row, kind)
        except LabelledCommentError as error:
            yield row.line, error
