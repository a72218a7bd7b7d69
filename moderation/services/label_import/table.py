"""Labels from a table with anybody's columns: CSV, JSON Lines or Parquet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from classifiers.labelled import LabelledComment, LabelledCommentError
from classifiers.labels import Label
from moderation.domain.errors import InvalidInputError
from moderation.domain.feedback import FeedbackSource
from moderation.services.label_import.rules import CATEGORY, TEXT_FIELDS, ImportRules


def check_columns(found: Sequence[str], rules: ImportRules) -> None:
    """Refuse a table that the mapping does not fit.

    Raises
    ------
    InvalidInputError
        Saying which columns there are and how to name them.
    """
    missing = [column for column in rules.columns.values() if column not in found]
    there = ", ".join(map(repr, found))
    if missing:
        raise InvalidInputError(
            f"The file has no column {missing[0]!r}.", fields={"--map": f"expected one of {there}"}
        )
    judged = [name for name in (CATEGORY, *Label) if rules.column(name) in found]
    if rules.column("text") not in found or not judged:
        raise InvalidInputError(
            "Say which columns hold the text and the labels.",
            fields={
                "--map": "expected --map text=COLUMN and for a label such as --map abusive=COLUMN; "
                f"the columns are {there}"
            },
        )


def of_table_row(row: Mapping[str, Any], rules: ImportRules) -> list[LabelledComment]:
    """Return the labelled comment of one row.

    Raises
    ------
    LabelledCommentError
        If it holds none; the message names the column.
    """
    texts: dict[str, Any] = {name: as_text(row.get(rules.column(name))) for name in TEXT_FIELDS}
    text = texts.pop("text")
    if text is None or not text.strip():
        raise LabelledCommentError(f"{rules.column('text')}: expected a text")
    labels = _labels(row, rules)
    if not labels:
        raise LabelledCommentError("no label is judged in this row")
    judged = LabelledComment(
        text=text,
        labels=labels,
        source=texts.pop("source") or FeedbackSource.IMPORT.value,
        **texts,
    )
    weight = row.get(rules.column("weight"))
    return [judged if weight in (None, "") else replace(judged, weight=_weight(weight))]


def _labels(row: Mapping[str, Any], rules: ImportRules) -> dict[Label, bool]:
    labels: dict[Label, bool] = {}
    category = as_text(row.get(rules.column(CATEGORY)))
    if category:
        labels |= rules.choices.answers([category])
    for label in Label:
        column = rules.column(label.value)
        answer = rules.words.answer(column, row.get(column))
        if answer is not None:
            labels[label] = answer
    return labels


def as_text(value: Any) -> str | None:
    """Return a cell as text; None when it is empty."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _weight(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise LabelledCommentError("weight: expected a positive number") from None
