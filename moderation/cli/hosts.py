"""Connect forums to the software that they run on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TextIO

import click

from moderation.cli.output import emit, json_option
from moderation.cli.surroundings import known_forum, open_runtime
from moderation.config import Settings, load_settings
from moderation.delivery.host_calls import hold
from moderation.domain.errors import ConflictError
from moderation.domain.forum import Forum
from moderation.domain.host import (
    HOLD_STATUSES,
    HostConnection,
    HostKind,
    HostOptions,
    SecretPurpose,
    check_address,
)
from moderation.hosts import discourse, invision
from moderation.hosts.dialogue import OutcomeState
from moderation.services import hosts
from moderation.services.hosts import KnownHost
from moderation.services.runtime import Runtime


@click.group()
def connect() -> None:
    """Connect a forum to Discourse, Invision Community or Coral. Repeat it to change something."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every host is told on the command line."""

    slug: str
    address: str | None
    api_key: str | None
    allows_private: bool
    as_json: bool


def _common(command: Callable[..., None]) -> Callable[..., None]:
    decorators = (
        click.argument("slug"),
        click.option("--address", help="Where the host stands: https://forum.example."),
        click.option(
            "--api-key-file",
            type=click.File("r", encoding="utf-8"),
            help="File that holds the host's API key; '-' reads it from the standard input.",
        ),
        click.option(
            "--allow-private", is_flag=True, help="The address may be a private one, or plain HTTP."
        ),
        json_option,
    )
    for decorate in reversed(decorators):
        command = decorate(command)
    return command


def _asked(options: dict[str, Any]) -> _Asked:
    """Take the common options out of a command's own."""
    file: TextIO | None = options.pop("api_key_file")
    address, allows_private = options.pop("address"), options.pop("allow_private")
    if address is not None:
        address = check_address(address, allows_private=allows_private)
    if (address is None) != (file is None):
        raise click.UsageError("--address and --api-key-file belong together.")
    return _Asked(
        options.pop("slug"),
        address,
        file.read().strip() if file is not None else None,
        allows_private,
        options.pop("as_json"),
    )


@connect.command("discourse")
@_common
@click.option("--username", default="system", show_default=True, help="In whose name we act.")
@click.option("--skip-category", "skipped", multiple=True, help="Id of a category not to judge.")
@click.option("--private-messages", is_flag=True, help="Judge private messages as well.")
@click.option("--delete-rejected", is_flag=True, help="Delete what is rejected; else hide it.")
@click.option("--no-flags", is_flag=True, help="Do not flag at Discourse what we flag.")
@click.option("--new-secret", is_flag=True, help="Replace the secret; the old one lasts a day.")
def discourse_command(**given: Any) -> None:
    """Connect SLUG to Discourse, and print what to enter there."""
    asked = _asked(given)
    options = HostOptions(
        skipped_sections=given["skipped"],
        takes_private_messages=given["private_messages"],
        removes_rejected=given["delete_rejected"],
        flags=not given["no_flags"],
    )
    runtime, settings = open_runtime(), load_settings()
    forum = known_forum(runtime, asked.slug)
    known = hosts.host_by_slug(runtime, forum.slug, HostKind.DISCOURSE)
    kept = known.secrets[0] if known is not None and not given["new_secret"] else None
    secret = kept or hosts.new_secret()
    _store(
        runtime,
        _connection(forum, HostKind.DISCOURSE, asked, options, actor=given["username"]),
        asked,
        {} if kept else {SecretPurpose.WEBHOOK: secret},
    )
    _show(
        asked,
        {
            "payload_url": _here(settings, f"/hosts/discourse/{forum.slug}"),
            "content_type": "application/json",
            "secret": secret,
            "events": ", ".join(discourse.EVENTS),
        },
    )


@connect.command("coral")
@_common
@click.option(
    "--secret-file",
    type=click.File("r", encoding="utf-8"),
    required=True,
    help="File with the signing secrets of Coral's phase and of its webhook, one a line.",
)
@click.option(
    "--hold-status",
    type=click.Choice(HOLD_STATUSES),
    default=HOLD_STATUSES[0],
    show_default=True,
    help="Coral's status for what is held.",
)
@click.option("--approve", is_flag=True, help="Tell Coral to approve what is published.")
@click.option("--tag-staff", is_flag=True, help="Give the site's staff the tag STAFF.")
def coral_command(**given: Any) -> None:
    """Connect SLUG to Coral, and print what to enter there."""
    asked = _asked(given)
    options = HostOptions(
        hold_status=given["hold_status"], approves=given["approve"], tags_staff=given["tag_staff"]
    )
    runtime, settings = open_runtime(), load_settings()
    forum = known_forum(runtime, asked.slug)
    secret = given["secret_file"].read().strip()
    _store(
        runtime,
        _connection(forum, HostKind.CORAL, asked, options),
        asked,
        {SecretPurpose.WEBHOOK: secret},
    )
    callback = _here(settings, f"/hosts/coral/{forum.slug}")
    _show(asked, {"callback_url": callback, "webhook_url": f"{callback}/events"})


