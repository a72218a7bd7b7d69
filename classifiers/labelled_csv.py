"""Labelled comments as CSV: harmless in a spreadsheet, and read back without loss."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from classifiers.labelled import LabelledComment, LabelledCommentError
from classifiers.labelled_table import (
    COLUMNS,
    LABEL_COLUMNS,
    NUMBER_COLUMNS,
    SCORE_COLUMNS,
    TEXT_COLUMNS,
    to_flat,
)

_MARK = "'"
_FORMULA_STARTS = (*"=+-@", *"\uff1d\uff0b\uff0d\uff20", "\t", "\r", "\n", _MARK)
_ANSWERS = {"true": True, "false": False, "null": None, "": None}


def csv_header() -> str:
    """Return the first line."""
    return csv_text([COLUMNS])


def csv_rows(comments: Iterable[LabelledComment]) -> str:
    """Return one line a comment."""
    return csv_text(_cells(to_flat(comment)) for comment in comments)


def csv_text(rows: Iterable[Iterable[str]]) -> str:
    """Return rows as RFC 4180 writes them."""
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerows(rows)
    return target.getvalue()


def _cells(flat: Mapping[str, Any]) -> list[str]:
    return [
        flat["schema"],
        *(harmless(flat[name] or "") for name in TEXT_COLUMNS),
        *(json.dumps(flat[name]) for name in (*LABEL_COLUMNS, *SCORE_COLUMNS, *NUMBER_COLUMNS)),
    ]


def harmless(value: str) -> str:
    """Keep a spreadsheet from running a cell as a formula.

    A quotation mark goes before a cell that begins like a formula, also behind blanks, or with
    such a mark itself, so `restored` can always take one off (OWASP, "CSV Injection").
    """
    is_risky = value.startswith(_FORMULA_STARTS) or value.lstrip().startswith(_FORMULA_STARTS)
    return f"{_MARK}{value}" if is_risky else value


def restored(cell: str) -> str:
    """Return what `harmless` was given."""
    return cell.removeprefix(_MARK)


def flat_of_cells(cells: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of one line of an export, by column.

    Raises
    ------
    LabelledCommentError
        If a cell holds something else than its column; the message names it.
    """
    flat: dict[str, Any] = {"schema": cells.get("schema")}
    for name in TEXT_COLUMNS:
        flat[name] = restored(cells.get(name, "")) or None
    for name in LABEL_COLUMNS:
        flat[name] = _answer(name, cells.get(name, ""))
    for name in (*SCORE_COLUMNS, *NUMBER_COLUMNS):
        flat[name] = _number(name, cells.get(name, ""))
    return flat


def _answer(name: str, cell: str) -> bool | None:
    # Spreadsheets write TRUE.
    answer = cell.strip().lower()
    if answer not in _ANSWERS:
        raise LabelledCommentError(f"{name}: expected true, false or nothing")
    return _ANSWERS[answer]


def _number(name: str, cell: str) -> float | int | None:
    written = cell.strip()
    if written in ("", "null"):
        return None
    try:
        return int(written) if name == "n_judges" else float(written)
    except ValueError:
        raise LabelledCommentError(f"{name}: expected a number or nothing") from None
