"""Labels from Argilla's JSON of records: version 2, and the older form with whole responses.

Each response is a judgement of its own. Drafts, discarded responses and suggestions are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from classifiers.labelled import LabelledComment, LabelledCommentError
from moderation.services.label_import.rules import ImportRules
from moderation.services.label_import.table import as_text

SOURCE = "argilla"
_CONTEXT = ("title", "parent", "thread_id", "author_id", "revision", "forum")


def is_argilla(value: Mapping[str, Any]) -> bool:
    """Tell whether an element is a record."""
    return isinstance(value.get("fields"), dict) and "responses" in value


def of_record(record: Mapping[str, Any], rules: ImportRules) -> Iterator[LabelledComment | str]:
    """Yield each response's judgement, or why it is none.

    Raises
    ------
    LabelledCommentError
        If the whole record gives none.
    """
    fields = record.get("fields")
    if not isinstance(fields, dict):
        raise LabelledCommentError("fields: expected an object")
    responses = list(_responses(record.get("responses"), rules.question))
    if not responses:
        raise LabelledCommentError("the record has no response")
    common = _common(fields, record, rules)
    for response in responses:
        try:
            yield _judged(response, common, rules)
        except LabelledCommentError as error:
            yield str(error)


def _responses(given: Any, question: str | None) -> Iterator[Mapping[str, Any]]:
    """Yield ``value``, ``user_id`` and ``status`` of each answer to the question."""
    if isinstance(given, dict):
        answered = [name for name, responses in given.items() if responses]
        answers = given.get(_question(answered, question)) or []
        if not isinstance(answers, list):
            raise LabelledCommentError("responses: expected a list of answers to each question")
        for response in answers:
            if not isinstance(response, dict):
                raise LabelledCommentError("responses: expected objects with value and user_id")
            yield response
        return
    if given is not None and not isinstance(given, list):
        raise LabelledCommentError("responses: expected an object or a list")
    for response in given or ():
        values = response.get("values") if isinstance(response, dict) else None
        if not isinstance(values, dict):
            raise LabelledCommentError("responses: expected objects with values and user_id")
        answer = values.get(_question(list(values), question))
        yield {
            "value": answer.get("value") if isinstance(answer, dict) else None,
            "user_id": response.get("user_id"),
            "status": response.get("status"),
        }


def _question(there: list[str], wanted: str | None) -> str:
    if wanted is not None:
        return wanted
    if len(there) > 1:
        names = ", ".join(map(repr, there))
        raise LabelledCommentError(f"say with --question which answers count: {names}")
    return there[0] if there else ""


def _judged(
    response: Mapping[str, Any], common: Mapping[str, Any], rules: ImportRules
) -> LabelledComment:
    if response.get("status") not in (None, "submitted"):
        raise LabelledCommentError(f"the response is {str(response['status'])[:20]}")
    value, person = response.get("value"), response.get("user_id")
    if value is not None and not isinstance(value, str | list):
        value = str(value)
    chosen = [value] if isinstance(value, str) else value or []
    if not all(isinstance(name, str) for name in chosen):
        raise LabelledCommentError("value: expected a choice or a list of choices")
    return LabelledComment(
        labels=rules.choices.answers(chosen),
        decided_by=f"argilla:{person}" if person is not None else None,
        **common,
    )


def _common(
    fields: Mapping[str, Any], record: Mapping[str, Any], rules: ImportRules
) -> dict[str, Any]:
    column = rules.column("text")
    if column not in fields and len(fields) == 1:
        column = next(iter(fields))
    text = fields.get(column)
    if not isinstance(text, str) or not text.strip():
        there = ", ".join(map(repr, fields))
        raise LabelledCommentError(
            f"fields.{column}: expected a text; name its field with --map text=FIELD ({there})"
        )
    metadata = record.get("metadata")
    known = {**(metadata if isinstance(metadata, dict) else {}), **fields}
    given = {name: as_text(known.get(rules.column(name))) for name in _CONTEXT}
    comment_id = known.get(rules.column("comment_id"), record.get("id"))
    return {"text": text, "comment_id": as_text(comment_id), "source": SOURCE, **given}
