"""The database's schema."""

from __future__ import annotations

import click

from moderation.config import load_settings
from moderation.storage import schema
from moderation.wiring import build_runtime


@click.group()
def db() -> None:
    """Migrate the database."""


@db.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Migrate up to REVISION (default: the newest)."""
    database = build_runtime(load_settings()).database
    schema.upgrade(database, revision)
    click.echo(f"The database is at {schema.current(database)}.")


@db.command()
@click.argument("revision")
@click.confirmation_option(prompt="Migrating down can lose data. Go on?")
def downgrade(revision: str) -> None:
    """Migrate down to REVISION ('base' removes every table)."""
    database = build_runtime(load_settings()).database
    schema.downgrade(database, revision)
    click.echo(f"The database is at {schema.current(database) or 'base: it is empty'}.")


@db.command()
def current() -> None:
    """Say where the database is and where the code expects it."""
    database = build_runtime(load_settings()).database
    click.echo(f"database {schema.current(database) or 'empty'}, newest {schema.head()}")
