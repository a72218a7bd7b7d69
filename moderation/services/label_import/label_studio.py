"""Labels from Label Studio's JSON (tasks with annotations) and JSON_MIN (flat rows).

Each annotation is a judgement of its own. Skipped annotations and predictions are no judgements.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from classifiers.labelled import LabelledComment, LabelledCommentError
from moderation.services.label_import.rules import ImportRules
from moderation.services.label_import.table import as_text

SOURCE = "label_studio"
_MIN_ONLY = {"annotation_id", "annotator", "lead_time"}
_USUAL_CONTROLS = ("label", "labels", "choice", "choices", "sentiment")
_DEEPEST = 4
"""Levels at which choices are found: spans in a list, each with its list of labels."""

_CONTEXT = ("title", "parent", "thread_id", "author_id", "revision", "forum")


def is_label_studio(value: Mapping[str, Any]) -> bool:
    """Tell whether an element is a task or a row of JSON_MIN."""
    return isinstance(value.get("data"), dict) or bool(_MIN_ONLY & set(value))


def of_task(task: Mapping[str, Any], rules: ImportRules) -> Iterator[LabelledComment | str]:
    """Yield each annotation's judgement, or why it is none.

    Raises
    ------
    LabelledCommentError
        If the whole task gives none.
    """
    if "data" not in task:
        yield _of_flat(task, rules)
        return
    data, annotations = task["data"], task.get("annotations")
    if not isinstance(data, dict):
        raise LabelledCommentError("data: expected an object")
    if not isinstance(annotations, list) or not annotations:
        raise LabelledCommentError("the task has no annotation")
    common = _common(data, task, rules)
    for annotation in annotations:
        try:
            yield _of_annotation(annotation, common, rules)
        except LabelledCommentError as error:
            yield str(error)


def _of_annotation(
    annotation: Any, common: Mapping[str, Any], rules: ImportRules
) -> LabelledComment:
    if not isinstance(annotation, dict) or not isinstance(annotation.get("result"), list):
        raise LabelledCommentError("annotations: expected objects with a result")
    if annotation.get("was_cancelled"):
        raise LabelledCommentError("the annotation was skipped")
    chosen: list[str] = []
    for item in annotation["result"]:
        if not isinstance(item, dict):
            raise LabelledCommentError("result: expected objects")
        if rules.question is None or item.get("from_name") == rules.question:
            chosen += _chosen(item.get("value"))
    return LabelledComment(
        labels=rules.choices.answers(chosen),
        decided_by=_person(annotation.get("completed_by")),
        decided_at=as_text(annotation.get("updated_at") or annotation.get("created_at")),
        **common,
    )


def _of_flat(row: Mapping[str, Any], rules: ImportRules) -> LabelledComment:
    control = rules.question
    if control is None:
        control = next((name for name in _USUAL_CONTROLS if name in row), None)
        if control is None:
            there = ", ".join(map(repr, row))
            raise LabelledCommentError(
                f"say with --question which field holds the choice; the fields are {there}"
            )
    return LabelledComment(
        labels=rules.choices.answers(_chosen(row.get(control))),
        decided_by=_person(row.get("annotator")),
        decided_at=as_text(row.get("updated_at") or row.get("created_at")),
        **_common(row, row, rules),
    )


def _common(data: Mapping[str, Any], task: Mapping[str, Any], rules: ImportRules) -> dict[str, Any]:
    column = rules.column("text")
    text = data.get(column)
    if not isinstance(text, str) or not text.strip():
        there = ", ".join(map(repr, data))
        raise LabelledCommentError(
            f"data.{column}: expected a text; name its field with --map text=FIELD ({there})"
        )
    given = {name: as_text(data.get(rules.column(name))) for name in _CONTEXT}
    comment_id = data.get(rules.column("comment_id"), data.get("id", task.get("id")))
    return {"text": text, "comment_id": as_text(comment_id), "source": SOURCE, **given}


def _chosen(value: Any, depth: int = 0) -> list[str]:
    """Return the names in a result: one choice, several, or those of marked spans."""
    if isinstance(value, str):
        return [value]
    if depth == _DEEPEST:
        raise LabelledCommentError("value: expected choices, and found lists in lists")
    if isinstance(value, Sequence):
        return [name for part in value for name in _chosen(part, depth + 1)]
    if isinstance(value, Mapping):
        return _chosen(value.get("choices", value.get("labels")), depth + 1)
    return []


def _person(value: Any) -> str | None:
    """Return an annotator's number; an e-mail address has no place here."""
    number = value.get("id") if isinstance(value, dict) else value
    return f"label-studio:{number}" if number is not None else None
