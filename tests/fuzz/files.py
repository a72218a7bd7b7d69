"""Everything that reads a file of rows."""

from __future__ import annotations

import json
import tempfile
from functools import cache, partial
from pathlib import Path
from random import Random

from classifiers.labelled import LabelledComment, to_json_line
from classifiers.labelled_csv import csv_header, csv_rows
from classifiers.labelled_files import read_labelled
from classifiers.labelled_parquet import ParquetRows
from classifiers.labels import Label
from classifiers.row_files import FileKind, RowFileError, kind_of, read_rows
from tests.fuzz import mutation
from tests.fuzz.target import Target

_MARKS = (
    ",", ";", "\t", "\n", "\r\n", '"', '""', "'", "a", "text", "abusive", "true", "1", "NaN", "-",
    "{", "}", "[", "]", ":", "null", "1e999", "\\u", "\\ud800", "\\", "{}", '{"text":"x"}',
    "\ufeff", " ", "=1+1", "0" * 50,
)  # fmt: skip
_COMMENTS = tuple(
    LabelledComment(
        text=text,
        labels={Label.ABUSIVE: number % 2 == 0, Label.PARTISAN: False},
        scores={Label.ABUSIVE: 0.5},
        forum="main",
        comment_id=f"c{number}",
        decided_at="2026-03-02T09:00:00Z",
    )
    for number, text in enumerate(("You, sir,\nare an idiot.", '"Quoted"; =1+1', "\u4e2d\u6587"))
)


@cache
def _examples(kind: FileKind) -> bytes:
    lines = [to_json_line(comment) for comment in _COMMENTS]
    if kind is FileKind.JSONL:
        return "\n".join(lines).encode()
    if kind is FileKind.JSON:
        return json.dumps([json.loads(line) for line in lines], indent=1).encode()
    if kind is FileKind.CSV:
        return (csv_header() + csv_rows(_COMMENTS)).encode()
    table = ParquetRows()
    return table.begin() + table.rows(_COMMENTS) + table.end()


def _file(kind: FileKind, random: Random) -> bytes:
    if kind is FileKind.PARQUET or random.randrange(4) == 0:
        return mutation.data(random, _examples(kind))
    seed = _examples(kind).decode()
    return mutation.text(random, _MARKS, [seed]).encode("utf-8", "surrogatepass")


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="fuzz-"))


def _reads(kind: FileKind, content: bytes) -> None:
    path = _folder() / f"rows.{kind.value}"
    path.write_bytes(content)
    try:
        for row in read_rows(path, kind):
            assert row.line >= 1
    except RowFileError as error:
        assert str(path) in str(error)  # noqa: PT017 - either is right
    try:
        kind_of(path)
        for line, _ in read_labelled(path):
            assert line >= 1
    except RowFileError as error:
        assert str(path) in str(error)  # noqa: PT017 - either is right


TARGETS = tuple(
    Target(f"files: {kind.value}", partial(_file, kind), partial(_reads, kind)) for kind in FileKind
)
