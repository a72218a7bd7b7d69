"""Bundles: list, show, promote, roll back, shadow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import click

from classifiers.bundle import load_document, load_manifest
from classifiers.manifest import Manifest
from classifiers.registry import Registry
from moderation.cli.output import emit, json_option
from moderation.cli.surroundings import open_runtime, operator
from moderation.config import load_settings
from moderation.domain.intervals import Share
from moderation.services import model_changes
from moderation.services.shadowing import ShadowComparison, compare_shadow
from moderation.wiring import model_store


def _registry() -> Registry:
    return Registry(load_settings().resolved_models_dir)


_reason = click.option("--reason", required=True, help="Why; kept in the history.")


@click.group()
def models() -> None:
    """See and choose the model that decides. Running servers follow within seconds."""


@models.command("list")
@json_option
def list_command(*, as_json: bool) -> None:
    """List the bundles."""
    registry = _registry()
    current, shadow = registry.current().version, registry.shadow()
    for bundle in registry.bundles():
        roles = [
            role
            for role, is_so in (
                ("current", bundle.version == current),
                ("shadow", shadow is not None and bundle.version == shadow.version),
                ("packaged", bundle.is_default),
            )
            if is_so
        ]
        if as_json:
            emit({"version": bundle.version, "roles": roles, "path": str(bundle.path)})
        else:
            click.echo(f"{bundle.version}   {', '.join(roles)}")
    store = model_store(load_settings(), registry)
    here = {bundle.version for bundle in registry.bundles()}
    for version in sorted(store.versions() - here) if store is not None else ():
        if as_json:
            emit({"version": version, "roles": ["store"], "path": None})
        else:
            click.echo(f"{version}   in the store")


@models.command()
@click.argument("version", required=False)
@json_option
def show(version: str | None, *, as_json: bool) -> None:
    """Show what made VERSION (default: the current one) and its card; with --json its manifest."""
    registry = _registry()
    bundle = registry.find(version) if version is not None else registry.current()
    manifest = load_manifest(bundle.path)
    if as_json:
        emit({"model_version": manifest.model_version, **manifest.to_record()})
        return
    for name, value in _facts(manifest):
        click.echo(f"{name:<13}{value}".rstrip())
    if "CARD.md" in manifest.files:
        click.echo("\n" + load_document(bundle.path, "CARD.md").decode("utf-8").rstrip())


def _facts(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Yield what made a bundle, name and value; a line that goes on has no name."""
    yield "version", manifest.model_version
    yield "made", manifest.created_at
    yield "refines", manifest.base_version or "nothing"
    yield "data terms", manifest.data_terms
    yield "seed", str(manifest.seed)
    yield "libraries", ", ".join(f"{name} {which}" for name, which in manifest.libraries.items())
    yield "parameters", ", ".join(f"{name}={value}" for name, value in manifest.params.items())
    for number, data in enumerate(manifest.data):
        digest = str(data.get("sha256", ""))[:16]
        line = f"{data.get('rows', 0):>9} rows   SHA-256 {digest}  {data.get('name')}"
        yield "" if number else "trained on", line
    for number, (name, entry) in enumerate(sorted(manifest.files.items())):
        line = f"{entry.size:>9} bytes  SHA-256 {entry.sha256[:16]}  {name}"
        yield "" if number else "files", line


@models.command()
@click.argument("version")
@_reason
@click.option("--force", is_flag=True, help="Although a gate is against it; kept in the history.")
def promote(version: str, reason: str, *, force: bool) -> None:
    """Let VERSION decide from now on."""
    promoted = model_changes.promote(
        open_runtime(), version, reason, by=operator(), is_forced=force
    )
    click.echo(f"current is {promoted}")


@models.command()
@click.argument("version")
@_reason
def discard(version: str, reason: str) -> None:
    """Remove VERSION for good, unless it decides, runs as the shadow or may be rolled back to."""
    model_changes.discard(open_runtime(), version, reason, by=operator())
    click.echo(f"{version} is gone")


@models.command()
@_reason
def rollback(reason: str) -> None:
    """Go back to the model before the last promotion."""
    version = model_changes.roll_back(open_runtime(), reason, by=operator())
    click.echo(f"current is {version}")


@models.command()
@click.argument("version", required=False)
@click.option("--stop", is_flag=True, help="Stop the shadow.")
@click.option("--report", is_flag=True, help="Compare it with what decided meanwhile.")
@json_option
def shadow(version: str | None, *, stop: bool, report: bool, as_json: bool) -> None:
    """Let VERSION score beside the current model and decide nothing."""
    if sum((version is not None, stop, report)) != 1:
        raise click.UsageError("Name a VERSION, or say --stop or --report.")
    runtime, registry = open_runtime(), _registry()
    if stop:
        model_changes.stop_shadow(runtime, by=operator())
        click.echo("No shadow is running.")
    elif version is not None:
        started = model_changes.start_shadow(runtime, version, by=operator())
        click.echo(f"{started} scores in the shadow of {registry.current().version}")
    elif (running := registry.shadow()) is None:
        click.echo("No shadow is running.")
    else:
        _report(compare_shadow(runtime, running.version), as_json=as_json)


def _report(found: ShadowComparison, *, as_json: bool) -> None:
    counts = found.counts
    if as_json:
        emit(
            {
                "shadow": found.version,
                "days": round(found.days, 2),
                "comments": counts.comments,
                "both_flag": counts.both,
                "only_shadow_flags": counts.only_shadow,
                "only_current_flags": counts.only_current,
                "shadow_flags_a_day": round(found.shadow_a_day, 1),
                "current_flags_a_day": round(found.current_a_day, 1),
                "shadow_precision": asdict(found.shadow_precision),
                "current_precision": asdict(found.current_precision),
            }
        )
        return
    click.echo(f"{found.version} has scored {counts.comments} comments in {found.days:.1f} days:")
    click.echo(f"  {counts.both:>8} flagged by both models")
    click.echo(f"  {counts.only_shadow:>8} only by the shadow")
    click.echo(f"  {counts.only_current:>8} only by the current model")
    for name, a_day, precision in (
        ("the shadow", found.shadow_a_day, found.shadow_precision),
        ("the current model", found.current_a_day, found.current_precision),
    ):
        click.echo(f"{name} flags {a_day:.1f} a day; {_deserved(precision)}")


def _deserved(precision: Share) -> str:
    if precision.value is None:
        return "none of them has been decided"
    return (
        f"{precision.hits} of {precision.total} that were decided deserved it "
        f"({precision.low:.0%} to {precision.high:.0%})"
    )
