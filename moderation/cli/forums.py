"""Registered forums."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TextIO

import click

from moderation.cli.hosts import connect, disconnect
from moderation.cli.next_steps import curl_line
from moderation.cli.output import emit, json_option
from moderation.cli.surroundings import known_forum, open_runtime, operator
from moderation.config import load_settings
from moderation.domain.forum import Forum
from moderation.domain.policy_document import to_document
from moderation.services import registration
from moderation.services.policy_changes import change_policy, read_policy
from moderation.services.registration import Credentials


@click.group()
def forums() -> None:
    """Register forums and their credentials."""


@forums.command()
@click.argument("slug")
@click.option("--name", help="Title shown on the desk; default SLUG.")
@click.option("--callback", "callback_url", help="Address that is told of verdicts and decisions.")
@click.option(
    "--allow-private", is_flag=True, help="The callback may be a private or loopback address."
)
@json_option
def add(
    slug: str, name: str | None, callback_url: str | None, *, allow_private: bool, as_json: bool
) -> None:
    """Register the forum SLUG and print its credentials, once."""
    forum = Forum(
        id=0,
        slug=slug,
        name=name or slug,
        callback_url=callback_url,
        allows_private_callback=allow_private,
    )
    _, made = registration.add_forum(open_runtime(), forum)
    _show(slug, made, as_json=as_json)


@forums.command("list")
@json_option
def list_command(*, as_json: bool) -> None:
    """List the forums."""
    for forum in registration.list_forums(open_runtime()):
        if as_json:
            emit(
                {
                    "slug": forum.slug,
                    "name": forum.name,
                    "callback_url": forum.callback_url,
                    "is_demo": forum.is_demo,
                }
            )
        else:
            demo = "   (demo)" if forum.is_demo else ""
            click.echo(f"{forum.slug:<20} {forum.name}   {forum.callback_url or '-'}{demo}")


@forums.command("rotate-secret")
@click.argument("slug")
@click.option(
    "--overlap-hours",
    type=click.IntRange(0, 720),
    default=24,
    show_default=True,
    help="How long the old credentials stay valid beside the new ones.",
)
@json_option
def rotate_secret(slug: str, overlap_hours: int, *, as_json: bool) -> None:
    """Make new credentials for SLUG and print them, once."""
    runtime = open_runtime()
    known_forum(runtime, slug)
    made = registration.rotate_secret(runtime, slug, overlap=timedelta(hours=overlap_hours))
    _show(slug, made, as_json=as_json)


@forums.command("set-callback")
@click.argument("slug")
@click.argument("url", required=False)
@click.option("--allow-private", is_flag=True, help="The address may be a private or loopback one.")
def set_callback(slug: str, url: str | None, *, allow_private: bool) -> None:
    """Send the messages for SLUG to URL; without URL, to nowhere."""
    runtime = open_runtime()
    known_forum(runtime, slug)
    registration.set_callback(runtime, slug, url, allows_private=allow_private)
    click.echo(f"Messages for {slug} go to {url or 'nowhere'}.")


@forums.command()
@click.argument("slug")
def curl(slug: str) -> None:
    """Print a shell line that sends a signed comment as SLUG."""
    runtime = open_runtime()
    click.echo(curl_line(load_settings(), runtime, known_forum(runtime, slug)))


forums.add_command(connect)
forums.add_command(disconnect)


def _show(slug: str, made: Credentials, *, as_json: bool) -> None:
    if as_json:
        emit(
            {
                "forum": slug,
                "bearer_key": made.bearer_key,
                "signing_secret": made.signing_secret,
            }
        )
        return
    click.echo(f"forum            {slug}")
    click.echo(f"bearer key       {made.bearer_key}   (shown only this once)")
    click.echo(f"signing secret   {made.signing_secret}")


@forums.command()
@click.argument("slug")
@click.argument("file", type=click.File("r", encoding="utf-8"), required=False)
def policy(slug: str, file: TextIO | None) -> None:
    """Print the policy of SLUG as JSON, or put FILE in force as its next version."""
    runtime = open_runtime()
    known_forum(runtime, slug)
    if file is None:
        click.echo(json.dumps(to_document(read_policy(runtime, slug)), indent=2))
        return
    try:
        document = json.load(file)
    except (ValueError, RecursionError):
        raise click.BadParameter("expected JSON", param_hint="FILE") from None
    if not isinstance(document, dict):
        raise click.BadParameter("expected a JSON object", param_hint="FILE")
    changed = change_policy(runtime, slug, document, by=operator())
    click.echo(f"Policy {changed.version} of {slug} is in force.")
