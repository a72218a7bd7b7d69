"""Score texts from the command line; needs no database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from moderation.cli.output import emit, json_option, progress
from moderation.cli.surroundings import open_models
from moderation.domain.comment import Comment, Parent, Thread, content_revision
from moderation.domain.text_format import TextFormat
from moderation.services.judging import JudgedComment
from moderation.services.offline import judge_offline

_MAX_LINE_CHARS = 2_000_000


@click.command()
@click.argument("source")
@json_option
@click.pass_context
def score(context: click.Context, source: str, *, as_json: bool) -> None:
    """Score a file of comments, or one text.

    SOURCE is a JSON Lines file or '-' for standard input, one object a line: {"id", "text"} and, if
    known, "format", "title" and "parent". One JSON line comes out for each line that goes in, in
    order; a line that cannot be read gives an object with "error". Anything else is taken as a
    text to score; its answer is for people unless --json is given.
    """
    models = open_models()
    if source != "-" and not _is_file(source):
        if source.endswith((".jsonl", ".json")):
            raise click.BadParameter(f"there is no file {source!r}", param_hint="SOURCE")
        judged = judge_offline(models, [_comment("text", source, TextFormat.PLAIN)])[0]
        if as_json:
            emit(answer_record("text", judged))
        else:
            click.echo(readable(judged))
        return
    failed = 0
    with click.open_file(source, encoding="utf-8", errors="surrogateescape") as lines:
        total = None if source == "-" else _count_lines(Path(source))
        with progress("scoring", total, as_json=False) as advance:
            for record in _answers(lines, models=models):
                failed += "error" in record
                emit(record)
                advance(1)
    if failed:
        click.echo(f"{failed} lines could not be read; each has an 'error' above.", err=True)
        context.exit(1)


def _answers(lines: Iterable[str], *, models: Any) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        try:
            comment_id, comment = _read_line(line)
        except ValueError as error:
            yield {"id": None, "line": number, "error": str(error)}
            continue
        yield answer_record(comment_id, judge_offline(models, [comment])[0])


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
    comment = _comment(str(comment_id), text, text_format, title=title, parent=parent)
    return comment_id, comment


def _optional(record: dict[str, Any], name: str) -> str | None:
    value = record.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name}: expected a string")
    return value


def _comment(
    comment_id: str,
    text: str,
    text_format: TextFormat,
    *,
    title: str | None = None,
    parent: str | None = None,
) -> Comment:
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


def readable(judged: JudgedComment) -> str:
    """Return the answer for people."""
    outcome = judged.outcome
    lines = [f"{outcome.verdict.value}   {', '.join(outcome.reasons) or 'nothing flagged'}"]
    for row in outcome.scores:
        side = "at or above" if row.score >= row.threshold else "below"
        words = [
            f"“{judged.body[span.start : span.end]}”"
            for span in judged.spans
            if span.label is row.label
        ]
        because = f"   {', '.join(words)}" if words else ""
        lines.append(
            f"  {row.label.value:<16} {row.score:.2f}   {side} {row.threshold:.2f}{because}"
        )
    lines.append(f"  model {outcome.model_version or 'none could be loaded'}")
    return "\n".join(lines)


def _is_file(source: str) -> bool:
    try:
        return Path(source).is_file()
    except OSError:
        return False  # a text longer than a file's name may be


def _count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
