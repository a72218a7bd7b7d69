"""Comments of an archive in."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from classifiers.row_files import FileKind, Row, RowFileError, kind_of, read_rows
from moderation.app import create_app
from moderation.cli.lazy_file import LazyFile
from moderation.cli.output import emit, json_option, progress
from moderation.cli.surroundings import known_forum, open_runtime
from moderation.config import load_settings
from moderation.domain.comment import Comment
from moderation.domain.errors import InvalidInputError, ModerationError
from moderation.domain.forum import Forum
from moderation.services.archive import import_comments, seldom_collected
from moderation.services.runtime import Runtime
from moderation.web.records import comment_from_fields, comment_from_line

_BATCH = 2_000


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--forum", "slug", required=True, help="The forum that the comments belong to.")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where rows go that cannot be read, each with its reason; default FILE.rejects.jsonl.",
)
@json_option
def import_command(file: Path, slug: str, rejects: Path | None, *, as_json: bool) -> None:
    """Judge and store an archive: JSON Lines, CSV or Parquet.

    A line of JSON is as POST /v1/comments takes it; a table's columns are named like its fields
    with dots: id, text, author.id, author.name, thread.title, created_at. Comments that are stored
    already keep their verdict, so an interrupted import is simply started again. The forum is not
    told about old comments.
    """
    settings = replace(load_settings(), runs_deliveries=False)
    runtime = open_runtime(settings)
    forum = known_forum(runtime, slug)
    rejects_path = rejects or file.with_suffix(file.suffix + ".rejects.jsonl")
    counts = {"stored": 0, "known": 0, "rejected": 0}
    try:
        kind = kind_of(file)
        with (
            seldom_collected(),
            create_app(settings, runtime=runtime).app_context(),
            LazyFile(rejects_path) as reject_file,
            progress("importing", _count_lines(file), as_json=as_json) as advance,
        ):
            batch: list[Comment] = []
            untold = 0
            for row in _rows(file, kind):
                untold += 1
                try:
                    batch.append(_comment(row, kind))
                except ModerationError as error:
                    counts["rejected"] += 1
                    reject_file.write(_reject(row, error))
                if len(batch) == _BATCH:
                    _store(runtime, forum, batch, counts)
                    advance(untold)
                    batch, untold = [], 0
            _store(runtime, forum, batch, counts)
            advance(untold)
    except RowFileError as error:
        raise InvalidInputError(str(error)) from error
    if as_json:
        emit({"event": "result", **counts})
        return
    click.echo(f"{counts['stored']} stored, {counts['known']} known already.")
    if counts["rejected"]:
        click.echo(f"{counts['rejected']} rows could not be read: see {rejects_path}", err=True)


def _rows(file: Path, kind: FileKind) -> Iterator[Row]:
    if kind is not FileKind.JSONL:
        yield from read_rows(file, kind)
        return
    with file.open("rb") as source:  # as bytes: one line that is no UTF-8 spoils no other
        for number, line in enumerate(source, 1):
            yield Row(number, line)


def _comment(row: Row, kind: FileKind) -> Comment:
    if isinstance(row.value, bytes):
        return comment_from_line(row.value)
    if row.problem:
        raise InvalidInputError(row.problem)
    if not isinstance(row.value, dict):
        raise InvalidInputError("expected a JSON object")
    is_table = kind in {FileKind.CSV, FileKind.PARQUET}
    return comment_from_fields(_nested(row.value) if is_table else row.value)


def _nested(flat: dict[str, Any]) -> dict[str, Any]:
    """Return a table's row as JSON has it; empty cells are left out, text always stays text."""
    nested: dict[str, Any] = {}
    for name, value in flat.items():
        if value is None or (value == "" and name != "text"):
            continue
        outer, dot, inner = str(name).partition(".")
        if dot:
            part = nested.setdefault(outer, {})
            part[inner] = _TYPED.get(name, str)(value)
        else:
            nested[outer] = str(value)
    return nested


def _whole_number(value: Any) -> Any:
    return int(value) if str(value).isascii() and str(value).isdecimal() else value


def _flag(value: Any) -> Any:
    return {"true": True, "false": False}.get(str(value).lower(), value)


_TYPED: dict[str, Callable[[Any], Any]] = {
    "author.post_count": _whole_number,
    "author.trusted": _flag,
}


def _reject(row: Row, error: ModerationError) -> str:
    record = {
        "line": row.line,
        "errors": dict(error.fields) or {"line": error.message},
        "content": (
            row.value.decode("utf-8", "replace").rstrip("\r\n")
            if isinstance(row.value, bytes)
            else row.value
        ),
    }
    return json.dumps(record, ensure_ascii=False, default=str) + "\n"


def _store(runtime: Runtime, forum: Forum, batch: list[Comment], counts: dict[str, int]) -> None:
    if not batch:
        return
    request_id = f"import-{uuid.uuid4().hex}"
    stored, known = import_comments(runtime, forum, batch, request_id=request_id)
    counts["stored"] += stored
    counts["known"] += known


def _count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
