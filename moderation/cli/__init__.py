"""The ``moderation`` command."""

from __future__ import annotations

import sys

import click

from classifiers.manifest import BundleError
from classifiers.registry import RegistryError
from moderation.cli.accounts import users
from moderation.cli.archive import export_command, import_command
from moderation.cli.database import db
from moderation.cli.demo import demo
from moderation.cli.forums import forums
from moderation.cli.models import models
from moderation.cli.retraining import evaluate, train
from moderation.cli.scoring import score
from moderation.cli.serving import serve, worker
from moderation.cli.setup import config, init
from moderation.cli.threads import import_thread
from moderation.config import SettingsError
from moderation.domain.errors import ModerationError


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Begin with 'moderation serve': it sets everything up and says what to do next.",
)
@click.version_option(package_name="comment-moderation", prog_name="moderation")
def cli() -> None:
    """Comment moderation on your own machine: webhook, scores, review desk, retraining.

    Settings are environment variables: 'moderation config' lists them.
    """


for _command in (
    serve,
    worker,
    init,
    config,
    db,
    forums,
    users,
    score,
    import_command,
    import_thread,
    export_command,
    models,
    train,
    evaluate,
    demo,
):
    cli.add_command(_command)


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