@connect.command("invision")
@_common
@click.option("--member-id", type=click.IntRange(1), help="Member in whose name we report posts.")
@click.option("--skip-forum", "skipped", multiple=True, help="Id of a forum not to judge.")
@click.option("--delete-rejected", is_flag=True, help="Delete what is rejected; else hide it.")
@click.option("--no-reports", is_flag=True, help="Do not report at the board what we flag.")
def invision_command(**given: Any) -> None:
    """Connect SLUG to Invision Community; with an API key the webhooks are registered as well."""
    asked = _asked(given)
    runtime, settings = open_runtime(), load_settings()
    forum = known_forum(runtime, asked.slug)
    tokens = {purpose: hosts.new_secret() for purpose in invision.EVENTS}
    addresses = {
        purpose: _here(settings, f"/hosts/invision/{token}") for purpose, token in tokens.items()
    }
    options = HostOptions(
        skipped_sections=given["skipped"],
        removes_rejected=given["delete_rejected"],
        flags=given["member_id"] is not None and not given["no_reports"],
    )
    actor = str(given["member_id"]) if given["member_id"] is not None else None
    connection = _connection(forum, HostKind.INVISION, asked, options, actor=actor)
    _unregister(hosts.host_of(runtime, forum, SecretPurpose.API_KEY), settings)
    _store(runtime, connection, asked, tokens)
    if asked.api_key is not None:
        _register(runtime, settings, connection, asked, addresses)
    _show(
        asked,
        {invision.EVENTS[purpose]: address for purpose, address in addresses.items()}
        | {"registered": "yes" if asked.api_key is not None else "no: enter them at the board"},
    )


def _register(
    runtime: Runtime,
    settings: Settings,
    connection: HostConnection,
    asked: _Asked,
    addresses: dict[SecretPurpose, str],
) -> None:
    outcome = hold(
        invision.register(addresses),
        connection,
        asked.api_key or "",
        timeout_s=settings.delivery_timeout_s,
    )
    if outcome.state is not OutcomeState.DONE:
        raise ConflictError(f"The webhooks could not be registered. {outcome.said}")
    hosts.keep_webhook_ids(runtime, connection, tuple(outcome.known.values()))


def _unregister(known: KnownHost | None, settings: Settings) -> None:
    """Take our webhooks away from a board, as far as it lets us; says what it answered."""
    ids = known.connection.options.webhook_ids if known is not None else ()
    if known is None or not ids or not known.secrets:
        return
    outcome = hold(
        invision.unregister(ids),
        known.connection,
        known.secrets[0],
        timeout_s=settings.delivery_timeout_s,
    )
    click.echo(outcome.said, err=True)


@click.command()
@click.argument("slug")
def disconnect(slug: str) -> None:
    """Forget the host of SLUG, its API key and its secrets."""
    runtime = open_runtime()
    forum = known_forum(runtime, slug)
    known = hosts.required_host(runtime, forum, SecretPurpose.API_KEY)
    _unregister(known, load_settings())
    hosts.disconnect(runtime, forum)
    click.echo(f"{slug} is connected to no host now.")


def _connection(
    forum: Forum, kind: HostKind, asked: _Asked, options: HostOptions, *, actor: str | None = None
) -> HostConnection:
    return HostConnection(forum.id, kind, asked.address, asked.allows_private, actor, options)


def _store(
    runtime: Runtime,
    connection: HostConnection,
    asked: _Asked,
    shared: dict[SecretPurpose, str],
) -> None:
    if asked.api_key is not None:
        shared = {**shared, SecretPurpose.API_KEY: asked.api_key}
    hosts.connect(runtime, connection, shared)


def _here(settings: Settings, path: str) -> str:
    return f"{settings.resolved_public_url}{path}"


def _show(asked: _Asked, facts: dict[str, str]) -> None:
    if asked.as_json:
        emit({"forum": asked.slug, **facts})
        return
    click.echo(f"{asked.slug} is connected. Enter this at the host:")
    for name, value in facts.items():
        click.echo(f"  {name.replace('_', ' '):<24} {value}")
    click.echo(f"Then see that it works: moderation doctor {asked.slug}")
