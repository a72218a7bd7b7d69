"""Read a thread of a board and judge its posts."""

from __future__ import annotations

from typing import TextIO

import click

from moderation.cli.output import emit, json_option
from moderation.cli.score_lines import outcome_record
from moderation.cli.scoring import readable
from moderation.cli.surroundings import known_forum, open_models, open_runtime
from moderation.services.threads import JudgedPost, judge_thread, store_thread


@click.command("import-thread")
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"))
@click.option("--store", "slug", help="Also store and queue the posts, in this forum.")
@json_option
def import_thread(file: TextIO, slug: str | None, *, as_json: bool) -> None:
    """Show the verdict on each post of an Invision Community thread.

    FILE is the saved HTML page, or the text of the page as "select all, copy" gives it; '-' reads
    standard input. Nothing is stored unless --store names a forum.
    """
    content = file.read()
    if slug is None:
        posts = judge_thread(open_models(), content)
    else:
        runtime = open_runtime()
        posts = store_thread(runtime, known_forum(runtime, slug), content)
    for number, post in enumerate(posts, 1):
        if as_json:
            emit(_record(number, post))
        else:
            click.echo(_readable(number, post))


def _record(number: int, post: JudgedPost) -> dict[str, object]:
    return {
        "post": number,
        "author": post.author,
        "text": post.judged.body,
        **outcome_record(post.judged),
    }


def _readable(number: int, post: JudgedPost) -> str:
    body = post.judged.body
    start = body if len(body) <= 300 else f"{body[:300]} …"  # noqa: PLR2004 - about four lines
    return f"Post {number}, {post.author or 'author unknown'}\n{start}\n{readable(post.judged)}\n"
