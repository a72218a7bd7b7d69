"""Labelled comments as flat rows: what CSV and Parquet share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from classifiers.labelled import LabelledComment, to_record
from classifiers.labels import Label

TEXT_COLUMNS = (
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
LABEL_COLUMNS = tuple(f"label_{label.value}" for label in Label)
SCORE_COLUMNS = tuple(f"score_{label.value}" for label in Label)
NUMBER_COLUMNS = ("weight", "n_judges", "agreement")
COLUMNS = ("schema", *TEXT_COLUMNS, *LABEL_COLUMNS, *SCORE_COLUMNS, *NUMBER_COLUMNS)
"""The columns of an export as a table, in their order."""


def to_flat(comment: LabelledComment) -> dict[str, Any]:
    """Return one value a column; None where there is none."""
    record = to_record(comment)
    flat: dict[str, Any] = {"schema": record["schema"]}
    flat.update((name, record[name]) for name in TEXT_COLUMNS)
    flat.update((f"label_{label.value}", record["labels"].get(label.value)) for label in Label)
    flat.update((f"score_{label.value}", record["scores"].get(label.value)) for label in Label)
    flat.update((name, record[name]) for name in NUMBER_COLUMNS)
    return flat


def from_flat(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record that a flat row stands for, still to be checked by ``from_record``."""
    record: dict[str, Any] = {"schema": flat.get("schema")}
    record.update((name, flat.get(name)) for name in TEXT_COLUMNS)
    for kind in ("label", "score"):
        values = {label.value: flat.get(f"{kind}_{label.value}") for label in Label}
        record[f"{kind}s"] = {name: value for name, value in values.items() if value is not None}
    for name in NUMBER_COLUMNS:
        if flat.get(name) is not None:
            record[name] = flat[name]
    return record
