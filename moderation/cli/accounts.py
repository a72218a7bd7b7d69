"""Accounts of the desk."""

from __future__ import annotations

import sys

import click

from moderation.cli.output import emit, json_option
from moderation.cli.surroundings import open_runtime
from moderation.domain.review import Role
from moderation.services import accounts

_ROLES = click.Choice([role.value for role in Role])
_password = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)


@click.group()
def users() -> None:
    """Manage who may sign in to the desk."""


@users.command()
@click.argument("username")
@click.option("--role", type=_ROLES, default=Role.MODERATOR.value, show_default=True)
@_password
def add(username: str, role: str, *, password_stdin: bool) -> None:
    """Add an account; a password is generated unless one is given."""
    given = _read_password() if password_stdin else None
    user, password = accounts.add_user(open_runtime(), username, Role(role), password=given)
    _show(user.username, None if given else password)


@users.command("list")
@json_option
def list_command(*, as_json: bool) -> None:
    """List the accounts."""
    for user in accounts.list_users(open_runtime()):
        if as_json:
            emit({"username": user.username, "role": user.role, "is_active": user.is_active})
        else:
            active = "" if user.is_active else "   (switched off)"
            click.echo(f"{user.username:<24} {user.role}{active}")


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
@click.option("--off", is_flag=True, help="Switch the account off.")
def set_role(username: str, role: str, *, off: bool) -> None:
    """Change what USERNAME may do, and end its sessions."""
    accounts.set_role(open_runtime(), username, Role(role), is_active=not off)
    click.echo(f"{username} is {role}{' and switched off' if off else ''}.")


def _read_password() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _show(username: str, password: str | None) -> None:
    shown = f", password {password}   (shown only this once)" if password else ""
    click.echo(f"user {username}{shown}")
