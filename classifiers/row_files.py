"""Files of rows, read as a stream: JSON Lines, JSON arrays, CSV, Parquet.

A row that cannot be read is handed on as such, with its place, and the next one is read; only a
file that is none at all stops the reading.
"""

from __future__ import annotations

import codecs
import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from classifiers.json_array import JsonArrayError, json_array
from classifiers.labelled_parquet import ParquetUnreadableError, parquet_rows

MAX_ROW_CHARS = 32_000_000
"""A longer row is refused: it would have to be held in memory."""

_CHUNK = 1 << 20
_PARQUET_MAGIC = b"PAR1"
_DELIMITERS = ",;\t"


class RowFileError(ValueError):
    """A file that cannot be read as rows; the message names file, line and what was expected."""


class FileKind(StrEnum):
    """How rows are written."""

    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


_SUFFIXES = {
    ".jsonl": FileKind.JSONL,
    ".ndjson": FileKind.JSONL,
    ".csv": FileKind.CSV,
    ".tsv": FileKind.CSV,
    ".parquet": FileKind.PARQUET,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file.

    Attributes
    ----------
    line : int
        Where it begins, from 1; in a Parquet file its number.
    value : Any
        What was read: a mapping by column or a JSON value. What stood there, when it is broken.
    problem : str
        Why it could not be read; empty when it could.
    """

    line: int
    value: Any
    problem: str = ""


def kind_of(path: Path) -> FileKind:
    """Tell how the rows of a file are written, by its name, and by what it begins with.

    Raises
    ------
    RowFileError
        If the file cannot be read or is empty.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4096).removeprefix(codecs.BOM_UTF8).lstrip()
    except OSError as error:
        raise RowFileError(f"{path}: cannot be read ({error.strerror})") from error
    if not start:
        raise RowFileError(f"{path}: the file is empty")
    if start.startswith(_PARQUET_MAGIC):
        return FileKind.PARQUET
    by_name = _SUFFIXES.get(path.suffix.lower())
    if by_name is not None:
        return by_name
    if start.startswith(b"["):
        return FileKind.JSON
    return FileKind.JSONL if start.startswith(b"{") else FileKind.CSV


def read_rows(path: Path, kind: FileKind) -> Iterator[Row]:
    """Yield the rows of a file; memory holds some of them at a time.

    Raises
    ------
    RowFileError
        If the file cannot be read, is not UTF-8 (a byte order mark may stand in front) or is not
        of its kind.
    """
    try:
        if kind is FileKind.PARQUET:
            for number, flat in enumerate(parquet_rows(path), 1):
                yield Row(number, flat)
            return
        require_utf8(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            if kind is FileKind.CSV:
                yield from _csv(file)
            elif kind is FileKind.JSON:
                for line, value in json_array(file, most_chars=MAX_ROW_CHARS):
                    yield Row(line, value)
            else:
                yield from _json_lines(file)
    except OSError as error:
        raise RowFileError(f"{path}: cannot be read ({error.strerror})") from error
    except (ParquetUnreadableError, JsonArrayError, _NotATableError) as error:
        raise RowFileError(f"{path}: {error}") from error


def require_utf8(path: Path) -> None:
    """Read a text file once to the end: better refused at once than half taken.

    Raises
    ------
    RowFileError
        Naming the line that is not UTF-8.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise RowFileError(f"{path}: this is UTF-16; {_SAVE_AS}")
        file.seek(0)
        while True:
            chunk = file.read(_CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                raise RowFileError(f"{path}, line {line}: not UTF-8; {_SAVE_AS}") from None
            if not chunk:
                return
            # What the decoder keeps for the next chunk holds no line end.
            line += chunk.count(b"\n")


_SAVE_AS = "save the file as UTF-8 (in a spreadsheet: 'CSV UTF-8')"


def _json_lines(file: IO[str]) -> Iterator[Row]:
    number = 0
    while line := file.readline(MAX_ROW_CHARS + 1):
        number += 1
        if len(line) > MAX_ROW_CHARS:
            _skip_line(file, line)
            yield Row(number, line[:200], f"line: longer than {MAX_ROW_CHARS} characters")
        elif line.strip():
            yield _json_line(number, line)


def _skip_line(file: IO[str], line: str) -> None:
    while line and not line.endswith("\n"):
        line = file.readline(_CHUNK)


def _json_line(number: int, line: str) -> Row:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return Row(number, line.rstrip("\r\n"), "line: expected one JSON object")
    if not isinstance(value, dict):
        return Row(number, line.rstrip("\r\n"), "line: expected one JSON object")
    return Row(number, value)


class _NotATableError(ValueError):
    pass


def _csv(file: IO[str]) -> Iterator[Row]:
    csv.field_size_limit(MAX_ROW_CHARS)
    first = file.readline(_CHUNK)
    file.seek(0)
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    header = _header(reader)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, None, f"line: {error}")
            continue
        if not cells:
            continue
        if len(cells) != len(header):
            problem = f"line: expected {len(header)} cells, found {len(cells)}"
            yield Row(line, cells, problem)
        else:
            yield Row(line, dict(zip(header, cells, strict=True)))


def _header(reader: Iterator[list[str]]) -> list[str]:
    try:
        header = [name.strip() for name in next(reader)]
    except (StopIteration, csv.Error) as error:
        raise _NotATableError(f"line 1: expected the names of the columns ({error})") from None
    twice = sorted(name for name, count in Counter(header).items() if count > 1)
    if twice:
        raise _NotATableError(f"line 1: two columns have the name {twice[0]!r}")
    return header
