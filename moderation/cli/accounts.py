"""Accounts of the desk."""

from __future__ import annotations

import sys

import click

from moderation.cli.output import emit, json_option
from moderation.cli.surroundings import open_runtime
from moderation.domain.errors import NotFoundError
from moderation.domain.reach import Reach
from moderation.domain.review import Role
from moderation.services import accounts, registration
from moderation.services.runtime import Runtime

_ROLES = click.Choice([role.value for role in Role])
_forums = click.option(
    "--forum",
    "slugs",
    multiple=True,
    help="Give the role in this forum alone; may be repeated. Default: on all forums.",
)
_password = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)


@click.group()
def users() -> None:
    """Manage who may sign in to the desk."""


@users.command()
@click.argument("username")
@click.option("--role", type=_ROLES, default=Role.MODERATOR.value, show_default=True)
@_forums
@_password
def add(username: str, role: str, slugs: tuple[str, ...], *, password_stdin: bool) -> None:
    """Add an account; a password is generated unless one is given."""
    given = _read_password() if password_stdin else None
    runtime = open_runtime()
    reach = _reach(runtime, role, slugs)
    user, password = accounts.add_user(runtime, username, reach, password=given)
    _show(user.username, None if given else password)


@users.command("list")
@json_option
def list_command(*, as_json: bool) -> None:
    """List the accounts."""
    runtime = open_runtime()
    names = {forum.id: forum.slug for forum in registration.list_forums(runtime)}
    for user in accounts.list_users(runtime):
        by_forum = {names[key]: role for key, role in user.reach.by_forum.items()}
        if as_json:
            emit(
                {
                    "username": user.username,
                    "role": user.reach.everywhere,
                    "forums": by_forum,
                    "is_active": user.is_active,
                }
            )
        else:
            active = "" if user.is_active else "   (switched off)"
            each = ", ".join(f"{slug}: {role}" for slug, role in sorted(by_forum.items()))
            said = user.reach.everywhere or each or "no role"
            click.echo(f"{user.username:<24} {said}{active}")


@users.command("set-password")
@click.argument("username")
@_password
def set_password(username: str, *, password_stdin: bool) -> None:
    """Give USERNAME a new password and end its sessions."""
    given = _read_password() if password_stdin else None
    password = accounts.set_password(open_runtime(), username, given)
    _show(username, None if given else password)


@users.command("set-role")
@click.argument("username")
@click.argument("role", type=_ROLES)
@_forums
@click.option("--off", is_flag=True, help="Switch the account off.")
def set_role(username: str, role: str, slugs: tuple[str, ...], *, off: bool) -> None:
    """Change what USERNAME may do, and end its sessions."""
    runtime = open_runtime()
    accounts.set_reach(runtime, username, _reach(runtime, role, slugs), is_active=not off)
    where = f" in {', '.join(slugs)}" if slugs else ""
    click.echo(f"{username} is {role}{where}{' and switched off' if off else ''}.")


def _reach(runtime: Runtime, role: str, slugs: tuple[str, ...]) -> Reach:
    if not slugs:
        return Reach(Role(role))
    known = {forum.slug: forum.id for forum in registration.list_forums(runtime)}
    unknown = [slug for slug in slugs if slug not in known]
    if unknown:
        raise NotFoundError(f"There is no forum {unknown[0]!r}.")
    return Reach(None, {known[slug]: Role(role) for slug in slugs})


def _read_password() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _show(username: str, password: str | None) -> None:
    shown = f", password {password}   (shown only this once)" if password else ""
    click.echo(f"user {username}{shown}")
