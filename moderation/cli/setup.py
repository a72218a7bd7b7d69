"""First start: settings, database, first admin, first forum."""

from __future__ import annotations

from contextlib import suppress

import click

from moderation.cli.next_steps import next_steps
from moderation.cli.output import emit, json_option
from moderation.config import Settings, describe, load_settings
from moderation.domain.errors import ConflictError
from moderation.domain.forum import Forum
from moderation.domain.reach import EVERYWHERE
from moderation.services import accounts, registration
from moderation.services.runtime import Runtime
from moderation.storage import schema
from moderation.wiring import build_runtime

FIRST_FORUM = "main"
FIRST_ADMIN = "admin"


@click.command()
@json_option
def config(*, as_json: bool) -> None:
    """List every setting: value, default, unit and meaning. Secrets are masked."""
    for row in describe(load_settings()):
        if as_json:
            emit(
                {
                    "variable": row.variable,
                    "value": row.value,
                    "default": row.default,
                    "unit": row.unit,
                    "help": row.help,
                }
            )
            continue
        unit = f" {row.unit}" if row.unit else ""
        is_default = "" if row.value == row.default else f"   (default {row.default})"
        click.echo(f"{row.variable} = {row.value}{unit}{is_default}")
        click.echo(f"    {row.help}")


@click.command()
def init() -> None:
    """Set up the database, a first admin and a first forum. Safe to repeat: keeps what is there."""
    settings = load_settings()
    runtime = build_runtime(settings)
    click.echo(set_up(settings, runtime))


def set_up(settings: Settings, runtime: Runtime) -> str:
    """Do what is missing of the set-up; returns what to tell the operator."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    schema.upgrade(runtime.database)
    password, bearer_key = None, None
    # Of several processes that start at once each of the two is made by one, which tells it.
    if not accounts.has_users(runtime):
        with suppress(ConflictError):
            _, password = accounts.add_user(runtime, FIRST_ADMIN, EVERYWHERE)
    if not _real_forums(runtime):
        with suppress(ConflictError):
            first_forum = Forum(id=0, slug=FIRST_FORUM, name="Main forum")
            _, made = registration.add_forum(runtime, first_forum)
            bearer_key = made.bearer_key
    known = _real_forums(runtime)
    first = next((forum for forum in known if forum.slug == FIRST_FORUM), known[0])
    return next_steps(settings, runtime, first, password=password, bearer_key=bearer_key)


def _real_forums(runtime: Runtime) -> list[Forum]:
    return [forum for forum in registration.list_forums(runtime) if not forum.is_demo]
