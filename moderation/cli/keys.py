"""The keys that open the secrets in the database."""

from __future__ import annotations

import click

from moderation.cli.output import emit, json_option
from moderation.cli.surroundings import open_runtime, operator
from moderation.services import stored_secrets


@click.group()
def keys() -> None:
    """Change the keys of the secrets in the database."""


@keys.command()
@json_option
def rotate(*, as_json: bool) -> None:
    """Make a new key and encrypt every stored secret with it. The service may run meanwhile.

    With MODERATION_ENCRYPTION_KEYS put the new key in front of it first.
    """
    done = stored_secrets.rotate(open_runtime(), by=operator())
    if as_json:
        emit({"new_key": done.is_new, "resealed": done.resealed})
        return
    click.echo(f"{done.resealed} secrets are encrypted with the newest key.")
    click.echo("Old keys stay for the backups that were made with them.")
