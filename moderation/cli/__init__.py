"""The ``moderation`` command."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from classifiers.manifest import BundleError
from classifiers.registry import RegistryError
from moderation.domain.errors import ModerationError
from moderation.setting_values import SettingsError

_COMMANDS = {
    "backup": "backups:backup",
    "config": "setup:config",
    "db": "database:db",
    "demo": "demo:demo",
    "doctor": "doctor:doctor",
    "evaluate": "retraining:evaluate",
    "export": "labels_out:export_command",
    "forums": "forums:forums",
    "import": "archive:import_command",
    "import-labels": "labels_in:import_labels_command",
    "import-thread": "threads:import_thread",
    "init": "setup:init",
    "keys": "keys:keys",
    "models": "models:models",
    "pins": "pins:pins",
    "privacy": "privacy:privacy",
    "restore": "backups:restore",
    "score": "scoring:score",
    "serve": "serving:serve",
    "suspicious": "suspicious:suspicious",
    "thresholds": "thresholds:thresholds",
    "train": "retraining:train",
    "users": "accounts:users",
    "withdraw-labels": "labels_in:withdraw_labels_command",
    "worker": "serving:worker",
}
"""Each command's module and name. A module is imported when its command is asked for: the web
framework takes a second to load, and most commands need none of it."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        place = _COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(import_module(f"moderation.cli.{module}"), name)
        return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Begin with 'moderation serve': it sets everything up and says what to do next.",
)
@click.version_option(package_name="comment-moderation", prog_name="moderation")
def cli() -> None:
    """Comment moderation on your own machine: webhook, scores, review desk, retraining.

    Settings are environment variables: 'moderation config' lists them.
    """


def main() -> None:
    """Run the command; expected errors end it with a sentence and exit status 2."""
    try:
        # Outside its standalone mode click returns the status that a command exits with.
        sys.exit(cli(standalone_mode=False))
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader has gone (``| head``); keep the interpreter from complaining at its end.
        sys.stderr.close()
        sys.exit(1)
    except (ModerationError, SettingsError, RegistryError, BundleError, OSError) as error:
        _explain(error)
        sys.exit(2)


def _explain(error: Exception) -> None:
    said = str(error)
    if isinstance(error, OSError) and error.filename is not None:
        said = f"{error.filename}: {error.strerror}"
    click.echo(f"Error: {said}", err=True)
    if isinstance(error, ModerationError):
        for name, expected in error.fields.items():
            click.echo(f"  {name}: {expected}", err=True)
