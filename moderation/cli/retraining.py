"""Train and evaluate: run as a process of its own, which meets the service at two files only."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import click

from classifiers.registry import Registry
from moderation.cli.labels_out import write_with_progress
from moderation.cli.output import json_option
from moderation.cli.surroundings import known_forum, open_runtime, operator
from moderation.config import Settings, load_settings
from moderation.services.exporting import ExportFormat
from moderation.services.pins import write_pins
from moderation.storage.labelled import ExportFilter
from moderation.wiring import model_store

_files = click.argument(
    "exports", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


@click.command()
@_files
@click.option("--forum", "slug", help="Without EXPORTS: only this forum's decisions.")
@click.option(
    "--pins",
    "pins_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With EXPORTS: a file of pinned examples.",
)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--no-promote", is_flag=True, help="Make and compare the candidate, no more.")
@click.option(
    "--scheduler", help="A Dask cluster that runs the fits: tcp://HOST:PORT (extra distributed)."
)
@click.option("--force", "force_reason", help="Promote although a gate failed; say why.")
@json_option
@click.pass_context
def train(  # noqa: PLR0913 - the command's options
    context: click.Context,
    exports: tuple[Path, ...],
    *,
    slug: str | None,
    pins_file: Path | None,
    seed: int,
    scheduler: str | None,
    force_reason: str | None,
    no_promote: bool,
    as_json: bool,
) -> None:
    """Make a candidate model from EXPORTS, compare it with the current one, promote if better.

    Without EXPORTS labels and pinned examples are taken from the database. The candidate is
    promoted only when every gate passes; otherwise the failed gates are named and the exit status
    is 3.
    """
    settings = load_settings()
    arguments = ["retrain", "--models-dir", str(settings.resolved_models_dir)]
    arguments += ["--seed", str(seed), "--actor", operator()]
    arguments += ["--no-promote"] if no_promote else []
    arguments += ["--force-reason", force_reason] if force_reason else []
    arguments += ["--scheduler", scheduler] if scheduler else []
    arguments += ["--json"] if as_json else []
    with tempfile.TemporaryDirectory() as folder:
        files = [str(path) for path in exports]
        if not files:
            runtime = open_runtime(settings)
            if slug is not None:
                known_forum(runtime, slug)
            path = Path(folder) / "decisions.jsonl"
            wanted = ExportFilter(forum=slug)
            write_with_progress(runtime, wanted, path, ExportFormat.JSONL, as_json=as_json)
            files = [str(path)]
            pins_file = Path(folder) / "pins.jsonl"
            write_pins(runtime, pins_file, forum=slug)
        arguments += ["--pins", str(pins_file)] if pins_file is not None else []
        context.exit(_run_shared(settings, [*arguments, *files]))


@click.command()
@_files
@click.option("--version", help="The model to measure; default the current one.")
@json_option
@click.pass_context
def evaluate(
    context: click.Context, exports: tuple[Path, ...], version: str | None, *, as_json: bool
) -> None:
    """Measure a model on labelled comments (EXPORTS): per label, with intervals."""
    if not exports:
        raise click.UsageError("Name at least one export.")
    arguments = ["evaluate", "--models-dir", str(load_settings().resolved_models_dir)]
    arguments += ["--version", version] if version else []
    arguments += ["--json"] if as_json else []
    context.exit(_run([*arguments, *(str(path) for path in exports)]))


def _run_shared(settings: Settings, arguments: list[str]) -> int:
    """Run a training; what it made and promoted goes into the model store, if there is one."""
    registry = Registry(settings.resolved_models_dir)
    store = model_store(settings, registry)
    if store is None:
        return _run(arguments)
    before = {bundle.version for bundle in registry.bundles()}
    with store.change():
        status = _run(arguments)
        made = {bundle.version for bundle in registry.bundles()} - before
        store.publish(made)
    return status


def _run(arguments: list[str]) -> int:
    command = [sys.executable, "-m", "training", *arguments]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - our own module
