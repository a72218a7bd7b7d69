"""Find out what is set up wrongly, and which step of a forum's loop fails."""

from __future__ import annotations

import sys

import click

from moderation.cli.output import emit, json_option
from moderation.cli.surroundings import known_forum, open_runtime
from moderation.config import Settings, load_settings
from moderation.delivery.doctor import Doctor
from moderation.services.installation import Installation, Level, examine


@click.command()
@click.argument("slug", required=False)
@click.option(
    "--timeout-s",
    type=click.FloatRange(0.1, 300),
    default=15.0,
    show_default=True,
    help="How long each step may take, in seconds.",
)
@json_option
def doctor(slug: str | None, timeout_s: float, *, as_json: bool) -> None:
    """Look for the usual mistakes; with SLUG send a test event around that forum's loop as well.

    Says which step fails and stores no comment. The exit status is 1 if one does; hints leave it.
    """
    settings = load_settings()
    runtime = open_runtime(settings)
    found = [(one.name, one.level, one.said) for one in examine(runtime, _installation(settings))]
    for name, level, said in found:
        _tell(name, level, said, as_json=as_json)
    is_good = all(level is not Level.FAILED for _, level, _ in found)
    if slug is not None:
        forum = known_forum(runtime, slug)
        for step in Doctor(runtime, settings.resolved_public_url, timeout_s).examine(forum):
            is_good = is_good and step.is_good
            level = Level.OK if step.is_good else Level.FAILED
            _tell(step.name, level, step.said, as_json=as_json)
    if not is_good:
        sys.exit(1)


def _tell(name: str, level: Level, said: str, *, as_json: bool) -> None:
    if as_json:
        emit({"step": name, "ok": level is not Level.FAILED, "level": level.value, "said": said})
    else:
        shown = "FAILED" if level is Level.FAILED else level.value
        click.echo(f"{shown:<6}  {name:<13} {said}")


def _installation(settings: Settings) -> Installation:
    return Installation(
        data_dir=settings.data_dir,
        public_url=settings.resolved_public_url,
        trusted_proxies=settings.trusted_proxies,
        processes=settings.server_processes,
        counts_apart=settings.rate_limit_store.startswith("memory:"),
        survives_power_cuts=settings.sqlite_synchronous == "full",
    )
