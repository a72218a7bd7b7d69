"""Lines of JSON in, one answer for each out; needs no database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from moderation.domain.comment import Comment, Parent, Thread, content_revision
from moderation.domain.text_format import TextFormat
from moderation.services.judging import JudgedComment
from moderation.services.live_models import LiveModels
from moderation.services.offline import judge_offline

_MAX_LINE_CHARS = 2_000_000

Lines = Sequence[tuple[int, str]]
"""Lines of a file with their numbers, from 1."""


def answers_of(lines: Lines, *, models: LiveModels) -> list[dict[str, Any]]:
    """Return the answer to each line: scores and verdict, or what is wrong with it."""
    answers: list[dict[str, Any]] = []
    read: list[tuple[int, str | int | None, Comment]] = []
    for place, (number, line) in enumerate(lines):
        answers.append({})
        try:
            read.append((place, *_read_line(line)))
        except ValueError as error:
            answers[place] = {"id": None, "line": number, "error": str(error)}
    judged = judge_offline(models, [comment for _, _, comment in read])
    for (place, comment_id, _), one in zip(read, judged, strict=True):
        answers[place] = answer_record(comment_id, one)
    return answers


def _read_line(line: str) -> tuple[str | int | None, Comment]:
    if len(line) > _MAX_LINE_CHARS:
        raise ValueError(f"line: expected at most {_MAX_LINE_CHARS} characters")
    try:
        line.encode("utf-8")
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("line: expected one JSON object in UTF-8") from None
    if not isinstance(record, dict):
        raise ValueError("line: expected a JSON object")  # noqa: TRY004 - content, not our types
    text = record.get("text")
    if not isinstance(text, str):
        raise ValueError("text: expected a string")  # noqa: TRY004 - content, not our types
    comment_id = record.get("id")
    if comment_id is not None and not isinstance(comment_id, str | int):
        raise ValueError("id: expected a string or a whole number")
    try:
        text_format = TextFormat(record.get("format", "plain"))
    except ValueError:
        raise ValueError("format: expected plain, html, markdown or bbcode") from None
    title, parent = _optional(record, "title"), _optional(record, "parent")
    comment = comment_of(str(comment_id), text, text_format, title=title, parent=parent)
    return comment_id, comment


def _optional(record: dict[str, Any], name: str) -> str | None:
    value = record.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name}: expected a string")
    return value


def comment_of(
    comment_id: str,
    text: str,
    text_format: TextFormat,
    *,
    title: str | None = None,
    parent: str | None = None,
) -> Comment:
    """Return a comment of which little is known."""
    return Comment(
        external_id=comment_id,
        revision=content_revision(text, text_format),
        text=text,
        text_format=text_format,
        thread=Thread("", title) if title is not None else None,
        parent=Parent("", parent) if parent is not None else None,
    )


def answer_record(comment_id: str | int | None, judged: JudgedComment) -> dict[str, Any]:
    """Return the JSON-ready answer; spans are code-point offsets into the text as sent."""
    return {"id": comment_id, **outcome_record(judged)}


def outcome_record(judged: JudgedComment) -> dict[str, Any]:
    """Return scores, verdict, reasons, spans and model version."""
    outcome = judged.outcome
    return {
        "scores": {row.label.value: row.score for row in outcome.scores},
        "verdict": outcome.verdict.value,
        "reasons": list(outcome.reasons),
        "spans": [
            {
                "label": span.label.value,
                "start": span.source_start,
                "end": span.source_end,
                "weight": span.weight,
            }
            for span in judged.spans
        ],
        "model_version": outcome.model_version,
    }
