"""Comments of an archive in."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from pathlib import Path

import click

from moderation.app import create_app
from moderation.cli.lazy_file import LazyFile
from moderation.cli.output import emit, json_option, progress
from moderation.cli.surroundings import known_forum, open_runtime
from moderation.config import load_settings
from moderation.domain.comment import Comment
from moderation.domain.errors import ModerationError
from moderation.domain.forum import Forum
from moderation.services.intake import submit_comments
from moderation.services.runtime import Runtime
from moderation.web.records import comment_from_line

_BATCH = 200


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--forum", "slug", required=True, help="The forum that the comments belong to.")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where lines go that cannot be read, each with its reason; default FILE.rejects.jsonl.",
)
@json_option
def import_command(file: Path, slug: str, rejects: Path | None, *, as_json: bool) -> None:
    """Judge and store an archive: JSON Lines, each line as POST /v1/comments takes it.

    Comments that are stored already keep their verdict, so an interrupted import is simply
    started again. The forum is not told about old comments.
    """
    settings = replace(load_settings(), runs_deliveries=False)
    runtime = open_runtime(settings)
    forum = known_forum(runtime, slug)
    rejects_path = rejects or file.with_suffix(file.suffix + ".rejects.jsonl")
    counts = {"stored": 0, "known": 0, "rejected": 0}
    with (
        create_app(settings, runtime=runtime).app_context(),
        file.open("rb") as source,
        LazyFile(rejects_path) as reject_file,
        progress("importing", _count_lines(file), as_json=as_json) as advance,
    ):
        batch: list[Comment] = []
        for number, line in enumerate(source, 1):
            try:
                batch.append(comment_from_line(line))
            except ModerationError as error:
                counts["rejected"] += 1
                reject_file.write(_reject(number, line, error))
            if len(batch) == _BATCH:
                _store(runtime, forum, batch, counts)
                batch = []
            advance(1)
        _store(runtime, forum, batch, counts)
    if as_json:
        emit({"event": "result", **counts})
        return
    click.echo(f"{counts['stored']} stored, {counts['known']} known already.")
    if counts["rejected"]:
        click.echo(f"{counts['rejected']} lines could not be read: see {rejects_path}", err=True)


def _reject(number: int, line: bytes, error: ModerationError) -> str:
    record = {
        "line": number,
        "errors": dict(error.fields) or {"line": error.message},
        "content": line.decode("utf-8", "replace").rstrip("\r\n"),
    }
    return json.dumps(record, ensure_ascii=False) + "\n"


def _store(runtime: Runtime, forum: Forum, batch: list[Comment], counts: dict[str, int]) -> None:
    if not batch:
        return
    request_id = f"import-{uuid.uuid4().hex}"
    for answer in submit_comments(runtime, forum, batch, request_id=request_id, tells_forum=False):
        counts["known" if answer.is_replay else "stored"] += 1


def _count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
