"""Score texts from the command line; needs no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import click

from moderation.cli.cluster import answers_of_cluster
from moderation.cli.output import emit, json_option, progress
from moderation.cli.score_lines import Lines, answer_record, answers_of, comment_of
from moderation.cli.surroundings import open_models
from moderation.domain.text_format import TextFormat
from moderation.services.judging import JudgedComment
from moderation.services.live_models import LiveModels
from moderation.services.offline import judge_offline

CHUNK = 500
"""Lines that are scored together."""


@click.command()
@click.argument("source")
@click.option("--scheduler", help="Score on the Dask cluster at this address (docs/cluster.md).")
@json_option
@click.pass_context
def score(context: click.Context, source: str, scheduler: str | None, *, as_json: bool) -> None:
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
        judged = judge_offline(models, [comment_of("text", source, TextFormat.PLAIN)])[0]
        if as_json:
            emit(answer_record("text", judged))
        else:
            click.echo(readable(judged))
        return
    failed = 0
    with click.open_file(source, encoding="utf-8", errors="surrogateescape") as lines:
        total = None if source == "-" else _count_lines(Path(source))
        with progress("scoring", total, as_json=False) as advance:
            # What comes by a pipe is answered line by line, unless it goes to a cluster.
            chunks = _chunks(lines, 1 if source == "-" and scheduler is None else CHUNK)
            for record in chain.from_iterable(_answers(chunks, models, scheduler)):
                failed += "error" in record
                emit(record)
                advance(1)
    if failed:
        click.echo(f"{failed} lines could not be read; each has an 'error' above.", err=True)
        context.exit(1)


def _answers(
    chunks: Iterator[Lines], models: LiveModels, scheduler: str | None
) -> Iterator[list[dict[str, Any]]]:
    if scheduler is None:
        return (answers_of(lines, models=models) for lines in chunks)
    return answers_of_cluster(scheduler, chunks, models=models)


def _chunks(lines: Iterable[str], length: int) -> Iterator[Lines]:
    numbered = enumerate(lines, 1)
    while chunk := list(islice(numbered, length)):
        yield chunk


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
