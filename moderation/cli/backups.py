"""Backups, while the service runs."""

from __future__ import annotations

from pathlib import Path

import click

from moderation.cli.output import emit, json_option
from moderation.cli.surroundings import open_runtime
from moderation.config import Settings, load_settings
from moderation.services import backups
from moderation.services.backups import Places
from moderation.wiring import build_runtime

_FOLDER = click.Path(path_type=Path)


@click.command()
@click.argument("folder", type=_FOLDER)
@json_option
def backup(folder: Path, *, as_json: bool) -> None:
    """Write database, models and keys into the new FOLDER. The service may run meanwhile."""
    settings = load_settings()
    manifest = backups.back_up(open_runtime(settings), _places(settings), folder)
    if as_json:
        emit({"folder": str(folder), **manifest})
        return
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    click.echo(f"{folder}: {len(manifest['files'])} files, {size / 1e6:.1f} MB.")
    click.echo("It holds personal data and secrets: keep it safe, and let it expire.")


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--replace", "replaces", is_flag=True, help="Throw away what is there now.")
@click.option("--check", is_flag=True, help="Only compare the backup's files with its manifest.")
@json_option
def restore(folder: Path, *, replaces: bool, check: bool, as_json: bool) -> None:
    """Bring the backup in FOLDER back into the database that the settings name. Stop servers first.

    Without --replace nothing that is there is touched.
    """
    settings = load_settings()
    if check:
        manifest = backups.check_backup(folder)
    else:
        runtime, places = build_runtime(settings), _places(settings)
        manifest = backups.restore(runtime, places, folder, replaces=replaces)
    if as_json:
        emit({"folder": str(folder), "restored": not check, **manifest})
        return
    done = "is whole" if check else "is restored"
    click.echo(f"The backup of {manifest['created_at']} {done}.")


def _places(settings: Settings) -> Places:
    return Places(settings.data_dir, settings.resolved_models_dir)
