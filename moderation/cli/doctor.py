"""Find out which step of a forum's loop fails."""

from __future__ import annotations

import sys

import click

from moderation.cli.output import emit, json_option
from moderation.cli.surroundings import known_forum, open_runtime
from moderation.config import load_settings
from moderation.delivery.doctor import Doctor


@click.command()
@click.argument("slug")
@click.option(
    "--timeout-s",
    type=click.FloatRange(0.1, 300),
    default=15.0,
    show_default=True,
    help="How long each step may take, in seconds.",
)
@json_option
def doctor(slug: str, timeout_s: float, *, as_json: bool) -> None:
    """Send a test event around the loop of SLUG and say which step fails; stores no comment.

    The exit status is 1 if one does.
    """
    settings = load_settings()
    runtime = open_runtime(settings)
    forum = known_forum(runtime, slug)
    is_good = True
    for step in Doctor(runtime, settings.resolved_public_url, timeout_s).examine(forum):
        is_good = is_good and step.is_good
        if as_json:
            emit({"step": step.name, "ok": step.is_good, "said": step.said})
        else:
            click.echo(f"{'ok    ' if step.is_good else 'FAILED'}  {step.name:<13} {step.said}")
    if not is_good:
        sys.exit(1)
