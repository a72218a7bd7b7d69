"""The rows of a file as judgements, whatever shape it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from classifiers.labelled import LabelledComment, LabelledCommentError
from classifiers.labelled_files import labelled_of
from classifiers.labelled_parquet import ParquetMissingError
from classifiers.row_files import FileKind, Row, RowFileError, kind_of, read_rows
from moderation.domain.errors import InvalidInputError
from moderation.services.label_import.argilla import is_argilla, of_record
from moderation.services.label_import.label_studio import is_label_studio, of_task
from moderation.services.label_import.rules import ImportFormat, ImportRules
from moderation.services.label_import.table import as_text, check_columns, of_table_row

_EXPORT_SCHEMA = "labelled-comment/"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judged comment as a file has it.

    Attributes
    ----------
    has_weight : bool
        Whether the file gives it a weight; otherwise that of its source counts.
    """

    comment: LabelledComment
    has_weight: bool


@dataclass(frozen=True, slots=True)
class Read:
    """What one row gave.

    Attributes
    ----------
    number : int
        The row's number from 1; ``row.line`` is where it begins.
    judgements : Sequence[Judgement | str]
        Judgements, and reasons why something in it is none.
    """

    number: int
    row: Row
    judgements: Sequence[Judgement | str]


def read_judgements(path: Path, rules: ImportRules) -> tuple[ImportFormat, Iterator[Read]]:
    """Return the shape of a file and its rows, read one by one.

    Raises
    ------
    InvalidInputError
        If the file cannot be read, or the rules do not fit it.
    """
    try:
        kind = kind_of(path)
        rows = read_rows(path, kind)
        first = next(rows, None)
    except (RowFileError, ParquetMissingError) as error:
        raise InvalidInputError(str(error)) from error
    if first is None:
        return rules.format or ImportFormat.TABLE, iter(())
    shape = rules.format if rules.format is not None else _shape(first.value, kind)
    _check(path, shape, kind, first, rules)
    return shape, _read(chain([first], rows), (shape, kind), rules)


def _shape(value: Any, kind: FileKind) -> ImportFormat:
    if not isinstance(value, dict):
        return ImportFormat.EXPORT if kind is FileKind.JSONL else ImportFormat.TABLE
    if str(value.get("schema", "")).startswith(_EXPORT_SCHEMA):
        return ImportFormat.EXPORT
    if is_argilla(value):
        return ImportFormat.ARGILLA
    if is_label_studio(value):
        return ImportFormat.LABEL_STUDIO
    return ImportFormat.TABLE


def _check(path: Path, shape: ImportFormat, kind: FileKind, first: Row, rules: ImportRules) -> None:
    if shape is ImportFormat.EXPORT and kind is FileKind.JSON:
        raise InvalidInputError(
            f"{path}: an export is JSON Lines, CSV or Parquet, and this is a JSON array."
        )
    if shape is ImportFormat.TABLE and isinstance(first.value, dict):
        try:
            check_columns(list(first.value), rules)
        except InvalidInputError as error:
            raise InvalidInputError(f"{path}: {error.message}", fields=error.fields) from error


def _read(
    rows: Iterator[Row], form: tuple[ImportFormat, FileKind], rules: ImportRules
) -> Iterator[Read]:
    try:
        for number, row in enumerate(rows, 1):
            judgements: list[Judgement | str]
            try:
                judgements = [
                    _weighed(found, row, form, rules) for found in _found(row, form, rules)
                ]
            except LabelledCommentError as error:
                judgements = [str(error)]
            yield Read(number, row, judgements)
    except RowFileError as error:
        raise InvalidInputError(f"{error}; the rows before are taken") from error


def _weighed(
    found: LabelledComment | str,
    row: Row,
    form: tuple[ImportFormat, FileKind],
    rules: ImportRules,
) -> Judgement | str:
    if isinstance(found, str):
        return found
    shape, _ = form
    is_given = shape is ImportFormat.TABLE and as_text(row.value.get(rules.column("weight")))
    return Judgement(found, has_weight=shape is ImportFormat.EXPORT or bool(is_given))


def _found(
    row: Row, form: tuple[ImportFormat, FileKind], rules: ImportRules
) -> Iterator[LabelledComment | str]:
    shape, kind = form
    if row.problem:
        raise LabelledCommentError(row.problem)
    if shape is ImportFormat.EXPORT:
        yield labelled_of(row, kind)
        return
    if not isinstance(row.value, Mapping):
        raise LabelledCommentError("expected an object")
    if shape is ImportFormat.TABLE:
        yield from of_table_row(row.value, rules)
    elif shape is ImportFormat.LABEL_STUDIO:
        yield from of_task(row.value, rules)
    else:
        yield from of_record(row.value, rules)
